"""The words of mail servers that tell of an email they could not deliver."""

# ruff: noqa: RUF001 - signs and words of many languages look alike on purpose

import re
from typing import Final

# Mailboxes that machines write from.
DAEMON: Final = re.compile(
    r"(?:mailer|mail)[._-]?daemon|mailer-?demon|post[._-]?master|mail[._-]?(?:er|system|delivery"
    r"|admin(?:istrator)?)|mdaemon|mmdf|daemon|bounces?|(?:double|mail)-?bounce|ndr|undeliverable",
    re.IGNORECASE,
)
DAEMON_NAME: Final = re.compile(
    r"mail(?:er)?[ -]?(?:delivery|daemon|system|administrator)|delivery (?:sub)?system|postmaster"
    r"|mail administrator|NDR\b",
    re.IGNORECASE,
)

SUBJECT: Final = re.compile(
    r"""undeliver|deliver(?:y|ing)\b.{0,30}\b(?:fail|error|problem|status|notif|report|delay|warning|incomplete)
    |(?:fail|error|problem|unable|could\ not|warning|delay).{0,30}\bdeliver
    |delivery\ (?:has\ )?(?:failed|delayed)
    |returned\ (?:mail|e-?mail|message|to\ sender)|(?:mail|message|e-?mail)\s.{0,30}\b(?:returned
    |bounced|rejected|delayed|not\ sent|not\ delivered|failed)
    |failure\ (?:notice|delivery|notification)|mail\ (?:system\ )?error|non[ -]?delivery|bounced?\b
    |nondeliverable|can(?:no|')t\ deliver
    |error\ sending\ your\ mail|mail\ delivery|rejected\ (?:mail|message)|(?:message
    |mail)\ you\ sent\ blocked|not\ (?:a\ )?member
    |unzustellbar|nicht\ zugestellt|zustellung|unzustellbarkeit|non\ remis|non\ remise
    |échec\ (?:de\ )?(?:la\ )?(?:remise|distribution|livraison)
    |[ée]chec\ d['’]envoi|no\ (?:se\ )?(?:pudo|puede)\ entregar|no\ entregado|devuelto
    |error\ de\ entrega|mancata\ consegna|impossibile\ (?:recapitare|consegnare)
    |non\ recapitabile|não\ (?:foi\ )?entregue|não\ entreg|devolvid|falha\ (?:na|de)\ entrega
    |onbestelbaar|niet\ (?:worden\ )?(?:bezorgd|afgeleverd)
    |kan\ ikke\ leveres|kunne\ ikke\ leveres|olevererbar|kan\ inte\ levereras|ej\ levererat
    |kan\ ikke\ leveres|ei\ voitu\ toimittaa
    |niedostarczon|nie\ (?:można|udało\ się)\ dostarczyć|nedoruč|nekézbesíthető|kézbesíthetetlen
    |недоставлен|не\ доставлен|невозможно\ доставить|недостав
    |teslim\ edilemedi|iletilemedi|配信不能|配信できません|送信エラー|送信できません|未達|配信エラー
    |退信|无法送达|無法傳遞|未送达|반송|배달되지
    |전송\ 실패|לא\ נמסר|تعذر\ التسليم""",
    re.IGNORECASE | re.VERBOSE,
)

REPLY_PREFIX: Final = re.compile(
    r"\s{0,8}(?:re|fwd?|aw|wg|sv|vs|tr|rv|ref|odp|i|antw|doorst|rif|enc|fs|vb|pd|ynt|res)\s?:", re.IGNORECASE
)

