"""What an admin must know on whatever page they are: shown above the desk until it is over."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import mailbox_tokens, mailboxes, reconciliation
from helpdesk.models.agent import Agent
from helpdesk.models.mailbox import LoginKind
from helpdesk.models.role import Permission
from helpdesk.web import filters
from helpdesk.web.language import _


@dataclass(frozen=True, slots=True)
class Alarm:
    words: str
    url: str
    link: str


def around(session: Session, agent: Agent) -> Sequence[Alarm]:
    if not agent.may(Permission.SETUP):
        return ()
    return [*_gaps(session), *_logins(session), *_stopped(session)]


def _stopped(session: Session) -> Iterator[Alarm]:
    """Mailboxes that can't send or can't be fetched: nothing of theirs moves until somebody mends the login."""
    for mailbox in mailboxes.stopped(session):
        if mailbox.sending_paused_because is not None:
            words = _("%(address)s sends nothing: its login does not work.", address=mailbox.address)
        else:
            since = filters.moment(mailbox.poll_error_since or clock.now())
            words = _("Nothing is fetched from %(address)s since %(since)s.", address=mailbox.address, since=since)
        where = "mailbox_logins.show" if mailbox.login is LoginKind.TOKEN else "mailboxes.show"
        yield Alarm(words, url_for(where, mailbox_id=mailbox.id), _("Mend it"))


def _logins(session: Session) -> Iterator[Alarm]:
    """Logins by token that will end, while they still work."""
    for mailbox, token in mailbox_tokens.troubled(session):
        if token.error:
            words = _("%(address)s: its login can't be renewed and ends soon.", address=mailbox.address)
        else:
            words = _("%(address)s: the client secret at its provider ends soon.", address=mailbox.address)
        yield Alarm(words, url_for("mailbox_logins.show", mailbox_id=mailbox.id), _("Mend it"))


def _gaps(session: Session) -> Sequence[Alarm]:
    url, link = url_for("ledger.index"), _("Mail ledger")
    return [
        Alarm(
            _(
                "%(address)s: emails on the server are missing here (%(count)s).",
                address=gap.mailbox.address,
                count=gap.place.missing_count,
            ),
            url,
            link,
        )
        for gap in reconciliation.gaps(session)
    ]
