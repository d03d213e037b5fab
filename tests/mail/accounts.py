"""Accounts of the test servers, and short emails to put there."""

from pathlib import Path
from typing import Any

from helpdesk.mail.account import ImapAccount, Secret, Security, SmtpAccount
from tests.servers.dovecot import PASSWORD


def imap_account(port: int, user: str, **more: Any) -> ImapAccount:
    settings: dict[str, Any] = {
        "host": "127.0.0.1",
        "security": Security.PLAIN,
        "password": Secret(PASSWORD),
        "connect_seconds": 3,
        "read_seconds": 3,
    }
    return ImapAccount(port=port, user=user, **settings | more)


def smtp_account(port: int, **more: Any) -> SmtpAccount:
    settings: dict[str, Any] = {
        "host": "127.0.0.1",
        "security": Security.PLAIN,
        "hello": "candour.example",
        "connect_seconds": 3,
        "read_seconds": 3,
    }
    return SmtpAccount(port=port, **settings | more)


def trusting(authority: Path, security: Security) -> dict[str, Any]:
    return {"host": "localhost", "security": security, "trusted_certificates": authority}


def an_email(subject: str = "Hello", body: str = "Good day.\r\n") -> bytes:
    return (
        f"From: Ada <ada@customer.example>\r\nTo: support@candour.example\r\nSubject: {subject}\r\n"
        f"Message-ID: <{abs(hash(subject))}@customer.example>\r\n\r\n{body}"
    ).encode()
