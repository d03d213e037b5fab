"""Runs cases: those that only have to be looked at together, costly ones alone, those about ticket A one by one."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack

from helpdesk.models.inbound_email import Outcome
from tests.attacks.connections import Connections
from tests.attacks.folder import Case, Folder
from tests.attacks.ground import Ground
from tests.attacks.pages import Agents, agents_of
from tests.attacks.trial import TEXT_SINK, Trial, number_of_tickets, state_of
from tests.attacks.world import BILLING, SUPPORT, World, a_letter, a_world

COSTS = ("max_seconds", "max_rss_mb")
ABOUT_A = (
    "not_attached_to", "requester_of_A", "followers_not", "recipients_not", "not_sent_to", "autoreply",
    "autoreply_max_recipients", "max_autoreplies", "autoreply_excludes", "outgoing", "outgoing_absent",
    "commands_executed", "grants_created", "exports_sent", "deletions", "optins", "pair",
)  # fmt: skip
SEEN = (
    "script_runs", "remote_requests", "overlay", "text_present", "remote_notice", "remote_notice_off", "unverified",
    "author", "badge_spoof",
)  # fmt: skip


def run(ground: Ground, folder: Folder) -> Iterator[Trial]:
    """Each case's trial, as soon as all its facts are in."""
    cases = folder.cases
    alone = [case for case in cases if case.has_markers or case.wants(*ABOUT_A)]
    costly = [case for case in cases if case not in alone and case.wants(*COSTS)]
    shown = [case for case in cases if case not in alone and case not in costly]
    yield from _together(ground, shown)
    yield from _one_by_one(ground, [case for case in alone if case.made is None])
    folder.wait_for_large()
    yield from _measured(ground, costly)
    yield from _one_by_one(ground, [case for case in alone if case.made is not None])


def _together(ground: Ground, cases: Sequence[Case]) -> Iterator[Trial]:
    """All delivered, then all looked at: none of them is to have an effect on another."""
    if not cases:
        return
    with a_world(ground) as world, agents_of(world) as agents, Connections(world) as made:
        trials = [_delivered(world, case) for case in cases]
        for trial in trials:
            trial.rows = world.wait_for(trial.uids, trial.to)
        went_on = world.goes_on()
        _look(agents, trials)
        connections = made.strange()
        for trial in trials:
            trial.connections, trial.went_on = connections, went_on
            yield trial


def _measured(ground: Ground, cases: Sequence[Case]) -> Iterator[Trial]:
    """One after the other, each followed by a harmless one."""
    if not cases:
        return
    with a_world(ground) as world, agents_of(world) as agents, Connections(world) as made:
        world.goes_on()  # the reader is warm
        trials = []
        for case in sorted(cases, key=lambda case: case.made is not None):
            with world.poller.memory() as memory:
                trial = _delivered(world, case)
                began = time.monotonic()
                trial.rows = world.wait_for(trial.uids, trial.to)
                trial.seconds = time.monotonic() - began
            trial.growth_mb = memory.growth_mb
            trial.went_on = world.goes_on()
            trial.connections = made.strange()
            trials.append(trial)
        _look(agents, [trial for trial in trials if trial.case.wants(*SEEN)])
        yield from trials


def _one_by_one(ground: Ground, cases: Sequence[Case]) -> Iterator[Trial]:
    """In one world until a case has changed ticket A; then in a new one."""
    waiting = list(cases)
    while waiting:
        with ExitStack() as stack:
            world = stack.enter_context(a_world(ground))
            agents = stack.enter_context(agents_of(world))
            made = stack.enter_context(Connections(world))
            is_as_it_was = True
            while waiting and is_as_it_was:
                trial = _tried(world, agents, waiting.pop(0))
                trial.connections = made.strange()
                yield trial
                is_as_it_was = bool(trial.before and trial.after and trial.before[0] == trial.after[0])


def _tried(world: World, agents: Agents, case: Case) -> Trial:
    before = state_of(world)
    trial = _delivered(world, case)
    trial.before = before
    trial.rows = world.wait_for(trial.uids, trial.to)
    trial.caused = world.send_out()
    trial.after = state_of(world)
    trial.inbox = world.browser(trial.agent).get("/inbox/open").text
    if case.wants("pair"):
        trial.second = _second(world, trial)
        world.send_out()  # what those two cause is not of this email
    _look(agents, [trial] if case.wants(*SEEN) else [])
    trial.about_a = world.answer(world.ticket_a, "Is it still burning?")
    for number in trial.own_tickets[:1]:
        trial.answered = world.answer(number, by=trial.agent)
    trial.went_on, trial.acknowledges = world.goes_on(), world.acknowledged
    return trial


def _second(world: World, trial: Trial) -> str:
    """An email of somebody else with the same Message-ID is kept too; the same bytes once more are known."""
    message_ids = [one.rfc_message_id for one in trial.messages() if one.rfc_message_id]
    if not message_ids:
        return "no message with a Message-ID came of the first"
    letter = a_letter("erin@customer.example", "Another matter", "All else is different.")
    spelt = f"Message-ID: <{message_ids[0].strip('<>')}>".encode()
    other = [line if not line.startswith(b"Message-ID:") else spelt for line in letter.split(b"\r\n")]
    found = world.wait_for([world.deliver(b"\r\n".join(other))])
    if [row.outcome for row in found] != [Outcome.NEW_TICKET]:
        return "the second email with this Message-ID is not a ticket"
    there = number_of_tickets(world)
    again = world.wait_for([world.deliver(trial.case.emails(world.markers)[0], trial.to)], trial.to)
    if [row.outcome for row in again] != [Outcome.ALREADY_RECEIVED] or number_of_tickets(world) != there:
        return "the same bytes once more were taken for something new"
    return ""


def _delivered(world: World, case: Case) -> Trial:
    trial = Trial(case, world)
    try:
        emails = case.emails(world.markers)
    except (OSError, KeyError) as missing:
        trial.trouble = f"it cannot be delivered: {type(missing).__name__} {missing}"
        return trial
    trial.to = _addressed(emails)
    trial.uids = [world.deliver(raw, trial.to) for raw in emails]
    return trial


def _addressed(emails: Sequence[bytes]) -> str:
    head = emails[0][:4000].lower() if emails else b""
    to = next((line for line in head.split(b"\n") if line.startswith(b"to:")), b"")
    return BILLING if BILLING.encode() in to and SUPPORT.encode() not in to else SUPPORT


def _look(agents: Agents, trials: Iterable[Trial]) -> None:
    """Open the pages of many trials, some at a time; the list of what waits once for all."""
    trials = list(trials)
    for trial in trials:
        if trial.case.attack == TEXT_SINK and trial.tickets:
            trial.keep_as_view()
    wanted = [(trial, agent, path) for trial in trials for agent, path in trial.pages]
    clicked = [path for trial, _agent, path in wanted if trial.case.wants("script_runs")]
    for agent in dict.fromkeys(agent for _trial, agent, _path in wanted):
        paths = list(dict.fromkeys(path for _trial, by, path in wanted if by == agent))
        seen = agents.look(agent, paths, clicks=clicked)
        for trial, by, path in wanted:
            if by == agent:
                trial.sights[path] = seen[path]
