"""Forms that are refused: what was typed stays, what is wrong stands beside its field, and the focus is there."""

from html import unescape
from typing import Final

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from helpdesk.desk import custom_fields, tickets
from helpdesk.desk.custom_fields import Wanted
from helpdesk.models.agent import Agent
from helpdesk.models.custom_field import FieldKind
from helpdesk.models.role import OwnRole
from helpdesk.models.ticket import Ticket
from helpdesk.web import form_reader
from helpdesk.web.sent_back import as_typed
from tests import world
from tests.web.desk import Desk
from tests.web.test_matrix import address, routes

Typed = dict[str, str]
# forms of the settings with words in them: something wrong, and the field that it is said beside
WRONG: Final[dict[str, tuple[Typed, str]]] = {
    "account.change": ({"name": "  ", "language": "de", "theme": "dark"}, "name"),
    "account.change_password": ({"current": "another one", "password": "a", "again": "a"}, "current"),
    "acknowledgements.choose_words": ({"language": "fr", "subject": "Merci", "text": "Merci, {nobody}"}, "text"),
    "agents.change": ({}, "role"),
    "agents.invite": ({"name": "Eva Lind", "email": "eva at desk", "role": "agent"}, "email"),
    "blocks.create": ({"address": "nobody"}, "address"),
    "brand.change": ({"name": "The lamp desk", "own_colour": "1", "accent": "#ffff66"}, "accent"),
    "brand.change_logo": ({}, "logo"),
    "business_hours.choose": ({"day0": "9-12", "day1": "nine", "own_days": "2026-12-24 Eve"}, "day1"),
    "business_hours.choose_for_team": ({"day0": "9-12", "time_zone": "Europe/Atlantis"}, "time_zone"),
    "custom_fields.change": ({"name": " ", "choices": ""}, "name"),
    "custom_fields.create": ({"name": "Colour", "kind": "choice", "choices": "", "is_personal": "yes"}, "choices"),
    "erasures.create": ({"who": "CUSTOMER"}, "sure"),
    "feedback.choose": ({"is_open": "1", "mailbox": ""}, "mailbox"),
    "filter_rules.change": ({"name": "Lists", "field": "text", "is_not": "1", "words": "", "then": "hold"}, "words"),
    "filter_rules.create": ({"name": "", "field": "list", "is_not": "0", "words": "", "then": "hold"}, "name"),
    "mailbox_logins.begin": ({"provider": "google", "client_id": ""}, "client_id"),
    "mailboxes.change": ({"imap_host": "imap.b.example", "imap_security": "tls", "imap_port": "99999"}, "imap_port"),
    "mailboxes.create": ({"address": "a@b.example", "imap_host": "two words", "name": "Support"}, "imap_host"),
    "objections.create": ({"who": "nobody@else.example", "wish": "objection"}, "who"),
    "retention.choose": ({"trash_goes": "1", "trash_days": "soon", "draft_days": "20"}, "trash_days"),
    "roles.change": ({"name": " ", "permission": "export", "scope": "all"}, "name"),
    "roles.create": ({"name": " ", "permission": "export", "scope": "all"}, "name"),
    "saved_replies.change": ({"name": "Bulb", "text": " ", "whose": "own"}, "text"),
    "saved_replies.create": ({"name": " ", "text": "It glows", "priority": "high", "whose": "own"}, "name"),
    "security.confirm_app": ({"code": "12345"}, "code"),
    "sending.choose": ({"undo_seconds": "61", "then": "close", "signature": "Ada"}, "undo_seconds"),
    "sending.choose_for_desk": ({"quotes_history": "1", "signature-1": "Yours, {{agent.nmae}}"}, "signature-1"),
    "sign_in_rules.choose_provider": ({"name": "Acme", "discovery_url": "http://acme.example"}, "client_id"),
    "statistics_settings.add_tag": ({"name": "x" * 60}, "name"),
    "statistics_settings.add_theme": ({"name": "Lamps", "words": ""}, "words"),
    "statistics_settings.send": ({"address": "http://elsewhere.example"}, "address"),
    "tag_list.merge": ({"into": ""}, "into"),
    "tag_list.rename": ({"name": " "}, "name"),
    "teams.choose_members": ({"agent": "ROOT"}, "agent"),
    "teams.create": ({"name": "  "}, "name"),
    "teams.rename": ({"name": "chairs"}, "name"),
}  # fmt: skip
# what would do in its place stands there instead
OFFERS: Final = {"brand.change"}
# nothing is typed there, or nothing that could be wrong
NOTHING_WRONG: Final = {
    "acknowledgements.choose_when", "agents.disable", "agents.invite_again", "agents.reset_second_step",
    "agents.revoke_invitation", "blocks.end", "business_hours.as_the_desk", "custom_fields.move",
    "custom_fields.retire", "filter_rules.activate", "filter_rules.move", "filter_rules.remove",
    "mailbox_logins.come_back", "mailboxes.pause", "mailboxes.trial", "objections.end", "passkeys.add",
    "passkeys.challenge_to_add", "passkeys.remove", "passkeys.rename", "remote_pictures.choose",
    "roles.remove", "saved_replies.remove", "security.begin_app", "security.end_login", "security.end_other_logins",
    "security.make_codes", "security.remove_app", "sign_in_rules.require_second_step", "statistics_settings.choose",
    "statistics_settings.remove_tag",
    "statistics_settings.remove_theme", "tag_list.retire",
}  # fmt: skip


