"""Who gets what: every route, asked by everybody, for something of the team's. A route without a row fails the suite.

The columns: nobody signed in · an agent of the ticket's team · an agent of another team · an admin of no team.
An admin may know of every ticket and reads none without a basis, so content is refused, and 404 tells nothing.
"""

from typing import Final

ALL: Final = (200, 200, 200, 200)
SIGNED_IN: Final = (302, 200, 200, 200)
READS: Final = (302, 200, 404, 404)
KNOWS: Final = (302, 200, 404, 200)
READS_WAITING: Final = (302, 200, 404, 200)
CHANGES: Final = (401, 303, 404, 303)
ADMINS: Final = (302, 404, 404, 200)
ADMIN_CHANGES: Final = (401, 404, 404, 303)

ROWS: Final[dict[str, tuple[int, int, int, int]]] = {
    "GET attachments.part": READS,
    "GET attachments.show": READS,
    "GET audit.download": (302, 404, 404, 200),
    "GET audit.index": (302, 404, 404, 200),
    "POST business_hours.as_the_desk": ADMIN_CHANGES,
    "POST business_hours.choose": ADMIN_CHANGES,
    "POST business_hours.choose_for_team": ADMIN_CHANGES,
    "GET business_hours.index": ADMINS,
    "GET business_hours.of_team": ADMINS,
    "GET events.stream": (401, 200, 200, 200),
    "POST forwards.answer": (401, 303, 404, 404),
    "POST grants.approve": (401, 404, 422, 422),
    "POST grants.ask": (401, 303, 404, 303),
    "POST grants.ask_by_number": (401, 303, 303, 303),
    "POST grants.end": (401, 404, 303, 303),
    "GET grants.index": SIGNED_IN,
    "POST grants.review": (401, 404, 422, 422),
    "GET health.show": ALL,
    "GET inbox.count": SIGNED_IN,
    "GET inbox.home": (302, 302, 302, 302),
    "GET inbox.of_team": KNOWS,
    "GET inbox.show": SIGNED_IN,
    "GET ledger.index": ADMINS,
    "POST links.create": (401, 422, 404, 422),
    "POST links.remove": CHANGES,
    "POST links.split": (401, 303, 404, 404),
    "POST merges.create": (401, 422, 404, 422),
    "POST merges.undo": CHANGES,
    "GET messages.body": READS,
    "GET messages.original": READS,
    "POST notes.create": (401, 303, 404, 404),
    "POST password_resets.consume": (404, 404, 404, 404),
    "POST password_resets.create": (303, 303, 303, 303),
    "GET password_resets.new": ALL,
    "GET password_resets.show": (404, 404, 404, 404),
    "POST replies.create": (401, 303, 404, 404),
    "POST permission.answer": (422, 422, 422, 422),
    "GET permission.show": ALL,
    "POST places.move": (401, 303, 404, 404),
    "POST places.prioritise": CHANGES,
    "POST places.put": (401, 303, 404, 404),
    "GET policy.show": ALL,
    "POST saved_views.create": (401, 303, 303, 303),
    "POST saved_views.remove": (401, 404, 404, 404),
    "POST presence.beat": (401, 204, 404, 204),
    "GET presence.show": SIGNED_IN,
    "GET search.show": SIGNED_IN,
    "GET settings.index": SIGNED_IN,
    "GET teams.index": ADMINS,
    "POST teams.create": ADMIN_CHANGES,
    "POST teams.rename": ADMIN_CHANGES,
    "POST sign_in.choose_theme": (401, 303, 303, 303),
    "POST sign_in.create": (401, 401, 401, 401),
    "GET sign_in.show": (200, 302, 302, 302),
    "POST sign_in.sign_out": (401, 303, 303, 303),
    "GET static.show": ALL,
    "POST suggestions.answer": (401, 303, 404, 404),
    "GET waiting.index": SIGNED_IN,
    "GET waiting.original": READS_WAITING,
    "POST waiting.rule": (401, 303, 404, 303),
    "POST tags.add": CHANGES,
    "POST tags.remove": CHANGES,
    "POST tickets.assign": CHANGES,
    "POST tickets.close": CHANGES,
    "GET tickets.news": KNOWS,
    "POST tickets.protect": (401, 303, 404, 404),
    "POST tickets.reopen": CHANGES,
    "POST tickets.state_purpose": CHANGES,
    "GET tickets.show": (302, 200, 404, 403),
}

FORMS: Final[dict[str, dict[str, str]]] = {
    "business_hours.choose": {"day0": "9-17"},
    "business_hours.choose_for_team": {"day0": "9-17"},
    "places.move": {"team": "1"},
    "places.prioritise": {"priority": "normal"},
    "places.put": {"place": "desk"},
    "saved_views.create": {"name": "Lamps", "q": "lamp is:open"},
    "notes.create": {"text": "He called twice."},
    "replies.create": {"text": "Try another bulb."},
    "grants.ask": {"purpose": "bug", "reason": "The export fails", "hours": "4"},
    "grants.ask_by_number": {"number": "987654", "purpose": "bug", "reason": "The export fails", "hours": "4"},
    "waiting.rule": {"ruling": "aside"},
    "tickets.state_purpose": {"purpose": "bug"},
    "tickets.protect": {"lift": "1"},
    "tags.add": {"name": "lamp"},
    "teams.create": {"name": "Vases"},
    "teams.rename": {"name": "Lanterns"},
    "password_resets.create": {"email": "nobody@desk.example"},
    "password_resets.consume": {"password": "a", "again": "a"},
}
