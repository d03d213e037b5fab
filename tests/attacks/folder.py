"""A folder of attack mail: its cases, their emails with the markers replaced, the large ones made for this run."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MAKER = "make_large.py"
MARKER = re.compile(rb"@@([A-Z_]+)@@")


@dataclass(frozen=True)
class Case:
    """One attack, and what has to hold. Its files are read when it is delivered: some are large."""

    id: str
    attack: str
    title: str
    checks: Mapping[str, Any]
    place: Path
    made: Path | None = None  # where the large ones are, if it is one

    @property
    def paths(self) -> list[Path]:
        """One email, or a series in order."""
        path = self.made or self.place
        return sorted(each for each in path.iterdir() if each.is_file()) if path.is_dir() else [path]

    def emails(self, markers: Mapping[str, str]) -> list[bytes]:
        """The raw bytes. Raises KeyError for a marker nobody knows, FileNotFoundError."""

        def put(found: re.Match[bytes]) -> bytes:
            name = found[1].decode()
            if name not in markers and self.made:
                return found[0]  # made of noise, it may look like one
            return markers[name].encode()

        return [MARKER.sub(put, path.read_bytes()) for path in self.paths]

    @property
    def has_markers(self) -> bool:
        return self.made is None and any(MARKER.search(path.read_bytes()) for path in self.paths if path.exists())

    def wants(self, *names: str) -> bool:
        return any(name in self.checks for name in names)


@dataclass
class Folder:
    """`large` is filled in the background, while the small cases run."""

    place: Path
    large: Path
    cases: list[Case] = field(default_factory=list)
    _maker: subprocess.Popen[bytes] | None = None

    def wait_for_large(self, seconds: float = 300) -> None:
        if self._maker is not None and self._maker.wait(seconds) != 0:
            raise NotMade(f"{MAKER} ended with {self._maker.returncode}")

    def close(self) -> None:
        if self._maker is not None and self._maker.poll() is None:
            self._maker.kill()
            self._maker.wait()


class NotMade(Exception):
    """The large emails could not be made."""


def opened(place: Path, large: Path, *, only: Sequence[str] = ()) -> Folder:
    """All cases of a folder, or those named; raises KeyError with the names that are in no case."""
    rows = [json.loads(line) for line in (place / "expected.jsonl").read_text(encoding="utf-8").splitlines() if line]
    cases = [_case(row, place, large) for row in rows]
    if unknown := set(only) - {case.id for case in cases}:
        raise KeyError(", ".join(sorted(unknown)))
    cases = [case for case in cases if not only or case.id in only]
    names = sorted({case.made.stem for case in cases if case.made})
    return Folder(place, large, cases, _make(place, large, names) if names else None)


def _case(row: Mapping[str, Any], place: Path, large: Path) -> Case:
    path = place / row["file"]
    parts = Path(row["file"]).parts
    made = large.joinpath(*parts[1:]) if parts[0] == "large" and not path.exists() else None
    return Case(row["id"], row.get("attack", ""), row.get("title", ""), row["checks"], path, made)


def _make(place: Path, large: Path, names: Sequence[str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(place / MAKER), str(large), "--names", ",".join(names)]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
