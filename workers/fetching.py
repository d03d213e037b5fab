"""Fetching from one mailbox: whole batches, stored with the position they end at, then taken in."""

import logging
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock, failpoints
from helpdesk.desk import ledger, mailboxes, polling
from helpdesk.desk.ledger import Arrived
from helpdesk.mail import imap
from helpdesk.mail.fetched import Announced, Extent, Fetched, batches
from helpdesk.mail.imap import Folder
from helpdesk.mail.sandbox import Sandbox
from helpdesk.mail.trouble import FolderMissing, LoginRefused, MailTrouble, ServerRefused
from helpdesk.models.inbound_email import Outcome
from helpdesk.models.mailbox import AfterFetch, Mailbox, MailboxPosition
from helpdesk.runtime import Runtime
from helpdesk.storage.db import DatabaseBusy, DatabaseUnreachable
from helpdesk.storage.vault import KeyFileUnusable, SecretUnreadable
from workers.counting import Counting
from workers.intake import Intake
from workers.poll_leases import NotOurs, PollLeases
from workers.reading import Reading

SIZES_AT_ONCE: Final = 1000
LONGEST_PAUSE: Final = 60.0
PAUSE_WHEN_REFUSED: Final = 30.0  # a password tried too often locks the account
PAUSE_WHEN_NOT_OURS: Final = 2.0

log = logging.getLogger(__name__)


