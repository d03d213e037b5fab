"""Making reports of themes: read what may be read, let a limited child find what many wrote, keep the numbers."""

import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.exc import OperationalError

from helpdesk import clock, failpoints, runtime
from helpdesk.desk import theme_digests, theme_material, theme_reports
from helpdesk.desk.theme_material import Material
from helpdesk.desk.theme_reports import Themes
from helpdesk.desk.theme_scope import Scope
from helpdesk.log import where
from helpdesk.models.theme_report import ReportState, ThemeReport
from helpdesk.privacy import audit, settings
from helpdesk.privacy.readers import Machine
from helpdesk.privacy.theme_telling import CUSTOMERS, MESSAGES
from helpdesk.runtime import Runtime
from helpdesk.storage import jobs
from helpdesk.storage.jobs import Job
from helpdesk.themes import parent
from helpdesk.themes.parent import AnalysisFailed
from helpdesk.themes.values import Cancelled, Limits

_SAYS_SO_EVERY: Final = timedelta(seconds=15)  # well within theme_reports.STUCK
_OPENS_AT: Final = timedelta(hours=3)  # of the day on which the weekly report is made

log = logging.getLogger(__name__)

Told = Callable[[str, float], None]


def find(report_id: int) -> None:
    """Make one report; what another worker makes, or what is done, is left alone. The next one is rung for."""
    here = runtime.current()
    make(here, report_id)
    with here.db.transaction() as session:
        if (following := theme_reports.next_waiting(session)) is not None:
            jobs.ring(session, Job.FIND_THEMES, following)


def make(here: Runtime, report_id: int, told: Told = lambda _step, _share: None) -> bool:
    """Make one report, telling how far it is; says whether it was kept."""
    with here.db.transaction() as session:
        if theme_reports.begin(session, report_id) is None:
            return False
    try:
        found, material = _found(here, report_id, told)
    except Cancelled:
        _end(here, report_id, ReportState.CANCELLED)
        return False
    except AnalysisFailed as reason:
        _end(here, report_id, ReportState.FAILED, str(reason))
        log.warning("report %d of themes failed: %s", report_id, reason)
        return False
    except OperationalError:  # the database is away for a moment: it is begun again
        raise
    except Exception as error:  # noqa: BLE001  the next time would be the same, and hold up every other report
        name = type(error).__name__  # its words may be somebody's
        _end(here, report_id, ReportState.FAILED, name)
        log.error("report %d of themes failed: %s at %s", report_id, name, (where(error) or ["nowhere"])[-1])  # noqa: TRY400
        return False
    failpoints.passing("themes-found")
    return _keep(here, report_id, found, material)


def go_on() -> None:
    """Make what nobody works on any more, or was never begun."""
    here = runtime.current()
    with here.db.reading() as session:
        stuck = theme_reports.waiting(session)
    for report_id in stuck:
        make(here, report_id)


def begin_weekly() -> None:
    """Ask for the report of the week, once its day has come where the operator is; a missed one is made later."""
    here = runtime.current()
    zone = ZoneInfo(here.config.desk.time_zone)
    local = clock.now().astimezone(zone) - _OPENS_AT
    with here.db.transaction() as session:
        chosen = settings.of(session, Themes)
        if not chosen.is_weekly:
            return
        due = local.date() - timedelta(days=(local.weekday() - chosen.weekday) % 7)
        if not theme_reports.is_made(session, Scope(), until=due - timedelta(days=1)):
            theme_reports.ask(session, Scope(), by=Machine.CLOCK, zone=zone, until=due - timedelta(days=1))


def _found(here: Runtime, report_id: int, told: Told) -> tuple[dict[str, Any], Material]:
    with here.db.reading() as session:  # a long reading, that holds up no writer
        report = session.get_one(ThemeReport, report_id)
        material = theme_material.collected(session, report, ZoneInfo(here.config.desk.time_zone))
        previous = theme_reports.previous_state(session, report)
        readings = session.info["readings"]
    audit.keep_readings(here.db, readings)
    failpoints.passing("themes-read")
    found = parent.analysed(
        material.documents,
        limits=Limits(customers=CUSTOMERS, messages=MESSAGES, model=_model(here)),
        names=material.names,
        previous=previous,
        tell=_teller(here, report_id, told),
        is_to_stop=lambda: _is_to_stop(here, report_id),
    )
    return found, material


def _keep(here: Runtime, report_id: int, found: dict[str, Any], material: Material) -> bool:
    with here.db.transaction() as session:
        is_kept = theme_reports.keep(session, report_id, found, material)
        if is_kept:
            theme_digests.send(session, session.get_one(ThemeReport, report_id))
        else:
            theme_reports.end(session, report_id, ReportState.CANCELLED)
        failpoints.passing("themes-kept")
    return is_kept


def _teller(here: Runtime, report_id: int, told: Told) -> Told:
    def tell(step: str, share: float) -> None:
        with here.db.transaction() as session:
            theme_reports.moved(session, report_id, step, share)
        told(step, share)

    return tell


def _is_to_stop(here: Runtime, report_id: int) -> bool:
    """Ask; and now and then say that somebody is at it: a long step tells nothing by itself."""
    with here.db.reading() as session:
        report = session.get(ThemeReport, report_id)
        if report is None or report.is_to_stop:
            return True
        step, share, moved_at = report.step, report.share, report.moved_at
    if moved_at < clock.now() - _SAYS_SO_EVERY:
        with here.db.transaction() as session:
            theme_reports.moved(session, report_id, step, share)
    return False


def _end(here: Runtime, report_id: int, state: ReportState, trouble: str = "") -> None:
    with here.db.transaction() as session:
        theme_reports.end(session, report_id, state, trouble)


def _model(here: Runtime) -> Path | None:
    folder = here.config.themes.model_folder
    return here.config.folder / folder if folder else None