FAILED: Final = re.compile(
    r"""(?:could|can|was|were|did|has|is|are|do|does|would|may)\ ?(?:not|n't
    |n['’]t)\ (?:yet\ )?(?:be\ |been\ )?(?:successfully\ )?
      (?:deliver|sent\b|relay|reach|accept|transmit|complet|found|exist|process|forward|member)
    |cannot\ be\ (?:deliver|sent|reach|relay)|unable\ to\ (?:be\ )?(?:deliver|relay|send|reach|find
    |complete)|undeliver|non-?deliver
    |fail(?:ed|ure|s)?\b.{0,60}\b(?:deliver|recipient|address|send|message|mail)|deliver(?:y|ed
    |ing)\b.{0,80}\b(?:fail|error|problem|delay|unsuccessful|abort|reject|trouble|suspended|expired|postponed)
    |(?:permanent|fatal|transient|temporary)\ (?:delivery\ )?(?:error|failure|problem)
    |error\ delivering|trouble\ delivering|problems?\ delivering
    |(?:had|with)\ (?:permanent|transient)?\ ?(?:fatal|delivery|non-fatal)?\ ?errors
    |wasn['’]?t\ (?:able|found)|error\ (?:occurr?ed\ )?while\ (?:trying|sending|deliver)
    |(?:user|mailbox|account|recipient|address|host|domain)s?(?:\ name)?(?:\ is|\ was
    |\(s\))?\ (?:is\ |are\ |was\ )?(?:unknown|not\ (?:found|known|listed|exist)|unavailable
    |disabled|full|over\ quota|inactive|rejected|invalid|suspended|does\ not|doesn['’]?t)
    |(?:unknown|invalid|bad|no\ such|non-?existent|unrecognized|illegal|no\ valid
    |invalid\ final)\ (?:delivery\ )?(?:user(?:id)?|recipient|address|mailbox|account|destination
    |host|domain|local)
    |account\ is\ (?:disabled|full|over)|over\ quota|quota\ exceeded|mailbox\ (?:is\ )?full|(?:was
    |were|been|is|has)\ (?:rejected|refused|returned|bounced|blocked|delayed)|rejected\ (?:by|your
    |recipient|for)|returned\ (?:to|below|mail|message)
    |undelivered|bounced|giving\ up|given\ up|not\ delivered|(?:will|are\ being|be)\ (?:retried
    |try\ again)|has\ been\ postponed|queued\ for|retry\ timeout|too\ many\ (?:hops|failures)
    |this\ is\ (?:just\ )?a\ (?:permanent|warning)|warning\ (?:message\ )?only|access\ denied
    |relay(?:ing)?\ (?:access\ )?denied|no\ longer\ (?:valid|exists|available|active|works)
    |transcript\ of\ session|mail\ could\ not\ be|not\ deliverable|unable\ to\ route|lookup\ fail
    |failure\ reasons?|not\ (?:a\ )?member|your\ mail\ sent\ on
    |nicht\ (?:zugestellt|zustellbar|ausgeliefert)|unzustellbar|unbekannt|n['’](?:a
    |ont)\ (?:pas\ )?pu\ [êe]tre|non\ (?:remis|distribu)|impossible\ de|inconnu|introuvable
    |no\ (?:se\ )?(?:ha\ )?(?:pudo|podido|puede)|no\ existe|desconocid|impossibile|sconosciut
    |non\ (?:è\ stato|è\ possibile|ha)|não\ (?:foi|pôde|pode|existe)|desconhecid|niet\ (?:worden
    |bezorgd|afgeleverd)|onbekend
    |kunne\ ikke|kan\ ikke|kunde\ inte|ei\ voitu|nie\ (?:można|udało|mógł)|nelze|nem\ sikerült
    |не\ (?:удалось|может|был|доставлен)|невозможно|не\ существует|edilemedi
    |(?:送信|配信|配送|送達)(?:に)?(?:失敗|でき(?:ませ|な)|エラー)|できませんでした|存在しま?せん|見つかりません|不明|エラー|无法|無法|失败|失敗|不存在|退回
    |被拒|실패|반송|없습니다""",
    re.IGNORECASE | re.VERBOSE,
)

