"""Who sits at the terminal: password, second step, and the same brakes as in the browser."""

from typing import Final

import click

from helpdesk.cli.agents import PASSWORD_VARIABLE
from helpdesk.cli.asking import given_secret
from helpdesk.cli.errors import Failed
from helpdesk.desk import passwords, second_factor, sign_in
from helpdesk.models.agent import Agent
from helpdesk.privacy import audit
from helpdesk.runtime import Runtime

CODE_VARIABLE: Final = "HELPDESK_AGENT_CODE"
# one place for all terminals of this machine: whoever guesses here is slowed down here
_PLACE: Final = "command line"
_REFUSED: Final = "this address, this password and this code are nobody's who may work here"


def identified(here: Runtime, email: str) -> int:
    """The agent whose address this is, once they proved it; each command asks anew, so nobody's proof is old.

    A passkey can't be shown to a terminal: who has nothing else takes a recovery code.
    """
    keys = sign_in.brakes(here.vault, email, _PLACE)
    password = given_secret(PASSWORD_VARIABLE) or str(click.prompt("Password", hide_input=True, err=True))
    with here.db.reading() as session:
        _be_patient(here, keys)
        found = passwords.by_email(session, email)
        owes_code = found is not None and second_factor.ways(session, found).any
        owes_factor = found is not None and second_factor.is_missing(session, found)
    is_right = passwords.matches(found.password_hash if found else None, password)
    code = _code() if is_right and owes_code else ""
    with here.db.transaction() as session:
        if found is not None and is_right and not owes_factor:
            by = session.get_one(Agent, found.id)
            if not by.is_disabled and (not owes_code or second_factor.accept(session, here.vault, by, code)):
                sign_in.forgive(session, keys)
                audit.record(session, "login.command", by=by, on=("agent", by.id))
                return by.id
        if not (is_right and owes_factor):
            sign_in.count_failure(session, keys, found)
    if is_right and owes_factor:
        raise Failed("this desk asks for a second step: set one up in the browser first, under Security")
    raise Failed(_REFUSED)


def _be_patient(here: Runtime, keys: tuple[str, ...]) -> None:
    with here.db.reading() as session:
        try:
            sign_in.require_patience(session, keys)
        except sign_in.TooManyAttempts as braked:
            raise Failed(f"too many attempts: try again after {braked.until:%H:%M:%S} UTC") from None


def _code() -> str:
    return given_secret(CODE_VARIABLE) or str(click.prompt("Code of your app, or a recovery code", err=True))
