"""The ledger counted against the server: what is missing alarms, what was moved or was never ours does not."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from helpdesk.desk import ledger, reconciliation
from helpdesk.desk.ledger import Arrived
from helpdesk.models.mailbox import Mailbox, MailboxPosition
from tests.world import a_mailbox, a_team, days_ago, trail


def a_place(session: Session, uids: Iterable[int], *, began_after: int = 0) -> MailboxPosition:
    """A folder of which these were fetched."""
    mailbox = a_mailbox(session, a_team(session))
    place = ledger.position(session, mailbox.id, mailbox.folder, 1)
    place.began_after = began_after
    ledger.keep(session, place, [Arrived(uid, b"Subject: %d\r\n\r\n" % uid, 14, days_ago(0)) for uid in uids])
    return place


def test_what_is_on_the_server_and_in_the_ledger_tallies(session):
    place = a_place(session, [1, 2, 3])

    assert not reconciliation.count(session, place, [1, 2, 3])
    assert (place.server_count, place.missing_count, place.gone_count) == (3, 0, 0)
    assert not trail(session, "mailbox.gap_found")


def test_mail_from_before_the_mailbox_was_ours_is_told_apart(session):
    place = a_place(session, [5, 6], began_after=4)

    assert not reconciliation.count(session, place, [1, 2, 5, 6])
    assert place.before_count == 2


def test_mail_that_was_moved_or_deleted_on_the_server_is_no_gap(session):
    place = a_place(session, [1, 2, 3])

    assert not reconciliation.count(session, place, [3])
    assert place.gone_count == 2


def test_mail_that_came_while_it_was_counted_is_no_gap(session):
    place = a_place(session, [1, 2])

    assert not reconciliation.count(session, place, [1, 2, 3])


def test_an_email_that_was_passed_over_is_a_gap_until_it_is_in_the_ledger(session):
    place = a_place(session, [1, 4])

    assert reconciliation.count(session, place, [1, 2, 3, 4]) == [2, 3]
    assert reconciliation.count(session, place, [1, 2, 3, 4]) == [2, 3]
    since = place.missing_since
    assert since is not None
    assert place.missing_uids == "2 3"
    assert [gap.place.missing_count for gap in reconciliation.gaps(session)] == [2]

    ledger.keep(session, place, [Arrived(uid, b"late %d" % uid, 6, days_ago(0)) for uid in (2, 3)])
    assert not reconciliation.count(session, place, [1, 2, 3, 4])
    assert place.missing_since is None
    assert not reconciliation.gaps(session)
    assert len(trail(session, "mailbox.gap_found")) == len(trail(session, "mailbox.gap_closed")) == 1


def test_a_gap_under_an_old_numbering_or_of_a_mailbox_switched_off_alarms_nobody(session):
    renumbered, off = a_place(session, [1, 3]), a_place(session, [1, 3])
    for place in (renumbered, off):
        reconciliation.count(session, place, [1, 2, 3])
    ledger.position(session, renumbered.mailbox_id, renumbered.folder, 2)
    session.get_one(Mailbox, off.mailbox_id).is_active = False

    assert not reconciliation.gaps(session)
