"""What customers' mail programs make of their words: RFC 5322 bytes with quotes, signatures and HTML."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from babel.dates import format_datetime as spoken_moment

from helpdesk.demo.attachments import File
from helpdesk.demo.company import Writer, tongues

MX = "mx.corvid.example"
"""The company's own mail exchanger, whose Authentication-Results the demo's desk trusts."""

_CHARSETS = {"ja": "iso-2022-jp", "de": "iso-8859-15", "fr": "iso-8859-1", "pl": "iso-8859-2", "ar": "windows-1256"}
_PHONE = {
    "en": "Sent from my phone", "de": "Von meinem Telefon gesendet", "fr": "Envoyé depuis mon téléphone",
    "es": "Enviado desde mi teléfono", "pl": "Wysłane z mojego telefonu", "ja": "スマートフォンから送信",
    "ar": "أُرسلت من هاتفي", "it": "Inviato dal mio telefono", "nl": "Verzonden vanaf mijn telefoon",
}  # fmt: skip
_RE = {"de": "AW: ", "nl": "Antw: ", "pl": "Odp: ", "it": "R: "}
_FIELDS = {"de": ("Von", "Gesendet", "An", "Betreff"), "fr": ("De", "Envoyé", "À", "Objet")}


@dataclass(frozen=True, slots=True)
class Answered:
    """The email of ours that a letter answers."""

    message_id: str
    at: datetime
    who: str
    text: str = field(repr=False)
    subject: str = field(default="", repr=False)


@dataclass(slots=True)
class Thread:
    """What has been sent to and fro so far."""

    ids: list[str] = field(default_factory=list)
    ours: Answered | None = None


def style_of(writer: Writer) -> Callable[[EmailMessage, Writer, str, Answered | None], None]:
    """Everybody has one mail program and keeps to it."""
    programs = (_plain, _plain, _phone, _webmail, _webmail, _office, _old)
    return programs[hashlib.sha256(writer.email.encode()).digest()[0] % len(programs)]


def write(
    writer: Writer, to: str, subject: str, text: str, *, at: datetime, thread: Thread, files: Sequence[File] = ()
) -> bytes:
    """A customer's email; on a thread it answers our last one, and is remembered there."""
    message = envelope(writer.name, writer.email, to, at)
    answered = thread.ours
    message["Subject"] = _RE.get(writer.language, "Re: ") + subject if answered else subject
    answer_to(message, thread)
    style_of(writer)(message, writer, text, answered)
    for file in files:
        main, _, sub = file.media_type.partition("/")
        message.add_attachment(file.payload, main, sub, filename=file.name)
    thread.ids.append(str(message["Message-ID"]))
    return sealed(message)


def envelope(name: str, email: str, to: str, at: datetime) -> EmailMessage:
    """The headers that every email from outside has here."""
    domain = email.rpartition("@")[2]
    message = EmailMessage(policy=SMTP)
    message["Return-Path"] = f"<{email}>"
    message["Authentication-Results"] = f"{MX}; spf=pass smtp.mailfrom={email}; dkim=pass header.d={domain}"
    message["Date"] = format_datetime(at)
    message["From"] = f'"{name}" <{email}>' if name else email
    message["To"] = to
    unique = hashlib.sha256(f"{email} {to} {at}".encode()).hexdigest()[:24]
    message["Message-ID"] = f"<{unique}@{domain}>"
    return message


def answer_to(message: EmailMessage, thread: Thread) -> None:
    if thread.ours:
        message["In-Reply-To"] = thread.ours.message_id
    if thread.ids:
        message["References"] = " ".join(thread.ids[-8:])


def sealed(message: EmailMessage) -> bytes:
    """The bytes, with boundaries that are the same each time."""
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            digest = hashlib.sha256(f"{message['Message-ID']} {number}".encode()).hexdigest()
            part.set_boundary(f"=-{digest[:24]}")
    return message.as_bytes()


