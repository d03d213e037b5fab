"""How programs that answer in somebody's absence begin their subjects, in many languages."""

# ruff: noqa: RUF001 - signs and words of many languages look alike on purpose

import re
from typing import Final

_WORDS: Final = r"""
    automatic\ (?:reply|response|answer|message)|auto[- ]?(?:reply|response|responder|answer
    |matic\ reply|generated\ reply)
    |auto[- ]?reply|out[ -]of[ -](?:the[ -])?office(?:[ -](?:reply|auto[- ]?reply|message|response
    |notification|notice))?|ooo|oof
    |on\ (?:vacation|holiday|annual\ leave|maternity\ leave|parental\ leave)|(?:vacation
    |holiday)\ (?:reply|message|notice|response|auto[- ]?reply)
    |away\ (?:from\ (?:my|the)\ (?:office|mail|desk|computer)|message|notice|until.{0,40})
    |i\ am\ (?:currently\ )?(?:away|out\ of)
    |absence\ (?:notice|message|notification)|automated\ (?:reply|response|message)
    |automatische\ (?:antwort|r[üu]ckmeldung|e-?mail-?antwort)|abwesenheits(?:notiz|nachricht
    |meldung|assistent|benachrichtigung|agent|info)|(?:ich\ bin\ )?(?:nicht\ im\ (?:b[üu]ro|haus)
    |im\ urlaub)|autom\.?\ antwort
    |r[ée]ponse\ automatique|absente?\ (?:du\ bureau|jusqu.{0,30})|absence\ du\ bureau
    |message\ d['’]absence|en\ cong[ée]s?|r[ée]p\.?\ auto|en\ vacances
    |respuesta\ autom[áa]tica|fuera\ de\ (?:la\ )?oficina|ausente\ de\ la\ oficina|de\ vacaciones
    |contestaci[óo]n\ autom[áa]tica|mensaje\ autom[áa]tico
    |risposta\ automatica|fuori\ (?:sede|ufficio)|assen(?:za|te)\ dall['’]ufficio|in\ ferie
    |messaggio\ automatico
    |resposta\ autom[áa]tica|fora\ do\ escrit[óo]rio|ausente\ do\ escrit[óo]rio|de\ f[ée]rias
    |mensagem\ autom[áa]tica
    |automatisch\ antwoord|automatische\ (?:beantwoording|reactie)|afwezigheids(?:bericht|melding)
    |buiten\ kantoor|met\ vakantie
    |auto(?:matisk[t]?)?[ -]?svar|autosvar|frav[æa]rs(?:besked|melding|assistent)
    |fr[åa]nvaromeddelande|ikke\ (?:til\ stede|p[åa]\ kontoret)|ute\ av\ kontoret
    |inte\ p[åa]\ kontoret|p[åa]\ ferie
    |automaattinen\ vastaus|poissaolo(?:viesti|ilmoitus)|lomalla|automaat(?:ne\ )?vastus|kontorist\ v[äa]ljas
    |odpowied[źz]\ automatyczna|automatyczna\ odpowied[źz]|autoodpowied[źz]|poza\ biurem|autorespond\w*
    |automatick[áa]\ odpov[ěe][ďd]|mimo\ kancel[áa][řr]|automatick[áa]\ odpove[ďd]|mimo\ kancel[áa]rie
    |automatikus\ v[áa]lasz|h[áa]zon\ k[íi]v[üu]l|szabads[áa]gon
    |r[ăa]spuns\ automat|(?:nu\ sunt\ )?[îi]n\ concediu|automatski\ odgovor|samodejni\ odgovor
    |аўтаматычны\ адказ|автоматич\w+\ (?:ответ|відповідь|отговор|уведомление|сообщение)|автоответ(?:чик)?|вне\ офиса
    |нет\ на\ месте|в\ отпуске|автовідповідь|аутоматски\ одговор|извън\ офиса
    |otomatik\ (?:yan[ıi]t|cevap)|ofis\ d[ıi][şs][ıi](?:nda)?|αυτόματη\ απάντηση|εκτός\ γραφείου
    |automatinis\ atsakymas|autom[āa]tisk[āa]\ atbilde|sj[áa]lfvirkt\ svar|resposta\ autom[àa]tica
    |erantzun\ automatikoa
    |תשובה\ אוטומטית|מענה\ אוטומטי|מחוץ\ למשרד|رد\ تلقائي|الرد\ التلقائي|خارج\ المكتب|پاسخ\ خودکار
    |自動(?:返信|応答|回覆|回复|回復)|不在(?:通知|のお知らせ|連絡|届)|自动(?:回复|答复|回覆)|자동\ ?(?:회신|응답|답장)
    |부재\ ?중
    |ตอบกลับอัตโนมัติ|trả\ lời\ tự\ động|thư\ trả\ lời\ tự\ động|balasan\ otomatis
    |jawapan\ automatik|स्वचालित\ (?:उत्तर|जवाब)|স্বয়ংক্রিয়\ উত্তর|sedang\ cuti|di\ luar\ kantor"""

