"""What became of an answer: in one word, and recipient by recipient with what their mail server said."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from flask import url_for

from helpdesk.desk import undelivered
from helpdesk.models.outbound_email import Delivery, DeliveryState
from helpdesk.web.language import _
from helpdesk.web.told import told


@dataclass(frozen=True, slots=True)
class State:
    """Where a reply is on its way."""

    state: str
    icon: str
    word: str
    detail: str


@dataclass(frozen=True, slots=True)
class Lost:
    """A recipient who has not got it (yet): what their mail server said, and what can be done."""

    email: str = field(repr=False)
    answer: str
    next_try: datetime | None
    retry_url: str
    address_url: str


@dataclass(frozen=True, slots=True)
class Reached:
    """A recipient whose mail server has it, or of whom nothing is to be told yet."""

    email: str = field(repr=False)
    word: str
    answer: str
    at: datetime


def state_of(deliveries: Iterable[Delivery]) -> State | None:
    """The state of a reply: that of its recipient who is worst off."""
    looks = _looks()
    order = list(looks)
    found = sorted(deliveries, key=lambda delivery: order.index(delivery.state))
    if not found:
        return None
    detail = "\n".join(f"{each.email}: {looks[each.state][2]} {told(each.answer)}".strip() for each in found)
    return State(*looks[found[0].state], detail)


def lost(ticket_id: int, deliveries: Iterable[Delivery]) -> list[Lost]:
    """Those who have not got it: refused, bounced, or put off by their mail server."""
    return [
        Lost(
            row.email,
            row.answer,
            row.due_at if row.state is DeliveryState.DEFERRED else None,
            url_for("deliveries.retry", number=ticket_id, delivery_id=row.id),
            ""
            if row.state is DeliveryState.DEFERRED
            else url_for("deliveries.correct", number=ticket_id, delivery_id=row.id),
        )
        for row in deliveries
        if row.state in undelivered.TRIED_AGAIN
    ]


def reached(deliveries: Iterable[Delivery]) -> list[Reached]:
    """All others."""
    looks = _looks()
    return [
        Reached(row.email, looks[row.state][2], row.answer, row.changed_at)
        for row in deliveries
        if row.state not in undelivered.TRIED_AGAIN
    ]


def _looks() -> dict[DeliveryState, tuple[str, str, str]]:
    """A class, a sign and a word for each state, the worst first."""
    return {
        DeliveryState.BOUNCED: ("failed", "triangle-alert", _("Not delivered")),
        DeliveryState.FAILED: ("failed", "triangle-alert", _("Not delivered")),
        DeliveryState.DEFERRED: ("deferred", "clock", _("Delayed")),
        DeliveryState.QUEUED: ("queued", "clock", _("Queued")),
        DeliveryState.SENDING: ("queued", "send", _("Sending")),
        DeliveryState.CANCELLED: ("queued", "x", _("Cancelled")),
        DeliveryState.ACCEPTED: ("accepted", "check", _("Sent")),
    }
