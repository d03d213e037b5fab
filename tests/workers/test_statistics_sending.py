"""The published file on its way to an address of an admin's choice: a real HTTPS server, just that file, once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from helpdesk import clock
from helpdesk import runtime as parts
from helpdesk.config import Statistics
from helpdesk.models.statistic import StatisticSending
from helpdesk.privacy import settings
from helpdesk.privacy.readers import Machine
from helpdesk.privacy.statistics import document, sending
from helpdesk.privacy.statistics.plan import Usage
from helpdesk.runtime import Runtime
from tests.servers.certificate import Certificate
from tests.servers.vendor import Vendor
from tests.workers.test_statistics import NOVEMBER, Runs, close, settle
from workers import outside, statistics
from workers.outside import Parcel

PARCEL = Parcel(b"{}", "application/json", "2026-10-0")
SOON = timedelta(seconds=2)


@pytest.fixture
def here(runtime: Runtime, certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    """A desk that trusts the authority of the tests, and may send to this machine."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.authority))
    runtime.config = replace(runtime.config, statistics=Statistics("127.0.0.0/8, ::1/128"))
    monkeypatch.setattr(parts, "_current", runtime)
    with runtime.db.transaction() as session:
        settle(session)
    with clock.stopped_at(NOVEMBER):
        yield runtime


def send_to(here: Runtime, address: str) -> None:
    with here.db.transaction() as session:
        settings.change(session, Usage(since="2026-10", send_to=address), by=Machine.COMMAND)


def file(here: Runtime) -> bytes:
    with here.db.reading() as session:
        return document.text(session).encode()


def row(here: Runtime) -> StatisticSending:
    with here.db.reading() as session:
        return session.scalars(select(StatisticSending).order_by(StatisticSending.period.desc())).first()  # type: ignore[return-value]


def test_without_an_address_nothing_leaves_and_with_one_the_public_file_does_once(here: Runtime, vendor: Vendor):
    close(NOVEMBER)
    assert not vendor.got

    send_to(here, vendor.url)
    december = datetime.fromisoformat("2026-12-01T12:00:00+00:00")
    for minutes in (0, 1, 30, 2000):
        close(december + timedelta(minutes=minutes))

    [(identity, body)] = vendor.got
    assert body == file(here)
    assert identity.startswith('"2026-11-')
    assert row(here).sent_at is not None


def test_what_was_refused_is_tried_again_later_and_at_last_given_up(here: Runtime, vendor: Vendor):
    send_to(here, vendor.url)
    vendor.answers = [503] * 40

    close(NOVEMBER)
    close(NOVEMBER + timedelta(minutes=1))  # too early
    assert (len(vendor.got), row(here).trouble) == (1, "answered 503")
    for days in range(1, 60):
        close(NOVEMBER + timedelta(hours=days * 12))

    assert len(vendor.got) == 12
    assert len(set(vendor.got)) <= 2  # the same file each time, until the next month was published
    assert row(here).sent_at is None


def test_a_redirect_is_not_followed(here: Runtime, vendor: Vendor):
    send_to(here, vendor.url)
    vendor.answers = [302]

    close(NOVEMBER)

    assert len(vendor.got) == 1
    assert row(here).trouble == "answered 302"


def test_a_release_that_appears_while_another_is_sent_waits_for_the_next_file(here: Runtime, vendor: Vendor):
    send_to(here, vendor.url)
    with here.db.transaction() as session:
        session.add(StatisticSending(period="2026-10"))
    with here.db.transaction() as session:
        claimed = sending.claim(session)
        session.add(StatisticSending(period="2026-11"))
    assert claimed
    with here.db.transaction() as session:
        sending.mark(session, claimed, "")

    with here.db.reading() as session:
        waiting = session.scalars(select(StatisticSending.period).where(StatisticSending.sent_at.is_(None)))
        assert waiting.all() == ["2026-11"]


def test_several_schedulers_send_one_copy(here: Runtime, vendor: Vendor):
    send_to(here, vendor.url)
    statistics.close_next(here)
    start = Barrier(4)

    def run() -> None:
        start.wait()
        statistics.send_file(here)

    threads = [Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(vendor.got) == 1
    assert row(here).sent_at is not None


def test_killed_between_sending_and_marking_the_second_copy_is_known_for_one(
    here: Runtime, vendor: Vendor, installation: Path
):
    send_to(here, vendor.url)
    runs = Runs(here, installation, HELPDESK_STATISTICS_SEND_INTO="127.0.0.0/8,::1/128")

    runs.at(NOVEMBER, killed="statistics-claimed")
    assert not vendor.got
    runs.at(NOVEMBER + timedelta(minutes=6), killed="statistics-sent")
    assert len(vendor.got) == 1
    runs.at(NOVEMBER + timedelta(minutes=7))  # perhaps the other one is still at it
    assert len(vendor.got) == 1
    runs.at(NOVEMBER + timedelta(minutes=12))
    runs.at(NOVEMBER + timedelta(minutes=30))
    runs.end()

    assert len(vendor.got) == 2
    assert vendor.got[0] == vendor.got[1]
    assert vendor.got[0][1] == file(here)


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "https://localhost/", "https://10.1.2.3/", "https://[::1]/"])
def test_nothing_is_sent_into_our_own_network_unless_it_is_allowed(url: str):
    assert outside.post(url, PARCEL, waits=SOON) == "the host is not on the public internet"


def test_a_network_that_is_allowed_opens_no_other(here: Runtime, vendor: Vendor):
    allowed = Statistics("10.0.0.0/8").networks

    assert outside.post(vendor.url, PARCEL, waits=SOON, allowed=allowed)
    assert not vendor.got


def test_nothing_is_sent_in_the_clear_or_to_whom_no_authority_vouches_for(
    here: Runtime, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
):
    allowed = here.config.statistics.networks
    assert outside.post(vendor.url.replace("https", "http"), PARCEL, waits=SOON, allowed=allowed)
    monkeypatch.delenv("SSL_CERT_FILE")
    trouble = outside.post(vendor.url, PARCEL, waits=SOON, allowed=allowed)

    assert trouble == "no connection: SSLCertVerificationError"
    assert not vendor.got
