"""Replies as mail clients write them, made up for these tests: introductions, headers and HTML by language."""

# ruff: noqa: E501, PLE2502 - lines as programs write them, with the direction signs of Hebrew

INTRODUCTIONS = """
On Tue, Feb 5, 2019 at 10:30 AM Ada <ada@example.com> wrote:
On Tue., Feb. 5, 2019, 10:30 a.m. Ada, <ada@example.com> wrote:
On Tuesday, February 5th, 2019 at 10:30 AM, Ada <ada@example.com> wrote:
On 2/5/19 10:30 AM, Ada Byron wrote:
At 10:30 AM 2/5/2019, you wrote:
Am Di., 5. Feb. 2019 um 10:30 Uhr schrieb Ada <ada@example.com>:
Am 05.02.19 um 10:30 schrieb Ada Byron:
Am 5. Februar 2019 10:30:00 MEZ schrieb Ada <ada@example.com>:
Le mar. 5 févr. 2019 à 10:30, Ada <ada@example.com> a écrit :
Le 05/02/2019 à 10:30, Ada Byron a écrit :
Le mardi 5 février 2019 à 10:30:12 UTC+1, Ada <ada@example.com> a écrit :
El mar., 5 feb. 2019 a las 10:30, Ada (<ada@example.com>) escribió:
El 5/2/19 a las 10:30, Ada Byron escribió:
Il giorno mar 5 feb 2019 alle ore 10:30 Ada <ada@example.com> ha scritto:
Il 05/02/19 10:30, Ada Byron ha scritto:
Em ter., 5 de fev. de 2019 às 10:30, Ada <ada@example.com> escreveu:
No dia 05/02/2019, às 10:30, Ada <ada@example.com> escreveu:
Op di 5 feb. 2019 om 10:30 schreef Ada <ada@example.com>:
Op 5 feb. 2019 om 10:30 heeft Ada <ada@example.com> het volgende geschreven:
Den tis 5 feb. 2019 kl 10:30 skrev Ada <ada@example.com>:
Den 5. feb. 2019 kl. 10.30 skrev Ada <ada@example.com>:
ti 5. helmik. 2019 klo 10.30 Ada (ada@example.com) kirjoitti:
Ada <ada@example.com> kirjoitti 5.2.2019 kello 10.30:
W dniu wt., 5.02.2019 o 10:30 Ada <ada@example.com> napisał(a):
Wiadomość napisana przez Ada <ada@example.com> w dniu 05.02.2019, o godz. 10:30:
út 5. 2. 2019 v 10:30 odesílatel Ada <ada@example.com> napsal:
Dňa ut 5. 2. 2019 o 10:30 Ada <ada@example.com> napísal(a):
Ada <ada@example.com> ezt írta (időpont: 2019. febr. 5., K, 10:30):
În data de 5 februarie 2019, 10:30, Ada <ada@example.com> a scris:
uto, 5. velj 2019. u 10:30 Ada <ada@example.com> napisao je:
V tor., 5. feb. 2019 ob 10:30 je oseba Ada <ada@example.com> napisala:
уто, 5. феб 2019. у 10:30 Ada <ada@example.com> је написао/ла:
На вт, 5.02.2019 г. в 10:30 ч. Ada <ada@example.com> написа:
вт, 5 февр. 2019 г. в 10:30, Ada <ada@example.com>:
05.02.2019 10:30, Ada Byron пишет:
вт, 5 лют. 2019 о 10:30 Ada <ada@example.com> пише:
Kuupäev E, 5. veebruar 2019 kell 10:30 kirjutas Ada <ada@example.com>:
otrd., 2019. g. 5. febr., plkst. 10:30 — lietotājs Ada (<ada@example.com>) rakstīja:
2019-02-05, an, 10:30 Ada <ada@example.com> rašė:
Þann þri., 5. feb. 2019 kl. 10:30 skrifaði Ada <ada@example.com>:
Missatge de Ada <ada@example.com> del dia dt., 5 de febr. 2019 a les 10:30:
Στις Τρί, 5 Φεβ 2019 στις 10:30 π.μ., ο χρήστης Ada <ada@example.com> έγραψε:
5 Şub 2019 Sal 10:30 tarihinde Ada <ada@example.com> şunu yazdı:
Ada <ada@example.com> şunları yazdı (5 Şub 2019 10:30):
‫בתאריך יום ג׳, 5 בפבר׳ 2019 ב-10:30 מאת ‪Ada‬‏ <‪ada@example.com‬‏>:‬
في الثلاثاء، 5 فبراير 2019 في 10:30 ص تمت كتابة ما يلي بواسطة Ada <ada@example.com>:
मंगल, 5 फ़र॰ 2019 को 10:30 पूर्वाह्न बजे को Ada <ada@example.com> ने लिखा:
ในวันที่ อ. 5 ก.พ. 2019 เวลา 10:30 Ada <ada@example.com> เขียนว่า:
Vào 10:30 T3, 5 thg 2, 2019 Ada <ada@example.com> đã viết:
Pada tanggal Sel, 5 Feb 2019 pukul 10.30 Ada <ada@example.com> menulis:
2019年2月5日(火) 10:30 Ada <ada@example.com>:
2019/02/05 10:30、Ada <ada@example.com>のメール:
Ada <ada@example.com> 于2019年2月5日周二 上午10:30写道：
Ada <ada@example.com> 於 2019年2月5日 週二 上午10:30寫道：
2019년 2월 5일 (화) 오전 10:30, Ada <ada@example.com>님이 작성:
19. 2. 5. 오전 10:30에 Ada Byron 이(가) 쓴 글:
05.02.2019, 10:30, "Ada" <ada@example.com>:
---- On Tue, 05 Feb 2019 10:30:43 +0100 Ada <ada@example.com> wrote ----
Op Di. 5 Feb. 2019 om 10:30 het Ada <ada@example.com> geskryf:
Noong Mar, Peb 5, 2019 nang 10:30 AM, isinulat ni Ada <ada@example.com> ang:
Ar Maw, 5 Chwef 2019 am 10:30 Ada <ada@example.com> ysgrifennodd:
Ada <ada@example.com> wrote:
""".strip().splitlines()

