"""What must be known on whatever page one is, shown above the desk until it is over: who can mend it is led there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from babel.dates import format_timedelta
from flask import url_for
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import agents, counters, mailbox_tokens, mailboxes, reconciliation
from helpdesk.models.agent import Agent
from helpdesk.models.mailbox import LoginKind, Mailbox
from helpdesk.models.role import Permission
from helpdesk.web import filters
from helpdesk.web.language import _, locale, ngettext

_MOST: Final = 2


@dataclass(frozen=True, slots=True)
class Alarm:
    words: str
    url: str = ""
    link: str = ""


def around(session: Session, agent: Agent) -> Sequence[Alarm]:
    if not agent.may(Permission.SETUP):
        return _few(list(_stopped_of(session, agent)))
    found = [*_gaps(session), *_logins(session), *_stopped(session)]
    return _few(found, url_for("mailboxes.index"), _("Mailboxes"))


def _few(found: Sequence[Alarm], url: str = "", link: str = "") -> Sequence[Alarm]:
    """No more than leave room for the desk below them; how many there are besides."""
    if len(found) <= _MOST:
        return found
    left = len(found) - _MOST + 1
    more = ngettext("And one mailbox more.", "And %(num)s mailboxes more.", left)
    return [*found[: _MOST - 1], Alarm(more, url, link)]


def _stopped(session: Session) -> Iterator[Alarm]:
    """Mailboxes that can't send or can't be fetched: nothing of theirs moves until somebody mends the login."""
    stopped = mailboxes.stopped(session)
    yield from _untried(stopped)
    for mailbox in filter(_is_broken, stopped):
        where = "mailbox_logins.show" if mailbox.login is LoginKind.TOKEN else "mailboxes.show"
        yield Alarm(_how(mailbox), url_for(where, mailbox_id=mailbox.id), _("Mend it"))


def _stopped_of(session: Session, agent: Agent) -> Iterator[Alarm]:
    """The same for who answers there and can't mend it: whom to ask."""
    stopped = mailboxes.stopped(session)
    own = {team.id for team in counters.teams(session, agent)} if stopped else set()
    stopped = [mailbox for mailbox in stopped if mailbox.team_id in own]
    names = agents.names_of(session, Permission.SETUP, but=agent) if stopped else ""
    mends = " " + _("%(names)s can mend it.", names=names) if names else ""
    yield from _untried(stopped)
    for mailbox in filter(_is_broken, stopped):
        yield Alarm(_how(mailbox) + mends)


def _is_broken(mailbox: Mailbox) -> bool:
    """Rather than not even tried to be fetched from, which is the same for all of them."""
    return mailbox.sending_paused_because is not None or mailbox.poll_error_since is not None


def _untried(stopped: Sequence[Mailbox]) -> Iterator[Alarm]:
    tried = [mailbox.polled_at or mailbox.created_at for mailbox in stopped if not _is_broken(mailbox)]
    if tried:
        yield Alarm(
            _(
                "No email is fetched since %(since)s (%(long)s): the part of the desk that does it is not running. "
                "Whoever runs the installation can start it.",
                since=filters.moment(max(tried)),
                long=_long(max(tried)),
            )
        )


def _how(mailbox: Mailbox) -> str:
    if mailbox.sending_paused_because is not None:
        return _("%(address)s sends nothing: its login does not work.", address=mailbox.address)
    since = mailbox.poll_error_since or clock.now()
    return _(
        "Nothing is fetched from %(address)s since %(since)s (%(long)s).",
        address=mailbox.address,
        since=filters.moment(since),
        long=_long(since),
    )


def _long(since: datetime) -> str:
    return str(format_timedelta(clock.now() - since, granularity="minute", threshold=2, locale=locale()))


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
