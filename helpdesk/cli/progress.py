"""A bar on the terminal for work that takes a while; silent where nobody looks."""

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn


class Bar:
    """`tell("files", 3, 10)` as often as one likes; each word gets a line of its own."""

    def __init__(self, *, is_shown: bool = True) -> None:
        console = Console(file=sys.stderr)
        columns = (TextColumn("{task.description:<12}"), BarColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=console, disable=not (is_shown and console.is_terminal))
        self._tasks: dict[str, TaskID] = {}

    def tell(self, what: str, done: int, total: int) -> None:
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=total)
        self._progress.update(self._tasks[what], completed=done, total=total)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()