HEADERS = """
From: Ada <ada@example.com>|Sent: Monday, 2 May 2022 10:30|To: Team|Subject: Invoice
Date: Mon, 2 May 2022 10:30:00 +0200|Subject: Invoice|From: ada@example.com|To: team@example.org
Von: Ada <ada@example.com>|Gesendet: Montag, 2. Mai 2022 10:30|An: Team|Betreff: Rechnung
De : Ada <ada@example.com>|Envoyé : lundi 2 mai 2022 10:30|À : Team|Objet : Facture
De: Ada <ada@example.com>|Enviado el: lunes, 2 de mayo de 2022 10:30|Para: Team|Asunto: Factura
Da: Ada <ada@example.com>|Inviato: lunedì 2 maggio 2022 10:30|A: Team|Oggetto: Fattura
De: Ada <ada@example.com>|Enviada em: segunda-feira, 2 de maio de 2022 10:30|Para: Team|Assunto: Fatura
Van: Ada <ada@example.com>|Verzonden: maandag 2 mei 2022 10:30|Aan: Team|Onderwerp: Factuur
Fra: Ada <ada@example.com>|Sendt: 2. maj 2022 10:30|Til: Team|Emne: Faktura
Från: Ada <ada@example.com>|Skickat: den 2 maj 2022 10:30|Till: Team|Ämne: Faktura
Lähettäjä: Ada <ada@example.com>|Lähetetty: maanantai 2. toukokuuta 2022 10:30|Vastaanottaja: Team|Aihe: Lasku
Od: Ada <ada@example.com>|Wysłano: poniedziałek, 2 maja 2022 10:30|Do: Team|Temat: Faktura
Od: Ada <ada@example.com>|Odesláno: pondělí 2. května 2022 10:30|Komu: Team|Předmět: Faktura
Feladó: Ada <ada@example.com>|Elküldve: 2022. május 2., hétfő 10:30|Címzett: Team|Tárgy: Számla
От: Ada <ada@example.com>|Отправлено: 2 мая 2022 г. 10:30|Кому: Team|Тема: Счёт
Від: Ada <ada@example.com>|Надіслано: 2 травня 2022 р. 10:30|Кому: Team|Тема: Рахунок
Kimden: Ada <ada@example.com>|Gönderildi: 2 Mayıs 2022 Pazartesi 10:30|Kime: Team|Konu: Fatura
Από: Ada <ada@example.com>|Στάλθηκε: Δευτέρα, 2 Μαΐου 2022 10:30|Προς: Team|Θέμα: Τιμολόγιο
差出人: Ada <ada@example.com>|送信日時: 2022年5月2日 10:30|宛先: Team|件名: 請求書
发件人: Ada <ada@example.com>|发送时间: 2022年5月2日 10:30|收件人: Team|主题: 发票
寄件者： Ada <ada@example.com>|寄件日期： 2022年5月2日 10:30|收件者： Team|主旨： 發票
보낸 사람: Ada <ada@example.com>|보낸 날짜: 2022년 5월 2일 10:30|받는 사람: Team|제목: 청구서
מאת: Ada <ada@example.com>|נשלח: יום שני 02 מאי 2022 10:30|אל: Team|נושא: חשבונית
من: Ada <ada@example.com>|تم الإرسال: الاثنين 2 مايو 2022 10:30|إلى: Team|الموضوع: فاتورة
De la: Ada <ada@example.com>|Trimis: luni, 2 mai 2022 10:30|Către: Team|Subiect: Factură
Od: Ada <ada@example.com>|Poslano: 2. svibnja 2022. 10:30|Prima: Team|Predmet: Račun
Dari: Ada <ada@example.com>|Dikirim: Senin, 2 Mei 2022 10:30|Kepada: Team|Subjek: Faktur
Từ: Ada <ada@example.com>|Đã gửi: 2 tháng 5, 2022 10:30|Đến: Team|Chủ đề: Hóa đơn
""".strip().splitlines()

