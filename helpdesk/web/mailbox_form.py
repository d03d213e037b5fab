"""The form of a mailbox: read with plain words for what is wrong; its passwords go in and never come out."""

from dataclasses import dataclass, replace
from typing import Final

from flask import request
from sqlalchemy.orm import Session

from helpdesk.desk import lengths, mailboxes, sizes
from helpdesk.desk.mailbox_setup import USUAL_IMAP, USUAL_SMTP, Setup
from helpdesk.desk.mailboxes import Server
from helpdesk.mail.account import ImapAccount, SmtpAccount
from helpdesk.mail.trouble import TlsFailed
from helpdesk.models.agent import Team
from helpdesk.models.mailbox import AfterFetch, Mailbox, Security
from helpdesk.storage.vault import Vault
from helpdesk.web.language import _
from helpdesk.web.numbers import between, whole
from helpdesk.web.told import told

FARTHEST: Final = 3650  # days to import
FASTEST: Final = 6000  # emails in a minute; a desk that sends faster has no limit


LONGEST: Final = 200  # of a name or a folder


class FormWrong(Exception):
    """What was typed into a field can't be a mailbox; the message is for whoever typed it."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


@dataclass(frozen=True, slots=True)
class Typed:
    """A mailbox as the form has it."""

    setup: Setup
    team_id: int | None
    after_fetch: AfterFetch
    move_to: str | None
    most_per_minute: int = 0
    sent_folder: str | None = None
    largest_mb: int | None = None


def read(stored: Mailbox | None = None) -> Typed:
    """What the form says. Raises FormWrong, TooLong."""
    given = request.form
    imap = _server("imap", USUAL_IMAP)
    smtp = _server("smtp", USUAL_SMTP)
    if not imap.user:
        raise FormWrong("imap_user", _("Fetching needs a user: most often the address itself."))
    if "same" in given:
        smtp = replace(smtp, user=imap.user, password=smtp.password or imap.password)
    setup = Setup(
        address=stored.address if stored else given.get("address", "").strip(),
        name=_line("name"),
        imap=imap,
        smtp=smtp,
        folder=_line("folder") or "INBOX",
        import_days=_import_days(),
    )
    _require_encryption(setup)
    after = given.get("after_fetch", "")
    after_fetch = AfterFetch(after) if after in set(AfterFetch) else AfterFetch.NOTHING
    move_to = _line("move_to") or None
    if after_fetch is AfterFetch.MOVE and not move_to:
        raise FormWrong("move_to", _("Say into which folder fetched emails are moved."))
    if after_fetch is AfterFetch.MOVE and move_to and move_to.casefold() == setup.folder.casefold():
        raise FormWrong("move_to", _("Fetched emails can't be moved into the folder that is fetched."))
    return Typed(
        setup,
        given.get("team", type=whole),
        after_fetch,
        move_to,
        _most_per_minute(stored),
        _sent_folder(stored, setup.folder),
        _largest_mb(stored),
    )


def of(mailbox: Mailbox) -> Typed:
    """The form as it is for a mailbox that is set up."""
    setup = Setup(
        address=mailbox.address,
        name=mailbox.name,
        imap=mailboxes.incoming(mailbox),
        smtp=mailboxes.outgoing(mailbox),
        folder=mailbox.folder,
    )
    return Typed(
        setup,
        mailbox.team_id,
        mailbox.after_fetch,
        mailbox.move_to,
        mailbox.most_per_minute,
        mailbox.sent_folder,
        mailbox.largest_mb,
    )


def team_of(session: Session, typed: Typed) -> Team:
    team = session.get(Team, typed.team_id) if typed.team_id else None
    if team is None:
        raise FormWrong("team", _("Choose the team that answers it."))
    return team


def require_passwords(typed: Typed) -> None:
    """Of a mailbox that is not to log in by token. Raises FormWrong."""
    if not typed.setup.imap.password:
        raise FormWrong("imap_password", _("Type the password of the mailbox, or save it to log in by token."))
    if typed.setup.smtp.user and not typed.setup.smtp.password:
        raise FormWrong("smtp_password", _("Type the password for sending, or take the one for fetching."))


def accounts(typed: Typed, stored: Mailbox | None, vault: Vault) -> tuple[ImapAccount, SmtpAccount]:
    """What a trial reaches; a password that was left empty is the stored one, for the server it was given for.

    Raises SecretNeeded, SecretUnreadable, TlsFailed.
    """
    setup = typed.setup
    incoming, outgoing = setup.imap_account, setup.smtp_account
    if stored is None:
        return incoming, outgoing
    mailboxes.require_secrets(stored, setup.imap, setup.smtp)
    if not incoming.password:
        incoming = replace(incoming, password=mailboxes.imap_account(stored, vault).password)
    if not outgoing.password and outgoing.user:
        outgoing = replace(outgoing, password=mailboxes.smtp_account(stored, vault).password)
    return incoming, outgoing


def _most_per_minute(stored: Mailbox | None) -> int:
    given = request.form.get("most_per_minute", str(stored.most_per_minute) if stored else "").strip()
    if not given:
        return 0
    number = between(given, 0, FASTEST)
    if number is None:
        raise FormWrong(
            "most_per_minute", _("Emails in a minute: a number from 0, for no limit, to %(most)s.", most=FASTEST)
        )
    return number


def _sent_folder(stored: Mailbox | None, fetched: str) -> str | None:
    """Where copies of what was sent go: "" is the folder the server marks for that, None no folder at all."""
    given = request.form
    if "copies" not in given:
        return stored.sent_folder if stored else None
    if given["copies"] != "keep":
        return None
    folder = _line("sent_folder")
    if folder.casefold() == fetched.casefold():
        raise FormWrong("sent_folder", _("Copies of what was sent can't go into the folder that is fetched."))
    return folder


def _largest_mb(stored: Mailbox | None) -> int | None:
    now = str(stored.largest_mb) if stored and stored.largest_mb else ""
    given = request.form.get("largest_mb", now).strip()
    if not given:
        return None
    number = between(given, 1, sizes.LARGEST)
    if number is None:
        raise FormWrong(
            "largest_mb", _("The largest email: a number of megabytes from 1 to %(most)s.", most=sizes.LARGEST)
        )
    return number


def _import_days() -> int | None:
    days = between(request.form.get("import_days", "") or "0", 0, FARTHEST)
    if days is None:
        raise FormWrong("import_days", _("Days to import: a number from 0 to %(most)s.", most=FARTHEST))
    return days or None


def _require_encryption(setup: Setup) -> None:
    """Unless the server is on this machine. Raises FormWrong."""
    side = "imap"
    try:
        setup.imap_account  # noqa: B018  made to be checked
        side = "smtp"
        setup.smtp_account  # noqa: B018
    except TlsFailed as error:
        raise FormWrong(f"{side}_security", told(str(error))) from None


def _line(name: str) -> str:
    """What stands in a field of the form. Raises TooLong."""
    return lengths.text(request.form.get(name, ""), LONGEST, field=name)


def _server(side: str, usual: dict[Security, int]) -> Server:
    given = request.form
    host = given.get(f"{side}_host", "").strip()
    word = given.get(f"{side}_security", "")
    if not host or len(host) > 253 or any(sign.isspace() or sign in "/@" for sign in host):
        raise FormWrong(f"{side}_host", _("Name the server, such as imap.example.com, without anything around it."))
    if word not in set(Security):
        raise FormWrong(f"{side}_security", _("Choose how the connection is encrypted."))
    typed = given.get(f"{side}_port", "").strip()
    port = between(typed, 1, 65535) if typed else usual[Security(word)]
    if port is None:
        raise FormWrong(f"{side}_port", _("A port is a number from 1 to 65535."))
    return Server(
        host=host,
        port=port,
        security=Security(word),
        user=given.get(f"{side}_user", "").strip(),
        password=given.get(f"{side}_password", ""),
    )
