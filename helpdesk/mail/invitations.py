"""Calendar parts: what is asked or answered, by whom, and when."""

from collections.abc import Iterator
from datetime import date, datetime

from helpdesk.mail import charsets
from helpdesk.mail.parsed import Address, Attendee, Invitation

LARGEST = 512 * 1024
MOST_ATTENDEES = 200
LONGEST_DESCRIPTION = 20_000


def read(text: str, method: str) -> Invitation | None:
    """Understand a text/calendar part; None if it is not one, and then it is just a file."""
    if len(text) > LARGEST or "BEGIN:VCALENDAR" not in text[:2000].upper():
        return None
    from icalendar import Calendar  # noqa: PLC0415 - takes 0.13 s to import, and few emails need it

    try:
        calendar = Calendar.from_ical(text)
        for event in calendar.walk("VEVENT"):
            return _invitation(event, str(calendar.get("METHOD") or method).upper()[:20])
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError):
        return None
    return None


def _invitation(event: object, method: str) -> Invitation:
    get = event.get  # type: ignore[attr-defined]  # icalendar's components are untyped dictionaries
    return Invitation(
        method=charsets.one_line(method),
        summary=_text(get("SUMMARY")),
        starts=_moment(get("DTSTART")),
        ends=_moment(get("DTEND")),
        location=_text(get("LOCATION")),
        organiser=_person(get("ORGANIZER")),
        attendees=tuple(_attendees(get("ATTENDEE"))),
        uid=_text(get("UID")),
        description=charsets.clean(str(get("DESCRIPTION") or ""))[:LONGEST_DESCRIPTION],
    )


def _text(value: object) -> str:
    return charsets.one_line(str(value or ""))[:1000]


def _moment(value: object) -> datetime | date | None:
    moment = getattr(value, "dt", None)
    return moment if isinstance(moment, date) else None


def _attendees(value: object) -> Iterator[Attendee]:
    for each in (value if isinstance(value, list) else [value])[:MOST_ATTENDEES]:
        person = _person(each)
        if person is not None:
            answer = getattr(each, "params", {}).get("PARTSTAT", "")
            yield Attendee(person, charsets.one_line(str(answer)).upper()[:20])


def _person(value: object) -> Address | None:
    if not value:
        return None
    address = _text(value)
    if address[:7].lower() == "mailto:":
        address = address[7:]
    return Address(_text(getattr(value, "params", {}).get("CN", "")), address)
