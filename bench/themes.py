"""What theme analysis finds in labelled texts, and what 1k, 10k and 100k messages cost, beside plain k-means."""

import json
import multiprocessing
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.table import Table

from helpdesk.themes.analysis import analyse
from helpdesk.themes.values import Document

FOLDER: Final = "HELPDESK_THEMES_DATA"
SETS: Final = ("banking77_test", "clinc150_test", "bitext_intent")
NMI: Final = dict(zip(SETS, (72, 82, 86), strict=True))
AMI: Final = dict(zip(SETS, (63, 69, 82), strict=True))
FIRST: Final = date(2026, 1, 5)
SUBJECTS: Final = 60
_COMMAND: Final = f"{sys.executable} -c 'from helpdesk.cli import main; main()' themes evaluate"


@dataclass(frozen=True, slots=True)
class Target:
    """A figure of one test and where it has to lie; of `only` this set, where others have nothing to measure."""

    test: str
    figure: str
    least: float | None = None
    most: float | None = None
    only: str | None = None

    def is_met(self, value: float | None) -> bool:
        if value is None:
            return False
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    def __str__(self) -> str:
        return f"at least {self.least:g}" if self.least is not None else f"at most {self.most:g}"


QUALITY: Final = (
    *(Target("gold", "nmi", least, only=name) for name, least in NMI.items()),
    *(Target("auto", "ami", least, only=name) for name, least in AMI.items()),
    *(Target("gold", figure, least, only=SETS[0]) for figure, least in {"npmi": 0.08, "diversity": 60}.items()),
    Target("gold", "name_hit", 88, only=SETS[0]),
    *(Target("rerun", figure, 100) for figure in ("same_ami", "shuffled_ami")),
    Target("rerun", "drop10_ami", 85),
    *(Target("leak", figure, most=0) for figure in ("n_leaks", "long_digit_runs", "emails")),
    Target("stream", "identity_kept", 90),
    Target("stream", "trend_precision", 90),
    Target("stream", "trend_recall", 85),
    Target("stream", "false_alarm_rate", most=2),
)


@dataclass(frozen=True, slots=True)
class Price:
    """What so many messages may cost; where nothing is said, it is only measured."""

    messages: int
    cpu_seconds: float | None = None
    memory_mb: float | None = None


PRICES: Final = (Price(1_000), Price(10_000, 40, 900), Price(100_000, 80, 1_500))


@click.command(help=__doc__)
@click.option("--data", default=",".join(SETS), show_default=True, help=f"Sets in the folder that {FOLDER} names.")
@click.option("--only", type=click.Choice(["quality", "cost"]))
def main(data: str, only: str | None) -> None:
    missed = 0
    if only != "cost":
        missed += _quality([name for name in data.split(",") if name])
    if only != "quality":
        missed += _costs()
    print(f"{missed} targets are missed." if missed else "No target that was measured is missed.")
    sys.exit(1 if missed else 0)


def _quality(names: Sequence[str]) -> int:
    if not os.environ.get(FOLDER):
        print(f"What it finds: not measured, {FOLDER} names no folder of labelled texts.")
        return 0
    table = Table("set", "test", "figure", "measured", "target", "", box=None, pad_edge=False)
    missed = 0
    for name in names:
        found = _evaluated(name)
        for target in QUALITY:
            if target.only in (None, name):
                value = found[target.test].get(target.figure)
                is_met = target.is_met(value)
                missed += not is_met
                row = (name, target.test, target.figure, "nothing" if value is None else f"{value:g}", str(target))
                table.add_row(*row, "" if is_met else "MISSED")
        table.add_section()
    Console(width=100).print(table)
    return missed


