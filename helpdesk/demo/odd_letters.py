"""How machines, lists and strangers write: the bytes of unusual emails."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_string
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from random import Random
from typing import Any

from helpdesk.demo.attachments import picture
from helpdesk.demo.company import Writer
from helpdesk.demo.letters import Thread, answer_to, envelope, sealed

Build = Callable[[Writer, str, datetime, Thread, Random], bytes]
"""Writer, addressee, moment, thread and dice make an email."""


def question(one: dict[str, Any]) -> Build:
    """An ordinary one, as the beginning of something else."""

    def build(writer: Writer, to: str, at: datetime, thread: Thread, _throw: Random) -> bytes:
        message = envelope(writer.name, writer.email, to, at)
        message["Subject"] = one["subject"]
        message.set_content(f"Hello,\n\n{one['text']}\n\n{writer.name}\n")
        thread.ids.append(str(message["Message-ID"]))
        return sealed(message)

    return build


def newsletter(one: dict[str, Any]) -> Build:
    def build(writer: Writer, to: str, at: datetime, _thread: Thread, _throw: Random) -> bytes:
        message = envelope(writer.name, writer.email, to, at)
        domain = writer.email.rpartition("@")[2]
        message["Subject"] = one["subject"]
        message["List-Unsubscribe"] = f"<https://{domain}/unsubscribe?m=77>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message["Precedence"] = "bulk"
        message.set_content(
            f"{one['title']}\n\n{one['lead']}\n\n" + "\n".join(f"* {point}" for point in one["points"])
        )
        pictures = [f'<img src="{url}" alt="" width="560">' for url in one["images"]]
        rows = "".join(f'<li style="margin:8px 0">{escape(point)}</li>' for point in one["points"])
        message.add_alternative(
            '<html><body style="background:#eef1f4;margin:0"><table width="600" align="center" cellpadding="24"'
            f' style="background:#fff;font-family:Georgia,serif"><tr><td>{pictures[0]}'
            f'<h1 style="color:#254">{escape(one["title"])}</h1><p>{escape(one["lead"])}</p><ul>{rows}</ul>'
            f'{"".join(pictures[1:])}<p style="font-size:11px;color:#889">You once gave us a card.'
            f' <a href="https://{domain}/unsubscribe?m=77">Unsubscribe</a></p></td></tr></table></body></html>',
            subtype="html",
        )
        return sealed(message)

    return build


def list_post(one: dict[str, Any]) -> Build:
    def build(writer: Writer, _to: str, at: datetime, _thread: Thread, _throw: Random) -> bytes:
        message = envelope(writer.name, writer.email, "bike-mechanics@lists.wrench-list.example", at)
        message.replace_header("Return-Path", "<bike-mechanics-bounces@lists.wrench-list.example>")
        message["Subject"] = one["subject"]
        message["List-Id"] = f"{one['name']} <bike-mechanics.lists.wrench-list.example>"
        message["List-Post"] = "<mailto:bike-mechanics@lists.wrench-list.example>"
        message["Precedence"] = "list"
        message.set_content(one["text"].lstrip())
        return sealed(message)

    return build


def phishing(one: dict[str, Any]) -> Build:
    def build(writer: Writer, to: str, at: datetime, _thread: Thread, _throw: Random) -> bytes:
        message = envelope(writer.name, writer.email, to, at)
        message.replace_header("Authentication-Results", "mx.corvid.example; spf=fail smtp.mailfrom=" + writer.email)
        message["Subject"] = one["subject"]
        message.set_content(f"{one['text']}\n\n{one['link']}\n")
        message.add_alternative(
            f'<p>{escape(one["text"])}</p><p><a href="{one["target"]}">{one["link"]}</a></p>', subtype="html"
        )
        return sealed(message)

    return build


def with_picture(one: dict[str, Any]) -> Build:
    def build(writer: Writer, to: str, at: datetime, thread: Thread, throw: Random) -> bytes:
        message = envelope(writer.name, writer.email, to, at)
        message["Subject"] = one["subject"]
        message.set_content(f"{one['before']}\n\n[image: crack.png]\n\n{one['after']}\n\n{writer.name}\n")
        message.add_alternative(
            f'<p>{escape(one["before"])}</p><p><img src="cid:picture1@mail" alt=""></p><p>{escape(one["after"])}</p>'
            f"<p>{escape(writer.name)}</p>",
            subtype="html",
        )
        html = message.get_body(("html",))
        assert isinstance(html, EmailMessage)  # noqa: S101 - just added
        html.add_related(picture(throw), "image", "png", cid="<picture1@mail>", filename="crack.png")
        thread.ids.append(str(message["Message-ID"]))
        return sealed(message)

    return build


def invitation(one: dict[str, Any]) -> Build:
    def build(writer: Writer, to: str, at: datetime, _thread: Thread, _throw: Random) -> bytes:
        message = envelope(writer.name, writer.email, to, at)
        begins = (at + timedelta(days=6)).astimezone(UTC).replace(hour=10, minute=0, second=0)
        message["Subject"] = one["subject"]
        message.set_content(one["text"] + "\n")
        lines = [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tandwiel//Supply//EN", "METHOD:REQUEST", "BEGIN:VEVENT",
            f"UID:spring-{begins:%Y%m%d}@tandwiel-supply.example", f"DTSTAMP:{at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
            f"DTSTART:{begins:%Y%m%dT%H%M%SZ}", f"DTEND:{begins + timedelta(hours=1):%Y%m%dT%H%M%SZ}",
            f"SUMMARY:{one['subject']}", f"ORGANIZER;CN={writer.name}:mailto:{writer.email}",
            f"ATTENDEE;RSVP=TRUE:mailto:{to}", "END:VEVENT", "END:VCALENDAR", "",
        ]  # fmt: skip
        message.add_alternative("\r\n".join(lines), subtype="calendar", params={"method": "REQUEST"})
        return sealed(message)

    return build


def forwarded(one: dict[str, Any]) -> Build:
    def build(writer: Writer, to: str, at: datetime, thread: Thread, _throw: Random) -> bytes:
        inner = EmailMessage(policy=SMTP)
        inner["Date"] = format_datetime(at - timedelta(hours=3))
        inner["From"] = f"{one['inner_name']} <{one['inner_email']}>"
        inner["To"] = writer.email
        inner["Subject"] = one["inner_subject"]
        inner.set_content(one["inner_text"] + "\n")
        message = envelope(writer.name, writer.email, to, at)
        message["Subject"] = one["subject"]
        message.set_content(f"Hello,\n\n{one['text']}\n\n{writer.name}\n")
        message.add_attachment(inner)
        thread.ids.append(str(message["Message-ID"]))
        return sealed(message)

    return build


def without_sender(one: dict[str, Any]) -> Build:
    """A contact form that sends in nobody's name; it waits to be looked at."""

    def build(_writer: Writer, to: str, at: datetime, _thread: Thread, _throw: Random) -> bytes:
        message = EmailMessage(policy=SMTP)
        message["Date"] = format_datetime(at)
        message["To"] = to
        message["Subject"] = one["subject"]
        message["Message-ID"] = f"<form.{at:%Y%m%d%H%M}@corvid.example>"
        message.set_content(one["text"] + "\n")
        return message.as_bytes()

    return build