SEPARATORS = """
-----Original Message-----
----- Original message -----
-----Ursprüngliche Nachricht-----
-------- Original-Nachricht --------
---------- Weitergeleitete Nachricht ---------
-----Message d'origine-----
-------- Message transféré --------
-----Mensaje original-----
-------- Mensaje reenviado --------
-----Messaggio originale-----
-------- Messaggio Inoltrato --------
-----Mensagem original-----
-----Oorspronkelijk bericht-----
-------- Doorgestuurd bericht --------
-----Oprindelig meddelelse-----
-----Opprinnelig melding-----
-----Ursprungligt meddelande-----
-----Alkuperäinen viesti-----
-----Wiadomość oryginalna-----
-----Původní zpráva-----
-----Eredeti üzenet-----
-----Исходное сообщение-----
-------- Пересылаемое сообщение --------
-----Orijinal Mesaj-----
-----Αρχικό μήνυμα-----
-----元のメッセージ-----
------------------ 原始邮件 ------------------
-----원본 메시지-----
---------- Forwarded message ---------
""".strip().splitlines()

TELEPHONES = """
Sent from my iPhone
Sent from my Galaxy smartphone.
Sent from Mail for Windows
Sent from Yahoo Mail on Android
Sent with Proton Mail secure email.
Sent from my mobile. Please excuse brevity.
Get Outlook for iOS
Get Outlook for Android<https://link.example/x>
Von meinem iPhone gesendet
Gesendet von meinem Galaxy Smartphone.
Gesendet von Mail für Windows 10
Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.
Outlook für Android beziehen<https://link.example/x>
Envoyé de mon iPhone
Envoyé depuis mon appareil Galaxy
Télécharger Outlook pour iOS
Enviado desde mi iPhone
Obtener Outlook para iOS
Inviato da iPhone
Scarica Outlook per iOS
Enviado do meu iPhone
Verstuurd vanaf mijn iPhone
Verzonden met Outlook voor iOS
Sendt fra min iPhone
Skickat från min iPhone
Hämta Outlook för iOS
Lähetetty iPhonesta
Wysłane z iPhone'a
Odesláno z iPhonu
Odoslané z iPhonu
iPhone-omról küldve
Trimis de pe iPhone-ul meu
Отправлено с iPhone
Отправлено из мобильной Почты
Надіслано з iPhone
Изпратено от моя iPhone
iPhone'umdan gönderildi
Στάλθηκε από το iPhone μου
נשלח מה-iPhone שלי
تم الإرسال من الـ iPhone
iPhoneから送信
发自我的iPhone
從我的 iPhone 傳送
나의 iPhone에서 보냄
Đã gửi từ iPhone của tôi
Dikirim dari iPhone saya
ส่งจาก iPhone ของฉัน
Poslano s mog iPhone uređaja
Enviat des del meu iPhone
""".strip().splitlines()