_PREFIX: Final = r"(?:\s*(?:re|aw|sv|vs|antw|odp|rif|ref|res|ynt|r|\[[^\]\n]{1,30}\])\s?:?\s*){0,2}"

# At the beginning, and then a colon, a dash, a bracket or nothing: a person who asks about "out of office" goes on.
AUTOMATIC_SUBJECT: Final = re.compile(
    rf"""{_PREFIX}[*\[(<«\"'“„【]{{0,2}}(?:{_WORDS})\s*
    (?:[:：\-–—\])>»\"'”“】!.,|/(]|(?:re|aw|sv|tr)\s?:|\Z)""",
    re.IGNORECASE | re.VERBOSE,
)

# "Auto: …", "Automatisch: …": only with the colon.
SHORT_PREFIX: Final = re.compile(
    r"(?:auto|autom|automatic|automatisch|automatique|automático|automatico|automatisk)\s?[:：]", re.IGNORECASE
)

RECEIPT_SUBJECT: Final = re.compile(
    r"""(?:read|not\ read|gelesen|ungelesen\ gel[öo]scht|lu|non\ lu|le[íi]do|letto|lida|gelezen
    |l[æa]st|l[äa]st|luettu|przeczytane|p[řr]e[čc]teno|olvasott|прочитано|прочтено|okundu|開封済み|已读
    |已讀|읽음)\s?[:：]""",
    re.IGNORECASE | re.VERBOSE,
)

# A whole short letter that thanks for a message and promises an answer is another desk's acknowledgement. It is no
# more than a doubt: it becomes a ticket like any other, and is not answered by a program.
LONGEST_ACKNOWLEDGEMENT: Final = 600
THANKS: Final = re.compile(
    r"""thank(?:s|\ you)(?:\ (?:very|so)\ much|\ a\ lot)?\ for\ (?:your|the|contacting|writing|getting|reaching)
    |we(?:\ have|['’]ve)?\ (?:successfully\ )?received\ your
    |(?:vielen|herzlichen|besten)?\ ?dank\ f[üu]r\ (?:ihre|deine|die)|wir\ haben\ (?:ihre|deine)\ .{0,40}erhalten
    |merci\ (?:de|pour)\ (?:votre|nous)|nous\ avons\ bien\ re[çc]u\ votre
    |gracias\ por\ (?:su|tu|contactar|escribir)|hemos\ recibido\ (?:su|tu)
    |grazie\ per\ (?:il\ (?:tuo|suo)|la\ (?:tua|sua)|averci)|abbiamo\ ricevuto\ (?:il|la|l)
    |obrigad[oa]\ (?:por|pel[ao])|recebemos\ (?:a\ )?sua
    |(?:bedankt|dank\ u(?:\ wel)?)\ voor\ (?:uw|je)|we\ hebben\ (?:uw|je)\ .{0,40}ontvangen
    |dzi[ęe]kujemy\ za|спасибо\ за\ (?:ваше|обращение)|tack\ f[öo]r\ (?:ditt|att)|tak\ for\ din""",
    re.IGNORECASE | re.VERBOSE,
)
PROMISE: Final = re.compile(
    r"""\b(?:we|our\ (?:team|support|staff)|somebody|someone|an?\ (?:agent|member|representative)\b.{0,30}?)
    (?:['’]ll|\ will|\ shall)\ (?:\w{1,12}\ ){0,2}
    (?:answer|reply|respond|get\ back|be\ in\ (?:touch|contact)|contact|review|come\ back|look\ into)
    |(?:wir|unser\ team)\ (?:werden|wird|melden|antworten|bearbeiten|k[üu]mmern|setzen)
    |nous\ (?:vous\ )?(?:r[ée]pondrons|reviendrons|traiterons|contacterons|allons)
    |(?:le|te)\ (?:responderemos|contestaremos|contactaremos)|nos\ pondremos\ en\ contacto
    |(?:ti|le|vi|la)\ (?:risponderemo|ricontatteremo|contatteremo)
    |(?:responderemos|entraremos\ em\ contato|entraremos\ em\ contacto)
    |(?:wij|we)\ (?:nemen|antwoorden|reageren|zullen|komen)
    |odpowiemy|skontaktujemy|мы\ (?:ответим|свяжемся)|vi\ (?:svarar|svarer|[åa]terkommer|vender|kommer)""",
    re.IGNORECASE | re.VERBOSE,
)
