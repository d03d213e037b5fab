"""A customer's own record: a code mailed to their address opens it; it shows who read, and nothing of what."""

import io
import re
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from helpdesk import clock
from helpdesk.desk import compose, outbox, people, records
from helpdesk.models.customer import CustomerAddress
from helpdesk.models.outbound_email import Delivery, OutboundEmail, Purpose
from helpdesk.models.record import RecordDigest
from helpdesk.models.sign_in import LoginThrottle
from helpdesk.privacy import chain, checkpoints
from tests import world
from tests.web.browser import Browser
from tests.web.desk import Desk
from workers import nightly


def address(desk: Desk) -> str:
    with desk.runtime.db.reading() as session:
        chosen = select(CustomerAddress.email).where(CustomerAddress.customer_id == desk.ticket.customer_id)
        return session.scalars(chosen).one()


def code(desk: Desk) -> str:
    """What the email with the newest code says, as it would be sent."""
    found: list[str] = re.findall(r"\d{8}", written(desk, Purpose.RECORD_CODE))
    return found[0]


def written(desk: Desk, purpose: Purpose) -> str:
    with desk.runtime.db.transaction() as session:
        chosen = select(OutboundEmail.id).where(OutboundEmail.purpose == purpose)
        claimed = outbox.claim(session, session.scalars(chosen.order_by(OutboundEmail.id.desc())).first() or 0)
        assert claimed is not None
        email = compose.email(session, claimed, desk=desk.runtime.config.desk, vault=desk.runtime.vault)
    assert email.html is not None
    return email.text


def asked(browser: Browser, email: str) -> str:
    answer = browser.post("/record", {"email": email})
    assert answer.status_code == 303
    return answer.headers["Location"]


@pytest.fixture
def page(desk: Desk) -> tuple[Browser, str]:
    """The customer's browser with the record open, and its address."""
    browser = desk.browser()
    place = asked(browser, address(desk))
    assert browser.post(place, {"code": code(desk)}).status_code == 303
    return browser, place


def test_the_record_tells_who_read_when_and_why_and_nothing_of_what_was_written(desk: Desk):
    desk.browser(desk.ada).get(f"/tickets/{desk.ticket.number}")
    desk.browser(desk.ada).get("/inbox/open")
    browser = desk.browser()
    place = asked(browser, address(desk))

    assert "code of eight digits" in browser.get(place).text
    mailed = code(desk)
    answer = browser.post(place, {"code": f" {mailed[:4]} {mailed[4:]} "})
    record = browser.get(answer.headers["Location"])

    assert "One of those who answer" in record.text
    assert "to answer you" in record.text
    assert "the conversation" in record.text
    assert f"#{desk.ticket.number}" in record.text
    for content in ("flickers", "lamp.png", "Ada Fischer"):
        assert content not in record.text
    assert "Set-Cookie" not in answer.headers
    assert "Set-Cookie" not in record.headers


def test_for_an_address_that_nobody_has_everything_looks_the_same(desk: Desk):
    browser = desk.browser()
    known, unknown = asked(browser, address(desk)), asked(browser, "nobody@x.example")

    assert browser.get(known).text == browser.get(unknown).text
    assert browser.post(unknown, {"code": code(desk)}).status_code == 422
    with desk.runtime.db.reading() as session:
        chosen = select(OutboundEmail).where(OutboundEmail.purpose == Purpose.RECORD_CODE)
        assert len(session.scalars(chosen).all()) == 1


def test_a_code_works_on_its_own_page_a_few_tries_long_and_for_half_an_hour(desk: Desk):
    browser = desk.browser()
    place = asked(browser, address(desk))
    right, elsewhere = code(desk), asked(browser, address(desk))
    assert browser.post(elsewhere, {"code": right}).status_code == 422

    with clock.stopped_at(clock.now() + timedelta(minutes=31)):
        assert browser.post(place, {"code": right}).status_code == 404
    for _ in range(5):
        assert browser.post(place, {"code": "00000000"}).status_code == 422
    assert browser.post(place, {"code": right}).status_code == 422


def test_nobody_is_flooded_with_codes(desk: Desk):
    for _ in range(5):
        asked(desk.browser(), address(desk))

    with desk.runtime.db.reading() as session:
        assert len(session.scalars(select(OutboundEmail).filter_by(purpose=Purpose.RECORD_CODE)).all()) == 3


def test_a_permission_is_revoked_from_the_record_and_only_ones_own(desk: Desk, page: tuple[Browser, str]):
    browser, place = page
    browser.post(f"/permission/{desk.secret}", {"answer": "allow"})
    otto = desk.browser(desk.otto)
    assert otto.get(f"/tickets/{desk.ticket.number}").status_code == 200
    assert "The export fails" in browser.get(place).text

    assert browser.post(f"{place}/grants/987654/ending").status_code == 404
    assert browser.post(f"{place}/grants/{desk.grant.id}/ending").status_code == 303

    assert otto.get(f"/tickets/{desk.ticket.number}").status_code == 404
    assert "Revoked" in browser.get(place).text