def _evaluated(name: str) -> dict[str, dict[str, Any]]:
    """Each test of the folder's own evaluate.py, with the true number of themes and with the analysis' own."""
    folder = Path(os.environ[FOLDER])
    command = [sys.executable, str(folder / "evaluate.py"), "--command", _COMMAND]
    found = {}
    for k, tests in (("gold", "cluster,names,rerun,leak,stream"), ("auto", "cluster")):
        ran = subprocess.run(
            [*command, "--data", name, "--tests", tests, "--k", k],
            env=os.environ | {"THEMES_DATA": str(folder)},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        for line in ran.stdout.splitlines():
            told = json.loads(line)
            if "error" in told:
                raise click.ClickException(f"{name}, {told['test']}: {told['error']}")
            found[k if told["test"] == "cluster" else told["test"]] = told
    return found


def _costs() -> int:
    table = Table("messages", "", "seconds", "CPU s", "limit", "peak MB", "limit", "", box=None, pad_edge=False)
    missed = 0
    for price in PRICES:
        ours, plain = _alone(_themes, price.messages), _alone(_plain, price.messages)
        is_met = Target("cost", "cpu", most=price.cpu_seconds).is_met(ours.cpu_seconds)
        is_met = is_met and Target("cost", "memory", most=price.memory_mb).is_met(ours.memory_mb)
        missed += not is_met
        table.add_row(*_row(f"{price.messages:,}", "themes", ours, price), "" if is_met else "MISSED")
        table.add_row(*_row("", "TF-IDF, SVD, k-means", plain, Price(price.messages)), "")
    Console(width=100).print(table)
    return missed


@dataclass(frozen=True, slots=True)
class Cost:
    seconds: float
    cpu_seconds: float
    memory_mb: float


def _row(messages: str, what: str, cost: Cost, price: Price) -> list[str]:
    limits = ("" if limit is None else f"{limit:g}" for limit in (price.cpu_seconds, price.memory_mb))
    measured = (f"{cost.cpu_seconds:.1f}", f"{cost.memory_mb:.0f}")
    return [
        messages,
        what,
        f"{cost.seconds:.1f}",
        *(text for pair in zip(measured, limits, strict=True) for text in pair),
    ]


def _alone(what: Callable[[list[Document]], object], messages: int) -> Cost:
    """In a process of its own, so that the peak of memory is its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (what, messages))


def _measured(what: Callable[[list[Document]], object], messages: int) -> Cost:
    texts = letters(messages)
    began, cpu = time.monotonic(), time.process_time()
    what(texts)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
    return Cost(time.monotonic() - began, time.process_time() - cpu, peak)


def _themes(texts: list[Document]) -> object:
    return analyse(texts)


def _plain(texts: list[Document]) -> object:
    """What a textbook does: no redaction, no names, no trends, and the number of themes is given."""
    from sklearn.cluster import KMeans  # noqa: PLC0415 - heavy
    from sklearn.decomposition import TruncatedSVD  # noqa: PLC0415 - the same
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - the same
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - the same

    with threadpool_limits(1):
        table = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2).fit_transform(
            one.text for one in texts
        )
        return KMeans(SUBJECTS, n_init=1, random_state=0).fit_predict(
            TruncatedSVD(100, random_state=0).fit_transform(table)
        )


def letters(messages: int) -> list[Document]:
    """Letters about sixty subjects: words of their own and common ones, rare words rarely, over twelve weeks."""
    chance = random.Random(1)
    subjects = [[_word(chance) for _ in range(40)] for _ in range(SUBJECTS)]
    common = [_word(chance) for _ in range(3_000)]
    found = []
    for place in range(messages):
        own = subjects[chance.randrange(SUBJECTS)]
        words = ["the", "my", "is", "and", "not", "please"]
        words += [own[int(len(own) * chance.random() ** 2)] for _ in range(chance.randrange(4, 14))]
        words += [common[int(len(common) * chance.random() ** 3)] for _ in range(chance.randrange(4, 20))]
        chance.shuffle(words)
        at = FIRST + timedelta(days=chance.randrange(84))
        found.append(Document(str(place), " ".join(words), f"customer {chance.randrange(messages // 3)}", at=at))
    return found


def _word(chance: random.Random) -> str:
    return "".join(chance.choice("bdfgklmnprstv") + chance.choice("aeiou") for _ in range(chance.randrange(2, 5)))


if __name__ == "__main__":
    main()
