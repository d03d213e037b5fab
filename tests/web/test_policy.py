"""The public page of the policy: what is promised, how it stands, and how a stranger can check it."""

from datetime import timedelta

from sqlalchemy import select

from helpdesk import clock, paths
from helpdesk.models.mailbox import Mailbox
from helpdesk.privacy import checkpoints, promises, publication
from helpdesk.privacy.readers import Machine
from tests.web.desk import Desk

EXAMPLE = paths.example_policy().read_text()


def checked(desk: Desk, body: str = EXAMPLE) -> None:
    with desk.runtime.db.transaction() as session:
        publication.publish(session, body)
    with desk.runtime.db.reading() as session:
        found = promises.examine(session)
    with desk.runtime.db.transaction() as session:
        promises.keep(session, found, by=Machine.COMMAND)


def test_a_stranger_reads_the_promises_with_their_state_and_the_key_to_check_proofs_with(desk: Desk):
    checked(desk)

    page = desk.browser().get("/policy")

    assert page.status_code == 200
    assert "Every promise we make is kept." in page.text
    assert "for 14 days after it. Beyond that we ask" in page.text
    assert "each with a basis" in page.text
    assert "What we do not offer" in page.text
    signer = checkpoints.signer(desk.runtime.vault, desk.runtime.config.host)
    assert signer.verifier.replace("+", "&#43;") in page.text or signer.verifier in page.text
    assert "<script" not in page.text


def test_the_chrome_is_german_and_the_sentences_stay_the_operators(desk: Desk):
    checked(desk)

    page = desk.browser().get("/policy", headers={"Accept-Language": "de"}).text

    assert "Was wir versprechen" in page
    assert "We keep no IP addresses." in page


def test_a_broken_promise_is_said_in_public(desk: Desk):
    with desk.runtime.db.transaction() as session:
        for mailbox in session.scalars(select(Mailbox)):
            mailbox.imap_host = "imap.provider.example"
    checked(desk)

    page = desk.browser().get("/policy").text

    assert "1 promise is not kept now" in page
    assert "Connections to mail servers without encryption: 1." in page


def test_what_will_change_is_announced_and_the_old_promise_holds_until_then(desk: Desk):
    checked(desk)
    checked(desk, EXAMPLE.replace("days_after_closing = 14", "days_after_closing = 60"))

    page = desk.browser().get("/policy").text
    assert "This will change" in page
    assert '<del dir="auto">14</del>' in page
    assert "for 14 days after it. Beyond" in page

    with clock.stopped_at(clock.now() + publication.NOTICE + timedelta(minutes=1)):
        later = desk.browser().get("/policy").text
    assert "for 60 days after it. Beyond" in later
    assert "Not checked yet" in later


def test_before_anything_is_published_the_page_says_so(desk: Desk):
    assert "has not published its policy yet" in desk.browser().get("/policy").text
