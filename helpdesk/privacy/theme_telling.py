"""What may be told of a count in a report of themes, and of a theme's weeks: one rule wherever they come out.

Each number that is told has five customers behind it. Weeks in which fewer wrote are told together with their
neighbours, so that nothing is left that could be subtracted. Of a report whose scope or days somebody chose the
counts are in fives: two that differ by few customers do not say what these few wrote.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

CUSTOMERS: Final = 5
"""As many different customers stand behind each theme, each word and each number that is shown."""
MESSAGES: Final = 8
FIVES: Final = 5
RECENT: Final = 4
"""The weeks that the test of trends holds against those before: they are told apart where both sides can be."""
_DRAWN: Final = 4 * FIVES  # messages of weeks told in fives: of fewer a line would move where nothing did

Weeks = list[float | None]
"""Messages a week, on the average of those told together; None where nothing may be told."""
Shares = Sequence[tuple[int, Sequence[int]]]
"""Of each customer: how many messages in all, and in each week of the report."""


def is_few(count: int) -> bool:
    """Whether a count could tell of single persons."""
    return 0 < count < CUSTOMERS


def told(count: int, *, in_fives: bool) -> int:
    """The count as it is shown; what is few stays few, so that it is said in words."""
    return count if not in_fives or is_few(count) else (count + FIVES // 2) // FIVES * FIVES


def weeks(shares: Shares, length: int, before: float, *, in_fives: bool) -> Weeks:
    """A theme's weeks as they may be told; `before` says how many weeks of the period lie before the first of them.

    Four weeks and more before its first message or after its last are told as none. The recent four have no number
    where few wrote in them: their average with those before would speak against the test. What few wrote in the days
    before the first week counts with the weeks told first: else it were what the sum lacks.
    """
    all_ = _Weekly.of(shares, length)
    written = [week for week in range(length) if all_.counts[week]]
    if not written or not all_.is_enough(range(length), CUSTOMERS):
        return [None] * length
    first = written[0] if written[0] >= RECENT else 0
    last = written[-1] + 1 if length - written[-1] > RECENT else length
    cut = length - RECENT
    halves = [range(first, cut), range(cut, last)] if first < cut < last else []
    least = _DRAWN if in_fives else CUSTOMERS
    is_split = halves and all(all_.is_enough(half, CUSTOMERS) for half in halves)
    spans = [span for part in (halves if is_split else [range(first, last)]) for span in all_.spans(part, least)]
    found: Weeks = [0.0] * length
    for span in spans:
        found[span.start : span.stop] = [told(all_.sum(span), in_fives=in_fives) / len(span)] * len(span)
    older = [messages - sum(weekly) for messages, weekly in shares if messages > sum(weekly)]
    if is_few(len(older)):
        count, long = told(all_.sum(spans[0]) + sum(older), in_fives=in_fives), len(spans[0])
        found[first : spans[0].stop] = [count / (long + before) if before < 1 else None] * long
    if cut > 0 and is_few(all_.people(range(cut, length))):
        found[cut:] = [None] * RECENT
    return found


def together(one: Sequence[float | None], other: Sequence[float | None]) -> Weeks:
    """Two themes as one, each told in its own spans."""
    return [None if a is None or b is None else a + b for a, b in zip(one, other, strict=True)]


@dataclass(frozen=True, slots=True)
class _Weekly:
    """Of each week how many messages, and who wrote them: five of these at the most, more are not asked for."""

    counts: Sequence[int]
    who: Sequence[set[int]]

    @classmethod
    def of(cls, shares: Shares, length: int) -> "_Weekly":
        counts, who = [0] * length, [set[int]() for _ in range(length)]
        for customer, (_, weekly) in enumerate(shares):
            for week, messages in enumerate(weekly):
                counts[week] += messages
                if messages and len(who[week]) < CUSTOMERS:
                    who[week].add(customer)
        return cls(counts, who)

    def sum(self, span: range) -> int:
        return sum(self.counts[span.start : span.stop])

    def people(self, span: range) -> int:
        return len(set().union(*self.who[span.start : span.stop]))

    def is_enough(self, span: range, messages: int) -> bool:
        return self.sum(span) >= messages and self.people(span) >= CUSTOMERS

    def spans(self, part: range, messages: int) -> list[range]:
        """The newest weeks as finely as may be; what is left at the beginning goes with what comes after it."""
        spans: list[range] = []
        end = part.stop
        for week in reversed(part):
            if self.is_enough(range(week, end), messages):
                spans.insert(0, range(week, end))
                end = week
        return [range(part.start, spans[0].stop), *spans[1:]] if spans else [part]
