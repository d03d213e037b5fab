"""Two admins at once: who comes second is told, keeps what they typed, and sees what is there now."""

import re
from typing import Final

from sqlalchemy import select

from helpdesk.desk import business_hours
from helpdesk.models.agent import TeamMember
from helpdesk.models.filter_rule import FilterRule
from helpdesk.models.role import OwnRole
from helpdesk.web import as_seen, form_reader
from tests import world
from tests.web.browser import PASSWORD_HASH, Browser
from tests.web.desk import Desk
from tests.web.test_matrix import address, routes
from tests.web.test_sent_back import prepared

TOLD: Final = "Somebody changed this in the meantime."


# forms of what is there already, in which a second admin may have been faster
CHANGING: Final = (
    "acknowledgements.choose_words", "agents.change", "brand.change", "business_hours.choose",
    "business_hours.choose_for_team", "custom_fields.change", "filter_rules.change", "mailboxes.change",
    "retention.choose", "roles.change", "saved_replies.change", "sending.choose_for_desk",
    "statistics_settings.choose", "teams.choose_members",
)  # fmt: skip


def filled(browser: Browser, page: str, action: str) -> list[tuple[str, str]]:
    """A form as it was shown, to be sent as it is; its token goes along by itself."""
    text = browser.get(page).text
    form = next(one for one in form_reader.read(text).forms if one.is_posted_to(action))
    return [
        (one.name, one.tag.attributes.get("value") or "" if one.kind == "hidden" else sent(one, text))
        for one in form.fields
        if one.name not in {"csrf_token", ""}
        and (one.kind not in {"checkbox", "radio"} or "checked" in one.tag.attributes)
    ]


def sent(one: form_reader.Field, page: str) -> str:
    if one.kind != "select":
        return one.stands(page)
    chosen = [option.value for option in one.options if "selected" in option.tag.attributes]
    return (chosen or [option.value for option in one.options])[0]


def send(browser: Browser, path: str, form: list[tuple[str, str]], **instead: str) -> str:
    """Where it went, or the page that came back."""
    typed: dict[str, list[str]] = {"csrf_token": [browser.token]}
    for name, value in form:
        typed.setdefault(name, []).append(value)
    answer = browser.client.post(path, data=typed | {name: [value] for name, value in instead.items()})
    return answer.headers["Location"] if answer.status_code == 303 else answer.text


def mark_in(page: str, path: str) -> str:
    form = next(one for one in form_reader.read(page).forms if one.is_posted_to(path))
    return next(str(one.tag.attributes["value"]) for one in form.fields if one.name == as_seen.NAME)


def test_a_role_that_another_admin_changed_is_not_overwritten_unseen(desk: Desk):
    with desk.runtime.db.transaction() as session:
        other = world.an_admin(session)
        other.password_hash = PASSWORD_HASH
        session.add(OwnRole(name="Lamplighter", permission_words="handle"))
    root, second = desk.browser(desk.root), desk.browser(other)
    with desk.runtime.db.reading() as session:
        path = f"/settings/roles/{session.scalars(select(OwnRole.id)).one()}"
    of_root, of_second = (filled(one, "/settings/roles", path) for one in (root, second))

    assert "saved" in send(root, path, [*of_root, ("permission", "export")])
    page = send(second, path, of_second, name="Lamp keeper")

    assert TOLD in page
    assert 'value="Lamp keeper"' in page
    assert "There now: Lamplighter" in page
    assert "There now: ticked" in page
    assert "autofocus" in page.partition('value="Lamp keeper"')[2].partition(">")[0]
    again = [(name, mark_in(page, path) if name == as_seen.NAME else value) for name, value in of_second]
    assert "saved" in send(second, path, again, name="Lamp keeper")
    with desk.runtime.db.reading() as session:
        role = session.scalars(select(OwnRole)).one()
        assert (role.name, role.permission_words) == ("Lamp keeper", "handle")


