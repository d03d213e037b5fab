"""Which lines are folded away: the decision, once it is known what each line is."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from helpdesk.mail import signature
from helpdesk.mail.quote_lines import Mark


class FoldKind(StrEnum):
    QUOTE = "quote"
    SIGNATURE = "signature"
    BANNER = "banner"


_LONG_QUOTE: Final = 15
_SHORT_QUOTE: Final = 5
_WRAPPED_AT: Final = 60
_SEEN: Final = frozenset({Mark.TEXT, Mark.EMPTY})
_SAID: Final = frozenset({Mark.TEXT, Mark.QUOTE})


@dataclass(slots=True)
class _Block:
    is_quote: bool
    first: int
    end: int
    is_attributed: bool = False


def fold(texts: Sequence[str], marks: list[Mark]) -> list[FoldKind | None]:
    """Say of each line what it is folded as; None: it is shown. Nothing left to show: everything is shown."""
    _join_wrapped_quotes(texts, marks)
    end = _where_the_earlier_email_begins(marks)
    folds: list[FoldKind | None] = [None] * end + [FoldKind.QUOTE] * (len(marks) - end)
    _fold_signatures(texts, marks, folds, end)
    _fold_quotes(_blocks(texts, marks, folds, end), marks, folds)
    if not any(text for text, kind in zip(texts, folds, strict=True) if kind is None):
        return [None] * len(marks)
    return folds


def _join_wrapped_quotes(texts: Sequence[str], marks: list[Mark]) -> None:
    """A quoted line that some program broke leaves its rest without a ">" between two that have one."""
    for number in range(1, len(marks) - 1):
        if marks[number] is not Mark.TEXT or marks[number - 1] is not Mark.QUOTE:
            continue
        before = texts[number - 1]
        is_broken = len(before) >= _WRAPPED_AT and not before.endswith((".", "?", "!", ":"))
        if is_broken and marks[number + 1] is Mark.QUOTE and len(texts[number]) < len(before) + 20:
            marks[number] = Mark.QUOTE


def _where_the_earlier_email_begins(marks: list[Mark]) -> int:
    """Find the header, or the "On … wrote:" without ">" below it, under which everything is an earlier email."""
    has_text = False
    for number, mark in enumerate(marks):
        if mark is Mark.TEXT:
            has_text = True
        elif mark is Mark.EARLIER:
            if has_text:
                return number
            marks[number] = Mark.TEXT
            has_text = number + 1 < len(marks) and marks[number + 1] is not Mark.EARLIER
        elif mark is Mark.ATTRIBUTION and has_text and _is_text_below(marks, number):
            return number
    return len(marks)


def _is_text_below(marks: Sequence[Mark], number: int) -> bool:
    for mark in marks[number + 1 : number + 12]:
        if mark not in {Mark.EMPTY, Mark.ATTRIBUTION}:
            return mark is not Mark.QUOTE
    return False


def _fold_signatures(texts: Sequence[str], marks: Sequence[Mark], folds: list[FoldKind | None], end: int) -> None:
    for first, last in _runs_of_text(marks, end):
        start = first
        if first == 0:
            start = signature.banner_end(texts, last)
            folds[:start] = [FoldKind.BANNER] * start
        for begin, stop in signature.folded(texts, start, last):
            folds[begin:stop] = [FoldKind.SIGNATURE] * (stop - begin)
    for number in range(end):
        if marks[number] is Mark.SIGNATURE:
            folds[number] = FoldKind.SIGNATURE


def _runs_of_text(marks: Sequence[Mark], end: int) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    first: int | None = None
    for number in range(end):
        if marks[number] in _SEEN:
            first = number if first is None else first
        elif first is not None:
            runs.append((first, number))
            first = None
    if first is not None:
        runs.append((first, end))
    return runs


def _blocks(texts: Sequence[str], marks: Sequence[Mark], folds: Sequence[FoldKind | None], end: int) -> list[_Block]:
    """Give what is shown as turns of text and quote, in order."""
    blocks: list[_Block] = []
    is_attributed = False
    for number in range(end):
        mark = marks[number]
        if mark is Mark.ATTRIBUTION:
            is_attributed = True
        if folds[number] is not None or mark not in _SAID or not texts[number]:
            continue
        is_quote = mark is Mark.QUOTE
        if blocks and blocks[-1].is_quote is is_quote and not (is_quote and is_attributed):
            blocks[-1].end = number + 1
        else:
            blocks.append(_Block(is_quote, number, number + 1, is_quote and is_attributed))
        is_attributed = False
    return blocks


def _fold_quotes(blocks: Sequence[_Block], marks: Sequence[Mark], folds: list[FoldKind | None]) -> None:
    turns = [number for number, block in enumerate(blocks) if not block.is_quote]
    for number, block in enumerate(blocks):
        if block.is_quote and not _is_kept(block, number, turns):
            folds[block.first : block.end] = [FoldKind.QUOTE] * (block.end - block.first)
    for number, mark in enumerate(marks):
        if mark is Mark.ATTRIBUTION and folds[number] is None:
            folds[number] = FoldKind.QUOTE


def _is_kept(block: _Block, number: int, turns: Sequence[int]) -> bool:
    """Keep a quote that is answered below it, unless it is long or all the rest is the answer."""
    answers = sum(1 for turn in turns if turn > number)
    lines = block.end - block.first
    if not answers:
        return False
    is_first = not turns or turns[0] > number
    if is_first and answers == 1:
        return not block.is_attributed and lines <= _SHORT_QUOTE
    return not block.is_attributed or lines <= _LONG_QUOTE
