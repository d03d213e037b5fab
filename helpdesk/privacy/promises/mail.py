"""Checks of email: every mail server is spoken to over TLS, and what we send watches nobody."""

import re
from ipaddress import ip_address
from typing import Final

from sqlalchemy import select

from helpdesk import paths
from helpdesk.languages import N_
from helpdesk.models.mailbox import Mailbox, Security
from helpdesk.privacy.promises.check import Asked, Evidence, broken, kept, proves

_LOADS: Final = re.compile(
    r"<(?:img|link|script|iframe|object|embed|video|audio|source|svg|style|form|input|base)\b"
    r"|\b(?:src|srcset|background|poster)\s*=|url\(|@import|https?://",
    re.IGNORECASE,
)


@proves("mail-over-tls", kept_by=("helpdesk.mail.imap.connect", "helpdesk.mail.smtp.Post"))
def mail_goes_over_tls(asked: Asked) -> Evidence:
    """Every active mailbox fetches and sends over TLS; a server on this very machine needs none."""
    mailboxes = asked.session.scalars(select(Mailbox).where(Mailbox.is_active)).all()
    ways = [
        way for one in mailboxes for way in ((one.imap_host, one.imap_security), (one.smtp_host, one.smtp_security))
    ]
    plain = sum(security is Security.PLAIN and not is_this_machine(host) for host, security in ways)
    if plain:
        return broken(N_("Connections to mail servers without encryption: %(plain)s."), plain=plain)
    inside = sum(security is Security.PLAIN for _host, security in ways)
    return kept(
        N_("Mailboxes: %(mailboxes)s; connections over TLS: %(tls)s; on this very machine: %(inside)s."),
        mailboxes=len(mailboxes),
        tls=len(ways) - inside,
        inside=inside,
    )


@proves("no-tracking-in-mail", kept_by=("helpdesk.desk.letters.letter", "helpdesk.desk.compose.email"))
def mail_watches_nobody(asked: Asked) -> Evidence:  # noqa: ARG001  the templates say it all
    """No letter loads a picture, a style or a script, and no link in one leads anywhere but to us."""
    letters = sorted((paths.templates() / "mail").iterdir())
    loading = [path.name for path in letters if _LOADS.search(path.read_text(encoding="utf-8"))]
    if loading:
        return broken(N_("Kinds of email that would load something: %(loading)s."), loading=len(loading))
    return kept(N_("Templates of emails: %(letters)s; none of them loads anything."), letters=len(letters))


def is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
