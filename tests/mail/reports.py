"""Raw emails for tests of reading and screening, put together from a few lines."""

from helpdesk.mail import inbound
from helpdesk.mail.parsed import ParsedEmail


def letter(body: str = "Hello, my printer burns.", **headers: str) -> bytes:
    """Build a plain email; headers by name with _ for -, "" leaves one out."""
    fields = {
        "Return-Path": "<ann@customer.example>",
        "From": "Ann <ann@customer.example>",
        "To": "support@desk.example",
        "Subject": "My printer",
        "Message-ID": "<1@customer.example>",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    }
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\n" for name, value in fields.items() if value)
    return f"{head}MIME-Version: 1.0\n\n{body}\n".encode()


def read(body: str = "Hello, my printer burns.", **headers: str) -> ParsedEmail:
    return inbound.read(letter(body, **headers))


def report(
    words: str, status: str = "", returned: str = "", *, kind: str = "delivery-status", **headers: str
) -> ParsedEmail:
    """Build a report in parts: words for people, fields for machines, and what comes back."""
    parts = [f"Content-Type: text/plain; charset=utf-8\n\n{words}\n"]
    if status:
        parts.append(f"Content-Type: message/{kind}\n\n{status}\n")
    if returned:
        parts.append(f"Content-Type: message/rfc822\n\n{returned}\n")
    body = "".join(f"--frontier\n{part}\n" for part in parts) + "--frontier--"
    fields = {
        "Return-Path": "<>",
        "From": "Mail Delivery System <MAILER-DAEMON@mx.example>",
        "Subject": "Undelivered Mail Returned to Sender",
        "Content-Type": f'multipart/report; report-type={kind}; boundary="frontier"',
    }
    return read(body, **{name.replace("-", "_"): value for name, value in (fields | headers).items()})


RETURNED = """Message-ID: <t.7.secret@desk.example>
From: support@desk.example
To: ann@customer.example
Subject: Re: My printer

Have you tried water?"""
