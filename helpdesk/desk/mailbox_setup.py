"""A mailbox as somebody typed it, before it is a row: where its servers most often are, and how it is tried."""

from dataclasses import dataclass, field
from typing import Final

from helpdesk.desk.mailboxes import Server
from helpdesk.mail import account
from helpdesk.mail.account import ImapAccount, Secret, SmtpAccount
from helpdesk.models.mailbox import Security

USUAL_IMAP: Final = {Security.TLS: 993, Security.STARTTLS: 143, Security.PLAIN: 143}
USUAL_SMTP: Final = {Security.TLS: 465, Security.STARTTLS: 587, Security.PLAIN: 25}
PROVIDERS: Final = {
    "gmail.com": ("imap.gmail.com", "smtp.gmail.com"),
    "googlemail.com": ("imap.gmail.com", "smtp.gmail.com"),
    "outlook.com": ("outlook.office365.com", "smtp.office365.com"),
    "hotmail.com": ("outlook.office365.com", "smtp.office365.com"),
    "yahoo.com": ("imap.mail.yahoo.com", "smtp.mail.yahoo.com"),
    "icloud.com": ("imap.mail.me.com", "smtp.mail.me.com"),
    "gmx.de": ("imap.gmx.net", "mail.gmx.net"),
    "gmx.net": ("imap.gmx.net", "mail.gmx.net"),
    "web.de": ("imap.web.de", "smtp.web.de"),
    "fastmail.com": ("imap.fastmail.com", "smtp.fastmail.com"),
    "posteo.de": ("posteo.de", "posteo.de"),
    "mailbox.org": ("imap.mailbox.org", "smtp.mailbox.org"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """One mailbox as it was typed; it is tried out before it becomes a row."""

    address: str
    name: str
    imap: Server
    smtp: Server
    folder: str = "INBOX"
    import_days: int | None = field(default=None)

    @property
    def imap_account(self) -> ImapAccount:
        """Raises TlsFailed: no encryption, and the server is not on this machine."""
        one = self.imap
        return ImapAccount(
            host=one.host,
            port=one.port,
            security=account.Security(one.security.value),
            user=one.user,
            password=Secret(one.password),
            folder=self.folder,
        )

    @property
    def smtp_account(self) -> SmtpAccount:
        """Raises TlsFailed, as above."""
        one = self.smtp
        return SmtpAccount(
            host=one.host,
            port=one.port,
            security=account.Security(one.security.value),
            user=one.user,
            password=Secret(one.password),
            hello=self.address.rpartition("@")[2],
        )


def offered(address: str) -> Setup:
    """The servers an address most often has, without asking anybody: not even for the name of one."""
    domain = address.rpartition("@")[2].strip().lower()
    imap, smtp = PROVIDERS.get(domain, (f"imap.{domain}", f"smtp.{domain}") if domain else ("", ""))
    return Setup(
        address=address,
        name=address.partition("@")[0].capitalize(),
        imap=Server(host=imap, port=993, security=Security.TLS, user=address),
        smtp=Server(host=smtp, port=465, security=Security.TLS, user=address),
    )
