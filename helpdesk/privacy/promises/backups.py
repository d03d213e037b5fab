"""The check of backups: the last one is young enough. A desk that makes none says so."""

from datetime import timedelta

from sqlalchemy import func, select

from helpdesk import clock
from helpdesk.languages import N_
from helpdesk.models.audit import AuditEvent
from helpdesk.privacy.promises.check import Asked, Evidence, broken, kept, not_offered, proves


@proves("backups", kept_by=("helpdesk.storage.backup.make",), backup_days=1)
def the_last_backup_is_young(asked: Asked) -> Evidence:
    """From the trail, where each backup that was written and read again leaves an event."""
    made, number = asked.session.execute(
        select(func.max(AuditEvent.at), func.count()).where(AuditEvent.action == "backup.make")
    ).one()
    if made is None:
        return not_offered(N_("No backup was made yet."))
    days = asked.number("backup_days")
    age = clock.now() - made
    figures = {"hours": int(age / timedelta(hours=1)), "number": number, "backup_days": days}
    if age > timedelta(days=days, hours=2):
        return broken(N_("Age of the last backup in hours: %(hours)s, which is too old."), **figures)
    return kept(N_("Backups made: %(number)s, each read again. Age of the last in hours: %(hours)s."), **figures)
