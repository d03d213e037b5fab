"""Bars above a conversation: what the desk is not sure of, and an agent decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import current_app, request, url_for
from sqlalchemy.orm import Session

from helpdesk.desk import beside, copies, filter_rules, forwards, privacy_requests, snooze, suggestions, taking_back
from helpdesk.desk.beside import Beside
from helpdesk.desk.suggestions import Offer
from helpdesk.models.agent import Agent
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.role import Permission
from helpdesk.models.staff_forward import Reading, StaffForward
from helpdesk.models.suggestion import Answer, Because
from helpdesk.models.ticket import Place, Ticket
from helpdesk.privacy import retention
from helpdesk.web import privacy_requests as privacy_request_pages
from helpdesk.web.filters import moment
from helpdesk.web.language import _
from helpdesk.web.numbers import whole
from helpdesk.web.paging import Listed


@dataclass(frozen=True, slots=True)
class Bar:
    icon: str
    words: str
    link: str = ""
    link_words: str = ""
    action: str = ""
    buttons: Sequence[tuple[str, str]] = ()  # what is sent as `name`, and the words
    name: str = "answer"
    is_trouble: bool = False
    and_reply: bool = False  # a snooze that an answer may end


def on(session: Session, ticket: Ticket, here: Listed, *, last_words: str, by: Agent) -> list[Bar]:
    """All bars of a ticket that its reader may read; `last_words` are its customer's, if nobody wrote since."""
    may_decide = by.may(Permission.HANDLE)
    there = beside.of_ticket(session, ticket)
    offer = suggestions.offer(session, ticket, by=by) if Beside.SUGGESTION in there else None
    found = [_suggestion(ticket, offer, here, may_decide=may_decide)] if offer else []
    forward = forwards.of_ticket(session, ticket) if Beside.FORWARD in there else None
    if forward is not None and forward.reading is not Reading.DECLINED:
        found.append(_forward(ticket, forward, may_decide=may_decide))
    looks = {Beside.COPY: _copies, Beside.REQUEST: _requests, Beside.RULE: _rules}
    found += [bar for what, look in looks.items() if what in there for bar in look(session, ticket)]
    if Beside.SNOOZE in there:
        found = [*_sleep(session, ticket, last_words, may_decide=may_decide), *found]
    first = [*_place(session, ticket, may_decide=may_decide), *_merged(ticket), *_mailbox(session, ticket)]
    return first + found


def _sleep(session: Session, ticket: Ticket, last_words: str, *, may_decide: bool) -> list[Bar]:
    """Until when it sleeps; or, woken by little more than thanks, the way back to sleep."""
    if (asleep := snooze.of(session, ticket)) is not None:
        at = moment(asleep.until) if asleep.until else ""
        words = _("Snoozed until %(moment)s.", moment=at) if at else _("Snoozed until they answer.")
        if at and asleep.ends_on_reply:
            words = _("Snoozed until %(moment)s, or until they answer.", moment=at)
        action = url_for("snoozes.wake", number=ticket.number) if may_decide else ""
        return [Bar("alarm-clock", words, action=action, buttons=[("now", _("Wake it now"))], name="wake")]
    until = snooze.cut_short(session, ticket)
    if until is None or not may_decide or not snooze.is_thanks(last_words):
        return []
    keep = _("Keep it snoozed until %(moment)s", moment=moment(until))
    action = url_for("snoozes.create", number=ticket.number)
    words = _("Their short answer woke this ticket.")
    return [
        Bar("alarm-clock", words, action=action, buttons=[(until.isoformat(), keep)], name="until", and_reply=True)
    ]


def _place(session: Session, ticket: Ticket, *, may_decide: bool) -> list[Bar]:
    words = {
        Place.SPAM: ("ban", _("This ticket was marked as spam.")),
        Place.TRASH: ("trash-2", _in_the_trash(session, ticket)),
        Place.MERGED: ("git-merge", _("This ticket was merged into one that you can't see.")),
    }
    if ticket.place not in words:
        return []
    icon, said = words[ticket.place]
    waiting = taking_back.waiting_on(session, ticket).values() if ticket.place is not Place.MERGED else ()
    if any(row.is_later for row in waiting):
        said += " " + _("An answer that was put off does not leave from here: at its moment its writer is asked.")
    action = url_for("places.put", number=ticket.number) if may_decide and ticket.place is not Place.MERGED else ""
    return [Bar(icon, said, action=action, buttons=[(Place.DESK.value, _("Put it back"))], name="place")]


