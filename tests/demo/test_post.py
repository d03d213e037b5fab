"""The sandbox's post office keeps mail as it was sent, under numbers that outlive it, and tells at once who waits."""

import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from imapclient import IMAPClient

from helpdesk.mail import imap
from helpdesk.mail.smtp import Post, Verdict
from helpdesk.mail.trouble import LoginRefused
from tests.demo.post_office import PASSWORD, PostOffice
from tests.servers.programs import LOCALHOST

ODD = (
    b"From: Fr\xc3\xa9d <fred@fabrik.example>\r\nTo: support@desk.example\r\nSubject: " + b"long " * 40 + b"\r\n"
    b"X-Odd:no space\r\n\tfolded\r\n\r\n.a dot\r\nbyte \xff and no end of line"
)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PostOffice]:
    office = PostOffice(tmp_path)
    office.start()
    yield office
    office.stop()


def send(office: PostOffice, to: str, raw: bytes = b"Subject: hello\r\n\r\nHello.\r\n") -> Verdict:
    with Post(office.smtp()) as post:
        return post.send("fred@fabrik.example", [to], raw)[to].verdict


def letters(office: PostOffice, address: str) -> dict[int, bytes]:
    with imap.connect(office.imap(address)) as folder:
        fetched = folder.fetch(folder.sizes(folder.new_uids(0)))
        return {one.uid: one.raw for one in fetched}


def client(office: PostOffice, address: str) -> IMAPClient:
    connected = IMAPClient(LOCALHOST, office.imap_port, ssl=False, timeout=10)
    connected.login(address, PASSWORD)
    return connected


def test_what_is_sent_lies_in_the_addressees_inbox_byte_for_byte(office):
    assert send(office, "Support@desk.example", ODD) is Verdict.ACCEPTED

    kept = letters(office, "support@desk.example")

    assert kept == {1: b"Return-Path: <fred@fabrik.example>\r\n" + ODD + b"\r\n"}
    assert letters(office, "fred@fabrik.example") == {}


def test_numbers_outlive_a_restart_and_a_crash(office):
    send(office, "support@desk.example")
    with imap.connect(office.imap("support@desk.example")) as folder:
        before = folder.uidvalidity

    for number in (signal.SIGTERM, signal.SIGKILL):
        office.stop(number)
        office.start()
        send(office, "support@desk.example")

    with imap.connect(office.imap("support@desk.example")) as folder:
        assert folder.uidvalidity == before
        assert folder.new_uids(0) == [1, 2, 3]


def test_who_waits_is_told_at_once(office):
    with imap.connect(office.imap("support@desk.example")) as folder:
        threading.Timer(0.3, send, [office, "support@desk.example"]).start()
        begun = time.monotonic()

        assert folder.wait(10)

        assert time.monotonic() - begun < 5
        assert folder.new_uids(0) == [1]


def test_one_email_for_two_reaches_both(office):
    with Post(office.smtp()) as post:
        post.send("fred@fabrik.example", ["a@desk.example", "b@desk.example"], b"Subject: x\r\n\r\nx\r\n")

    assert list(letters(office, "a@desk.example")) == list(letters(office, "b@desk.example")) == [1]


@pytest.mark.parametrize(
    ("address", "verdict"), [("x@gone.example", Verdict.REFUSED), ("x@slow.example", Verdict.DEFERRED)]
)
def test_some_domains_refuse_or_put_off_so_that_failures_can_be_seen(office, address, verdict):
    assert send(office, address) is verdict


def test_a_wrong_password_is_refused_by_both(office):
    with pytest.raises(LoginRefused):
        imap.connect(office.imap("support@desk.example", "guess"))
    with pytest.raises(LoginRefused), Post(office.smtp("support@desk.example", "guess")) as post:
        post.open()


def test_the_right_password_is_accepted_by_smtp(office):
    with Post(office.smtp("support@desk.example")) as post:
        post.open()


def test_flags_keywords_and_moves_are_kept(office):
    for _ in range(3):
        send(office, "support@desk.example")
    one = client(office, "support@desk.example")
    one.select_folder("INBOX")

    one.add_flags([1, 2], [b"\\Seen", b"Candour"])
    one.create_folder("Done")
    one.move([2], "Done")

    assert one.search(["KEYWORD", "Candour"]) == [1]
    assert one.search(["UNSEEN"]) == [3]
    assert one.search(["NOT", "SEEN", "SINCE", "1-Jan-2020"]) == [3]
    assert one.folder_status("Done", ["MESSAGES", "UIDNEXT"]) == {b"MESSAGES": 1, b"UIDNEXT": 2}
    one.select_folder("Done", readonly=True)
    assert b"Candour" in one.get_flags([1])[1]
    one.logout()


def test_reading_with_peek_leaves_an_email_unseen_and_parts_can_be_asked_for(office):
    send(office, "support@desk.example", ODD)
    one = client(office, "support@desk.example")
    one.select_folder("INBOX")

    got = one.fetch([1], ["BODY.PEEK[HEADER.FIELDS (TO X-ODD)]", "BODY.PEEK[TEXT]<0.6>", "RFC822.SIZE", "FLAGS"])[1]

    assert got[b"BODY[HEADER.FIELDS (TO X-ODD)]"] == (
        b"To: support@desk.example\r\nX-Odd:no space\r\n\tfolded\r\n\r\n"
    )
    assert got[b"BODY[TEXT]<0>"] == b".a dot"
    assert got[b"FLAGS"] == ()
    one.fetch([1], ["BODY[]"])
    assert one.get_flags([1])[1] == (b"\\Seen",)
    one.logout()


def test_an_email_expunged_elsewhere_is_announced_under_its_number(office):
    for _ in range(3):
        send(office, "support@desk.example")
    reading, cleaning = client(office, "support@desk.example"), client(office, "support@desk.example")
    reading.select_folder("INBOX")
    cleaning.select_folder("INBOX")

    cleaning.delete_messages([2])
    cleaning.expunge()

    assert (2, b"EXPUNGE") in reading.noop()[1]
    assert reading.search() == [1, 3]
    for one in (reading, cleaning):
        one.logout()


@pytest.mark.parametrize(
    "line", [b"x", b"x FETCH (((", b"x LOGIN {99999999999}", b"x UID SEARCH NONSENSE", b"\x00\xff\xfe {", b"x IDLE"]
)
def test_nonsense_is_answered_plainly_and_the_session_goes_on(office, line):
    one = client(office, "support@desk.example")
    connection = one._imap

    connection.send(line + b"\r\n")
    answer = connection.readline()

    assert b" BAD " in answer or b" NO " in answer
    one.select_folder("INBOX")
    one.logout()
