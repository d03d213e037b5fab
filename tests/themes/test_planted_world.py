"""A world of customers with secrets, through the desk: what fewer than five know comes out nowhere."""

import json
import logging
import os
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from helpdesk import clock
from helpdesk.desk import compose, intake, ledger, outbox, theme_material, theme_reports
from helpdesk.desk.ledger import Arrived
from helpdesk.desk.theme_digests import ThemeMail
from helpdesk.desk.theme_scope import Scope
from helpdesk.mail import inbound
from helpdesk.models.agent import Agent, Role
from helpdesk.models.customer import Customer, CustomerAddress
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Message
from helpdesk.models.outbound_email import OutboundEmail, Purpose
from helpdesk.models.theme_report import (
    ReportTheme,
    ThemeChoice,
    ThemeDigest,
    ThemeMessage,
    ThemeReport,
    ThemeShare,
)
from helpdesk.privacy import erasure, settings
from helpdesk.privacy.readers import Machine
from helpdesk.runtime import Runtime
from helpdesk.themes import parent
from helpdesk.themes.values import Limits
from tests import world
from tests.themes.letters import SUBJECTS
from tests.web.browser import PASSWORD_HASH
from tests.web.desk import Desk
from workers import themes

# three thousand, as HELPDESK_PLANTED_CUSTOMERS=3000, where there is time
CUSTOMERS = int(os.environ.get("HELPDESK_PLANTED_CUSTOMERS", "110"))
AGAIN = max(5, CUSTOMERS // 60)  # letters of one who has a secret: a theme of its own, were it not for the rule
UTC = ZoneInfo("UTC")
TABLES = (ThemeReport, ReportTheme, ThemeShare, ThemeMessage, ThemeChoice, ThemeDigest)
SYLLABLES = ("zor", "wik", "mub", "tal", "fen", "gro", "lup", "nax", "bir", "jod")


@dataclass(frozen=True)
class Secret:
    """Words that so many customers write again and again."""

    words: str
    known_by: int


def secrets() -> list[Secret]:
    """Twenty: coined words, pairs of them, numbers, what looks like a name; each known by one to four customers."""
    chance = random.Random(3)  # noqa: S311

    def coined() -> str:
        return "".join(chance.sample(SYLLABLES, 3))

    kinds = (
        coined,
        lambda: f"{coined()} {coined()}",
        lambda: f"project {coined()}",
        lambda: f"{coined()}-{chance.randrange(1000, 9999)}",
        lambda: f"DE{chance.randrange(10**19, 10**20)}",
    )
    return [Secret(kinds[place % len(kinds)](), place % 4 + 1) for place in range(20)]


def letters(planted: Sequence[Secret]) -> Iterator[tuple[str, str, str]]:
    """Address, subject and text of each letter: one of each customer, and more of those with a secret."""
    chance = random.Random(11)  # noqa: S311
    keepers = {
        place * 5 + number: secret
        for place, secret in enumerate(planted)
        for number in range(secret.known_by)
    }  # fmt: skip
    for customer in range(CUSTOMERS):
        secret = keepers.get(customer)
        for _again in range(AGAIN if secret else 1):
            subject = chance.choice(list(SUBJECTS))
            about = f"Hello, {chance.choice(SUBJECTS[subject])}, {chance.choice(SUBJECTS[subject])}."
            told = f" It is about {secret.words}, as {secret.words} was before." if secret else ""
            yield f"me{customer}@home{customer}.example", secret.words if secret else subject, about + told


def posted(desk: Desk, planted: Sequence[Secret]) -> None:
    """Every letter through the door that emails come in by."""
    mail = list(letters(planted))
    with desk.runtime.db.reading() as session:
        box = session.get_one(Mailbox, desk.ticket.mailbox_id)
    for start in range(0, len(mail), 50):
        with desk.runtime.db.transaction() as session:
            mailbox = session.get_one(Mailbox, box.id)
            place = ledger.position(session, mailbox.id, "INBOX", 9)
            arrived = []
            for number, (address, subject, text) in enumerate(mail[start : start + 50], start):
                at = clock.now() - timedelta(days=number % 70)
                email = EmailMessage()
                email["From"], email["To"], email["Subject"] = f"{address} <{address}>", mailbox.address, subject
                email["Message-ID"], email["Date"] = f"<planted-{number}@home.example>", format_datetime(at)
                email.set_content(text)
                raw = email.as_bytes()
                arrived.append(Arrived(place.last_uid + 1 + number - start, raw, len(raw), at))
            at_once = intake.arrival(session, mailbox, trusted_authserv_id="")
            for row, one in zip(ledger.keep(session, place, arrived), arrived, strict=True):
                intake.receive(session, row, inbound.read(one.raw or b""), at=at_once)


def made(runtime: Runtime) -> int:
    with runtime.db.transaction() as session:
        report_id = theme_reports.ask(session, Scope(), by=Machine.CLOCK, zone=UTC).id
    assert themes.make(runtime, report_id)
    return report_id


def kept(runtime: Runtime) -> str:
    """All that the tables of reports hold."""
    with runtime.db.reading() as session:
        rows = [session.execute(select(*table.__table__.columns)).all() for table in TABLES]
    return "\n".join(str(tuple(row)) for table in rows for row in table)


def told(desk: Desk, report_id: int) -> str:
    """What the pages and the file say to somebody who leads another team, and the mailed digest."""
    with desk.runtime.db.reading() as session:
        numbers = session.scalars(
            select(ReportTheme.number).where(ReportTheme.report_id == report_id, ReportTheme.is_group)
        ).all()
        email_id = session.scalars(select(OutboundEmail.id).filter_by(purpose=Purpose.THEME_DIGEST)).all()[-1]
    lea, root = desk.browser(reader(desk)), desk.browser(desk.root)
    pages = [lea.get("/themes"), root.get(f"/themes/{report_id}.csv")]
    pages += [lea.get(f"/themes/{report_id}/{number}") for number in numbers]
    assert any(page.status_code == 200 for page in pages[2:])
    with desk.runtime.db.transaction() as session:
        claimed = outbox.claim(session, email_id)
        assert claimed is not None
        digest = compose.email(session, claimed, desk=desk.runtime.config.desk, vault=desk.runtime.vault)
    return "\n".join([*(page.text for page in pages), digest.text, digest.html or "", digest.subject])


def reader(desk: Desk) -> Agent:
    with desk.runtime.db.transaction() as session:
        lead = world.an_agent(session, world.a_team(session), name="Lea Diehl", role=Role.LEAD)
        lead.password_hash = PASSWORD_HASH
        return lead


def seen(planted: Sequence[Secret], *places: str) -> set[str]:
    """Which secrets stand there, whole or as one of their coined words; their digits are in many a longer number."""
    everything = "\n".join(places).lower()
    words = {word for secret in planted for word in secret.words.lower().replace("-", " ").split()} - {"project"}
    numbers = set(re.findall(r"\d+", everything))
    return {word for word in words if (word in numbers if word.isdigit() else word in everything)}


def test_no_secret_comes_out_and_who_is_erased_leaves(desk: Desk, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    planted = secrets()
    with desk.runtime.db.transaction() as session:
        settings.change_own(session, ThemeMail(is_wanted=True), by=session.merge(desk.root))
    posted(desk, planted)

    report_id = made(desk.runtime)

    with desk.runtime.db.reading() as session:
        report = session.get_one(ThemeReport, report_id)
        material = theme_material.collected(session, report, UTC)
        names = session.scalars(select(ReportTheme.name).where(ReportTheme.report_id == report_id)).all()
    assert report.messages >= len(list(letters(planted)))
    said = {word for name in names for word in name.lower().split()}
    assert said & {"lamp", "invoice", "parcel", "password", "chair"}
    assert seen(planted, kept(desk.runtime), told(desk, report_id), caplog.text) == set()
    # by the rule alone: without it each is said, with it none, also where no letter is left out for fitting badly
    loose, strict = (
        parent.analysed(
            material.documents, limits=limits, names=material.names, previous=None,
            tell=lambda _step, _share: None, is_to_stop=lambda: False,
        ) for limits in (Limits(customers=1, messages=1), Limits())
    )  # fmt: skip
    assert seen(planted, json.dumps(loose, ensure_ascii=False))
    assert seen(planted, json.dumps(strict["themes"], ensure_ascii=False)) == set()
    erased_customer_leaves(desk, report_id)


def erased_customer_leaves(desk: Desk, first: int) -> None:
    """No number that is kept holds them, and no later run."""
    with desk.runtime.db.transaction() as session:
        address = session.scalars(select(CustomerAddress).where(CustomerAddress.email == "me0@home0.example")).one()
        theirs = session.scalar(select(func.count()).where(Message.customer_id == address.customer_id)) or 0
        before = session.get_one(ThemeReport, first).messages
        begun = erasure.begin(
            session, desk.runtime.vault, session.get_one(Customer, address.customer_id), by=Machine.COMMAND
        )
        for name, ids in erasure.left(session, begun).items():
            erasure.take(session, begun, name, ids)

    second = made(desk.runtime)

    assert theirs == AGAIN
    with desk.runtime.db.reading() as session:
        assert session.get_one(ThemeReport, first).messages == before - theirs
        assert session.get_one(ThemeReport, second).messages == before - theirs
        left, anew = (session.get_one(ThemeReport, one) for one in (first, second))
        assert (left.messages, left.customers) == (anew.messages, anew.customers)
        # and no sum of what is kept beside them tells it: the whole row is that of the shares that are left
        kept = {
            row.id: row for row in session.scalars(select(ReportTheme).where(ReportTheme.report_id == first))
        }  # fmt: skip
        for theme in kept.values():
            shares = session.scalars(select(ThemeShare).where(ThemeShare.report_theme_id == theme.id)).all()
            assert (theme.messages, theme.customers) == (sum(one.messages for one in shares), len(shares))
        themed = [row for row in kept.values() if not row.is_group and row.number >= 0]
        assert left.themed == sum(row.messages for row in themed) == sum(json.loads(left.languages).values())
        assert left.suppressed == sum(row.messages for row in themed if row.is_suppressed)
        assert left.not_themed == "{}"
        assert session.scalar(select(func.count()).where(ThemeShare.customer_id == address.customer_id)) == 0
