"""Fetching from a real Dovecot: what is new, sizes first, whole emails only."""

import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk import clock
from helpdesk.mail import imap
from helpdesk.mail.account import ImapAccount, Secret, Security
from helpdesk.mail.fetched import Announced, Extent, batches
from helpdesk.mail.trouble import FolderMissing, HostUnknown, LoginRefused, PortClosed, ServerRefused, TlsFailed
from tests.mail.accounts import an_email, imap_account, trusting
from tests.servers.certificate import Certificate, make_certificate
from tests.servers.cutting_proxy import cutting_proxy
from tests.servers.dovecot import Dovecot
from tests.servers.programs import free_port


def test_only_what_is_above_the_last_uid_is_new(dovecot: Dovecot):
    user = dovecot.new_user()
    first, second, third = dovecot.append_all(user, [an_email("one"), an_email("two"), an_email("three")])

    with imap.connect(imap_account(dovecot.port, user)) as folder:
        assert folder.new_uids(0) == [first, second, third]
        assert folder.new_uids(first) == [second, third]
        assert folder.new_uids(third) == []  # `4:*` answers the third one too
        assert folder.last_uid() == third


def test_fetching_gives_the_very_bytes_and_marks_nothing_as_seen(dovecot: Dovecot):
    user, raw = dovecot.new_user(), an_email("bytes", "Grüße\r\n" * 50)
    arrived = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
    uid = dovecot.append(user, raw, date=arrived)

    with imap.connect(imap_account(dovecot.port, user)) as folder:
        announced = folder.sizes([uid])
        (fetched,) = folder.fetch(announced)

    assert announced == [Announced(uid, len(raw), arrived)]
    assert (fetched.uid, fetched.raw, fetched.extent) == (uid, raw, Extent.WHOLE)
    assert b"\\Seen" not in dovecot.flags(user, uid)


def test_of_an_email_over_the_limit_only_the_header_is_fetched(dovecot: Dovecot):
    user = dovecot.new_user()
    large = dovecot.append(user, an_email("large", "x" * 70 + "\r\n" + "y" * 5000))
    small = dovecot.append(user, an_email("small"))

    with imap.connect(imap_account(dovecot.port, user)) as folder:
        fetched = folder.fetch(folder.sizes([large, small]), largest=4000)

    assert [(email.uid, email.extent) for email in fetched] == [(large, Extent.HEADER_ONLY), (small, Extent.WHOLE)]
    assert b"Subject: large" in fetched[0].raw
    assert b"xxx" not in fetched[0].raw


def test_an_email_expunged_between_search_and_fetch_is_left_out(dovecot: Dovecot):
    user = dovecot.new_user()
    kept, gone, late = dovecot.append_all(user, [an_email("kept"), an_email("gone"), an_email("late")])

    with imap.connect(imap_account(dovecot.port, user)) as folder:
        uids = folder.new_uids(0)
        dovecot.expunge(user, gone)
        announced = folder.sizes(uids)
        dovecot.expunge(user, late)
        fetched = folder.fetch([Announced(uid, 10) for uid in uids])

    # a server may still have an email it has not told this session about: then it is whole
    assert [email.uid for email in announced] in ([kept, late], uids)
    assert {email.uid for email in fetched} >= {kept}
    assert {email.raw for email in fetched} <= {an_email("kept"), an_email("gone"), an_email("late")}


def test_uids_that_are_gone_when_we_come_back_are_left_out(dovecot: Dovecot):
    user = dovecot.new_user()
    uids = dovecot.append_all(user, [an_email("kept"), an_email("gone")])
    dovecot.expunge(user, uids[1])
    with imap.connect(imap_account(dovecot.port, user)) as folder:
        assert [email.uid for email in folder.sizes(uids)] == uids[:1]
        assert [email.uid for email in folder.fetch([Announced(uid, 10) for uid in uids])] == uids[:1]
        assert folder.fetch([Announced(uids[1], 10)]) == []


def test_idle_wakes_up_with_an_arrival(dovecot: Dovecot):
    user = dovecot.new_user()
    dovecot.append(user, an_email("before"))
    appended_at = []

    def deliver() -> None:
        time.sleep(0.5)
        dovecot.append(user, an_email("after"))
        appended_at.append(time.monotonic())

    with imap.connect(imap_account(dovecot.port, user)) as folder:
        delivering = threading.Thread(target=deliver)
        delivering.start()
        while not (found := folder.new_uids(1)):  # a server may wake us for something else before
            assert folder.wait(10)
        woken_at = time.monotonic()
        delivering.join()

    assert len(found) == 1
    assert woken_at - appended_at[0] < 5  # a tenth of a second on a machine that is not busy


def test_what_came_before_idle_began_is_not_waited_for(dovecot: Dovecot):
    user = dovecot.new_user()
    with imap.connect(imap_account(dovecot.port, user)) as folder:
        for number in range(5):
            dovecot.append(user, an_email(f"number {number}"))
            began = time.monotonic()

            assert folder.wait(20)

            assert time.monotonic() - began < 10
            assert len(folder.new_uids(0)) == number + 1


def test_what_the_answer_to_a_search_told_is_not_waited_for(dovecot: Dovecot):
    user = dovecot.new_user()
    with imap.connect(imap_account(dovecot.port, user)) as folder:
        dovecot.append(user, an_email("unseen by the search, told with its answer"))
        folder.new_uids(0)

        assert folder.wait(20)


def test_waiting_ends_when_told_to_stop(dovecot: Dovecot):
    user = dovecot.new_user()
    with imap.connect(imap_account(dovecot.port, user)) as folder:
        began = time.monotonic()
        assert not folder.wait(30, stopped=lambda: time.monotonic() - began > 0.5)
    assert time.monotonic() - began < 15


