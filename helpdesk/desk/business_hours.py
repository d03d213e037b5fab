"""Business hours: the desk's, and those of teams that work by others; read as a calendar that can be asked."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import ClassVar, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from sqlalchemy.orm import Session

from helpdesk import business_calendar
from helpdesk.business_calendar import Calendar, Hours
from helpdesk.models.agent import Team
from helpdesk.models.team_hours import TeamHours
from helpdesk.privacy import audit, settings
from helpdesk.privacy.readers import Reader

WEEK: Final = ("09:00-17:00",) * 5 + ("",) * 2
MOST_OWN_DAYS: Final = 400


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """What an admin chose, in their own words; `time_zone` empty: the one of the installation."""

    key: ClassVar = "business_hours"
    time_zone: str = ""
    week: tuple[str, ...] = WEEK
    country: str = ""
    region: str = ""
    own_days: tuple[str, ...] = ()


class HoursRefused(ValueError):
    """Hours that can't be kept; `why` names the field, `what` the part of it that is wrong."""

    def __init__(self, why: str, what: str = "") -> None:
        super().__init__(why)
        self.why, self.what = why, what


def of(session: Session, team_id: int | None, *, time_zone: str) -> Calendar:
    """The calendar of a team; of the desk, when it has none of its own. `time_zone` is the installation's."""
    return calendar(chosen(session, team_id) or chosen(session, None) or WorkingHours(), time_zone)


def chosen(session: Session, team_id: int | None) -> WorkingHours | None:
    """What was chosen for a team (None: for the desk); None when a team works as the desk does."""
    if team_id is None:
        return settings.of(session, WorkingHours)
    row = session.get(TeamHours, team_id)
    if row is None:
        return None
    week, own = row.week.split("\n"), tuple(row.own_days.split("\n") if row.own_days else ())
    return WorkingHours(row.time_zone, tuple(week), row.country, row.region, own)


def choose(session: Session, hours: WorkingHours, team: Team | None, *, by: Reader) -> None:
    """Keep hours for a team, or for the desk. Raises HoursRefused; the same again changes nothing."""
    hours = _checked(hours)
    if team is None:
        settings.change(session, hours, by=by)
    elif chosen(session, team.id) != hours:
        values = {**asdict(hours), "week": "\n".join(hours.week), "own_days": "\n".join(hours.own_days)}
        session.merge(TeamHours(team_id=team.id, **values))
        session.flush()
        audit.record(session, "team.hours", by=by, on=("team", team.id), facts={"own": True})


def as_the_desk(session: Session, team: Team, *, by: Reader) -> None:
    """Let a team work by the desk's hours again."""
    row = session.get(TeamHours, team.id)
    if row is not None:
        session.delete(row)
        session.flush()
        audit.record(session, "team.hours", by=by, on=("team", team.id), facts={"own": False})


def calendar(hours: WorkingHours, time_zone: str) -> Calendar:
    """What was chosen, as a value that can be asked. Raises HoursRefused."""
    try:
        zone = ZoneInfo(hours.time_zone or time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise HoursRefused("time_zone", hours.time_zone) from None
    return Calendar(zone, _week(hours.week), hours.country, hours.region, dict(map(_own_day, hours.own_days)))


def _checked(hours: WorkingHours) -> WorkingHours:
    tidy = WorkingHours(
        hours.time_zone.strip(),
        tuple(business_calendar.write_hours(one) for one in _week(hours.week)),
        hours.country.strip().upper(),
        hours.region.strip(),
        tuple(sorted(" ".join(line.split()) for line in hours.own_days if line.strip())),
    )
    if tidy.time_zone and tidy.time_zone not in available_timezones():
        raise HoursRefused("time_zone", tidy.time_zone)
    if not any(tidy.week):
        raise HoursRefused("no_hours")
    if len(tidy.own_days) > MOST_OWN_DAYS:
        raise HoursRefused("many_days", str(MOST_OWN_DAYS))
    tidy = replace(tidy, region=_region(tidy))
    if len(calendar(tidy, "UTC").own) < len(tidy.own_days):
        days = [_own_day(line)[0] for line in tidy.own_days]
        raise HoursRefused("twice", next(day for day in days if days.count(day) > 1).isoformat())
    return tidy


def _region(hours: WorkingHours) -> str:
    """The region as the holidays' library writes it; not every one is in capitals."""
    regions = business_calendar.places().get(hours.country)
    if hours.country and regions is None:
        raise HoursRefused("country", hours.country)
    found = [region for region in regions or () if region.upper() == hours.region.upper()]
    if hours.region and not found:
        raise HoursRefused("region", ", ".join(regions or ()))
    return found[0] if found else ""


def _week(lines: Sequence[str]) -> tuple[Hours, ...]:
    return tuple(_hours(line, "week") for line in (*lines, *("",) * 7)[:7])


def _own_day(line: str) -> tuple[date, Hours]:
    """A day of a team's own: “2026-12-24 Christmas Eve” is closed, “2026-12-31 9-12 …” has other hours."""
    day, _space, rest = line.strip().partition(" ")
    first = rest.split(" ", 1)[0]
    is_hours = first[:1].isdecimal() and "-" in first.replace("\u2013", "-")
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise HoursRefused("own_days", line[:60]) from None
    return on, _hours(first, "own_hours") if is_hours else ()


def _hours(text: str, why: str) -> Hours:
    try:
        return business_calendar.read_hours(text)
    except ValueError:
        raise HoursRefused(why, text[:60]) from None
