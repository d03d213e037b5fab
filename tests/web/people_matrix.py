"""Who gets what of the pages of people: rows of the matrix, in a file of their own."""

from typing import Final

OWN: Final = (302, 200, 200, 200)
OWN_CHANGES: Final = (401, 303, 303, 303)
NOTHING_OF_THE_KIND: Final = (401, 404, 404, 404)
WRONG: Final = (401, 422, 422, 422)

ROWS: Final[dict[str, tuple[int, int, int, int]]] = {
    "POST account.change": OWN_CHANGES,
    "POST account.change_password": WRONG,
    "GET account.show": OWN,
    "POST confirmation.create": (401, 401, 401, 401),
    "GET confirmation.show": (302, 302, 302, 302),
    "POST passkeys.add": WRONG,
    "POST passkeys.challenge": (200, 200, 200, 200),
    "POST passkeys.challenge_to_add": (401, 200, 200, 200),
    "POST passkeys.confirm": (401, 401, 401, 401),
    "POST passkeys.remove": NOTHING_OF_THE_KIND,
    "POST passkeys.rename": NOTHING_OF_THE_KIND,
    "POST passkeys.sign_in_with": (303, 303, 303, 303),
    "POST security.begin_app": OWN_CHANGES,
    "POST security.confirm_app": WRONG,
    "POST security.end_login": NOTHING_OF_THE_KIND,
    "POST security.end_other_logins": OWN_CHANGES,
    "POST security.make_codes": WRONG,
    "POST security.remove_app": OWN_CHANGES,
    "GET security.show": OWN,
    "GET sign_in.second_step": (302, 302, 302, 302),
    "POST sign_in.take_second_step": (303, 303, 303, 303),
}

FORMS: Final[dict[str, dict[str, str]]] = {
    "account.change": {"name": "Somebody Else", "language": "", "theme": "dark"},
    "account.change_password": {"current": "another one"},
    "confirmation.create": {"password": "another one"},
}
