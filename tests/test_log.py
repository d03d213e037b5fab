"""Logs hold what happened, never what somebody wrote, a secret, or where somebody sits."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from helpdesk import log


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root, ours = logging.getLogger(), logging.getLogger("helpdesk")
    before = (root.handlers, root.level, ours.level)
    stream = io.StringIO()
    log.set_up("info", stream)
    yield stream
    root.handlers = before[0]
    root.setLevel(before[1])
    ours.setLevel(before[2])


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("GET /password-resets/abcdefghijklmnopqrstuvwxyz0123_-9 200", "GET /password-resets/… 200"),
        ("GET /search?q=my+illness 200", "GET /search?… 200"),
        ("cannot reach redis://desk:s3cret@cache.example:6379/0", "cannot reach redis://desk:…@cache.example:6379/0"),
        ("550 <ada@customer.example>: unknown", "550 <…@customer.example>: unknown"),
        ("from 192.0.2.7:5000 and 2001:db8::7, [::1]:80", "from (address):5000 and (address), [(address)]:80"),
        ("at 10:22:01 the poller::fetch had 3.11.7", "at 10:22:01 the poller::fetch had 3.11.7"),
        ('one line\n{"level": "forged"}', "one line"),
    ],
)
def test_a_line_leaves_out_what_is_not_ours_to_keep(lines: io.StringIO, said: str, kept: str):
    logging.getLogger("helpdesk.anything").info("%s", said)

    (entry,) = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert entry["says"] == kept
    assert entry["level"] == "info"
    assert entry["at"].endswith("+00:00")


def test_of_an_exception_the_kind_and_the_place_are_kept_but_not_its_words(lines: io.StringIO):
    try:
        int("the customer wrote: my password is canary")
    except ValueError:
        logging.getLogger("helpdesk.anything").exception("an email could not be read")

    written = lines.getvalue()
    assert "canary" not in written
    entry = json.loads(written)
    assert entry["error"] == "ValueError"
    assert "test_of_an_exception" in entry["where"][-1]


def test_other_libraries_are_heard_from_warnings_on_even_when_we_debug(lines: io.StringIO):
    log.set_up("debug", lines)

    logging.getLogger("sqlalchemy.engine.Engine").info("INSERT INTO message … ('content',)")
    logging.getLogger("imapclient.imaplib").debug("FETCH … content")
    logging.getLogger("workers.poller").debug("3 emails fetched")

    assert [json.loads(line)["says"] for line in lines.getvalue().splitlines()] == ["3 emails fetched"]
