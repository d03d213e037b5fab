"""The poller against a real Dovecot: every email ends in the ledger, once, whatever the mailbox does."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from helpdesk import clock
from helpdesk.mail.imap import Folder
from helpdesk.models.audit import AuditEvent
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.mailbox import AfterFetch, Mailbox
from helpdesk.runtime import Runtime
from tests.servers.dovecot import Dovecot
from tests.workers.desks import a_desk, an_email, polling, until


def test_an_email_is_a_ticket_within_seconds(runtime: Runtime, dovecot: Dovecot):
    desk = a_desk(runtime, dovecot)
    desk.write(an_email(0))
    with polling(runtime):
        until(lambda: desk.tickets == 1)

        began = time.monotonic()
        desk.write(an_email(1))
        until(lambda: desk.tickets == 2)
        assert time.monotonic() - began < 10  # half a second on a machine that is not busy

    assert desk.mailbox.polled_at is not None
    assert desk.mailbox.poll_error is None


def test_several_mailboxes_are_fetched_side_by_side_and_one_that_is_broken_hinders_none(
    runtime: Runtime, dovecot: Dovecot
):
    good, broken, also_good = a_desk(runtime, dovecot), a_desk(runtime, dovecot, port=1), a_desk(runtime, dovecot)
    good.write(*map(an_email, range(3)))
    also_good.write(*map(an_email, range(3, 5)))

    with polling(runtime):
        until(lambda: good.tickets == 5)
        until(lambda: broken.mailbox.poll_error is not None)

    assert good.outcomes == {Outcome.NEW_TICKET: 3}
    assert also_good.outcomes == {Outcome.NEW_TICKET: 2}
    assert broken.mailbox.poll_error == "No mail server answers at 127.0.0.1, port 1."
    assert broken.mailbox.poll_error_since is not None


def test_a_wrong_password_is_told_and_a_right_one_is_used_at_once(runtime: Runtime, dovecot: Dovecot):
    desk = a_desk(runtime, dovecot)
    right = desk.mailbox.imap_secret
    change(runtime, desk.mailbox_id, imap_secret=runtime.vault.seal("wrong-one", what="mailbox:imap"))
    desk.write(an_email(1))

    with polling(runtime):
        until(lambda: desk.mailbox.poll_error is not None)
        assert "does not accept" in str(desk.mailbox.poll_error)
        assert "wrong-one" not in str(desk.mailbox.poll_error)
        change(runtime, desk.mailbox_id, imap_secret=right)
        until(lambda: desk.tickets == 1)
        until(lambda: desk.mailbox.poll_error is None)


def test_a_secret_of_another_key_file_is_told(runtime: Runtime, dovecot: Dovecot):
    desk = a_desk(runtime, dovecot, imap_secret=b"sealed under another key file")
    with polling(runtime):
        until(lambda: "key file" in str(desk.mailbox.poll_error))


def test_from_now_on_leaves_older_mail_where_it_is(runtime: Runtime, dovecot: Dovecot):
    desk = a_desk(runtime, dovecot)
    dovecot.append(desk.user, an_email(1), date=clock.now() - timedelta(days=3))
    dovecot.append(desk.user, an_email(2), date=clock.now() - timedelta(hours=2))
    with polling(runtime):
        until(lambda: desk.mailbox.polled_at is not None)
        dovecot.append(desk.user, an_email(3))
        until(lambda: desk.tickets == 1)
    assert [email.uid for email in desk.ledger] == [3]


def test_mail_that_comes_while_the_first_look_is_taken_is_no_older_mail(
    runtime: Runtime, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
):
    desk, searched = a_desk(runtime, dovecot), Folder.uids_since

    def as_it_comes(folder: Folder, days: int) -> list[int]:
        desk.write(an_email(1))
        return searched(folder, days)  # of the folder as this session knows it: it hears of the email afterwards

    monkeypatch.setattr(Folder, "uids_since", as_it_comes)
    with polling(runtime):
        until(lambda: desk.tickets == 1)


def test_the_last_days_are_imported_where_that_was_chosen(runtime: Runtime, dovecot: Dovecot):
    desk = a_desk(runtime, dovecot, import_since=clock.now() - timedelta(days=7))
    for days, number in ((30, 1), (8, 2), (6, 3), (1, 4)):
        dovecot.append(desk.user, an_email(number), date=clock.now() - timedelta(days=days))
    with polling(runtime):
        until(lambda: desk.tickets == 2)
        until(lambda: desk.mailbox.polled_at is not None)
    assert [email.uid for email in desk.ledger] == [3, 4]


def test_a_new_uidvalidity_adds_no_ticket_and_loses_none(runtime: Runtime, dovecot: Dovecot):
    desk = a_desk(runtime, dovecot)
    dovecot.append(desk.user, an_email(99), date=clock.now() - timedelta(days=3))  # from before we went live
    desk.write(*map(an_email, range(20)))
    with polling(runtime):
        until(lambda: desk.tickets == 20)
    dovecot.renumber(desk.user)
    desk.write(an_email(20))
    with polling(runtime):
        until(lambda: desk.tickets == 21)
        until(lambda: len(desk.ledger) == 41)
        time.sleep(1)
    assert desk.outcomes == {Outcome.NEW_TICKET: 21, Outcome.ALREADY_RECEIVED: 20}


def test_an_email_missing_in_the_ledger_is_found_fetched_and_told(runtime: Runtime, dovecot: Dovecot):
    desk = a_desk(runtime, dovecot)
    dovecot.append(desk.user, an_email(99), date=clock.now() - timedelta(days=3))  # from before we went live
    desk.write(*map(an_email, range(3)))
    with polling(runtime):
        until(lambda: desk.tickets == 3)
    with runtime.db.transaction() as session:  # as if it had been passed over
        lost = session.scalars(select(InboundEmail).where(InboundEmail.uid == 3)).one()
        lost.uid = 1000
    with polling(runtime):
        until(lambda: 3 in [email.uid for email in desk.ledger])
        until(lambda: bool(desk.place.counted_at) and desk.place.missing_count == 0)
    assert (desk.place.server_count, desk.place.before_count, desk.place.gone_count) == (4, 1, 1)
    with runtime.db.reading() as session:
        told = select(AuditEvent.action).where(AuditEvent.action.startswith("mailbox.gap")).order_by(AuditEvent.id)
        assert list(session.scalars(told)) == ["mailbox.gap_found", "mailbox.gap_closed"]


def test_the_count_is_kept_up_as_mail_comes_and_goes(runtime: Runtime, dovecot: Dovecot):
    desk = a_desk(runtime, dovecot)
    desk.write(an_email(1), an_email(2))
    with polling(runtime):
        until(lambda: desk.tickets == 2)
        until(lambda: desk.place.server_count == 2)
        dovecot.expunge(desk.user, 1)
        desk.write(an_email(3))
        until(lambda: desk.tickets == 3)
        until(lambda: (desk.place.server_count, desk.place.gone_count) == (2, 1))
    assert desk.place.missing_count == 0


def test_too_large_an_email_is_recorded_with_its_header_and_stops_nothing(runtime: Runtime, dovecot: Dovecot):
    desk = a_desk(runtime, dovecot)
    desk.write(an_email(1), an_email(2, "x" * 26 * 1024 * 1024), an_email(3))
    with polling(runtime):
        until(lambda: desk.tickets == 2)
    assert desk.outcomes == {Outcome.NEW_TICKET: 2, Outcome.TOO_LARGE: 1}
    (large,) = [email for email in desk.ledger if email.outcome is Outcome.TOO_LARGE]
    assert large.size > 26_000_000
    assert "still in the mailbox" in large.reason
    assert len(dovecot.messages(desk.user)) == 3


def test_what_cannot_be_read_is_quarantined_and_the_next_one_is_not_delayed(runtime: Runtime, dovecot: Dovecot):
    desk = a_desk(runtime, dovecot)
    bomb = b"Subject: bomb\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n" + b"".join(
        b"--a\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n" for _ in range(3000)
    )
    desk.write(an_email(1), bomb, b"\x00\xff" * 500, an_email(2))
    with polling(runtime):
        until(lambda: len(desk.ledger) == 4 and Outcome.STORED not in desk.outcomes)
    assert desk.tickets >= 2
    assert all(email.reason for email in desk.ledger)


def test_what_was_stored_and_not_read_is_read_when_the_poller_comes_back(runtime: Runtime, dovecot: Dovecot):
    desk = a_desk(runtime, dovecot)
    desk.write(*map(an_email, range(5)))
    with polling(runtime):
        until(lambda: desk.tickets == 5)
    with runtime.db.transaction() as session:
        session.execute(update(InboundEmail).where(InboundEmail.uid == 3).values(outcome=Outcome.STORED, reason=""))
    change(runtime, desk.mailbox_id, imap_port=1)  # it needs no server for that

    with polling(runtime):
        until(lambda: Outcome.STORED not in desk.outcomes)
    assert desk.ledger[2].outcome is not Outcome.STORED


def test_fetched_email_is_flagged_or_moved_where_that_was_chosen(runtime: Runtime, dovecot: Dovecot):
    flagging = a_desk(runtime, dovecot, after_fetch=AfterFetch.FLAG)
    moving = a_desk(runtime, dovecot, after_fetch=AfterFetch.MOVE, move_to="Done")
    lost = a_desk(runtime, dovecot, after_fetch=AfterFetch.MOVE, move_to="No such folder")
    with dovecot.login(moving.user) as client:
        client.create_folder("Done")
    (flagged,) = flagging.write(an_email(1))
    moving.write(an_email(2), an_email(3))
    lost.write(an_email(4))

    with polling(runtime):
        until(lambda: flagging.tickets == 4)
        until(lambda: not dovecot.messages(moving.user))
        until(lambda: lost.mailbox.polled_at is not None)

    assert b"\\Flagged" in dovecot.flags(flagging.user, flagged)
    assert b"\\Seen" not in dovecot.flags(flagging.user, flagged)
    assert sorted(dovecot.messages(moving.user, "Done").values()) == [an_email(2), an_email(3)]
    assert list(dovecot.messages(lost.user).values()) == [an_email(4)]


def test_a_mailbox_switched_off_is_left_alone_and_switched_on_again_catches_up(runtime: Runtime, dovecot: Dovecot):
    desk = a_desk(runtime, dovecot, is_active=False)
    desk.write(an_email(1))
    with polling(runtime):
        time.sleep(1)
        assert desk.ledger == []
        change(runtime, desk.mailbox_id, is_active=True)
        until(lambda: desk.tickets == 1)


def change(here: Runtime, mailbox_id: int, **columns: object) -> None:
    with here.db.transaction() as session:
        session.execute(update(Mailbox).where(Mailbox.id == mailbox_id).values(**columns))
