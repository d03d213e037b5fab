"""The check of passwords: nothing but argon2id is kept of one."""

from sqlalchemy import func, select

from helpdesk.languages import N_
from helpdesk.models.agent import Agent
from helpdesk.privacy.promises.check import Asked, Evidence, broken, kept, proves


@proves("passwords-hashed", kept_by=("helpdesk.desk.agents.set_password", "helpdesk.desk.passwords.matches"))
def passwords_are_hashed(asked: Asked) -> Evidence:
    has_one = select(func.count()).where(Agent.password_hash.is_not(None))
    people = asked.session.scalar(has_one) or 0
    other = asked.session.scalar(has_one.where(~Agent.password_hash.startswith("$argon2id$"))) or 0
    if other:
        return broken(N_("Passwords kept in another form than argon2id: %(other)s."), other=other)
    return kept(N_("People who sign in with a password: %(people)s; each is kept as argon2id only."), people=people)
