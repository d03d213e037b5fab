"""The words of signatures that machines add: telephones, disclaimers, gateways' warnings."""

# ruff: noqa: RUF001 - signs and words of many languages look alike on purpose

import re
from typing import Final

# "Sent from my telephone": a whole short line. What follows the words is a device or a program, never a clause.
_DEVICE: Final = r"[^\n,;:!?<>\[\]()]{1,48}"
MOBILE: Final = re.compile(
    rf"""(?:
      (?:sent|written|composed)\ (?:from|via|using|with|by|on)\ {_DEVICE}
    | get\ \S{{1,20}}\ for\ (?:ios|android|mac|windows)[^\n,;:!?<>\[\]()]{{0,20}}
    | (?:von|mit)\ {_DEVICE}\ (?:gesendet|geschickt|versendet|verschickt)
    | diese\ (?:nachricht|e-?mail|mail)\ wurde\ (?:von|mit)\ [^\n,;:!?<>]{{1,64}}\ (?:gesendet|geschickt
    |versendet|verschickt)
    | (?:please|pls)\ (?:excuse|forgive|pardon)\ [^\n,;:!?<>]{{0,20}}(?:brevity|typos|errors
    |spelling)[^\n,;:!?<>]{{0,20}}
    | sent\ from\ [^\n,;:!?<>]{{1,30}}[.,]\ (?:so\ |and\ )?(?:please|pls|sorry|excuse)\ [^\n;:?<>]{{1,40}}
    | (?:gesendet|geschickt|verschickt|versendet)\ (?:von|mit|aus|über|via)\ {_DEVICE}
    | (?:envoyé|transmis)\ (?:de|depuis|à\ partir\ de|avec|par|via)\ {_DEVICE}
    | (?:envoyé\ )?d['’]un\ (?:téléphone|mobile|appareil){_DEVICE}
    | (?:enviado|escrito)\ (?:desde|con|por|mediante)\ {_DEVICE}
    | (?:inviato|spedito)\ (?:da|dal|dallo|con|tramite)\ {_DEVICE}
    | enviad[oa]\ (?:do|da|de|no|pelo|pela|a\ partir\ d[oae]|via|através)\ {_DEVICE}
    | (?:verzonden|verstuurd|gestuurd)\ (?:vanaf|vanuit|van|met|via)\ {_DEVICE}
    | (?:sendt|skickat|sent)\ (?:fra|från|via|med|frå)\ {_DEVICE}
    | lähetetty\ {_DEVICE}
    | (?:wysłan[eoy]|wysłano)\ (?:z|ze|przez|za)\ {_DEVICE}
    | (?:odesláno|odoslané|poslané|odesláno)\ (?:z|ze|zo|pomocí)\ {_DEVICE}
    | {_DEVICE}(?:ról|ről|ból|ből)\ (?:küldve|küldtem|elküldve)
    | elküldve\ {_DEVICE}
    | trimis\ (?:de\ pe|din|de\ la|cu)\ {_DEVICE}
    | (?:отправлено|послано|написано)\ (?:с|со|из|от|через)\ {_DEVICE}
    | (?:надіслано|відправлено)\ (?:з|із|за)\ {_DEVICE}
    | изпратено\ (?:от|чрез)\ {_DEVICE}
    | {_DEVICE}(?:dan|den|tan|ten)\ gönderildi
    | (?:στάλθηκε|εστάλη|απεστάλη)\ (?:από|με)\ {_DEVICE}
    | נשלח\ מ{_DEVICE}
    | (?:أرسلت|أُرسلت|مرسل|مرسلة|تم\ الإرسال|أرسل)\ من\ {_DEVICE}
    | (?:[^\n,;:!?<>]{{1,24}})?から送信(?:しました|されました)?
    | (?:发自|來自|来自|發自|从我的|從我的|寄自|传自|傳自){_DEVICE}
    | {_DEVICE}(?:에서|로)\ (?:보냄|보냈습니다|전송됨|보낸\ 메일)
    | (?:được\ |đã\ )?gửi\ từ\ {_DEVICE}
    | (?:dikirim|terkirim|dihantar)\ (?:dari|dengan|melalui|daripada)\ {_DEVICE}
    | ส่งจาก{_DEVICE}
    | (?:poslano|poslato)\ (?:s|sa|iz|z|preko)\ {_DEVICE}
    | enviat\ (?:des\ de|des\ del|amb)\ {_DEVICE}
    | (?:saadetud|išsiųsta|nosūtīts|sent)\ (?:iš|no|minu|mano)\ {_DEVICE}
    | (?:obtener|obtenga|obtén|télécharger|obtenez|holen\ sie\ sich|scarica|ottieni|obtenha(?:\ o)?
    |baixe(?:\ o)?|hämta|hent|få|pobierz|download)
      \ \S{{1,20}}(?:\ \S{{1,12}})?\ (?:para|pour|für|per|för|til|for|dla)\ {_DEVICE}
    )[.。]?""",
    re.IGNORECASE | re.VERBOSE,
)