def test_what_nobody_else_changed_is_saved_and_a_form_without_a_mark_as_it_is(desk: Desk):
    root, path = desk.browser(desk.root), "/settings/business-hours"
    form = filled(root, path, path)

    assert "saved" in send(root, path, form, day0="8-12")
    assert TOLD in send(root, path, form, day0="9-12")
    assert "saved" in send(root, path, [one for one in form if one[0] != as_seen.NAME], day0="10-12")
    with desk.runtime.db.reading() as session:
        hours = business_hours.chosen(session, None)
        assert hours is not None
        assert hours.week[0] == "10:00-12:00"


def test_who_is_in_a_team_is_not_undone_by_who_looked_before(desk: Desk):
    with desk.runtime.db.transaction() as session:
        new, old = world.an_agent(session, name="Nora New"), world.an_admin(session)
        old.password_hash = PASSWORD_HASH
    root, second, path = desk.browser(desk.root), desk.browser(old), f"/settings/teams/{desk.ticket.team_id}/members"
    of_root, of_second = (filled(one, "/settings/teams", path) for one in (root, second))
    send(root, path, [*of_root, ("agent", str(new.id))])

    page = send(second, path, of_second)

    assert TOLD in page
    with desk.runtime.db.reading() as session:
        assert session.get(TeamMember, (desk.ticket.team_id, new.id)) is not None


def test_a_form_in_which_something_stands_bears_a_mark_and_a_search_none(desk: Desk):
    page = desk.browser(desk.root).get("/settings/retention").text

    assert len(re.findall(r'name="as_seen" value="[0-9a-f]{16}"', page)) == 1
    assert as_seen.marked("<form method=get><input name=q></form>") == "<form method=get><input name=q></form>"


def test_every_form_that_changes_what_is_there_asks_whether_it_is_still_as_it_was_seen(desk: Desk):
    with desk.runtime.db.transaction() as session:
        number = prepared(session, desk)
    root, ada = desk.browser(desk.root), desk.browser(desk.ada)
    rules = {rule.endpoint: rule for method, rule in routes(desk) if method == "POST"}
    for endpoint in CHANGING:
        path = address(desk, rules[endpoint]).replace("987654", str(number))
        by = ada if endpoint.startswith("saved_replies.") else root
        answer = by.post(path, {as_seen.NAME: "0" * 16})
        assert (answer.status_code, TOLD in answer.text) == (422, True), endpoint
        assert mark_in(answer.text, path), endpoint


def marked_anew(page: str, path: str, form: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, mark_in(page, path) if name == as_seen.NAME else value) for name, value in form]


def test_a_form_that_was_refused_and_is_put_right_was_changed_by_nobody_else(desk: Desk):
    root = desk.browser(desk.root)
    with desk.runtime.db.reading() as session:
        rule = session.scalars(select(FilterRule.id)).first()
    for path, wrong, right in (
        ("/settings/business-hours", {"day0": "9-5"}, {"day0": "9-12"}),
        (f"/settings/filter-rules/{rule}", {"name": ""}, {"name": "Advertisements"}),
        (f"/settings/mailboxes/{desk.ticket.mailbox_id}", {"imap_port": "none"}, {}),
    ):
        form = filled(root, path, path)
        refused = send(root, path, form, **wrong)
        assert 'aria-invalid="true"' in refused, path
        again = send(root, path, marked_anew(refused, path, form), **right)

        assert TOLD not in again, path


def test_what_was_tried_out_before_it_is_saved_was_changed_by_nobody_else(desk: Desk):
    root, path = desk.browser(desk.root), "/settings/retention"
    form = filled(root, path, path)
    tried = root.get(f"{path}?trash_goes=1&trash_days=5&draft_goes=1&draft_days=30").text

    assert send(root, path, marked_anew(tried, path, form), trash_days="5").endswith("saved=1")


def test_a_rule_that_another_admin_changed_is_saved_when_it_is_sent_once_more(desk: Desk):
    root = desk.browser(desk.root)
    with desk.runtime.db.reading() as session:
        path = f"/settings/filter-rules/{session.scalars(select(FilterRule.id)).first()}"
    form = filled(root, path, path)
    assert "preview" in send(root, path, form, name="The first admin's")

    told = send(root, path, form, name="The second admin's")
    assert TOLD in told
    assert "There now: The first admin&#39;s" in told
    assert "preview" in send(root, path, marked_anew(told, path, form), name="The second admin's")
