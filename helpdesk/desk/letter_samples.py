"""Each of our emails with believable values, for whoever wants to see them before a customer does."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from helpdesk import clock
from helpdesk.config import Desk
from helpdesk.desk import notices
from helpdesk.desk.letters import N_, Letter, day, letter, say
from helpdesk.desk.theme_page import Row
from helpdesk.desk.theme_says import what_changed
from helpdesk.models.notice import NoticeKind

_EXAMPLE: Final = "0123456789abcdef" * 2
_SAID: Final = (N_("Thank you for your message."), N_("We will look into it and tell you what we found."))


def sample(
    name: str, language: str, desk: Desk, *, address: str, agent: str = "Ada Fischer", under: str = ""
) -> Letter:
    """A letter as this desk would send it from an address, to or by an agent; `under` is what stands under an answer.

    Raises KeyError for one that does not exist.
    """
    return letter(name, language, **_values(language, desk, address, agent, under)[name])


def _values(language: str, desk: Desk, address: str, agent: str, under: str) -> Mapping[str, dict[str, object]]:
    paragraphs = [[say(one, language)] for one in _SAID]
    answer = [*paragraphs, ["-- ", *under.splitlines()]] if under else paragraphs
    person = {"name": "Nils Berg", "desk": desk.name, "until": _until()}
    grant: dict[str, object] = {
        **person,
        "ticket": 4711,
        "purpose": say("to answer you", language),
        "reason": "…",
        "hours": 48,
        "link": f"{desk.base_url}/permission/{_EXAMPLE}",
    }
    themes = [_theme(1, "lamp flickers", 31, "growing", 7), _theme(2, "", 9, "steady")]
    account: dict[str, object] = {**person, "link": f"{desk.base_url}/password-resets/{_EXAMPLE}"}
    return {
        "acknowledgement": {"paragraphs": paragraphs},
        "delivery_failed": {
            "name": agent, "desk": desk.name, "number": 4711, "link": f"{desk.base_url}/tickets/4711",
        },
        "checkpoint": {"desk": desk.name, "note": "…", "verifier": "…"},
        "grant_notice": grant,
        "grant_request": grant,
        "invitation": account,
        "password_reset": account,
        "contact_proof": {"desk": desk.name, "link": f"{desk.base_url}/feedback/contact/{_EXAMPLE}"},
        "record_code": {"desk": desk.name, "code": "12345678", "until": _until()},
        "record_digest": {
            "desk": desk.name, "readings": 12, "people": 3, "until": day(clock.now(), language),
            "link": f"{desk.base_url}/record", "stop": f"{desk.base_url}/record/digests/{_EXAMPLE}",
        },
        "reply": {"text": "\n\n".join("\n".join(one) for one in answer), "paragraphs": answer, "html": None},
        "theme_digest": {
            "desk": desk.name, "since": day(clock.now() - timedelta(weeks=12), language),
            "until": day(clock.now(), language), "scope": "", "gone": [],
            "says": what_changed(themes, language, has_baseline=True), "rows": themes,
            "compared": " \N{EN DASH} ".join(day(clock.now() - timedelta(weeks=ago), language) for ago in (13, 1)),
            "coverage": [(say("Messages", language), "480"), (say("In a theme that is shown", language), "80")],
            "link": f"{desk.base_url}/themes/1",
        },
        "ticket_notice": {
            "name": agent, "desk": desk.name, "link": f"{desk.base_url}/tickets/4711",
            "said": say(notices.WORDS[NoticeKind.MENTION], language, number=4711),
        },
        "unusual_reading": {"desk": desk.name, "readings": 400, "usual": 30, "link": f"{desk.base_url}/audit"},
        "too_large": {"desk": desk.name, "address": address},
    }  # fmt: skip


def _theme(number: int, name: str, customers: int, trend: str, difference: int | None = None) -> Row:
    return Row(
        number=number, name=name, terms=(), customers=customers, messages=2 * customers, weekly=(), trend=trend,
        ratio=None, language="en", is_suppressed=False, difference=difference,
    )  # fmt: skip


def _until() -> str:
    return (clock.now() + timedelta(days=2)).strftime("%Y-%m-%d %H:%M")