# Without one of these (lower case) no line is such a one: most lines are done here.
MOBILE_STEMS: Final = (
    "sent", "written", "composed", "get ", "gesendet", "geschickt", "versendet", "verschickt", "please", "pls",
    "envoy", "transmis", "téléphone", "mobile", "appareil", "enviad", "escrito", "inviato", "spedito", "verzonden",
    "verstuurd", "gestuurd", "sendt", "skickat", "lähetetty", "wysłan", "odesl", "odosl", "poslan", "küld", "trimis",
    "отправлено", "послано", "написано", "надіслано", "відправлено", "изпратено", "gönderildi", "στάλθηκε", "εστάλη",
    "נשלח", "رسل", "الإرسال", "送信", "发自", "來自", "来自", "發自", "從我的", "从我的", "寄自", "传自", "傳自",
    "보냄", "보냈", "전송됨", "보낸", "gửi", "kirim", "dihantar", "ส่งจาก", "poslat", "enviat", "saadetud", "išsiųst",
    "nosūtīt", "obt", "télécharger", "holen", "scarica", "ottieni", "baixe", "hämta", "hent", "få", "pobierz",
    "download",
)  # fmt: skip

# Words of disclaimers, in lower case; several different ones in one paragraph make it one.
DISCLAIMER: Final = tuple(
    word.strip()
    for word in """intended recipient|intended only|intended solely|solely for|confidential|privileged
    |unauthorised
    |unauthorized|disclos|in error|notify the sender|notify us|delete it|delete this|delete the
    |do not necessarily
    |liable|liability|virus|dissemin
    |vertraulich|unbefugt|irrtümlich|rechtlich geschützt|adressat|absender|vernichte|nicht gestattet
    |weitergabe
    |confidentiel|destinataire|par erreur|détrui|strictement|usage exclusif|non autorisée|divulgation
    |confidencia|destinatari|por error|prohibid|divulgaci|por engano|proibid|divulgação
    |riservat|per errore|vietat|diffusione|vertrouwelijk|geadresseerde|abusievelijk|ten onrechte|verboden
    |openbaarmaking|fortrolig|konfidentiel|konfidensiel|mottaker|modtager|mottagare|fejltagelse|ved en feil
    |av misstag|poufn|omyłkow|zabronion|důvěrn|omylem|příjemc|luottamuksell|vastaanottaja|erehdyk
    |bizalmas|címzett|tévedés|конфиденциальн|получател|по ошибке|gizli|yanlışlıkla|機密|宛先以外|保密|收件人""".split(
        "|"
    )
)

PRINTING: Final = re.compile(
    r"""before\ printing|avant\ d['’]imprimer|antes\ de\ imprimir|prima\ di\ stampare
    |bevor\ sie\ .{0,40}(?:aus)?drucken
    |ausdruck\ .{0,30}notwendig|umwelt\b.{0,40}druck|voordat\ u\ .{0,40}print|afdrukken
    |innan\ du\ skriver\ ut|zanim\ wydrukujesz""",
    re.IGNORECASE | re.VERBOSE,
)