def html_replies(introduction: str, header: str) -> dict[str, str]:
    """Give one reply in the HTML of each client; the answer is "My answer.", the quote "Earlier words."."""
    said = introduction.replace("<", "&lt;").replace(">", "&gt;")
    lines = header.replace("<", "&lt;").replace(">", "&gt;").split("|")
    bold = "<br>".join("<b>{}:</b>{}".format(*line.replace("：", ":").split(":", 1)) for line in lines)
    rows = "".join(f"<div>{line}</div>" for line in lines)
    return {
        "gmail": f'<div dir="ltr">My answer.</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr"'
        f' class="gmail_attr">{said}<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:'
        '1px #ccc solid;padding-left:1ex"><p>Earlier words.</p></blockquote></div>',
        "gmail, signature below": f'<div dir="ltr"><div>My answer.</div><div><br></div><span class="'
        'gmail_signature_prefix">-- </span><br><div dir="ltr" class="gmail_signature">Ann<br>Sales</div></div><br>'
        f'<div class="gmail_quote"><div class="gmail_attr">{said}<br></div><blockquote class="gmail_quote">Earlier'
        " words.</blockquote></div>",
        "gmail, ten years ago": '<div dir="ltr">My answer.</div><div class="gmail_extra"><br><div class="gmail_quote">'
        f'{said}<br><blockquote class="gmail_quote">Earlier words.</blockquote></div><br></div>',
        "outlook for desktops": '<div class="WordSection1"><p class="MsoNormal">My answer.<o:p></o:p></p><p class='
        '"MsoNormal"><o:p>&nbsp;</o:p></p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt'
        f' 0cm 0cm 0cm"><p class="MsoNormal">{bold}<o:p></o:p></p></div></div><p class="MsoNormal">Earlier words.'
        "<o:p></o:p></p></div>",
        "outlook 2010": "<div class=WordSection1><p class=MsoNormal>My answer.<o:p></o:p></p><div style='border:none;"
        f"border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0in 0in 0in'><p class=MsoNormal>{bold}</p></div><p class="
        "MsoNormal>Earlier words.</p></div>",
        "outlook on the web": '<div class="elementToProof">My answer.</div><div id="Signature"><div>Ann</div></div>'
        '<div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg"'
        f' dir="ltr"><font face="Calibri">{bold}</font><div>&nbsp;</div></div><div>Earlier words.</div>',
        "outlook for telephones": '<div dir="auto">My answer.</div><div id="ms-outlook-mobile-signature">Get <a href='
        '"https://link.example">Outlook for iOS</a></div><hr style="display:inline-block;width:98%"><div id='
        f'"divRplyFwdMsg">{bold}</div><div>Earlier words.</div>',
        "new outlook": '<div>My answer.</div><div id="mail-editor-reference-message-container"><div><div style='
        f'"text-align:left;padding:3pt 0in 0in;border-width:1pt medium medium;border-style:solid none none">{bold}'
        "</div><div>Earlier words.</div></div></div>",
        "apple mail": f'<div>My answer.</div><br><div><blockquote type="cite"><div>{said}</div><br class="Apple-'
        'interchange-newline"><div>Earlier words.</div></blockquote></div><br>',
        "iphone": '<div dir="ltr">My answer.</div><div dir="ltr"><br id="lineBreakAtBeginningOfSignature"><div dir="ltr">'
        f'Sent from my iPhone</div></div><div dir="ltr"><br><blockquote type="cite">{said}<br><br></blockquote></div>'
        '<blockquote type="cite"><div dir="ltr">Earlier words.</div></blockquote>',
        "thunderbird": f'<p>My answer.</p><div class="moz-signature">-- <br>Ann</div><div class="moz-cite-prefix">{said}'
        '<br></div><blockquote type="cite" cite="mid:1@example.com">Earlier words.</blockquote>',
        "yahoo": '<div class="ydp1yahoo-style-wrap"><div dir="ltr">My answer.</div></div><div id="ydp2yahoo_quoted_1" '
        f'class="ydp2yahoo_quoted"><div>{said}</div><div><br></div><div>Earlier words.</div></div>',
        "proton": '<div style="font-family:Arial">My answer.</div><div class="protonmail_signature_block"><div class='
        f'"protonmail_signature_block-user">Ann</div></div><div class="protonmail_quote">{said}<br><blockquote class='
        '"protonmail_quote" type="cite">Earlier words.</blockquote></div>',
        "k-9": f'<html><body>My answer.<br><br><div class="gmail_quote">{said}<blockquote class="gmail_quote" style='
        '"margin: 0pt 0pt 0pt 0.8ex; border-left: 1px solid">Earlier words.</blockquote></div></body></html>',
        "zimbra": f'<div>My answer.</div><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__">{bold}'
        '</div><div data-marker="__QUOTED_TEXT__">Earlier words.</div>',
        "web mailer of a provider": '<div>My answer.</div><div>&nbsp;<div name="quote" style="border-left:2px solid">'
        f'<div>{bold}</div><div name="quoted-content">Earlier words.</div></div></div>',
        "zoho": f'<div>My answer.<br></div><div class="zmail_extra" style="border-top:1px"><div id="Zm-_Id_-Sgn1">{said}'
        '<br></div><blockquote style="margin:0">Earlier words.</blockquote></div>',
        "hotmail": f"<body class='hmmessage'><div dir='ltr'>My answer.<br><div><hr id=\"stopSpelling\">{'<br>'.join(lines)}"
        "<br><br>Earlier words.</div></div></body>",
        "samsung": f'<div dir="auto">My answer.</div><div><br></div><div><!-- originalMessage --><div>-------- Original '
        f"message --------</div>{rows}<div><br></div></div>Earlier words.",
        "front": f'<div>My answer.</div><br><div class="front-signature">Ann</div><br><blockquote type="cite" class='
        f'"front-blockquote">{said}<br><br><div>Earlier words.</div></blockquote>',
        "superhuman": '<div><div>My answer.</div><br><div class="sh-signature"><div>Sent via <a href="https://link.example">'
        f'Superhuman</a></div></div></div><br><div><div class="gmail_quote">{said}<br><blockquote class="gmail_quote">'
        "Earlier words.</blockquote></div></div>",
        "spark": '<div name="messageBodySection"><div>My answer.</div></div><div name="messageSignatureSection"><br>Ann'
        f'</div><div name="messageReplySection">{said}<br><blockquote type="cite">Earlier words.</blockquote></div>',
        "tuta": f"<div>My answer.<br></div><div>-- <br></div><div>Sent securely.<br></div><div><br></div><div>{said}<br>"
        '</div><blockquote class="tutanota_quote"><div>Earlier words.</div></blockquote>',
        "mail.ru": '<div>My answer.</div><div data-signature-widget="container"><div data-signature-widget="content">--'
        f'<br>Ann</div></div><blockquote style="border-left:1px solid">{said}<br><div>Earlier words.</div></blockquote>',
        "a quotation without any mark": f"<p>My answer.</p>{said}<br><blockquote>Earlier words.</blockquote>",
        "no structure at all": f"My answer.<br><br>{said}<br><br>&gt; Earlier words.<br>",
    }
