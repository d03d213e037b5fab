"""The limited child: what is hostile costs one email its reading, and nothing else."""

import os
import signal
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from helpdesk.mail import html, inbound
from helpdesk.mail.limits import MEGABYTE, Limits
from helpdesk.mail.parsed import ParsedEmail
from helpdesk.mail.sandbox import Quarantined, Sandbox
from tests.mail.letters import PDF, attached, multipart, page, part, plain

GOOD = plain(b"It does not print.")
HEAVY = multipart(b"mixed", *[attached(b"application/pdf", b"\0" * MEGABYTE) for _ in range(30)])
"""More than the memory of the small child below can hold."""
SMALL = Limits(memory_bytes=150 * MEGABYTE, email_bytes=60 * MEGABYTE, cpu_seconds=5)


def children(of: int | str = "self") -> set[int]:
    """The processes that one started and that are still there, zombies included."""
    listed = (each.read_text().split() for each in Path(f"/proc/{of}/task").glob("*/children"))
    return {int(each) for some in listed for each in some}


def text_of(outcome: ParsedEmail | Quarantined) -> str:
    return outcome.text if isinstance(outcome, ParsedEmail) else outcome.reason


def test_the_child_reads_what_the_parent_would():
    raw = multipart(
        b"mixed",
        part(b"text/html; charset=utf-8", '<p>Grüße<img src="cid:x">'.encode()),
        attached(b"application/pdf; name=a.pdf", PDF),
        part(b"message/rfc822", GOOD),
    )

    with Sandbox() as sandbox:
        assert sandbox.read(raw) == replace(inbound.read(raw), parts=())


def test_many_are_read_in_order():
    raws = [plain(b"%d " % number * 20_000) for number in range(30)]

    with Sandbox() as sandbox:
        texts = [text_of(each)[:2].strip() for each in sandbox.read_all(raws)]

    assert texts == [str(number) for number in range(30)]


def test_what_is_no_email_is_quarantined_with_a_reason():
    with Sandbox() as sandbox, pytest.raises(Quarantined) as caught:
        sandbox.read(b"\0")

    assert caught.value.reason == "there is nothing in it"


def test_too_much_memory_costs_one_email_only():
    with Sandbox(SMALL) as sandbox:
        outcomes = list(sandbox.read_all([GOOD, HEAVY, GOOD, GOOD]))

    assert [isinstance(each, Quarantined) for each in outcomes] == [False, True, False, False]
    assert "memory" in str(outcomes[1])


def test_too_much_processor_time_ends_the_child():
    endless = plain(b"--x\r\n\r\n" * 400_000, b"multipart/mixed; boundary=x")

    with Sandbox(Limits(cpu_seconds=0)) as sandbox, pytest.raises(Quarantined) as caught:
        sandbox.read(endless)

    assert caught.value.reason == "it took more processor time than the limit"


def test_a_stalled_child_is_stopped_by_the_clock():
    before = children()

    with Sandbox(Limits(wall_seconds=0.001)) as sandbox, pytest.raises(Quarantined) as caught:
        sandbox.read(GOOD)

    assert caught.value.reason == "it took longer than the time limit"
    assert children() == before


def test_a_child_killed_over_an_email_gets_a_second_try():
    others = children()  # the servers of other tests

    with Sandbox() as sandbox:
        sandbox.read(GOOD)
        (child,) = children() - others
        for reader in children(child):
            os.kill(reader, signal.SIGKILL)

        assert sandbox.read(GOOD).text == "It does not print."
        assert child not in children()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_child_is_replaced_when_it_has_read_enough():
    with Sandbox(Limits(emails_per_child=3)) as sandbox:
        seen = set()
        for _ in range(12):
            sandbox.read(GOOD)
            seen |= {reader for child in children() for reader in children(child)}

    assert len(seen) >= 3


def test_nothing_is_left_behind():
    before = children()

    with Sandbox() as sandbox:
        next(sandbox.read_all([GOOD] * 10))  # and the asker goes away in the middle
        sandbox.read(GOOD)

    assert children() == before


def test_several_threads_may_ask():
    texts: list[str] = []

    def ask(sandbox: Sandbox, number: int) -> None:
        texts.extend(text_of(each) for each in sandbox.read_all([plain(b"%d" % number)] * 10))

    with Sandbox() as sandbox:
        threads = [threading.Thread(target=ask, args=(sandbox, number)) for number in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(texts) == sorted(["0", "1", "2"] * 10)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_child_knows_no_secret(monkeypatch):
    monkeypatch.setenv("HELPDESK_SECRET", "canary")
    before = children()

    with Sandbox() as sandbox:
        sandbox.read(GOOD)
        (child,) = children() - before
        assert b"canary" not in Path(f"/proc/{child}/environ").read_bytes()


def test_stored_html_is_made_safe_again():
    with Sandbox() as sandbox:
        assert sandbox.sanitise('<p onclick=x>A<img src="cid:a">', {"cid:a": 1}) == html.sanitise(
            '<p onclick=x>A<img src="cid:a">', {"cid:a": 1}
        )


def test_html_that_kills_the_child_is_shown_as_text():
    with Sandbox(Limits(wall_seconds=0.001)) as sandbox:
        assert sandbox.sanitise("<p>A", {}).too_complex


def test_a_page_of_html_is_safe_when_it_arrives():
    with Sandbox() as sandbox:
        assert "script" not in sandbox.read(page("<p>A</p><script>x</script>")).safe_html.html