def test_each_form_of_the_settings_is_tried_with_something_wrong(desk: Desk):
    asked = {rule.endpoint for method, rule in routes(desk) if method == "POST" and rule.rule.startswith("/settings")}

    assert asked == WRONG.keys() | NOTHING_WRONG
    assert not WRONG.keys() & NOTHING_WRONG


def prepared(session: Session, desk: Desk) -> int:
    """Two tags, another admin, and a custom field and a role that have the same number, which is given."""
    ticket, root = session.get_one(Ticket, desk.ticket.id), session.get_one(Agent, desk.root.id)
    tickets.tag(session, ticket, "lamp", by=root)
    tickets.tag(session, ticket, "light", by=root)
    field = custom_fields.add(session, FieldKind.TEXT, Wanted("Order"), by=root)
    world.an_admin(session)  # beside whom nobody puts themselves into a team
    role = OwnRole(name="Lamplighter", permission_words="handle")
    role.id = field.id
    session.add(role)
    return field.id


def test_what_was_typed_stays_and_what_is_wrong_stands_beside_its_field(desk: Desk):
    with desk.runtime.db.transaction() as session:
        field_id = prepared(session, desk)
    root, ada, lost = desk.browser(desk.root), desk.browser(desk.ada), {}
    root.get("/settings/teams")
    root.post("/settings/security/app")
    rules = {rule.endpoint: rule for method, rule in routes(desk) if method == "POST"}
    for endpoint, (written, wrong) in WRONG.items():
        meant = {"ROOT": str(desk.root.id), "CUSTOMER": str(desk.ticket.customer_id)}
        typed = {name: meant.get(value, value) for name, value in written.items()}
        path = address(desk, rules[endpoint]).replace("987654", str(field_id))
        answer = (ada if endpoint.startswith("saved_replies.") else root).post(path, typed)
        assert answer.status_code == 422, (endpoint, answer.status_code)
        kept = {name: value for name, value in typed.items() if endpoint not in OFFERS or name != wrong}
        if faults := shown_wrongly(answer.text, path, kept, wrong):
            lost[endpoint] = faults

    assert not lost, lost