# A gateway's warning on top of an email from outside.
BANNER: Final = re.compile(
    r"""outside\ (?:of\ )?(?:the|your|our|this)\ (?:organi[sz]ation|company|network|institution|university)
    |external\ (?:e-?mail|sender|source|message|address)|(?:e-?mail|message|sender)\ is\ external
    |originated?\ (?:from\ )?(?:an\ )?(?:outside|external)
    |you\ don['’]t\ often\ get\ e-?mail\ from|(?:do\ not|don['’]t)\ click\ (?:on\ )?(?:any\ )?links?
    |außerhalb\ (?:der|ihrer|unserer|des)\ (?:organisation|unternehmens|firma)|externe[rn]?\ (?:absender
    |e-?mail|nachricht|quelle)
    |sie\ erhalten\ nicht\ (?:häufig|oft)|exp[ée]diteur\ externe|(?:e-?mail|courriel
    |message)\ (?:provient\ de\ l['’])?ext[ée]rieur|externe\ [àa]\ (?:l['’]|votre)
    |vous\ n['’]obtenez\ pas\ souvent|remitente\ externo|correo\ externo|fuera\ de\ (?:la|su
    |nuestra)\ organizaci
    |no\ suele\ recibir|mittente\ esterno|esterno\ all['’]organizzazione|all['’]esterno\ dell
    |remetente\ externo|fora\ da\ (?:sua\ )?organiza
    |externe\ afzender|buiten\ (?:de|uw|onze)\ organisatie|extern\ avs[äe]nd|utanför\ organisationen
    |uden\ for\ organisationen
    |spoza\ (?:twojej\ )?organizacji|nadawc[ay]\ zewn|внешн(?:ий|его)\ отправител|kuruluş\ dışı|外部(?:メール
    |送信者|からのメール)|外部邮件|外部郵件""",
    re.IGNORECASE | re.VERBOSE,
)

# A gateway speaks of nobody's own; whoever does tells of something that happened to them.
FIRST_PERSON: Final = re.compile(
    r"(?<![\w'’])(?:I|my|ich|mein\w{0,2}|je|j['’]ai|mon|mes|yo|mi|mis|io|mio|eu|meu|ik|mijn|jeg|jag|mit|min|я|мой|моя)(?!\w)"
)

BANNER_START: Final = re.compile(
    r"""\W*(?:caution|warning|external|extern|attention|notice|important|be\ careful|security|alert
    |think\ before
    |this\ (?:e-?mail|message|is\ an)|(?:e-?mail|message)\ from|the\ sender|you\ don['’]t
    |some\ people\ who|do\ not\ click
    |vorsicht|achtung|warnung|hinweis|diese\ (?:e-?mail|nachricht)|sie\ erhalten|avertissement|prudence
    |ce\ (?:message|courriel)|cet\ e-?mail
    |vous\ n['’]|courriel|exp[ée]diteur|attenzione|avviso|questa\ e-?mail|mittente|esterno|atenci[óo]n
    |precauci[óo]n|aviso|este\ (?:correo|mensaje)
    |remitente|no\ suele|aten[çc][ãa]o|cuidado|este\ e-?mail|remetente|externo|let\ op|waarschuwing
    |deze\ e-?mail|pas\ op
    |obs|varning|detta|advarsel|denne|uwaga|ostrzeżenie|ta\ wiadomość|внимание|dikkat|注意|警告|外部)""",
    re.IGNORECASE | re.VERBOSE,
)

# "Get X for iOS", in any language: it counts only with a link behind it.
OUTLOOK_LINK: Final = re.compile(
    r"(?:\S{1,20}\s){0,4}(?:for|für|voor|pour|para|per|för|til|dla|pro|для|pre|за|για|pentru)\s"
    r"(?:ios|android|mac|windows|iphone|ipad)(?:\s\S{1,20}){0,2}",
    re.IGNORECASE,
)
