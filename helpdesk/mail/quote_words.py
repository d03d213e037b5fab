"""The words by which mail clients, in many languages, introduce an earlier email."""

# ruff: noqa: RUF001 - signs and words of many languages look alike on purpose

import re
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a header line inside a body says, whatever its language."""

    FROM = "from"
    DATE = "date"
    TO = "to"
    CC = "cc"
    SUBJECT = "subject"
    OTHER = "other"


_HEADER_KEYS: Final = {
    Role.FROM: """from|von|de|da|van|fra|från|lähettäjä|od|feladó|от|от кого|від|gönderen|kimden|από|מאת|من
        |差出人|送信者|发件人|寄件者|寄件人|보낸 사람|보낸사람|de la|expeditor
        |saatja|kellelt|no|nuo|frá|dari|từ|จาก
        |pošiljatelj|pošiljalac|šalje|remitente|mittente|remetente|expéditeur|absender|afzender|avsändare
        |afsender|avsender|nadawca|odesílatel|odosielateľ|sender|nork|изпратено от|подател|فرستنده|از""",
    Role.DATE: """sent|date|gesendet|gesendet am|datum|envoyé|envoyé le|enviado|enviado el|enviada em
    |enviado em
        |enviada|fecha|data|inviato|inviato il|verzonden|verstuurd|sendt|dato|skickat|lähetetty|päivämäärä
        |päiväys|pvm|wysłano|wysłane|odesláno|odoslané|dátum|elküldve|küldve|trimis|отправлено|дата|когда
        |надіслано|gönderilme tarihi|tarih|gönderildi|ημερομηνία|στάλθηκε|אלחנ|נשלח|תאריך|تاريخ
        |تاريخ الإرسال
        |التاريخ|تم الإرسال|أرسلت|送信日時|日付|日時|送信日|发送时间
        |时间|日期|寄件日期|發送時間|傳送時間|보낸 날짜|날짜|보낸시간
        |poslano|poslato|изпратено|saadetud|kuupäev|nosūtīts|datums|išsiųsta|tanggal|dikirim|terkirim|ngày
        |đã gửi|gửi|วันที่|ส่ง|message du|date d'envoi|sent at|sent on|date sent|тарих|تاریخ|dagsetning
        |sent date""",
    Role.TO: """to|an|à|a|para|per|naar|aan|til|till|vastaanottaja|kenelle|do|komu|címzett|către|catre
    |кому|до
        |kime|alıcı|προς|אל|إلى|الى|宛先|收件人|收件者|받는 사람|받는사람|za
        |prima|primatelj|kam|kellele|kepada|đến|tới
        |ถึง|pre|saaja|destinatario|destinataire|destinatário|empfänger|ontvanger|mottagare|modtager
        |mottaker
        |recipient|recipients|adresat|adressaat|nori|به|на""",
    Role.CC: """cc|kopie|copie|copie à|copia|kopi|kopio|kopia|dw|do wiadomości|másolat|копия|копія|bilgi
    |κοιν
        |κοινοποίηση|עותק|نسخة|抄送|副本|참조|bcc|cci|cco|ccn|blindkopie|cópia|kópia|koopia|tembusan""",
    Role.SUBJECT: """subject|betreff|objet|sujet|asunto|oggetto|assunto|onderwerp|emne|ämne|aihe|otsikko
    |temat
        |předmět|predmet|tárgy|subiect|тема|относно|konu|θέμα
        |נושא|الموضوع|موضوع|件名|主题|主旨|主題|標題|제목|naslov
        |zadeva
        |teema|temats|tema|subjek|perihal|chủ đề|tiêu đề|เรื่อง|หัวเรื่อง|assumpte|gaia|efni|re|subj|sub""",
    Role.OTHER: """reply-to|reply to|répondre à|antwort an|responder a|importance|wichtigkeit|priorität
    |priority
        |attachments|attachment|anlagen|anhang|anhänge|pièces jointes|adjuntos|allegati|anexos|bijlagen
        |organization|sensitivity|flag|mailed-by|signed-by|list-id|message-id|resent-from|resent-to
        |newsgroups
        |onderwerpen|приложения|вложения|załączniki|bilagor|vedhæftede filer|liitteet|添付ファイル|附件""",
}

HEADER_ROLES: Final = {" ".join(key.split()): role for role, keys in _HEADER_KEYS.items() for key in keys.split("|")}

# "wrote", where a client puts it: after the name, or between the date and the name.
WROTE: Final = re.compile(
    r"""\b(?:wrote|writes|schrieb(?:en)?|geschrieben|a\ [ée]crit|escribi[óo]|ha\ scritto|scrive|escreveu
    |schreef|geschreven
    |skrev|skreiv|kirjoitti|napisa(?:ł|l|o|la|li|na)?(?:\(a\)|\(la\)|/la)?|pisze|nap[ís]sal(?:\(a\)|a)?
    |napsal(?:\(a\)|/a|a)?
    |[íi]rta|a\ scris|yazd[ıi]|έγραψε|va\ escriure|missatge\ de|idatzi(?:\ du)?|escribiu|raš[ėe]
    |rakst[īi]ja|kirjutas
    |skrifaði|shkroi
    |geskryf|scríobh|ysgrifennodd|aliandika|isinulat(?:\ ni)?|đã\ viết|menulis|napisao(?:/la)?
    |написа(?:л|в|ла|ли|о|ла)?(?:\([-–]?л?а\)|/ла)?|пишет
    |писал(?:а)?|пише
    |напиша)(?!\w)
    |写道|寫道|写了|書きました|書いた|のメール|のメッセージ|님이\ 작성|작성(?=\W*$)|쓴\ 글
    |썼습니다|(?:כתב(?:/?ה)?|كتب(?:ت)?|نوشت)(?!\w)
    |เขียน(?:ว่า)?|ने\ लिखा|დაწერა""",
    re.IGNORECASE | re.VERBOSE,
)

# How "wrote" may end a line that has no colon.
WROTE_ENDINGS: Final = tuple(
    """wrote|writes|schrieb|geschrieben|écrit|ecrit|escribió|escribio|scritto|escreveu|schreef|skrev
    |kirjoitti|napisał
    |napisał(a)|napisała|pisze|napsal(a)|napsal|írta|scris|yazdı|έγραψε|написал|написал(а)|пишет|написав
    |写道|寫道|작성""".replace("\n    ", "").split("|")
)

# Stems of "original message", "forwarded message", "reply message".
EARLIER: Final = re.compile(
    r"""original|\bforward|quoted|previous\ message|reply\ message|replied\ message|urspr[üu]ngliche
    |weitergeleitet
    |d['’]origine|transf[ée]r|transmis|r[ée]exp[ée]di|originale|reenviad|inoltrat|encaminhad
    |oorspronkelijk|doorgestuurd
    |oprindelig|opprinnelig|ursprunglig|videresend|vidarebefordra|vidaresänd|alkuperäinen|välitetty
    |edelleenlähetetty
    |oryginaln|pierwotna|przekazan|przesłan|p[ůu]vodn|p[řr]eposlan|pôvodn|preposlan|eredeti|továbbított
    |redirec|исходн
    |оригинал|пересыл|переслан|перенаправ|вихідн|пересилан|препратен|özgün|orijinal|iletil|αρχικό
    |προωθημέν|מקורית|הועבר
    |الأصلية|محول|المحول|توجيه|元のメッセージ|転送|原始|原邮件|邮件原件|转发|轉寄|转寄
    |원본|전달|izvorna|proslijeđen|prosleđen|thư\ gốc
    |chuyển\ tiếp|asli|terusan|diteruskan|posredovan|edastatud|algne|persiųst|pārsūtīt|iniziale
    |mensaje\ anterior""",
    re.IGNORECASE | re.VERBOSE,
)

# A line that helpdesks put above their own text, asking people to write above it.
WRITE_ABOVE: Final = re.compile(
    r"""^\W{0,12}(?:please\ )?(?:reply|respond|write|type\ your\ (?:reply
    |response))\b.{0,24}\babove\b.{0,24}\bline
    |^\W{0,12}(?:bitte\ )?(?:antworten|schreiben)\ sie.{0,24}(?:oberhalb|über)\b.{0,24}\b(?:linie|zeile)
    |^\W{0,12}(?:veuillez\ )?(?:répond|écri).{0,30}au-dessus.{0,24}ligne
    |^\W{0,12}(?:por\ favor,?\ )?(?:respond|escrib).{0,30}(?:encima|arriba).{0,24}l[íi]nea""",
    re.IGNORECASE | re.VERBOSE,
)