# what has more letters than there is room for, and the field it stands in
TOO_LONG: Final[dict[str, tuple[Typed, str]]] = {
    "account.change": ({"name": "A" * 101}, "name"),
    "agents.invite": ({"name": "A" * 101, "email": "eva@desk.example", "role": "agent"}, "name"),
    "brand.change": ({"name": "L" * 61}, "name"),
    "custom_fields.create": ({"name": "O" * 61, "kind": "text"}, "name"),
    "filter_rules.create": ({"name": "R" * 81, "field": "list", "is_not": "0", "words": "", "then": "hold"}, "name"),
    "filter_rules.change": (
        {"name": "R", "field": "text", "is_not": "0", "words": "w" * 4001, "then": "hold"}, "words"
    ),
    "mailboxes.change": (
        {"imap_host": "imap.b.example", "imap_security": "tls", "imap_port": "993", "imap_user": "a",
         "smtp_host": "smtp.b.example", "smtp_security": "tls", "smtp_port": "465", "name": "S" * 201}, "name"
    ),
    "roles.create": ({"name": "K" * 61, "scope": "team"}, "name"),
    "saved_replies.create": ({"name": "Bulb", "text": "x" * 20_001, "whose": "own"}, "text"),
    "saved_replies.change": ({"name": "Bulb", "text": "It glows", "tags": "t" * 61, "whose": "own"}, "tags"),
    "sending.choose_for_desk": ({"signature-1": "x" * 4001}, "signature-1"),
    "tag_list.rename": ({"name": "t" * 61}, "name"),
    "teams.create": ({"name": "T" * 81}, "name"),
    "teams.rename": ({"name": "T" * 81}, "name"),
}  # fmt: skip


def test_what_is_too_long_is_refused_and_comes_back_whole(desk: Desk):
    """Nothing is cut off: nobody would see what is missing."""
    with desk.runtime.db.transaction() as session:
        prepared(session, desk)
    root, ada, lost = desk.browser(desk.root), desk.browser(desk.ada), {}
    rules = {rule.endpoint: rule for method, rule in routes(desk) if method == "POST"}
    for endpoint, (typed, wrong) in TOO_LONG.items():
        path = address(desk, rules[endpoint])
        answer = (ada if endpoint.startswith("saved_replies.") else root).post(path, typed)
        assert answer.status_code == 422, (endpoint, answer.status_code)
        faults = shown_wrongly(answer.text, path, typed, wrong)
        faults += [] if "room for" in answer.text or "60 letters" in answer.text else ["nothing of its length"]
        if faults:
            lost[endpoint] = faults

    assert not lost, lost


# a second of the same, and the field that names it; what is there already stands beside it in the list
DOUBLED: Final[dict[str, tuple[Typed, str]]] = {
    "agents.invite": ({"name": "Eva", "email": "ROOT", "role": "agent"}, "email"),
    "roles.create": ({"name": "lamplighter", "scope": "team"}, "name"),
    "tag_list.rename": ({"name": "Light"}, "name"),
    "teams.create": ({"name": " chairs "}, "name"),
    "teams.rename": ({"name": "CHAIRS"}, "name"),
}


def test_a_name_that_is_there_already_is_refused_in_whatever_case(desk: Desk):
    with desk.runtime.db.transaction() as session:
        prepared(session, desk)
    root = desk.browser(desk.root)
    rules = {rule.endpoint: rule for method, rule in routes(desk) if method == "POST"}
    for endpoint, (written, wrong) in DOUBLED.items():
        typed = {name: desk.root.email.upper() if value == "ROOT" else value for name, value in written.items()}
        path = address(desk, rules[endpoint])
        answer = root.post(path, typed)
        assert answer.status_code == 422, (endpoint, answer.status_code)
        assert not shown_wrongly(answer.text, path, typed, wrong), endpoint


def stands_there(one: form_reader.Field, page: str) -> str:
    """What a browser would show in this field; of what is chosen by a click, or kept secret, what was sent."""
    if one.kind == "textarea":
        return unescape(page[one.tag.end : one.closes].removeprefix("\n"))
    if one.kind == "select":
        chosen = [option.value for option in one.options if "selected" in option.tag.attributes]
        return (chosen or [option.value for option in one.options])[0]
    if one.kind in {"checkbox", "radio"}:
        return (one.tag.attributes.get("value") or "on") if "checked" in one.tag.attributes else ""
    return one.tag.attributes.get("value") or ""


