"""What happened to a ticket, in a line each for its history: who did what, from what to what."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from helpdesk.desk.history import History, Step
from helpdesk.languages import N_
from helpdesk.web import words
from helpdesk.web.filters import moment
from helpdesk.web.happenings import CALLED, PLAIN, Told, redacted
from helpdesk.web.language import _

_UNKNOWN: Final = "?"  # a name that is gone


def told(step: Step, among: History) -> Told:
    """An icon and the words; an action nobody found words for is told by its own name."""
    who, action = name_of(step, among), step.event.action
    if (tell := _TOLD.get(action)) is not None:
        return tell(who, step, among)
    if action in _ALSO or action in PLAIN:
        icon, line = _ALSO.get(action) or PLAIN[action]
        return icon, _(line, name=who)
    return "history", f"{who}: {action}"


def name_of(step: Step, among: History) -> str:
    event = step.event
    if event.actor_kind == "agent":
        return among.agents.get(int(event.actor_id), _UNKNOWN)
    return "Candour" if event.actor_kind == "machine" else _("The customer")


def _assigned(who: str, step: Step, among: History) -> Told:
    to = step.facts.get("to")
    if not to:
        return "user", _("%(name)s took the assignee off", name=who)
    if step.event.actor_id == str(to):
        return "user-check", _("%(name)s took the ticket", name=who)
    return "user-plus", _("%(name)s assigned %(to)s", name=who, to=among.agents.get(to, _UNKNOWN))


def _moved(who: str, step: Step, among: History) -> Told:
    before, to = (among.teams.get(step.facts.get(end) or 0, _UNKNOWN) for end in ("from", "to"))
    return "users", _("%(name)s moved it from %(before)s to %(to)s", name=who, before=before, to=to)


def _moved_back(who: str, step: Step, among: History) -> Told:
    to = among.teams.get(step.facts.get("to") or 0, _UNKNOWN)
    return "undo-2", _("%(name)s took the move back: it is with %(to)s again", name=who, to=to)


def _prioritised(who: str, step: Step, _among: History) -> Told:
    to = words.priorities().get(str(step.facts.get("to")), _UNKNOWN)
    return "flag", _("%(name)s set the priority to %(to)s", name=who, to=to)


def _redacted(who: str, step: Step, _among: History) -> Told:
    return redacted(who, step.facts)


def _snoozed(who: str, step: Step, _among: History) -> Told:
    until, on_reply = step.facts.get("until"), step.facts.get("on_reply")
    if not until:
        return "alarm-clock", _("%(name)s snoozed it until they answer", name=who)
    at = moment(datetime.fromisoformat(str(until)))
    if on_reply:
        return "alarm-clock", _("%(name)s snoozed it until %(moment)s or an answer", name=who, moment=at)
    return "alarm-clock", _("%(name)s snoozed it until %(moment)s", name=who, moment=at)


def _tagged(line: str) -> Callable[[str, Step, History], Told]:
    return lambda who, step, among: (
        "tag",
        _(line, name=who, tag=among.tags.get(step.facts.get("tag") or 0, _UNKNOWN)),
    )


def _filled_in(who: str, step: Step, among: History) -> Told:
    named = [among.fields.get(one, _UNKNOWN) for one in step.facts.get("fields", ())]
    return "list-ordered", _("%(name)s filled in %(fields)s", name=who, fields=", ".join(named))


def _follower(of_own: str, of_another: str) -> Callable[[str, Step, History], Told]:
    def tell(who: str, step: Step, among: History) -> Told:
        agent = step.facts.get("agent") or 0
        if str(agent) == step.event.actor_id:
            return "bell", _(of_own, name=who)
        return "bell", _(of_another, name=who, agent=among.agents.get(agent, _UNKNOWN))

    return tell


def _called(who: str, step: Step, among: History) -> Told:
    return "lock", _(CALLED, name=who, agent=among.agents.get(step.facts.get("agent") or 0, _UNKNOWN))


def _with_other(icon: str, line: str, unknown: str) -> Callable[[str, Step, History], Told]:
    """The other ticket by its number, where this reader may know of it."""

    def tell(who: str, step: Step, among: History) -> Told:
        number = step.facts.get("other")
        return icon, _(line, name=who, number=number) if number in among.known else _(unknown, name=who)

    return tell


def _merged(who: str, step: Step, among: History) -> Told:
    is_source = step.facts.get("is_source")
    line, unknown = _INTO if is_source else _ONTO
    return _with_other("git-merge", line, unknown)(who, step, among)


def _of_grant(line: str) -> Callable[[str, Step, History], Told]:
    """A step of a permission, by whom it was for."""

    def tell(who: str, step: Step, among: History) -> Told:
        holder = among.agents.get(step.grant.agent_id if step.grant else 0, _UNKNOWN)
        return "key-round", _(line, name=who, agent=holder)

    return tell


_INTO: Final = (N_("%(name)s merged this into #%(number)s"), N_("%(name)s merged this into another ticket"))
_ONTO: Final = (N_("%(name)s merged #%(number)s into this"), N_("%(name)s merged another ticket into this"))
_TOLD: Final[Mapping[str, Callable[[str, Step, History], Told]]] = {
    "ticket.assign": _assigned,
    "ticket.move": _moved,
    "ticket.move_back": _moved_back,
    "ticket.prioritise": _prioritised,
    "ticket.redact": _redacted,
    "ticket.snooze": _snoozed,
    "ticket.tag": _tagged(N_("%(name)s tagged it “%(tag)s”")),
    "ticket.untag": _tagged(N_("%(name)s took the tag “%(tag)s” off")),
    "ticket.call": _called,
    "ticket.field": _filled_in,
    "ticket.follow": _follower(N_("%(name)s follows it"), N_("%(name)s let %(agent)s follow it")),
    "ticket.unfollow": _follower(N_("%(name)s follows it no more"), N_("%(name)s took %(agent)s off the followers")),
    "ticket.merge": _merged,
    "ticket.unmerge": _with_other(
        "undo-2", N_("%(name)s undid the merge with #%(number)s"), N_("%(name)s undid a merge")
    ),
    "ticket.link": _with_other("link", N_("%(name)s linked #%(number)s"), N_("%(name)s linked another ticket")),
    "ticket.unlink": _with_other(
        "link", N_("%(name)s removed the link to #%(number)s"), N_("%(name)s removed a link")
    ),
    "ticket.split": _with_other(
        "split", N_("%(name)s made a message a ticket of its own: #%(number)s"), PLAIN["ticket.split"][1]
    ),
    "grant.ask": _of_grant(N_("%(name)s asked for permission to read it")),
    "grant.approve": _of_grant(N_("%(name)s agreed that %(agent)s reads it, as the first of two")),
    "grant.allow": _of_grant(N_("%(name)s allowed %(agent)s to read it")),
    "grant.deny": _of_grant(N_("%(name)s did not allow %(agent)s to read it")),
    "grant.revoke": _of_grant(N_("%(name)s took back the permission of %(agent)s")),
    "grant.close": _of_grant(N_("%(name)s gave the permission back")),
    "grant.expire": _of_grant(N_("The permission of %(agent)s ended by its time")),
    "grant.lapse": _of_grant(N_("Nobody decided in time about the permission of %(agent)s")),
    "grant.break_glass": _of_grant(N_("%(name)s broke the glass to read it")),
    "grant.review": _of_grant(N_("%(name)s looked at what %(agent)s read by breaking the glass")),
}
_ALSO: Final[Mapping[str, Told]] = {
    "ticket.open": ("mail", N_("It was opened by an email")),
    "ticket.note": ("sticky-note", N_("%(name)s wrote a note")),
    "ticket.reply": ("reply", N_("%(name)s answered")),
    "ticket.forward": ("forward", N_("%(name)s forwarded it")),
    "ticket.acknowledge": ("mail-check", N_("The customer was told that it arrived")),
    "ticket.requester": ("user-check", N_("%(name)s changed whose ticket it is")),
    "ticket.suggestion": ("layers", N_("%(name)s decided about a ticket that looked like it")),
    "protection.set": ("shield-check", N_("%(name)s protected it")),
    "protection.lift": ("shield-check", N_("%(name)s lifted the protection")),
    "email.deliver": ("send", N_("An answer left, or was tried")),
    "email.bounce": ("triangle-alert", N_("An answer came back: it did not arrive")),
    "email.retry": ("refresh-cw", N_("%(name)s tried an answer again")),
    "email.cancel": ("ban", N_("%(name)s stopped an answer")),
}
