"""Connections that are cut, stall or lie: noticed in time, and never half an email."""

import re
import threading
import time

import pytest

from helpdesk.mail import imap
from helpdesk.mail.fetched import Announced, Extent
from helpdesk.mail.trouble import ConnectionLost
from tests.mail.accounts import an_email, imap_account
from tests.servers.cutting_proxy import cutting_proxy
from tests.servers.dovecot import Dovecot

LONG = an_email("long", "A line of forty letters, more or less.\r\n" * 2500)


@pytest.mark.parametrize("passed", [0, 1, 20, 500, 5_000, 99_000])
def test_a_cut_in_the_middle_of_a_fetch_gives_nothing_and_the_next_try_everything(dovecot: Dovecot, passed: int):
    user = dovecot.new_user()
    dovecot.append(user, LONG)
    with cutting_proxy(dovecot.port) as proxy:
        with imap.connect(imap_account(proxy.port, user)) as folder:
            announced = folder.sizes(folder.new_uids(0))
            proxy.cut_after(passed)
            with pytest.raises(ConnectionLost):
                folder.fetch(announced)

        with imap.connect(imap_account(proxy.port, user)) as folder:
            assert [email.raw for email in folder.fetch(announced)] == [LONG]


@pytest.mark.parametrize("passed", [0, 500, 50_000])
def test_a_stall_is_noticed_within_the_read_timeout(dovecot: Dovecot, passed: int):
    user = dovecot.new_user()
    dovecot.append(user, LONG)
    with (
        cutting_proxy(dovecot.port) as proxy,
        imap.connect(imap_account(proxy.port, user, read_seconds=1)) as folder,
    ):
        announced = folder.sizes(folder.new_uids(0))
        proxy.stall_after(passed)
        began = time.monotonic()
        with pytest.raises(ConnectionLost):
            folder.fetch(announced)
        assert time.monotonic() - began < 10


def test_a_drip_is_ended_by_the_deadline_of_the_whole_command(dovecot: Dovecot):
    user = dovecot.new_user()
    dovecot.append(user, LONG)
    with (
        cutting_proxy(dovecot.port) as proxy,
        imap.connect(imap_account(proxy.port, user, read_seconds=1)) as folder,
    ):
        proxy.drip = 0.5  # a byte every half second: every read is in time
        began = time.monotonic()
        with pytest.raises(ConnectionLost):
            folder.fetch([Announced(1, 100)])
        assert time.monotonic() - began < 15


def test_a_half_open_line_is_noticed_while_waiting(dovecot: Dovecot):
    user = dovecot.new_user()
    with (
        cutting_proxy(dovecot.port) as proxy,
        imap.connect(imap_account(proxy.port, user, read_seconds=1)) as folder,
    ):
        proxy.stall_after(10)
        began = time.monotonic()
        with pytest.raises(ConnectionLost):
            folder.wait(2)
        assert time.monotonic() - began < 15


def test_a_server_that_hangs_up_is_noticed_at_once_while_waiting(dovecot: Dovecot):
    user = dovecot.new_user()
    with cutting_proxy(dovecot.port) as proxy, imap.connect(imap_account(proxy.port, user)) as folder:
        threading.Timer(0.3, proxy.cut_all).start()
        began = time.monotonic()
        with pytest.raises(ConnectionLost):
            folder.wait(20)
        assert time.monotonic() - began < 10


def test_a_server_that_counts_sizes_differently_is_believed_on_the_second_answer(dovecot: Dovecot):
    user = dovecot.new_user()
    uid = dovecot.append(user, LONG)
    with imap.connect(imap_account(dovecot.port, user)) as folder:
        (fetched,) = folder.fetch([Announced(uid, len(LONG) + 2500)])
    assert (fetched.raw, fetched.extent) == (LONG, Extent.WHOLE)


def test_an_email_the_server_will_not_hand_out_does_not_stop_the_others(dovecot: Dovecot):
    user = dovecot.new_user()
    uids = dovecot.append_all(user, [an_email("one"), an_email("two"), an_email("three")])
    with cutting_proxy(dovecot.port) as proxy, imap.connect(imap_account(proxy.port, user)) as folder:
        announced = folder.sizes(uids)
        proxy.edit = _refuse_two
        fetched = folder.fetch(announced)

    assert [email.extent for email in fetched] == [Extent.WHOLE, Extent.REFUSED, Extent.WHOLE]
    assert fetched[1].raw == b""


def _refuse_two(block: bytes) -> bytes:
    if b"Subject: two" not in block:
        return block
    return re.sub(rb"(?s).*\r\n(\S+) OK [^\r]*\r\n$", rb"\1 NO this one is broken\r\n", block)
