"""Checks of what leaves: nothing on its own, and an agent's answer as it was meant."""

import re
from email import message_from_bytes
from email.utils import parseaddr
from typing import Any

from tests.attacks.checks import check, require
from tests.attacks.trial import Trial, texts_of
from tests.attacks.world import ALICE, ANA, BEN, CAROL, ROOT, SECRET_OF_A
from tests.servers.smtp_sink import Accepted

LONGEST_LINE = 998
MOST_HEADER = 64 * 1024


@check("not_sent_to")
def not_sent_to(trial: Trial, expected: list[str]) -> None:
    for each in expected:
        address, _, what = each.partition(":")
        if not what:
            require(not [one for one in trial.caused if address in one.recipients], f"{address} was written to")
            continue
        number = what.rpartition("-")[2]
        require(number == "A", f"what is {what}?")
        require(trial.about_a, "nothing was sent about ticket A to look at")
        got = [one for one in trial.sent if address in one.recipients]
        require(not [one for one in trial.about_a if address in one.recipients], f"{address} gets what A's get")
        told = texts_of(got)
        require(SECRET_OF_A not in told and "call the fire brigade" not in told, f"{address} received content of A")


@check("recipients_not")
def recipients_not(trial: Trial, expected: list[str]) -> None:
    require(trial.about_a, "nothing was sent about ticket A to look at")
    caused = [one for one in trial.caused if not _acknowledges_its_writer(one, trial)]
    received = {address for one in [*caused, *trial.about_a] for address in one.recipients}
    require(not received & set(expected), "it receives what is not for it")


def _acknowledges_its_writer(sent: Accepted, trial: Trial) -> bool:
    """Whoever writes is told that it came, an attacker too: to the address they wrote from, and to nobody else."""
    if sent.message["Auto-Submitted"] != "auto-replied":
        return False
    writers = {parseaddr(str(message_from_bytes(path.read_bytes())["From"]))[1].lower() for path in trial.case.paths}
    return len(sent.recipients) == 1 and sent.recipients[0].lower() in writers


def _outside(trial: Trial) -> list[Accepted]:
    """What left by itself to anybody but the desk's own agents, who are told of bounces."""
    return [one for one in trial.caused if not {ANA, BEN, ROOT}.issuperset(one.recipients)]


def _answers(trial: Trial) -> list[Accepted]:
    """The automatic answers it caused, on a desk that answers others."""
    require(trial.acknowledges, "the harmless email was not answered either: nothing is shown")
    return _outside(trial)


@check("autoreply")
def autoreply(trial: Trial, expected: bool) -> None:
    sent = _answers(trial)
    require(bool(sent) is expected, f"{len(sent)} emails were sent by themselves")


@check("max_autoreplies")
def max_autoreplies(trial: Trial, expected: int) -> None:
    sent = _answers(trial)
    require(len(sent) <= expected, f"{len(sent)} emails were sent by themselves")


@check("autoreply_max_recipients")
def autoreply_max_recipients(trial: Trial, expected: int) -> None:
    most = max((len(one.recipients) for one in _answers(trial)), default=0)
    require(most <= expected, f"an automatic email went to {most}")


@check("autoreply_excludes")
def autoreply_excludes(trial: Trial, expected: list[str]) -> None:
    said = texts_of(_answers(trial))
    require(not [text for text in expected if text in said], "an automatic email repeats it")


@check("outgoing")
def outgoing(trial: Trial, expected: dict[str, Any]) -> None:
    """The agent's answer with a saved reply, and what the desk answered itself: headers, recipients, lengths."""
    if trial.own_tickets:
        require(trial.answered, "the answer did not leave")
        addressed = {message.from_email for message in trial.messages()} | {ALICE, CAROL}
        for email in [*trial.answered, *_outside(trial)]:
            head = email.raw.partition(b"\r\n\r\n")[0]
            _well_formed(head)
            _absent(head.decode("utf-8", "replace"), expected.get("header_absent", ()))
            unasked = set(email.recipients) - addressed
            require(not unasked, "it went to somebody the agent does not see")
            require(not set(email.recipients) & set(expected.get("recipients_not", ())), "it went to a victim")
        _strings_absent(trial, [text for key in ("absent", "text_absent") for text in expected.get(key, ())])


@check("outgoing_absent")
def outgoing_absent(trial: Trial, expected: Any) -> None:
    _strings_absent(trial, [expected] if isinstance(expected, str) else list(expected))


def _strings_absent(trial: Trial, texts: list[str]) -> None:
    said = texts_of([*trial.answered, *_outside(trial)])
    found = [text for text in texts if text in said]
    require(not found, f"the answer says {', '.join(found)}")


def _well_formed(head: bytes) -> None:
    require(len(head) <= MOST_HEADER, f"the header has {len(head)} bytes")
    lines = head.split(b"\r\n")
    require(max(map(len, lines)) <= LONGEST_LINE, "a line is too long")
    odd = [line for line in lines if not re.match(rb"[\x21-\x39\x3b-\x7e]+:|[ \t]\S", line)]
    require(not odd, "a line of the header is none")
    require(b"\r" not in head.replace(b"\r\n", b"") and b"\n" not in head.replace(b"\r\n", b""), "a bare line break")
    names = [line.partition(b":")[0].lower() for line in lines if line[:1] not in b" \t"]
    twice = {name.decode() for name in names if names.count(name) > 1}
    require(not twice & {"to", "cc", "bcc", "from", "subject", "message-id", "references"}, "a header comes twice")


def _absent(head: str, patterns: list[str]) -> None:
    unfolded = re.sub(r"\r\n(?=[ \t])", "", head)
    found = [pattern for pattern in patterns if re.search(pattern, unfolded) or re.search(pattern, head)]
    require(not found, f"a header matches {', '.join(found)}")
