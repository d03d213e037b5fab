"""Checks of the database: reachable, sound, writable, at the newest form; and of what its rows tell."""

from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.cli.doctor.finding import Finding, Findings, failed, ok, warning
from helpdesk.desk import health
from helpdesk.models.lease import Lease
from helpdesk.storage import migrations
from helpdesk.storage.db import Database, DatabaseBusy, DatabaseUnreachable

_KIND: Final = {True: "SQLite", False: "PostgreSQL"}


def database(db: Database) -> Findings:
    """Nothing below it is worth checking when this fails."""
    try:
        yield from _reachable_and_sound(db)
        yield from _writable(db)
    except DatabaseBusy as error:
        yield failed(
            "database",
            "locked",
            str(error),
            "if it stays so, another program holds it: find it with 'fuser' on the file, and stop it",
        )
    except DatabaseUnreachable as error:
        yield _unreachable(error)
    except DatabaseError as error:
        yield failed(
            "database",
            "damaged",
            f"the database can't be read: {str(error.orig).splitlines()[0]}",
            "restore the last backup: helpdesk restore FILE --over",
        )


def form(db: Database) -> Findings:
    standing = migrations.standing(db)
    if standing.is_at_head:
        yield ok("migrations", f"the database has the form this version needs ({standing.head})")
    elif standing.is_newer:
        yield failed(
            "migrations",
            "newer",
            f"a newer version made the form {standing.current} of the database",
            "install that version again, or restore a backup from before",
        )
    else:
        yield failed(
            "migrations",
            "behind",
            f"the database has the form {standing.current or 'of an empty one'}, not {standing.head}",
            "run 'helpdesk migrate'",
        )


def staff(session: Session) -> Findings:
    if health.has_admin(session):
        yield ok("admin", "somebody can sign in and set up the desk")
    else:
        yield warning(
            "admin",
            "none",
            "no admin has a password, so nobody can set up the desk",
            "run 'helpdesk agent add EMAIL --admin', or 'helpdesk agent password EMAIL'",
        )


def outbox(session: Session) -> Findings:
    found = health.outbox(session)
    if found.late:
        yield failed(
            "outbox",
            "stuck",
            f"{found.late:,} emails should have left, the oldest {_ago(found.oldest_due_at)}",
            "start the worker and the scheduler ('helpdesk up'); their logs say more",
        )
    if found.failed:
        yield warning(
            "outbox",
            "failed",
            f"{found.failed:,} recipients could not be reached in the last {health.RECENT.days} days",
            "the tickets they belong to say why, in the inbox",
        )
    if not found.late and not found.failed:
        yield ok("outbox", f"{found.waiting:,} emails wait, none for too long")


def trail(session: Session) -> Findings:
    since = health.unsealed_since(session)
    if since is not None and clock.now() - since > health.LATE:
        yield warning(
            "audit",
            "unsealed",
            f"audit events wait to be sealed, the oldest {_ago(since)}",
            "start the scheduler ('helpdesk up'): it seals them about once a second",
        )
    else:
        yield ok("audit", "every event is sealed, or will be in a moment")
    if session.get_bind().dialect.name == "postgresql":
        yield _rights(health.rights_over_the_trail(session))


def _rights(found: health.TrailRights) -> Finding:
    if found.is_superuser:
        return warning(
            "audit",
            "superuser",
            "the desk signs in to PostgreSQL as a superuser, to whom no change of the trail is refused",
            "give it a role of its own (CREATE ROLE … LOGIN), make that the owner of the database, and name it in "
            "database.url",
        )
    if found.excess:
        return failed(
            "audit",
            "rights",
            f"the desk's role may take back what it wrote: {', '.join(found.excess)}",
            "in psql, as that role: REVOKE UPDATE, DELETE, TRUNCATE ON audit_event, audit_link FROM CURRENT_USER; "
            "GRANT UPDATE (id) ON audit_event TO CURRENT_USER",
        )
    return ok("audit", "the desk's role may add to the trail, and change or remove nothing of it")


def clock_of(db: Database) -> datetime | None:
    """PostgreSQL's own clock, as it may run elsewhere; of SQLite, the youngest event if it lies ahead of us."""
    with db.reading() as session:
        if not db.is_sqlite:
            return session.scalar(select(func.clock_timestamp()))
        last = health.last_event_at(session)
    return last if last is not None and last > clock.now() else None


def _reachable_and_sound(db: Database) -> Findings:
    if db.is_missing:
        yield failed(
            "database",
            "missing",
            f"there is no database at {db.engine.url.database}",
            "run 'helpdesk migrate' on a new desk; else restore a backup: helpdesk restore FILE",
        )
        return
    with db.reading() as session:
        if not db.is_sqlite:
            session.execute(text("SELECT 1"))
            yield ok("database", f"PostgreSQL answers at {db.engine.url.host}")
            return
        verdict = session.scalar(text("PRAGMA quick_check(1)"))
    if verdict == "ok":
        yield ok("database", f"SQLite, {db.engine.url.database}, sound")
    else:
        yield failed(
            "database",
            "damaged",
            f"SQLite finds damage: {str(verdict)[:200]}",
            "stop the desk and restore the last backup: helpdesk restore FILE --over",
        )


def _writable(db: Database) -> Findings:
    """Write something that reaches the disk, and remove it again."""
    if db.is_missing or not migrations.standing(db).is_at_head:
        return
    name = f"doctor {clock.now().isoformat()}"
    with db.transaction() as session:
        session.add(Lease(name=name, holder="0" * 100_000, until=clock.now()))
    with db.transaction() as session:
        session.execute(delete(Lease).where(Lease.name == name))
    yield ok("database", "it can be written")


def _unreachable(error: DatabaseUnreachable) -> Finding:
    words = str(error)
    for part, cause, fix in _WHY:
        if part in words:
            return failed("database", cause, words, fix)
    return failed("database", "unreachable", words, "check database.url in config.toml, and that its server runs")


_WHY: Final = (
    ("password authentication failed", "wrong_password", "correct the password in database.url (config.toml)"),
    ("no password supplied", "wrong_password", "put the password into database.url, or into ~/.pgpass"),
    ("does not exist", "missing", "make the database and its user, then run 'helpdesk migrate'"),
    ("readonly", "unwritable", "give the database's file and folder to the user that runs the desk"),
    ("unable to open", "unreadable", "give the database's file and folder to the user that runs the desk"),
    ("disk is full", "disk_full", "make room on the disk: until then no email is fetched, and none is lost"),
    ("disk I/O", "disk_full", "make room on the disk, or check its health: until then no email is fetched"),
)


def _ago(moment: datetime | None) -> str:
    if moment is None:
        return "long ago"
    minutes = int((clock.now() - moment).total_seconds() // 60)
    return f"{minutes} minutes ago" if minutes < 120 else f"{minutes // 60:,} hours ago"