def test_somebody_elses_permission_is_not_theirs_to_end(desk: Desk):
    with desk.runtime.db.transaction() as session:
        world.a_ticket(session, customer=people.customer_of(session, "olga@x.example"))
    browser = desk.browser()
    place = asked(browser, "olga@x.example")
    browser.post(place, {"code": code(desk)})

    assert browser.post(f"{place}/grants/{desk.grant.id}/ending").status_code == 404
    assert "The export fails" not in browser.get(place).text


def test_the_file_is_checked_without_the_product(desk: Desk, page: tuple[Browser, str], tmp_path: Path):
    browser, place = page
    desk.browser(desk.ada).get(f"/tickets/{desk.ticket.number}")
    signer = checkpoints.signer(desk.runtime.vault, desk.runtime.config.host)
    with desk.runtime.db.transaction() as session:
        chain.seal(session, holder="test")
        checkpoints.make(session, signer)
    desk.browser(desk.ada).get(f"/messages/{desk.message.id}/body")

    with zipfile.ZipFile(io.BytesIO(browser.get(f"{place}/proof").data)) as file:
        file.extractall(tmp_path)

    proofs = sorted((tmp_path / "events").iterdir())
    assert proofs
    assert "1 events are so new" in (tmp_path / "README.txt").read_text()
    for proof in proofs:
        command = [sys.executable, "-I", "check.py", str(proof), signer.verifier]
        checked = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr
        assert '"action"' in checked.stdout


def test_the_program_in_the_file_is_the_documented_one():
    root = Path(__file__).parents[2]
    documented = (root / "docs" / "audit.md").read_text().partition("```python\n")[2].partition("```")[0]

    assert (root / "helpdesk" / "privacy" / "check_proof.txt").read_text() == documented


def test_the_digest_is_wanted_sent_each_month_with_a_reading_and_stopped_by_its_link(
    desk: Desk, page: tuple[Browser, str]
):
    browser, place = page
    browser.post(f"{place}/digest", {"want": "1"})
    browser.post(f"{place}/digest", {"want": "1"})
    desk.browser(desk.ada).get(f"/tickets/{desk.ticket.number}")
    nightly.send_digests()
    assert sent(desk) == 0

    with clock.stopped_at(clock.now() + timedelta(days=31)):
        nightly.send_digests()
        nightly.send_digests()
        letter = written(desk, Purpose.RECORD_DIGEST)
        assert "by 1 person" in letter
    with clock.stopped_at(clock.now() + timedelta(days=62)):
        nightly.send_digests()
        assert sent(desk) == 1  # nothing was read since

    stop = re.findall(r"https?://[^/]+(/record/digests/\w+)", letter)[0]
    assert "No monthly email any more?" in browser.get(stop).text
    browser.post(stop)
    browser.post(stop)
    with desk.runtime.db.reading() as session:
        assert session.scalars(select(RecordDigest)).all() == []


def sent(desk: Desk) -> int:
    with desk.runtime.db.reading() as session:
        return len(session.scalars(select(OutboundEmail).filter_by(purpose=Purpose.RECORD_DIGEST)).all())


def test_under_what_a_customer_gets_stands_the_way_to_their_record(desk: Desk):
    desk.browser(desk.ada).get(f"/tickets/{desk.ticket.number}")
    ada = desk.browser(desk.ada)
    ada.get(f"/tickets/{desk.ticket.number}")
    with desk.runtime.db.transaction() as session:
        people.join(session, session.merge(desk.ticket), [("nils@x.example", "Nils")])
    ada.post(f"/tickets/{desk.ticket.number}/replies", {"text": "Try another bulb."})
    with desk.runtime.db.transaction() as session:
        for row in session.scalars(select(Delivery)):
            row.due_at = clock.now()

    assert written(desk, Purpose.REPLY).rstrip().endswith("/record")
    assert written(desk, Purpose.GRANT_REQUEST).rstrip().endswith("/record")


def test_one_place_begins_thirty_visits_an_hour_and_leaves_no_address(desk: Desk):
    here, elsewhere = desk.browser(), desk.browser()
    here.client.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    asked = {"email": "nobody@elsewhere.example"}

    answers = {here.post("/record", asked).status_code for _ in range(records.MOST_FROM_A_PLACE)}

    assert answers == {303}
    assert here.post("/record", asked).status_code == 429
    assert elsewhere.post("/record", asked).status_code == 303
    with desk.runtime.db.reading() as session:
        assert not any("203.0.113" in key for key in session.scalars(select(LoginThrottle.key)))
    with clock.stopped_at(clock.now() + timedelta(hours=1, minutes=1)):
        assert here.post("/record", asked).status_code == 303