def _plain(message: EmailMessage, writer: Writer, text: str, answered: Answered | None) -> None:
    words = text
    if answered:
        words += f"\n\n{_wrote(writer, answered)}\n" + "\n".join(f"> {line}".rstrip() for line in _lines(answered))
    message.set_content(words + "\n")


def _old(message: EmailMessage, writer: Writer, text: str, answered: Answered | None) -> None:
    """An old program: the charset of its country, where that has all the letters."""
    _plain(message, writer, text, answered)
    words = message.get_content()
    charset = _CHARSETS.get(writer.language, "utf-8")
    try:
        words.encode(charset)
    except UnicodeEncodeError:
        return
    message.set_content(words, charset=charset, cte="7bit" if writer.language == "ja" else "quoted-printable")


def _phone(message: EmailMessage, writer: Writer, text: str, answered: Answered | None) -> None:
    _plain(message, writer, f"{text}\n\n{_PHONE[writer.language]}", answered)


def _webmail(message: EmailMessage, writer: Writer, text: str, answered: Answered | None) -> None:
    _plain(message, writer, text, answered)
    html = f'<div dir="{_direction(writer)}">{_paragraphs(text)}</div>'
    if answered:
        quote = "<br>".join(escape(line) for line in _lines(answered))
        html += (
            f'<br><div class="gmail_quote"><div class="gmail_attr">{escape(_wrote(writer, answered))}<br></div>'
            '<blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex">'
            f"{quote}</blockquote></div>"
        )
    message.add_alternative(html + "\n", subtype="html")


def _office(message: EmailMessage, writer: Writer, text: str, answered: Answered | None) -> None:
    """A program for offices: a signature with a rule above it, the quoted headers in bold."""
    domain = writer.email.rpartition("@")[2]
    business = domain.split(".")[0].replace("-", " ").title()
    names = _FIELDS.get(writer.language, ("From", "Sent", "To", "Subject"))
    plain = f"{text}\n\n{writer.name}\n{business}\n{writer.email}\n"
    html = (
        '<html><head><style>p.MsoNormal{margin:0cm;font-size:11.0pt;font-family:"Calibri",sans-serif}</style></head>'
        f'<body lang="{writer.language}" dir="{_direction(writer)}">{_paragraphs(text, css="MsoNormal")}'
        f'<p class="MsoNormal">&nbsp;</p><p class="MsoNormal"><b>{escape(writer.name)}</b><br>{escape(business)}<br>'
        f'<a href="mailto:{writer.email}">{writer.email}</a></p>'
    )
    if answered:
        told = (answered.who, _moment(writer, answered), writer.name, answered.subject)
        plain += "\n" + "\n".join(f"{name}: {value}" for name, value in zip(names, told, strict=True))
        plain += "\n\n" + "\n".join(_lines(answered)) + "\n"
        fields = "<br>".join(f"<b>{name}:</b> {escape(value)}" for name, value in zip(names, told, strict=True))
        quote = "<br>".join(escape(line) for line in _lines(answered))
        html += (
            '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
            f'<p class="MsoNormal">{fields}</p></div><p class="MsoNormal">{quote}</p>'
        )
    message.set_content(plain)
    message.add_alternative(html + "</body></html>\n", subtype="html")


def _wrote(writer: Writer, answered: Answered) -> str:
    return tongues()[writer.language].wrote.format(when=_moment(writer, answered), who=answered.who)


def _moment(writer: Writer, answered: Answered) -> str:
    return spoken_moment(answered.at, "short", locale="en_GB" if writer.language == "en" else writer.language)


def _lines(answered: Answered) -> list[str]:
    return answered.text.splitlines()


def _paragraphs(text: str, css: str = "") -> str:
    kind = f' class="{css}"' if css else ""
    return "".join(
        f"<p{kind}>" + "<br>".join(escape(line) for line in part.splitlines()) + "</p>" for part in text.split("\n\n")
    )


def _direction(writer: Writer) -> str:
    return "rtl" if writer.language == "ar" else "ltr"