def test_counts_for_the_first_connection_and_for_reconciling(dovecot: Dovecot):
    user = dovecot.new_user()
    dovecot.append(user, an_email("old"), date=clock.now() - timedelta(days=40))
    dovecot.append_all(user, [an_email("new"), an_email("newer")])

    with imap.connect(imap_account(dovecot.port, user)) as folder:
        assert folder.count == folder.recount() == len(folder.all_uids()) == 3
        assert folder.count_since(30) == 2
        assert folder.count_since(60) == 3
        dovecot.append(user, an_email("newest"))
        assert folder.recount() == 4


def test_without_writable_nothing_can_be_flagged(dovecot: Dovecot):
    user = dovecot.new_user()
    uid = dovecot.append(user, an_email())
    with imap.connect(imap_account(dovecot.port, user)) as folder, suppress(ServerRefused):
        folder.flag([uid], r"\Flagged")
    assert b"\\Flagged" not in dovecot.flags(user, uid)


def test_flag_and_move_once_an_email_is_ours(dovecot: Dovecot):
    user = dovecot.new_user()
    flagged, moved, other = dovecot.append_all(user, [an_email("f"), an_email("m"), an_email("o")])
    with dovecot.login(user) as client:
        client.create_folder("Done")

    with imap.connect(imap_account(dovecot.port, user), writable=True) as folder:
        folder.flag([flagged], r"\Flagged")
        folder.move([moved], "Done")

    assert b"\\Flagged" in dovecot.flags(user, flagged)
    assert set(dovecot.messages(user)) == {flagged, other}
    assert list(dovecot.messages(user, "Done").values()) == [an_email("m")]


def test_a_new_uidvalidity_shows(dovecot: Dovecot):
    user = dovecot.new_user()
    dovecot.append(user, an_email())
    with imap.connect(imap_account(dovecot.port, user)) as folder:
        before = folder.uidvalidity
    dovecot.renumber(user)
    with imap.connect(imap_account(dovecot.port, user)) as folder:
        assert folder.uidvalidity != before


def test_a_wrong_password_is_named_and_never_shown(dovecot: Dovecot):
    account = imap_account(dovecot.port, "ada", password=Secret("not-the-password"))
    with pytest.raises(LoginRefused) as refused:
        imap.connect(account)
    assert "not-the-password" not in f"{refused.value} {refused.value!r} {account!r}"


@pytest.mark.parametrize("text", ["pässwörd", 'quo"ted \\ and spaced', "x\r\nA1 LOGOUT", "(", "%*"])
def test_unusual_user_names_and_passwords_are_said_as_they_are(dovecot: Dovecot, text: str):
    for account in (
        imap_account(dovecot.port, "ada", password=Secret(text)),
        imap_account(dovecot.port, f"ada {text}"),
    ):
        with pytest.raises(LoginRefused):
            imap.connect(account)


def test_a_missing_folder_is_named_with_those_that_exist(dovecot: Dovecot):
    user = dovecot.new_user()
    dovecot.append(user, an_email(), folder="Support")
    with pytest.raises(FolderMissing) as missing:
        imap.connect(imap_account(dovecot.port, user, folder="Supprot"))
    assert missing.value.folders == ("INBOX", "Support")


def test_an_unknown_host_and_a_closed_port_are_told_apart():
    with pytest.raises(HostUnknown):
        imap.connect(imap_account(993, "ada", host="imap.nowhere.invalid", security=Security.TLS))
    with pytest.raises(PortClosed):
        imap.connect(imap_account(free_port(), "ada"))


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_encrypted_connections_are_used_and_verified(dovecot: Dovecot, certificate: Certificate, security: Security):
    user = dovecot.new_user()
    uid = dovecot.append(user, an_email())
    port = dovecot.tls_port if security is Security.TLS else dovecot.port

    with imap.connect(imap_account(port, user, **trusting(certificate.authority, security))) as folder:
        assert folder.new_uids(0) == [uid]
    with pytest.raises(TlsFailed, match="not trusted"):
        imap.connect(imap_account(port, user, host="localhost", security=security))


def test_an_expired_certificate_and_one_for_another_name_are_refused(dovecot: Dovecot, tmp_path):
    for words, more in (("expired", {"valid_for": timedelta(days=-1)}), ("mismatch", {"host": "other.example"})):
        folder = tmp_path / words
        folder.mkdir()
        bad = make_certificate(folder, **more)
        with (
            cutting_proxy(dovecot.port, bad) as proxy,
            pytest.raises(TlsFailed, match=f"(?i){words}"),
        ):
            imap.connect(imap_account(proxy.port, "ada", **trusting(bad.authority, Security.TLS)))


def test_plain_connections_are_for_this_machine_only():
    with pytest.raises(TlsFailed, match="this machine"):
        ImapAccount(host="imap.example.com", port=143, security=Security.PLAIN)


def test_batches_are_bounded_by_bytes_and_by_count():
    emails = [Announced(uid, 1_500_000) for uid in range(1, 6)] + [Announced(uid, 10) for uid in range(6, 120)]
    sizes = [[email.uid for email in batch] for batch in batches(emails)]

    assert [uid for batch in sizes for uid in batch] == list(range(1, 120))
    assert sizes[:2] == [[1, 2], [3, 4]]
    assert max(map(len, sizes)) == 50
    assert [len(batch) for batch in batches([Announced(1, 20_000_000), Announced(2, 5)])] == [1, 1]
    # far over the limit only its header will be fetched
    assert [len(batch) for batch in batches([Announced(1, 900_000_000), Announced(2, 5)])] == [2]
