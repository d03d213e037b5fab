"""The frame around every list: the views with their counters, and the bar at the bottom of a phone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from flask import request, url_for
from sqlalchemy import Select
from sqlalchemy.orm import Session

from helpdesk.desk import (
    counters,
    desk_page,
    drafts,
    inbox,
    notices,
    privacy_requests,
    saved_views,
    undelivered,
    waiting,
)
from helpdesk.desk.counters import Counting
from helpdesk.desk.inbox import COUNTED_UP_TO, Part, View
from helpdesk.models.agent import Agent
from helpdesk.models.role import Permission
from helpdesk.storage.prepared import prepared
from helpdesk.web import alarms
from helpdesk.web.alarms import Alarm
from helpdesk.web.language import _, number
from helpdesk.web.paging import Listed

ICONS: Final = {
    View.MINE: "user-check",
    View.UNASSIGNED: "inbox",
    View.OPEN: "layers",
    View.PENDING: "hourglass",
    View.SNOOZED: "alarm-clock",
    View.CLOSED: "circle-check",
    View.SPAM: "ban",
    View.TRASH: "trash-2",
}
# what waits for me, then all of the desk by its state
_ORDER: Final[Sequence[View | str]] = (
    View.MINE,
    View.UNASSIGNED,
    "mentions",
    "drafts",
    View.SNOOZED,
    "waiting",
    "notices",
    View.OPEN,
    View.PENDING,
    View.CLOSED,
    View.SPAM,
    View.TRASH,
)
_MENTIONS: Final = "is:mentioned"
_COUNTED: Final = (View.MINE, View.UNASSIGNED, View.OPEN, View.PENDING)
_AT_THE_BOTTOM: Final = (View.MINE, View.UNASSIGNED, View.OPEN)
_TO_LOOK_AT: Final = ("waiting", "undelivered", "held")  # emails that wait, answers that did not arrive, or were held
Counter = counters.Counted | str


@dataclass(frozen=True, slots=True)
class ViewLink:
    slug: str
    name: str
    icon: str
    url: str
    count: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class SavedLink:
    """A search kept under a name."""

    name: str = field(repr=False)
    url: str = field(repr=False)
    is_shared: bool
    is_current: bool


@dataclass(frozen=True, slots=True)
class Frame:
    views: Sequence[ViewLink]
    teams: Sequence[ViewLink]
    mailboxes: Sequence[ViewLink]
    bottom: Sequence[ViewLink]
    current: str = ""
    saved: Sequence[SavedLink] = ()
    alarms: Sequence[Alarm] = ()
    requests: str = ""  # of customers over their data, that are not done

    def count(self, slug: str) -> str | None:
        """The counter of one view, as it is written; None where a view is not counted."""
        links = (*self.views, *self.teams, *self.mailboxes)
        return next((link.count for link in links if link.slug == slug and link.count), None)


def names() -> dict[View, str]:
    return {
        View.MINE: _("My open"),
        View.UNASSIGNED: _("Unassigned"),
        View.OPEN: _("All open"),
        View.PENDING: _("Pending"),
        View.SNOOZED: _("Snoozed"),
        View.CLOSED: _("Closed"),
        View.SPAM: _("Spam"),
        View.TRASH: _("Trash"),
    }


def around(session: Session, agent: Agent, current: str = "") -> Frame:
    """The frame of a page whose list is `current` (a slug)."""
    desk_page.learn(session, by=agent)
    teams = counters.teams(session, agent)
    teams = teams if len(teams) > 1 else []
    boxes = counters.mailboxes(session, agent)
    boxes = boxes if len(boxes) > 1 else []
    parts = [Part(team_id=team.id) for team in teams] + [Part(mailbox_id=box.id) for box in boxes]
    wanted: list[counters.Counted] = [(view, None) for view in _COUNTED] + [(View.OPEN, part) for part in parts]
    numbers = counting(agent, wanted).ask(session)
    numbers["waiting"] = sum(numbers[name] for name in _TO_LOOK_AT)
    own = _own_links(numbers, current)
    views = [_view_link(view, numbers, current) if isinstance(view, View) else own[view] for view in _ORDER]
    chosen = {view.value for view in _AT_THE_BOTTOM}
    return Frame(
        views,
        [_part_link(team.name, "users", Part(team_id=team.id), numbers, current) for team in teams],
        [_part_link(box.name, "mail", Part(mailbox_id=box.id), numbers, current) for box in boxes],
        [link for link in views if link.slug in chosen],
        current,
        _saved(session, agent),
        alarms.around(session, agent),
        requests=_written(numbers.get("requests")),
    )


def counting(agent: Agent, views: Sequence[counters.Counted]) -> Counting[Counter]:
    """The statement that counts for this agent: the same until their role, or their permissions, are others."""
    return prepared(inbox.key_of("counting", agent, *views), lambda: Counting(_counted(agent, views)))


def _counted(agent: Agent, views: Sequence[counters.Counted]) -> dict[Counter, Select[int]]:
    """What is counted: views, and beside them what waits for a look, drafts, notices, requests."""
    found: dict[Counter, Select[int]] = dict(counters.of_views(agent, views).items())
    found |= {
        "waiting": waiting.counted(by=agent),
        "undelivered": undelivered.counted(by=agent),
        "held": drafts.counted(by=agent, held=True),
        "drafts": drafts.counted(by=agent),
        "notices": notices.counted(by=agent),
    }
    if agent.may(Permission.ERASE) or agent.may(Permission.POLICY):
        found["requests"] = privacy_requests.counted(by=agent)
    return found


def _saved(session: Session, agent: Agent) -> list[SavedLink]:
    asked = request.args.get("q", "").strip()
    return [
        SavedLink(view.name, url_for("search.show", q=view.words), view.is_shared, view.words == asked)
        for view in saved_views.of_agent(session, agent)
    ]


def _own_links(numbers: Mapping[Counter, int], current: str) -> dict[str, ViewLink]:
    """What is no view of tickets, and stands among the views."""
    looks = {
        "mentions": (_("Mentions"), "at-sign", url_for("search.show", q=_MENTIONS)),
        "drafts": (_("Drafts"), "file-text", url_for("drafts.index")),
        "waiting": (_("Needs a look"), "circle-alert", url_for("waiting.index")),
        "notices": (_("Notices"), "bell", url_for("notices.index")),
    }
    here = "mentions" if current == "search" and request.args.get("q", "").strip() == _MENTIONS else current
    return {slug: ViewLink(slug, *look, _written(numbers.get(slug)), slug == here) for slug, look in looks.items()}


def _view_link(view: View, numbers: Mapping[Counter, int], current: str) -> ViewLink:
    url = url_for("inbox.show", view=view.value)
    slug = view.value
    return ViewLink(slug, names()[view], ICONS[view], url, _written(numbers.get((view, None))), slug == current)


def _part_link(name: str, icon: str, part: Part, numbers: Mapping[Counter, int], current: str) -> ViewLink:
    """The open tickets of a team, or of a mailbox."""
    here = Listed(part=part)
    return ViewLink(here.slug, name, icon, here.url, _written(numbers.get((View.OPEN, part))), here.slug == current)


def _written(count: int | None) -> str:
    """Nothing for nought: a counter is there when something is to be done."""
    if not count:
        return ""
    return f"{number(COUNTED_UP_TO)}+" if count > COUNTED_UP_TO else number(count)
