"""Who gets what of the rooms in which agents write; see matrix.py. The draft is Otto's: he discards it first."""

from typing import Final

SIGNED_IN: Final = (302, 200, 200, 200)
OWN: Final = (401, 303, 303, 303)
ADMINS: Final = (302, 404, 404, 200)

ROWS: Final[dict[str, tuple[int, int, int, int]]] = {
    "POST drafts.add_file": (401, 400, 404, 400),
    "POST drafts.add_file_to_new": (401, 400, 400, 400),
    "POST drafts.bring_back": (401, 404, 303, 404),
    "POST drafts.discard": (401, 404, 303, 404),
    "GET drafts.file": (302, 404, 404, 404),
    "GET drafts.index": SIGNED_IN,
    "POST drafts.join": (401, 404, 404, 404),
    "POST drafts.remove_file": (401, 404, 404, 404),
    "POST drafts.save": (401, 200, 404, 404),
    "POST drafts.save_new": (401, 200, 200, 200),
    "POST outreach.create": (401, 404, 404, 404),
    "GET outreach.new": SIGNED_IN,
    "GET recipients.suggest": SIGNED_IN,
    "POST replies.take_back": (401, 422, 404, 422),
    "POST saved_replies.change": (401, 303, 404, 303),
    "POST saved_replies.create": OWN,
    "GET saved_replies.index": SIGNED_IN,
    "GET saved_replies.offer": (302, 200, 404, 200),
    "GET saved_replies.offer_for_new": (302, 404, 404, 404),
    "POST saved_replies.remove": (401, 303, 404, 303),
    "POST sending.choose": OWN,
    "POST sending.choose_for_desk": (401, 404, 404, 303),
    "GET sending.desk": ADMINS,
    "GET sending.index": SIGNED_IN,
}

FORMS: Final[dict[str, dict[str, str]]] = {
    "drafts.save": {"key": "0123456789abcdef", "text": "Half a thought"},
    "drafts.save_new": {"key": "0123456789abcdef", "subject": "Half a thought"},
    "saved_replies.change": {"name": "Bulb", "text": "Try another bulb.", "whose": "own"},
    "saved_replies.create": {"name": "Bulb", "text": "Try another bulb.", "whose": "own"},
    "sending.choose": {"undo_seconds": "10"},
}