@dataclass
class Fetching:
    """The loop of one mailbox, in a thread of its own; it ends when `stopped`, and outlives every trouble."""

    here: Runtime
    sandbox: Sandbox
    leases: PollLeases
    mailbox_id: int
    stopped: Callable[[], bool]
    _failures: int = field(default=0, init=False)
    _counting: Counting = field(init=False)
    _tried: tuple[object, ...] = field(default=(), init=False)
    _refused: set[tuple[int, int]] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        self._counting = Counting(self.here.db, self.mailbox_id, self._fence)

    def run(self) -> None:
        while not self.stopped():
            self._pause(self._until_it_breaks())
        try:
            with self.here.db.transaction() as session:
                self.leases.release(session, self.mailbox_id)
        except (DatabaseBusy, DatabaseUnreachable):
            log.warning("mailbox %s: its lease runs out by itself", self.mailbox_id)

    def _until_it_breaks(self) -> float:
        """Work until something goes wrong; how long to leave it alone then."""
        try:
            self._work()
        except NotOurs:
            return PAUSE_WHEN_NOT_OURS
        except (LoginRefused, FolderMissing, SecretUnreadable, KeyFileUnusable) as trouble:
            self._write_down(str(trouble))
            self._pause_until_mended(max(PAUSE_WHEN_REFUSED, self._next_pause()))
            return 0
        except MailTrouble as trouble:
            self._write_down(str(trouble))
        except (DatabaseBusy, DatabaseUnreachable) as trouble:
            log.warning("mailbox %s waits for the database: %s", self.mailbox_id, type(trouble).__name__)
        return self._next_pause()

    def _work(self) -> None:
        self._take_in_left_behind()
        with self.here.db.transaction() as session:
            self._fence(session)
            mailbox = session.get_one(Mailbox, self.mailbox_id)
        self._tried = _way_in(mailbox)
        account = mailboxes.imap_account(mailbox, self.here.vault)
        with imap.connect(account, writable=mailbox.after_fetch is not AfterFetch.NOTHING) as folder:
            last_uid = self._begin(folder, mailbox)
            self._counting.begin_anew()
            while not self.stopped():
                before, last_uid = last_uid, self._fetch_new(folder, mailbox, last_uid)
                self._take_in_left_behind()
                self._intake.tell_senders()
                self._went_well()
                self._reconcile(folder, mailbox)
                # what arrived between the search and IDLE may go unannounced: look again soon while mail comes
                folder.wait(imap.IDLE_SECONDS if last_uid == before else 1.0, stopped=self.stopped)

    def _begin(self, folder: Folder, mailbox: Mailbox) -> int:
        """Where to go on; in a folder not seen under this UIDVALIDITY, at the first email that is to be imported.

        What came before stays in the mailbox. What we have already is recognised by its bytes.
        """
        if (known := self._known_position(folder)) is not None:
            return known
        since = polling.imported_since(mailbox)
        last = folder.last_uid()  # asked first: what comes while we search is behind it, and will be read
        days = max(0, (clock.now() - since).days) + 2  # SEARCH knows days only, in the server's own time zone
        announced = (email for some in _in_turn(folder.uids_since(days)) for email in folder.sizes(some))
        wanted = next(
            (email.uid for email in announced if email.arrived_at is None or email.arrived_at >= since), None
        )
        start = last if wanted is None else wanted - 1
        with self.here.db.transaction() as session:
            self._fence(session)
            place = ledger.position(session, self.mailbox_id, mailbox.folder, folder.uidvalidity)
            place.last_uid = max(place.last_uid, start)
            place.began_after = start
            log.info("mailbox %s: folder is new to us, reading from UID %s", self.mailbox_id, place.last_uid + 1)
            return place.last_uid

    def _known_position(self, folder: Folder) -> int | None:
        with self.here.db.reading() as session:
            return session.scalar(
                select(MailboxPosition.last_uid).where(
                    MailboxPosition.mailbox_id == self.mailbox_id,
                    MailboxPosition.folder == folder.name,
                    MailboxPosition.uidvalidity == folder.uidvalidity,
                )
            )

    def _fetch_new(self, folder: Folder, mailbox: Mailbox, last_uid: int) -> int:
        """Fetch, store and take in what is above a UID, batch by batch; returns the UID reached."""
        return max([last_uid, *self._fetch(folder, mailbox, folder.new_uids(last_uid))])

    def _fetch(self, folder: Folder, mailbox: Mailbox, uids: list[int]) -> Iterator[int]:
        """Fetch, store and take in these, batch by batch; gives the UIDs that are safe.

        One batch is read in the child while the next is fetched and the one before is filed.
        """
        reading: Reading | None = None
        try:
            for batch in self._batches(folder, uids):
                fetched = self._complete(folder, batch, folder.fetch(batch, largest=self._largest))
                failpoints.passing("after-fetch")
                waiting = self._store(folder, mailbox, fetched)
                self._counting.stored(len(fetched))
                yield from (email.uid for email in fetched)
                self._tidy(folder, mailbox, fetched)
                before, reading = reading, self._intake.begin(waiting)
                if before is not None:
                    self._intake.file(before)
            if reading is not None:
                self._intake.file(reading)
        finally:
            if reading is not None:
                reading.give_up()

    def _batches(self, folder: Folder, uids: list[int]) -> Iterator[tuple[Announced, ...]]:
        for some in _in_turn(uids):
            sizes = {email.uid: email for email in folder.sizes(some)}
            announced = [sizes.get(uid, Announced(uid, 0)) for uid in some]
            for batch in batches(announced, largest=self._largest):
                if self.stopped():
                    return
                yield batch

    def _reconcile(self, folder: Folder, mailbox: Mailbox) -> None:
        """Count the ledger against the server; what it misses is fetched at once, and counted again."""
        gap = self._counting.count(folder)
        if gap and list(self._fetch(folder, mailbox, gap[:SIZES_AT_ONCE])):
            self._counting.begin_anew()
            self._counting.count(folder)

    def _complete(self, folder: Folder, batch: Sequence[Announced], fetched: list[Fetched]) -> list[Fetched]:
        """See that nothing is passed over: what is missing is gone from the folder, or else refused to us.

        A refusal is believed only after a second try on a new connection.
        """
        given = {email.uid: email for email in fetched}
        if missing := [email for email in batch if email.uid not in given]:
            listed = set(folder.new_uids(missing[0].uid - 1))
            given |= {email.uid: Fetched(email, Extent.REFUSED, b"") for email in missing if email.uid in listed}
        refused = {(folder.uidvalidity, uid) for uid, email in given.items() if email.extent is Extent.REFUSED}
        if not refused <= self._refused:
            self._refused |= refused
            raise ServerRefused("The server lists an email that it does not hand out; it is asked again.")
        return [given[email.uid] for email in batch if email.uid in given]

    def _store(self, folder: Folder, mailbox: Mailbox, fetched: list[Fetched]) -> list[tuple[int, bytes]]:
        """Raw bytes, ledger rows and position in one transaction: from here on nothing is lost."""
        raws = {email.uid: email.raw for email in fetched}
        with self.here.db.transaction() as session:
            self._fence(session)
            place = ledger.position(session, self.mailbox_id, mailbox.folder, folder.uidvalidity)
            fresh = ledger.keep(session, place, [self._arrived(email) for email in fetched])
            waiting = [(email.id, raws[email.uid]) for email in fresh]
            failpoints.passing("before-commit-raw")
        failpoints.passing("after-commit-raw")
        return waiting

    def _arrived(self, email: Fetched) -> Arrived:
        outcome, reason = Outcome.STORED, ""
        if email.extent is Extent.HEADER_ONLY:
            outcome = Outcome.TOO_LARGE
            most = f"{self.here.config.mail.max_email_mb} MB"
            reason = f"larger than {most}: only its header was fetched, the email is still in the mailbox"
        if email.extent is Extent.REFUSED:
            outcome = Outcome.QUARANTINED
            reason = "the mail server lists it but does not hand it out: look at it in the mailbox itself"
        announced = email.announced
        return Arrived(email.uid, email.raw, announced.size, announced.arrived_at or clock.now(), outcome, reason)

    def _tidy(self, folder: Folder, mailbox: Mailbox, fetched: list[Fetched]) -> None:
        """Flag or move what is safely ours, as the mailbox's setting says; a refusal is told and stops nothing."""
        ours = [email.uid for email in fetched if email.extent is Extent.WHOLE]
        try:
            if mailbox.after_fetch is AfterFetch.FLAG:
                folder.flag(ours, r"\Flagged")
            elif mailbox.after_fetch is AfterFetch.MOVE and mailbox.move_to:
                folder.move(ours, mailbox.move_to)
        except ServerRefused as trouble:
            log.warning("mailbox %s: what was fetched could not be flagged or moved: %s", self.mailbox_id, trouble)

    def _take_in_left_behind(self) -> None:
        while not self.stopped() and self._intake.has_left_behind():
            self._intake.take_in_left_behind()

    def _went_well(self) -> None:
        self._failures = 0
        with self.here.db.transaction() as session:
            self._fence(session)
            polling.went_well(session, self.mailbox_id)

    def _write_down(self, words: str) -> None:
        log.warning("mailbox %s: %s", self.mailbox_id, words)
        try:
            with self.here.db.transaction() as session:
                polling.went_wrong(session, self.mailbox_id, words)
        except (DatabaseBusy, DatabaseUnreachable):
            log.warning("mailbox %s: and the database is away", self.mailbox_id)

    @property
    def _largest(self) -> int:
        return self.here.config.mail.max_email_mb * 1024 * 1024

    @property
    def _intake(self) -> Intake:
        return Intake(self.here, self.sandbox, self.mailbox_id, self._fence)

    def _fence(self, session: Session) -> None:
        self.leases.require(session, self.mailbox_id)

    def _next_pause(self) -> float:
        self._failures += 1
        longest = min(LONGEST_PAUSE, 2.0 ** min(self._failures, 6))
        return random.uniform(1.0, longest)  # noqa: S311  so that not all come back at once; no secret

    def _pause_until_mended(self, seconds: float) -> None:
        """What the server refuses is left alone for a while, or until an admin has changed how we come in."""
        until = time.monotonic() + seconds
        while not self.stopped() and time.monotonic() < until:
            self._pause(PAUSE_WHEN_NOT_OURS)
            with suppress(DatabaseBusy, DatabaseUnreachable), self.here.db.reading() as session:
                mailbox = session.get(Mailbox, self.mailbox_id)
                if mailbox is None or _way_in(mailbox) != self._tried:
                    return

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self.stopped() and time.monotonic() < until:
            time.sleep(0.2)


def _way_in(mailbox: Mailbox) -> tuple[object, ...]:
    """How we reach a mailbox and log in: what an admin changes to mend it."""
    where = (mailbox.imap_host, mailbox.imap_port, mailbox.imap_security, mailbox.folder)
    return (*where, mailbox.imap_user, mailbox.imap_secret, mailbox.login)


def _in_turn(uids: list[int]) -> list[list[int]]:
    return [uids[start : start + SIZES_AT_ONCE] for start in range(0, len(uids), SIZES_AT_ONCE)]
