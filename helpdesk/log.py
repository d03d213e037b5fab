"""Logs as JSON lines, without content, secrets or IP addresses."""

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any, Final, TextIO

LONGEST: Final = 1000
_OURS: Final = ("helpdesk", "workers", "gunicorn")

_LINK_SECRET = re.compile(r"(?<=/)[A-Za-z0-9_-]{24,}(?=[/\s\"'?]|$)")
_QUERY = re.compile(r"(/[^\s?\"']*)\?[^\s\"']+")
_PASSWORD_IN_URL = re.compile(r"(\w+://[^\s:/@]*):[^\s/]*@")
_ADDRESS_OF_A_PERSON = re.compile(r"[^\s<>\"'(,;:=@]+@(?=[\w-]+(\.[\w-]+)+)")
_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)")
_MAYBE_IPV6 = re.compile(r"(?<![\w.:])[0-9a-fA-F]{0,4}:[0-9a-fA-F:.]*[0-9a-fA-F:](?![\w:])")


def set_up(level: str = "info", stream: TextIO | None = None) -> None:
    """Send this process's logs to a stream; of foreign libraries warnings only: their details may be content."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    for name in _OURS:
        logging.getLogger(name).setLevel(level.upper())


def redacted(text: str) -> str:
    """One line without queries, secrets of links and URLs, people's addresses and IP addresses."""
    line = text.split("\n", 1)[0][:LONGEST]  # what follows a line's end is a library's trace, or somebody's forgery
    line = _PASSWORD_IN_URL.sub(r"\1:…@", line)
    line = _QUERY.sub(r"\1?…", line)
    line = _LINK_SECRET.sub("…", line)
    line = _ADDRESS_OF_A_PERSON.sub("…@", line)
    return _IPV4.sub("(address)", _MAYBE_IPV6.sub(_without_ip, line))


class JsonLines(logging.Formatter):
    """One JSON object a line. Of an exception: its kind and where it arose, never its words, which may be content."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "process": record.process,
            "says": redacted(record.getMessage()),
        }
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            entry["error"] = type(error).__name__
            entry["where"] = where(error)
        return json.dumps(entry, ensure_ascii=False)


def where(error: BaseException) -> list[str]:
    """The way to an error, outermost call first: file, line and function, without a value of anything."""
    frames = traceback.extract_tb(error.__traceback__, limit=-30)
    return [f"{'/'.join(frame.filename.split('/')[-3:])}:{frame.lineno} {frame.name}" for frame in frames]


def _without_ip(found: re.Match[str]) -> str:
    try:
        ip_address(found[0])
    except ValueError:
        return found[0]
    return "(address)"