def shown_wrongly(page: str, path: str, typed: Typed, wrong: str) -> list[str]:
    there = form_reader.read(page)
    forms = [form for form in there.forms if form.is_posted_to(path)][-1:]  # of several the one for something new
    if not forms:
        return ["no such form"]
    fields: dict[str, form_reader.Field] = {}
    for one in forms[0].fields:
        if one.name == wrong and one.tag.attributes.get("aria-describedby") == "wrong-here":
            fields[one.name] = one  # of several boxes that one
        elif one.kind not in {"checkbox", "radio"} or "checked" in one.tag.attributes:
            fields.setdefault(one.name, one)
    shown = {name: stands_there(one, page) for name, one in fields.items() if one.kind not in {"password", "file"}}
    faults = [f"{name} is {shown[name]!r}" for name, value in typed.items() if shown.get(name, value) != value]
    if wrong not in fields or fields[wrong].tag.attributes.get("aria-describedby") != "wrong-here":
        faults.append(f"nothing beside {wrong}")
    focused = [tag.attributes.get("name") for tag in there.tags if "autofocus" in tag.attributes]
    return faults + ([] if focused == [wrong] and 'id="wrong-here">' in page else [f"the focus is at {focused}"])


PAGE: Final = """<p role="alert">No.</p>
<details><summary>More</summary>
<form method="post" action="/lamps/1?from=open"><input type="hidden" name="do" value="merge">
<label class="field"><span>Into</span><input name="into" value="1" autofocus></label></form>
<form method="post" action="/lamps/1"><input type="hidden" name="do" value="rename"><details><summary>Name</summary>
<label class="field"><span>Name</span><input name="name" value="old &amp; dim"></label></details>
<textarea name="why">as it was</textarea><input type="password" name="secret">
<select name="colour"><option>red<option value="b" selected>blue</option></select>
<datalist><option value="x"></datalist>
<input type="checkbox" name="on" checked><input type="checkbox" name="in" value="hall"></form></details>"""


def test_of_several_forms_at_an_address_the_one_that_was_sent_is_filled_in_and_nothing_hidden_or_secret():
    typed = MultiDict({"do": "rename", "name": 'A "new" <lamp>', "why": "\n</textarea>", "secret": "s", "in": "hall"})

    page = as_typed(PAGE, "/lamps/1", typed, "name", "No & never.")

    assert page.count("<details open>") == 2
    assert 'name="name" value="A &#34;new&#34; &lt;lamp&gt;" aria-invalid="true"' in page
    assert 'aria-describedby="wrong-here" autofocus>' in page
    assert '<span class="wrong small" id="wrong-here">No &amp; never.</span></label></details>' in page
    assert '<textarea name="why">\n\n&lt;/textarea&gt;</textarea>' in page
    assert '<input type="password" name="secret">' in page
    assert '<input type="checkbox" name="on"><input type="checkbox" name="in" value="hall" checked>' in page
    assert 'name="into" value="1">' in page
    assert '<option value="b" selected>' in page


def test_where_no_field_is_to_blame_the_alert_has_the_focus_unless_the_page_says_otherwise():
    assert '<p role="alert" tabindex="-1" autofocus>' in as_typed("<p role=alert>No.</p>", "/", MultiDict())
    assert as_typed(PAGE, "/elsewhere", MultiDict({"name": "x"})) == PAGE


def test_a_question_in_an_address_is_refused_in_the_same_way(desk: Desk):
    root = desk.browser(desk.root)
    asked = {
        "/settings/erasures?who=nobody%40else.example": ("nobody@else.example", "who"),
        "/settings/retention?trash_days=0&trash_goes=1&draft_days=9": ("0", "trash_days"),
        "/reports?since=2026-03-09&until=2026-02-01": ("2026-02-01", "until"),
    }
    for path, (typed, field) in asked.items():
        page = root.get(path)
        assert page.status_code == 422
        there = form_reader.read(page.text)
        wrong = next(tag for tag in there.tags if tag.attributes.get("aria-describedby") == "wrong-here")
        assert (wrong.attributes["name"], wrong.attributes["value"], "autofocus" in wrong.attributes) == (
            field, typed, True,
        )  # fmt: skip


def test_in_a_ticket_the_menu_of_the_form_is_open_with_the_number_and_what_is_wrong_with_it(desk: Desk):
    ada, path = desk.browser(desk.ada), f"/tickets/{desk.ticket.number}/merge"
    ada.get(f"/tickets/{desk.ticket.number}")

    answer = ada.post(path, {"number": "987654"})

    assert answer.status_code == 422
    assert not shown_wrongly(answer.text, path, {"number": "987654"}, "number")
    assert '<div class="bar trouble" role="alert">' in answer.text
