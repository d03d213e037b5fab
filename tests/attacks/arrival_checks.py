"""Checks of what became of an email: its outcome, its cost, its writer, and what it changed."""

import re
from typing import Any

from sqlalchemy import select

from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.message import Direction
from helpdesk.models.outbound_email import DeliveryState, OutboundEmail, Purpose
from tests.attacks.checks import Broken, NotYet, check, require
from tests.attacks.trial import LOOK, WAITING, TicketState, Trial, ticket_state
from tests.attacks.world import ALICE, ROOT, raw_of

ON_A_TICKET = frozenset({Outcome.NEW_TICKET, Outcome.APPENDED, Outcome.FILED, Outcome.BOUNCE})
_HARMLESS = frozenset({Purpose.ACKNOWLEDGEMENT, Purpose.TOO_LARGE})
UNPROVEN = re.compile(r"(?i)not (?:be )?(?:verified|proven|confirmed)|unverified|may be forged|not proven")


@check("outcome")
def outcome(trial: Trial, expected: str) -> None:
    if expected == "quarantine_or_ignored":
        require(not trial.tickets, "it became a ticket")
        return
    require(len(trial.rows) == len(trial.uids), f"{len(trial.uids) - len(trial.rows)} emails were never decided")
    for row in trial.rows:
        _one_outcome(trial, row, expected)


def _one_outcome(trial: Trial, row: InboundEmail, expected: str) -> None:
    said = f"{row.outcome.value}: {row.reason}"
    require(row.reason and row.decided_at, "the ledger gives no reason")
    if row.outcome in WAITING:
        require(_is_listed(trial, row), f"{said}, and it is not on {LOOK}")
    match expected:
        case "new_ticket":
            require(row.outcome is Outcome.NEW_TICKET, said)
            require(_is_shown(trial, row), f"ticket {row.ticket_id} is not shown to {trial.agent}")
        case "new_ticket_or_quarantine":
            require(row.outcome in WAITING | {Outcome.NEW_TICKET}, said)
        case "recorded":
            require(row.outcome in ON_A_TICKET | WAITING, said)
            _nobody_bounced(trial)
        case "bounce_on_A":
            _bounced_on_a(trial, row)
        case "any_but_lost":
            require(row.outcome is not Outcome.STORED, said)
        case other:
            raise NotYet(f"an outcome {other}")


def _is_listed(trial: Trial, row: InboundEmail) -> bool:
    page = trial.world.browser(ROOT).get(LOOK)
    return page.status_code == 200 and f"{LOOK}/{row.id}/" in page.text


def _is_shown(trial: Trial, row: InboundEmail) -> bool:
    browser = trial.world.browser(trial.agent)
    return browser.get(f"/tickets/{row.ticket_id}").status_code == 200


def _nobody_bounced(trial: Trial) -> None:
    if trial.before and trial.after:
        new = trial.after[0].bounced - trial.before[0].bounced
        require(not new and not _failed(trial.after[0]) - _failed(trial.before[0]), "taken for a final failure")


def _failed(state: TicketState) -> frozenset[tuple[str, str]]:
    return frozenset(one for one in state.deliveries if one[1] in {DeliveryState.BOUNCED, DeliveryState.FAILED})


def _bounced_on_a(trial: Trial, row: InboundEmail) -> None:
    require(row.outcome is Outcome.BOUNCE, f"{row.outcome.value}: {row.reason}")
    require(row.ticket_id == trial.world.ticket_a, "it is not on ticket A")
    require(trial.after, "ticket A was not looked at")
    assert trial.after
    state = trial.after[0]
    require((ALICE, DeliveryState.BOUNCED.value) in state.deliveries, "the delivery to alice is not marked")
    require(state.has_failed, "ticket A does not show it")
    require(all(message.customer_id is None for message in trial.messages()), "it counts as a customer's message")
    require("Not delivered" in trial.inbox, "the list does not tell the agent")


@check("max_seconds")
def max_seconds(trial: Trial, expected: float) -> None:
    require(trial.seconds <= expected, f"{trial.seconds:.1f} s")


@check("max_rss_mb")
def max_rss(trial: Trial, expected: float) -> None:
    if trial.growth_mb is None:
        raise Broken("memory could not be measured")
    require(trial.growth_mb <= expected, f"{trial.growth_mb:.0f} MB")


@check("mailbox_continues")
def mailbox_continues(trial: Trial, expected: bool) -> None:
    require(trial.world.poller.is_alive, "the poller is dead")
    require(trial.went_on is expected, "the harmless email after it did not become a ticket")


@check("raw_kept")
def raw_kept(trial: Trial, expected: bool) -> None:
    there = trial.world.ground.dovecot.messages(trial.world.users[trial.to])
    for row in trial.rows:
        arrived = there.get(row.uid)
        require(arrived is not None, "it is not in the mailbox any more")
        if row.outcome is Outcome.TOO_LARGE:  # it says so, and stays where it is
            require("mailbox" in row.reason, "too large, and nothing says where it is")
            continue
        require(raw_of(trial.world, row) == arrived, "what is kept is not what came")
        require(_download(trial, row) == arrived, "the download is not what came")


