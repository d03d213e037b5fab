"""What happened to a ticket, in a line each: who did it, and to what effect."""

from collections.abc import Callable, Mapping
from typing import Final

from helpdesk.desk import thread
from helpdesk.desk.thread import Thread
from helpdesk.languages import N_
from helpdesk.models.audit import AuditEvent
from helpdesk.web.language import _

Told = tuple[str, str]  # an icon, and the words


def told(event: AuditEvent, rows: Thread) -> Told:
    """One of thread.HAPPENINGS as its line in the conversation."""
    actor = rows.agents.get(int(event.actor_id)) if event.actor_kind == "agent" else None
    name = actor.name if actor else "Candour"
    if (tell := _TOLD.get(event.action)) is not None:
        return tell(name, event, rows)
    icon, words = PLAIN[event.action]
    return icon, _(words, name=name)


def _assigned(name: str, event: AuditEvent, rows: Thread) -> Told:
    to = rows.agents.get(thread.facts(event).get("to") or 0)
    if to is None:
        return "user", _("%(name)s took the assignee off", name=name)
    if event.actor_id == str(to.id):
        return "user-check", _("%(name)s took the ticket", name=name)
    return "user-plus", _("%(name)s assigned %(to)s", name=name, to=to.name)


def _called(name: str, event: AuditEvent, rows: Thread) -> Told:
    called = rows.agents.get(thread.facts(event).get("agent") or 0)
    return "lock", _(CALLED, name=name, agent=called.name if called else "?")


def _merged(name: str, event: AuditEvent, _rows: Thread) -> Told:
    """No number: the other ticket may be out of this reader's sight. Beside the ticket it shows where it is not."""
    if thread.facts(event).get("is_source"):
        return "git-merge", _("%(name)s merged this into another ticket", name=name)
    return "git-merge", _("%(name)s merged another ticket into this", name=name)


def redacted(name: str, facts: Mapping[str, object]) -> Told:
    if "note" in facts:
        return "ban", _("%(name)s blacked out words of a note, for good", name=name)
    return "ban", _("%(name)s blacked out words of a message, for good", name=name)


CALLED: Final = N_("%(name)s mentioned %(agent)s, who could not read this: they got its number, and can ask")
_TOLD: Final[dict[str, Callable[[str, AuditEvent, Thread], Told]]] = {
    "ticket.assign": _assigned,
    "ticket.call": _called,
    "ticket.merge": _merged,
    "ticket.redact": lambda name, event, _rows: redacted(name, thread.facts(event)),
}
PLAIN: Final[dict[str, tuple[str, str]]] = {
    "ticket.close": ("circle-check", N_("%(name)s closed the ticket")),
    "ticket.reopen": ("rotate-ccw", N_("%(name)s opened the ticket again")),
    "ticket.snooze": ("alarm-clock", N_("%(name)s snoozed it")),
    "ticket.start": ("pencil", N_("%(name)s wrote first")),
    "ticket.write_down": ("sticky-note", N_("%(name)s wrote down what a customer said")),
    "ticket.take_back": ("undo-2", N_("%(name)s took an answer back")),
    "ticket.wake": ("alarm-clock", N_("It came back from its snooze")),
    "ticket.wait": ("hourglass", N_("%(name)s set it to pending")),
    "ticket.move": ("users", N_("%(name)s moved it to another team")),
    "ticket.move_back": ("undo-2", N_("%(name)s took the move to another team back")),
    "ticket.spam": ("ban", N_("%(name)s marked it as spam")),
    "ticket.trash": ("trash-2", N_("%(name)s put it in the trash")),
    "ticket.purge": ("trash-2", N_("It left the trash for good")),
    "ticket.restore": ("rotate-ccw", N_("%(name)s put it back")),
    "ticket.split": ("split", N_("%(name)s made a message a ticket of its own")),
    "ticket.undo": ("undo-2", N_("%(name)s took their last step back")),
    "ticket.unmerge": ("undo-2", N_("%(name)s undid a merge")),
    "ticket.put_back": ("undo-2", N_("%(name)s took an action on many tickets back")),
    "ticket.rename": ("pencil", N_("%(name)s changed the subject")),
    "ticket.prioritise": ("flag", N_("%(name)s changed the priority")),
}
