"""The access review, a flag and the printed report, as an auditor and an admin see them."""

from datetime import UTC

from helpdesk import clock
from helpdesk.desk import access_reviews
from helpdesk.models.agent import Role
from helpdesk.models.inspection import ReadingFlag
from tests import world
from tests.web.browser import PASSWORD_HASH
from tests.web.desk import Desk


def test_an_admin_decides_and_signs_and_the_auditor_sees_it(desk: Desk):
    with desk.runtime.db.transaction() as session:
        aud = world.an_agent(session, name="Aud Itor", role=Role.AUDITOR)
        aud.password_hash = PASSWORD_HASH
        review = access_reviews.begin(session)
        assert review is not None
        items = [item.id for item in access_reviews.items(session, review)]
    root, auditor = desk.browser(desk.root), desk.browser(aud)

    assert "not decided yet" in root.get("/audit/review").text
    assert root.post("/audit/review/signature").status_code == 422
    assert auditor.post(f"/audit/review/{items[0]}", {"verdict": "confirm"}).status_code == 422
    assert "<button" not in auditor.get("/audit/review").text.partition("<main")[2].partition("</main")[0]
    for item in items:
        assert root.post(f"/audit/review/{item}", {"verdict": "confirm"}).status_code == 303
    assert root.post("/audit/review/signature").status_code == 303

    assert "Signed off by Root Admin" in auditor.get("/audit/review").text
    assert "Signed off by Root Admin" in auditor.get("/audit/report").text
    assert auditor.get(f"/tickets/{desk.ticket.number}").status_code == 404


def test_a_flag_stands_on_the_audit_page_until_somebody_else_looked(desk: Desk):
    with desk.runtime.db.transaction() as session:
        flag = ReadingFlag(agent_id=desk.ada.id, day=clock.now().astimezone(UTC).date(), readings=400, usual=20)
        session.add(flag)
        session.flush()
    root = desk.browser(desk.root)

    assert "Ada Fischer read 400 things" in root.get("/audit").text
    assert root.post(f"/audit/flags/{flag.id}/look").status_code == 303
    assert "read 400 things" not in root.get("/audit").text


def test_the_report_counts_readings_and_refusals_and_holds_no_content(desk: Desk):
    desk.browser(desk.ada).get(f"/tickets/{desk.ticket.number}")
    desk.browser(desk.otto).get(f"/tickets/{desk.ticket.number}")

    report = desk.browser(desk.root).get("/audit/report").text

    assert "Ada Fischer" in report
    assert "Otto Weiss" in report
    assert "Asked for" in report
    assert "flickers" not in report
    assert desk.browser(desk.root).get("/audit/report?since=x&until=%00").status_code == 200