def out_of_office(told: dict[str, Any]) -> Build:
    def build(writer: Writer, to: str, at: datetime, thread: Thread, _throw: Random) -> bytes:
        message = envelope(writer.name, writer.email, to, at)
        subject = thread.ours.subject if thread.ours else ""
        message["Subject"] = told["subject"][writer.language].format(subject=subject)
        message["Auto-Submitted"] = "auto-replied"
        message["X-Auto-Response-Suppress"] = "All"
        answer_to(message, thread)
        message.set_content(told["text"][writer.language] + f"\n\n{writer.name}\n")
        return sealed(message)

    return build


def stranger(one: dict[str, Any]) -> Build:
    """Somebody to whom our answer was forwarded writes into the conversation."""

    def build(_writer: Writer, to: str, at: datetime, thread: Thread, _throw: Random) -> bytes:
        message = envelope(one["writer"], one["email"], to, at)
        message["Subject"] = f"Re: {thread.ours.subject if thread.ours else ''}"
        answer_to(message, thread)
        message.set_content(one["text"] + "\n")
        return sealed(message)

    return build


def receipt(one: dict[str, Any]) -> Build:
    """A read receipt (RFC 8098), which nobody asked for."""

    def build(writer: Writer, to: str, at: datetime, thread: Thread, _throw: Random) -> bytes:
        fields = f"Reporting-UA: mail.example\r\nFinal-Recipient: rfc822;{writer.email}\r\n"
        fields += f"Original-Message-ID: {thread.ours.message_id if thread.ours else ''}\r\n"
        fields += "Disposition: manual-action/MDN-sent-manually; displayed\r\n"
        return _report(
            writer, to, at, thread, subject="Read: ", text=one["text"], kind="disposition-notification", fields=fields
        )

    return build


def bounce(writer: Writer, to: str, at: datetime, thread: Thread, _throw: Random) -> bytes:
    """A delivery report (RFC 3464): the address is gone."""
    daemon = Writer("Mail Delivery System", f"MAILER-DAEMON@{writer.email.rpartition('@')[2]}", "en")
    fields = f"Reporting-MTA: dns; mx.{writer.email.rpartition('@')[2]}\r\n\r\n"
    fields += f"Final-Recipient: rfc822; {writer.email}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    fields += "Diagnostic-Code: smtp; 550 5.1.1 nobody has this address any more\r\n"
    text = f"Your message to {writer.email} could not be delivered:\n\n550 5.1.1 nobody has this address any more\n"
    return _report(
        daemon, to, at, thread, subject="Undelivered Mail Returned to Sender", text=text, kind="delivery-status",
        fields=fields,
    )  # fmt: skip


def _report(  # noqa: PLR0913  a report has an author, a matter, words and fields
    writer: Writer, to: str, at: datetime, thread: Thread, *, subject: str, text: str, kind: str, fields: str
) -> bytes:
    message = envelope(writer.name, writer.email, to, at)
    message.replace_header("Return-Path", "<>")
    ours = thread.ours
    message["Subject"] = subject + (ours.subject if ours and subject.endswith(" ") else "")
    message["Auto-Submitted"] = "auto-replied"
    if ours:
        message["In-Reply-To"] = ours.message_id
    message.make_mixed()
    parts = {"text/plain": text, f"message/{kind}": fields, "text/rfc822-headers": f"From: {to}\r\n"}
    if ours:
        parts["text/rfc822-headers"] += f"Message-ID: {ours.message_id}\r\n"
    for media_type, body in parts.items():
        message.attach(message_from_string(f"Content-Type: {media_type}\r\n\r\n{body}", policy=SMTP))
    message.replace_header("Content-Type", f'multipart/report; report-type="{kind}"')
    return sealed(message)