def _download(trial: Trial, row: InboundEmail) -> bytes | None:
    if row.outcome in WAITING:
        return bytes(trial.world.browser(ROOT).get(f"{LOOK}/{row.id}/original").data)
    found = [message.id for message in trial.messages() if message.inbound_email_id == row.id]
    return bytes(trial.world.browser(trial.agent).get(f"/messages/{found[0]}/original").data) if found else None


@check("author")
def author(trial: Trial, expected: str) -> None:
    require(trial.rows, "it was never decided")
    if not trial.messages():
        require(trial.waits, "it is credited to nobody")
        return  # nobody is credited while it waits to be looked at
    require({one.from_email for one in trial.messages()} == {expected}, "it is credited to somebody else")
    shown = "\n".join(sight.around for sight in trial.sights.values())
    require(expected in shown, "the real address is not on the page")


@check("author_role")
def author_role(trial: Trial, expected: str) -> None:
    roles = _roles(trial)
    require(roles <= {expected}, f"it counts as written by: {', '.join(roles)}")


@check("author_role_not")
def author_role_not(trial: Trial, expected: str) -> None:
    require(expected not in _roles(trial), f"it counts as written by: {expected}")


def _roles(trial: Trial) -> set[str]:
    said = {"customer" if one.customer_id or not one.agent_id else "agent" for one in trial.messages()}
    said |= {"agent" for one in trial.messages() if one.agent_id or one.direction is Direction.SENT}
    for number in trial.tickets:
        page = trial.world.browser(trial.agent).get(f"/tickets/{number}").text
        said |= {
            "agent"
            for one in trial.messages()
            if re.search(rf'class="message from-agent"\s+id="message-{one.id}"', page)
        }
    return said


@check("unverified")
def unverified(trial: Trial, expected: bool) -> None:
    shown = "\n".join(sight.around for sight in trial.sights.values())
    require(bool(UNPROVEN.search(shown)) is expected, "nothing on the page says that the sender is not proven")


@check("not_attached_to")
def not_attached_to(trial: Trial, expected: str) -> None:
    number = trial.world.ticket_b if expected == "B" else trial.world.ticket_a
    require(number not in trial.tickets, f"it is on ticket {expected}")
    require(all(one.ticket_id != number for one in trial.messages()), f"its message is on ticket {expected}")


@check("requester_of_A")
def requester_of_a(trial: Trial, expected: str) -> None:
    require(trial.after and expected in trial.after[0].addresses, "ticket A belongs to somebody else")


@check("followers_not")
def followers_not(trial: Trial, expected: list[str]) -> None:
    require(trial.after, "ticket A was not looked at")
    with trial.world.here.db.reading() as session:
        states = [ticket_state(session, one) for one in (trial.world.ticket_a, trial.world.ticket_b)]
    for state in states:
        require(not state.participants & set(expected), "it joined the ticket")
    received = {one for email in trial.about_a for one in email.recipients}
    require(not received & set(expected), "it receives what is written on ticket A")


@check("commands_executed")
def commands_executed(trial: Trial, expected: int) -> None:
    require(trial.before and trial.after, "ticket A was not looked at")
    assert trial.before
    assert trial.after
    changed = [
        name
        for name in ("status", "assignee", "team", "tags", "customer", "participants")
        if getattr(trial.before[0], name) != getattr(trial.after[0], name)
    ]
    require(len(changed) == expected, f"ticket A changed: {', '.join(changed)}")
    with trial.world.here.db.reading() as session:
        for state in (ticket_state(session, number) for number in trial.own_tickets):
            require(state.status == "open" and state.assignee is None and not state.tags, "its own ticket obeyed")


@check("grants_created")
def grants_created(trial: Trial, expected: int) -> None:
    require(trial.before and trial.after, "nobody counted")
    assert trial.before
    assert trial.after
    made = len(trial.after[1].grants - trial.before[1].grants)
    require(made == expected, f"{made} grants were made")


@check("deletions")
def deletions(trial: Trial, expected: int) -> None:
    if not (trial.before and trial.after):
        raise Broken("nobody counted")
    was, now = trial.before[1], trial.after[1]
    gone = [
        name for name in ("tickets", "customers", "messages", "emails") if getattr(was, name) - getattr(now, name)
    ]
    require(len(gone) == expected, f"gone: {', '.join(gone)}")


@check("exports_sent", "optins")
def exports_sent(trial: Trial, expected: int) -> None:
    """Neither leaves without an email that is more than an acknowledgement."""
    with trial.world.here.db.reading() as session:
        known = trial.before[1].outgoing if trial.before else frozenset()
        asked = select(OutboundEmail.id, OutboundEmail.purpose)
        made = [one for one, purpose in session.execute(asked) if purpose not in _HARMLESS and one not in known]
    now = trial.after[1].outgoing if trial.after else frozenset()
    sent = now.intersection(made)
    require(len(sent) == expected, f"{len(sent)} emails were sent")


@check("pair")
def pair(trial: Trial, expected: Any) -> None:
    require(trial.second == "", trial.second or "no second email was delivered")