# A line of an SMTP dialogue that refuses.
REFUSAL: Final = re.compile(
    r"(?<![\d.#/:-])[45][0-7]\d(?:[ -]#?[45]\.\d{1,3}\.\d{1,3}|[ -][ -]?[A-Za-z<(*#])"
    r"|(?<![\d.])[45]\.[0-7]\.\d{1,2}(?![\d.])"
)

DELAYED: Final = re.compile(
    r"""warning\ (?:message\ )?only|not\ yet\ been\ (?:delivered|able)|has\ been\ delayed
    |been\ (?:delayed|postponed|deferred)|is\ delayed|still\ (?:being\ )?(?:trying|awaiting|in\ the\ queue)
    |will\ (?:be\ retried|continue\ to|keep\ trying|try\ again|retry|be\ attempted)
    |delivery\ attempts\ will\ continue|do\ not\ need\ to\ (?:resend|take|send)|no\ action\ is\ required
    |this\ is\ (?:just|only)?\ ?a\ warning|temporar(?:y|ily)\ (?:problem|undeliver|failure)
    |message\ (?:is\ )?(?:still\ )?(?:undelivered|delayed)\ after|could\ not\ be\ delivered\ for\ \d
    |verzögert|retardé|retrasad|ritardat|atrasad|vertraagd|forsinket|fördröj|opóźnion|задерж|遅延|延迟
    |延遲|지연
    |noch\ nicht\ (?:zugestellt|ausgeliefert)|weitere\ zustellversuche|erneut\ versucht
    |(?:a[úu]n|todav[íi]a)\ no\ (?:se\ )?(?:ha|han|pudo)
    |no\ se\ ha\ (?:podido\ )?entrega\w{1,4}\ (?:todav[íi]a|a[úu]n)
    |(?:seguir[áa]|volver[áa])\ (?:a\ )?intent
    |n['’]a\ pas\ encore|pas\ encore\ (?:[ée]t[ée]\ )?(?:distribu|remis|livr)|nouvelles?\ tentatives?
    |non\ [èe]\ ancora|ancora\ stato\ (?:consegnato|recapitato)|(?:ulteriori|nuovi)\ tentativi
    |ainda\ n[ãa]o\ (?:foi|p[ôo]de)|novas\ tentativas|continuar[áa]\ tentando
    |nog\ niet\ (?:bezorgd|afgeleverd)|opnieuw\ geprobeerd
    |(?:[äa]nnu\ inte|endnu\ ikke|enn[åa]\ ikke)\ (?:leverer|levert)
    |jeszcze\ nie\ (?:zosta[łl]|dostarcz)|kolejn\w{1,4}\ pr[óo]b|(?:ещ[её])\ не\ доставлен|повторн\w{1,4}\ попыт
    |再送(?:を|し)|稍后重试|다시\ 시도""",
    re.IGNORECASE | re.VERBOSE,
)

# Where the report ends and the email that comes back begins.
RETURNED: Final = re.compile(
    r"""^(?:
      [ \t>*]{0,4}[-=_*+~]{2,80}[^\n]{0,60}?\b(?:copy\ of|original|returned|unsent|undelivered
      |unsent|rejected|your|message\ (?:header|text|content|follow)|body\ of|start\ of|header)s?\b[^\n]{0,80}
    | [ \t]{0,4}(?:the\ )?(?:original|returned|undelivered|your|message|first)\ ?(?:message|mail
    |e-?mail|headers?|\d+\ lines)[^\n]{0,40}\b(?:follows?|headers?|below|attached|details?)\b[^\n]{0,40}
    | [ \t]{0,4}original\ message(?:\ headers)?\ ?:[ \t]*
    | [ \t]{0,4}(?:message|mail)\ headers?\ (?:follow|:)[^\n]{0,40}
    | (?:return-path|received|delivered-to|x-apparently-to|dkim-signature|arc-seal|envelope-to
    |mime-version|x-mailer)[ \t]?:[^\n]*
    )$""",
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)
