"""Permission from end to end in Chromium: asked for, allowed elsewhere, used, looked at, revoked, proven."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpdesk.desk import compose, outbox
from helpdesk.models.agent import Agent
from helpdesk.models.customer import CustomerAddress
from helpdesk.models.outbound_email import OutboundEmail, Purpose
from helpdesk.models.role import Role
from helpdesk.privacy import audit, chain, checkpoints
from helpdesk.runtime import Runtime
from tests.servers.chromium import Pages
from tests.stories.test_desk_in_browser import sign_in
from tests.web.desk import Desk
from workers import trail

pytestmark = [pytest.mark.browser, pytest.mark.story]


def newest_letter(here: Runtime, purpose: Purpose) -> str:
    """The newest email of a kind as the customer gets it; that it was composed is on the trail."""
    with here.db.transaction() as session:
        chosen = select(OutboundEmail.id).where(OutboundEmail.purpose == purpose).order_by(OutboundEmail.id.desc())
        claimed = outbox.claim(session, session.scalars(chosen).first() or 0)
        assert claimed is not None
    with here.db.reading() as session:
        letter = compose.email(session, claimed, desk=here.config.desk, vault=here.vault)
        readings = session.info["readings"]
    audit.keep_readings(here.db, readings)
    return letter.text


@pytest.fixture
def dave(desk: Desk) -> Agent:
    """Who hosts the desk: sees nothing, and nobody granted him anything."""
    with desk.runtime.db.transaction() as session:
        otto = session.get_one(Agent, desk.otto.id)
        otto.role = Role.DEVELOPER
        return otto


def test_asked_allowed_for_two_days_read_looked_at_revoked_and_proven(
    desk: Desk, desk_url: str, pages: Pages, dave: Agent, tmp_path: Path
):
    here, number = desk.runtime, desk.ticket.number
    pages.forgive("404")
    staff, customer = pages.open(), pages.open("phone")
    sign_in(staff, desk_url, dave.email)

    # the agent asks, by number: nothing is told about the ticket
    staff.goto(f"{desk_url}/tickets/{number}")
    expect(staff.get_by_text("flickers")).to_have_count(0)
    staff.goto(f"{desk_url}/grants")
    form = staff.locator("form", has=staff.locator("[name=number]"))
    form.locator("[name=number]").fill(str(number))
    form.get_by_label("What for").select_option("bug")
    form.get_by_label("For how long").select_option("168")
    form.get_by_label("Why").fill("The export fails")
    form.get_by_role("button").click()
    expect(staff).to_have_url(re.compile("asked=1"))

    # the customer, in another browser, allows it for two days
    link = re.findall(r"/permission/\w+", newest_letter(here, Purpose.GRANT_REQUEST))[0]
    customer.goto(desk_url + link)
    customer.get_by_label("For how long").select_option("48")
    customer.get_by_role("button", name="Allow it").click()
    expect(customer.get_by_role("heading", name=re.compile("Reading is allowed until"))).to_be_visible()

    # the agent reads
    staff.goto(f"{desk_url}/tickets/{number}")
    expect(staff.get_by_role("heading", name="The lamp flickers")).to_be_visible()

    # the customer looks at the record, with a code from the mailbox, and revokes
    trail.seal()
    with here.db.transaction() as session:
        assert checkpoints.make(session, checkpoints.signer(here.vault, here.config.host)) is not None
        theirs = CustomerAddress.customer_id == desk.ticket.customer_id
        address = session.scalars(select(CustomerAddress.email).where(theirs)).one()
    customer.goto(f"{desk_url}/record")
    customer.get_by_label("The email address you wrote from").fill(address)
    customer.get_by_role("button", name="Send me a code").click()
    customer.get_by_label("Code").fill(re.findall(r"\b\d{8}\b", newest_letter(here, Purpose.RECORD_CODE))[0])
    customer.get_by_role("button", name="Show my record").click()
    expect(customer.get_by_text("One who develops or hosts this desk").first).to_be_visible()
    expect(customer.get_by_text("flickers")).to_have_count(0)
    with customer.expect_download() as download:
        customer.get_by_role("link", name="Record with proofs").click()
    download.value.save_as(tmp_path / "record.zip")
    customer.get_by_role("button", name="Revoke it now").first.click()
    expect(customer.get_by_text("Revoked").first).to_be_visible()
    assert customer.context.cookies() == []

    # the agent's next click is refused
    staff.goto(f"{desk_url}/tickets/{number}")
    expect(staff.get_by_text("flickers")).to_have_count(0)

    # the trail holds, and the file is checked without the product
    trail.seal()
    with here.db.reading() as session:
        assert chain.verify(session).fault is None
    with zipfile.ZipFile(tmp_path / "record.zip") as file:
        file.extractall(tmp_path)
    verifier = checkpoints.signer(here.vault, here.config.host).verifier
    checked = [checked_alone(proof, verifier, tmp_path) for proof in sorted((tmp_path / "events").iterdir())]
    assert any('"action":"ticket.read"' in said and '"basis":"grant ' in said for said in checked)


def checked_alone(proof: Path, verifier: str, folder: Path) -> str:
    command = [sys.executable, "-I", "check.py", str(proof), verifier]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
