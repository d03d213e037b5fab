"""Who gets what of the pages of people: rows of the matrix, in a file of their own."""

from typing import Final

OWN: Final = (302, 200, 200, 200)
OWN_CHANGES: Final = (401, 303, 303, 303)
NOTHING_OF_THE_KIND: Final = (401, 404, 404, 404)
WRONG: Final = (401, 422, 422, 422)

PEOPLES: Final = (302, 404, 404, 200)
PEOPLES_CHANGES: Final = (401, 404, 404, 303)
PEOPLES_ALONE: Final = (401, 404, 404, 422)

ROWS: Final[dict[str, tuple[int, int, int, int]]] = {
    "POST account.change": OWN_CHANGES,
    "POST account.change_password": WRONG,
    "GET account.show": OWN,
    "POST agents.change": PEOPLES_CHANGES,
    "POST agents.disable": PEOPLES_CHANGES,
    "GET agents.index": PEOPLES,
    "POST agents.invite": PEOPLES_CHANGES,
    "POST agents.invite_again": PEOPLES_ALONE,
    "POST agents.reset_second_step": PEOPLES_CHANGES,
    "POST agents.revoke_invitation": PEOPLES_CHANGES,
    "GET agents.show": PEOPLES,
    "POST brand.change": PEOPLES_CHANGES,
    "POST brand.change_logo": PEOPLES_CHANGES,
    "GET brand.colours": (404, 404, 404, 404),
    "GET brand.logo": (404, 404, 404, 404),
    "GET brand.show": PEOPLES,
    "POST confirmation.create": (401, 401, 401, 401),
    "GET confirmation.show": (302, 302, 302, 302),
    "POST mailboxes.change": PEOPLES_ALONE,
    "POST mailboxes.create": PEOPLES_ALONE,
    "GET mailboxes.index": PEOPLES,
    "GET mailboxes.new": PEOPLES,
    "POST mailboxes.pause": PEOPLES_CHANGES,
    "GET mailboxes.show": PEOPLES,
    "POST mailboxes.trial": (401, 404, 404, 200),
    "POST passkeys.add": WRONG,
    "POST passkeys.challenge": (200, 200, 200, 200),
    "POST passkeys.challenge_to_add": (401, 200, 200, 200),
    "POST passkeys.confirm": (401, 401, 401, 401),
    "POST passkeys.remove": NOTHING_OF_THE_KIND,
    "POST passkeys.rename": NOTHING_OF_THE_KIND,
    "POST passkeys.sign_in_with": (303, 303, 303, 303),
    "POST roles.change": (401, 404, 404, 404),
    "POST roles.create": PEOPLES_CHANGES,
    "GET roles.index": PEOPLES,
    "POST roles.remove": (401, 404, 404, 404),
    "POST security.begin_app": OWN_CHANGES,
    "POST security.confirm_app": WRONG,
    "POST security.end_login": NOTHING_OF_THE_KIND,
    "POST security.end_other_logins": OWN_CHANGES,
    "POST security.make_codes": WRONG,
    "POST security.remove_app": OWN_CHANGES,
    "GET security.show": OWN,
    "GET sign_in.second_step": (302, 302, 302, 302),
    "POST sign_in.take_second_step": (303, 303, 303, 303),
    "POST sign_in_rules.choose_provider": (401, 404, 404, 303),
    "POST sign_in_rules.require_second_step": PEOPLES_CHANGES,
    "GET sign_in_rules.show": PEOPLES,
    "GET single_sign_on.arrive": (302, 302, 302, 302),
    "POST single_sign_on.depart": (303, 303, 303, 303),
    "POST single_sign_on.enter": (303, 303, 303, 303),
    "POST teams.choose_members": PEOPLES_CHANGES,
}

FORMS: Final[dict[str, dict[str, str]]] = {
    "account.change": {"name": "Somebody Else", "language": "", "theme": "dark"},
    "account.change_password": {"current": "another one"},
    "agents.change": {"role": "agent"},
    "agents.disable": {"undo": "1"},
    "agents.invite": {"name": "Eva", "email": "eva@desk.example", "role": "agent"},
    "brand.change_logo": {"remove": "1"},
    "confirmation.create": {"password": "another one"},
    "mailboxes.pause": {"undo": "1"},
    "roles.create": {"name": "Night shift", "permission": "handle", "scope": "team"},
    "sign_in_rules.require_second_step": {"who": "nobody"},
}
