"""Writing config.toml: the example with its comments, the answers filled in."""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from helpdesk import paths

_SECTION: Final = re.compile(r"\[(\w+)\]")
_KEY: Final = re.compile(r"(\w+) = (\"[^\"]*\"|\S+)( *)(#.*)?")
_COLUMN: Final = 40

Value = str | int | bool


def write(path: Path, answers: Mapping[str, Value]) -> None:
    """Write the example to a new file, for its owner alone, with the answers by key: {"desk.name": "Ada's desk"}.

    Raises FileExistsError: what is there is never overwritten.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(filled_in(paths.example_config().read_text(encoding="utf-8"), answers))


def filled_in(example: str, answers: Mapping[str, Value]) -> str:
    left, section, lines = dict(answers), "", []
    for line in example.splitlines():
        if found := _SECTION.fullmatch(line.strip()):
            section = found[1]
        key = _KEY.fullmatch(line)
        name = f"{section}.{key[1]}" if key else ""
        if key and name in left:
            lines.append(_line(key[1], left.pop(name), key[4] or ""))
        else:
            lines.append(line)
    assert not left, f"the example has no {min(left)}"  # noqa: S101  a mistake of ours
    return "\n".join(lines) + "\n"


def _line(key: str, value: Value, comment: str) -> str:
    # a JSON string is a TOML string, but for one sign
    text = f"{key} = {json.dumps(value, ensure_ascii=False)}".replace("\x7f", "\\u007f")
    return f"{text:<{_COLUMN}}{'' if len(text) < _COLUMN else ' '}{comment}".rstrip()