def _in_the_trash(session: Session, ticket: Ticket) -> str:
    zone = ZoneInfo(current_app.extensions["runtime"].config.desk.time_zone)
    goes_at = retention.goes_at(session, ticket, zone)
    if goes_at is None:
        return _("This ticket is in the trash.")
    if retention.waits_for_a_request(session, ticket):
        return _("This ticket is in the trash. It stays there until the request over their data is ended.")
    return _("This ticket is in the trash. It goes for good on %(moment)s.", moment=moment(goes_at))


def _merged(ticket: Ticket) -> list[Bar]:
    """Who asked for a ticket that was merged into this one is told why this one is shown."""
    asked = request.args.get("merged", type=whole)
    if asked is None or not ticket.merged_count:
        return []
    return [Bar("git-merge", _("Ticket #%(number)s was merged into this one.", number=asked))]


def _mailbox(session: Session, ticket: Ticket) -> list[Bar]:
    """Whoever answers knows when it will not leave yet."""
    mailbox = session.get_one(Mailbox, ticket.mailbox_id)
    if mailbox.sending_paused_because is None:
        return []
    words = _("Answers wait here: %(address)s can't send at the moment. None is lost.", address=mailbox.address)
    return [Bar("circle-alert", words)]


def _copies(session: Session, ticket: Ticket) -> list[Bar]:
    others = copies.also_arrived_at(session, ticket)
    words = _("The same email also came to %(addresses)s. It is on this ticket only.", addresses=", ".join(others))
    return [Bar("mail", words)] if others else []


def _requests(session: Session, ticket: Ticket) -> list[Bar]:
    """The customer asks for a right: whoever works on the ticket knows that clocks are running."""
    found = []
    for one in privacy_requests.on_ticket(session, ticket):
        asked = privacy_request_pages.kinds_of(one)
        words = _(
            "The customer asks for a right over their data: %(asked)s. The privacy officer sees it.", asked=asked
        )
        due = "; ".join(f"{each.words} {moment(each.at)}" for each in privacy_request_pages.clocks(one))
        found.append(Bar("scale", f"{words} {due}."))
    return found


def _rules(session: Session, ticket: Ticket) -> list[Bar]:
    """Which filter rules made the ticket what it was at first."""
    names = [rule.name for rule in filter_rules.acted_on(session, ticket)]
    return [Bar("filter", _("Sorted by a filter rule: %(names)s.", names=", ".join(names)))] if names else []


def _suggestion(ticket: Ticket, offer: Offer, here: Listed, *, may_decide: bool) -> Bar:
    number = offer.other.number
    link, link_words = here.ticket_url(number), _("Ticket #%(number)s", number=number)
    if offer.answer is Answer.JOINED:
        return Bar("layers", _("This ticket is empty: its email was put on another one."), link, link_words)
    words = {
        Because.KNOWN_ID: _("It refers to an email on #%(number)s.", number=number),
        Because.SUBJECT_TAG: _("Its subject names #%(number)s.", number=number),
        Because.SAME_SUBJECT: _("Looks like #%(number)s: the same person, the same subject.", number=number),
    }[offer.because]
    if offer.can_join and offer.is_stranger:
        words += " " + _("%(writer)s takes no part in that one, and would from then on.", writer=offer.writer)
    buttons = [("join", _("Join #%(number)s", number=number))] if offer.can_join else []
    buttons.append(("decline", _("It is something else")))
    action = url_for("suggestions.answer", number=ticket.number) if may_decide else ""
    return Bar("layers", words, link, link_words, action, buttons)


def _forward(ticket: Ticket, forward: StaffForward, *, may_decide: bool) -> Bar:
    people = {"colleague": forward.colleague_email, "author": forward.author_email}
    action = url_for("forwards.answer", number=ticket.number) if may_decide else ""
    if forward.reading is Reading.AUTHOR:
        words = _("Set from a forwarded email: %(colleague)s passed on what %(author)s wrote.", **people)
        return Bar("user-check", words, action=action, buttons=[("undo", _("Undo"))])
    words = _("It seems that %(colleague)s passed on what %(author)s wrote.", **people)
    buttons = [("author", _("Make %(author)s the customer", **people)), ("decline", _("No"))]
    return Bar("user-check", words, action=action, buttons=buttons)
