"""The files of the project, as git knows them: committed, or new and not ignored."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def files() -> list[Path]:
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [ROOT / name for name in sorted(set(listed.split("\0"))) if name and (ROOT / name).is_file()]


def files_ending(*endings: str) -> list[Path]:
    return [path for path in files() if path.suffix in endings and "vendor" not in path.parts]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))
