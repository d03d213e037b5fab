"""The stories are many, different, the same on every machine, and readable as email."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from helpdesk.demo import oddities
from helpdesk.demo.company import company, tongues
from helpdesk.demo.company import stories as situations
from helpdesk.demo.letters import Answered
from helpdesk.demo.stories import Event, Kind, events
from helpdesk.mail import inbound

NOW = datetime(2026, 3, 11, 15, 30, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")


def everything() -> list[Event]:
    ordinary = events(NOW, ZONE)
    return sorted([*ordinary, *oddities.events(ordinary, NOW, ZONE)], key=lambda event: event.at)


@pytest.fixture(scope="module")
def letters() -> list[bytes]:
    """All emails, each answer of ours being pretended."""
    raws = []
    for number, event in enumerate(told := everything()):
        thread = event.conversation.thread
        if event.kind is Kind.REPLY:
            message_id = f"<t.{number}.{number:032x}@corvid.example>"
            thread.ours = Answered(message_id, event.at, event.conversation.agent.name, event.text, "Your question")
            thread.ids.append(message_id)
        if event.write:
            raws.append(event.write(thread))
    assert told
    return raws


def test_there_are_many_situations_in_many_languages():
    assert len(situations()) >= 60
    assert len({story.language for story in situations()}) >= 7
    assert {story.language for story in situations()} <= set(tongues())
    names = [(story.language, story.name) for story in situations()]
    assert len(names) == len(set(names))


def test_a_few_hundred_tickets_in_three_months_none_in_the_future():
    told = everything()

    assert 200 < len({event.conversation for event in told}) < 600
    assert all(NOW - timedelta(days=92) < event.at <= NOW for event in told)


def test_the_same_day_tells_the_same_stories():
    first, second = everything(), everything()

    assert [(one.at, one.kind, one.text) for one in first] == [(one.at, one.kind, one.text) for one in second]


def test_hardly_an_email_is_worded_like_another(letters):
    read = [inbound.read(raw) for raw in letters]
    bodies = Counter(" ".join(one.text.split()) for one in read if not one.in_reply_to)

    assert bodies.most_common(1)[0][1] <= 2


def test_every_email_can_be_read_and_says_what_was_written(letters):
    for raw in letters:
        read = inbound.read(raw)
        assert read.text.strip()
        assert "[[" not in read.text + read.subject
        assert "{" not in read.subject
        assert not read.defects or read.sender is None


def test_no_fact_is_left_unfilled():
    for event in everything():
        assert "{" not in event.text
        assert "[[" not in event.text


def test_the_staff_answers_in_office_hours_and_customers_sleep():
    for event in everything():
        local = event.at.astimezone(ZONE)
        if event.kind is Kind.REPLY:
            assert local.weekday() < 5
            assert 8 <= local.hour < 18


def test_files_pictures_machines_and_strangers_are_among_them(letters):
    read = [inbound.read(raw) for raw in letters]
    types = {file.media_type for one in read for file in one.attachments}

    assert {"image/png", "application/pdf", "text/csv"} & types >= {"image/png", "text/csv"}
    assert any(file.is_inline for one in read for file in one.attachments)
    assert sum(one.safe_html.blocked_count > 0 for one in read) >= 3
    assert any(one.header("list-id") for one in read)
    assert any(one.header("auto-submitted") == "auto-replied" for one in read)
    assert any(one.screening and one.screening.is_bounce for one in read)
    assert any(one.sender is None for one in read)
    assert any(one.invitation for one in read)
    assert any(one.nested for one in read)


def test_every_domain_of_ours_is_a_fictional_one():
    for tongue in tongues().values():
        assert all(writer.email.endswith(".example") for writer in tongue.customers)
        assert len({writer.email for writer in tongue.customers}) == len(tongue.names)
    assert company().domain.endswith(".example")
