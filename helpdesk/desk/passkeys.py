"""Passkeys: made, named, removed, and what a browser answers with one checked.

Each needs the person, not only the device (user verification): so one passkey is two factors at once.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

import webauthn
from sqlalchemy import select
from sqlalchemy.orm import Session
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from helpdesk import clock
from helpdesk.desk import second_factor
from helpdesk.models.agent import Agent
from helpdesk.models.second_factor import Passkey
from helpdesk.models.sign_in import SignInChallenge
from helpdesk.privacy import audit
from helpdesk.storage.vault import Vault

LONGEST_NAME: Final = 60
MOST: Final = 20
_REQUIRED: Final = UserVerificationRequirement.REQUIRED


class PasskeyRefused(Exception):
    """The browser's answer proves nothing: of another page, another challenge, another key, or without the person."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where passkeys of this desk work: its host name, and the addresses its pages may have."""

    host: str
    name: str
    origins: tuple[str, ...]


def work_at(own: str, asked: str) -> bool:
    """Whether browsers offer passkeys of the desk named `own` on a page asked for at `asked`: a name, and ours."""
    try:
        ip_address(asked.strip("[]"))
    except ValueError:
        return asked == own or asked.endswith(f".{own}")
    return False


def of(session: Session, agent: Agent) -> Sequence[Passkey]:
    return session.scalars(select(Passkey).where(Passkey.agent_id == agent.id).order_by(Passkey.id)).all()


def options_to_add(session: Session, vault: Vault, place: Place, agent: Agent, challenge: SignInChallenge) -> str:
    """What the browser needs to make a passkey, as JSON; a device that has one of ours makes no second."""
    options = webauthn.generate_registration_options(
        rp_id=place.host,
        rp_name=place.name,
        user_id=vault.mac(str(agent.id).encode(), what="passkey user"),
        user_name=agent.email,
        user_display_name=agent.name,
        challenge=challenge.secret,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_REQUIRED
        ),
        exclude_credentials=_described(of(session, agent)),
    )
    return webauthn.options_to_json(options)


def options_to_use(session: Session, place: Place, agent: Agent | None, challenge: SignInChallenge) -> str:
    """What the browser needs to answer with a passkey: one of this agent's, or of whoever is there."""
    options = webauthn.generate_authentication_options(
        rp_id=place.host,
        challenge=challenge.secret,
        allow_credentials=_described(of(session, agent)) if agent else None,
        user_verification=_REQUIRED,
    )
    return webauthn.options_to_json(options)


def add(
    session: Session, place: Place, agent: Agent, challenge: SignInChallenge | None, credential: str, *, name: str
) -> Passkey:
    """Keep the public half of a new passkey. Raises PasskeyRefused."""
    if challenge is None:
        raise PasskeyRefused("nothing was asked, or too long ago")
    try:
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge.secret,
            expected_rp_id=place.host,
            expected_origin=list(place.origins),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise PasskeyRefused(type(error).__name__) from None
    is_known = session.scalar(select(Passkey.id).where(Passkey.credential_id == made.credential_id)) is not None
    if is_known or len(of(session, agent)) >= MOST:
        raise PasskeyRefused("known already, or one too many")
    passkey = Passkey(
        agent_id=agent.id,
        name=_tidy(name),
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
    )
    session.add(passkey)
    session.flush()
    audit.record(session, "second_factor.add", by=agent, on=("agent", agent.id), facts={"kind": "passkey"})
    second_factor.weigh(session, agent)
    return passkey


def check(session: Session, place: Place, challenge: SignInChallenge, credential: str) -> Agent:
    """Whose passkey answered. Raises PasskeyRefused; that of somebody who is disabled proves nothing either."""
    passkey = _named(session, credential)
    try:
        answer = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge.secret,
            expected_rp_id=place.host,
            expected_origin=list(place.origins),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise PasskeyRefused(type(error).__name__) from None
    agent = session.get_one(Agent, passkey.agent_id)
    if agent.is_disabled:
        raise PasskeyRefused("its agent is disabled")
    passkey.sign_count, passkey.used_at = answer.new_sign_count, clock.now()
    return agent


def rename(session: Session, agent: Agent, passkey_id: int, name: str) -> bool:
    """Call a passkey of this agent by another name; whether there is one."""
    passkey = _own(session, agent, passkey_id)
    if passkey is not None:
        passkey.name = _tidy(name)
    return passkey is not None


def remove(session: Session, agent: Agent, passkey_id: int) -> bool:
    """Take a passkey of this agent away; whether there was one."""
    passkey = _own(session, agent, passkey_id)
    if passkey is None:
        return False
    session.delete(passkey)
    audit.record(session, "second_factor.remove", by=agent, on=("agent", agent.id), facts={"kind": "passkey"})
    session.flush()
    second_factor.tidy(session, agent)
    return True


def _named(session: Session, credential: str) -> Passkey:
    """The passkey that an answer says it is of."""
    try:
        said = json.loads(credential)
        credential_id = webauthn.base64url_to_bytes(said["rawId"])
    except (ValueError, TypeError, KeyError):
        raise PasskeyRefused("not an answer of a browser") from None
    passkey = session.scalar(select(Passkey).where(Passkey.credential_id == credential_id).with_for_update())
    if passkey is None:
        raise PasskeyRefused("a passkey that is not known here")
    return passkey


def _own(session: Session, agent: Agent, passkey_id: int) -> Passkey | None:
    passkey = session.get(Passkey, passkey_id)
    return passkey if passkey is not None and passkey.agent_id == agent.id else None


def _described(passkeys: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=one.credential_id) for one in passkeys]


def _tidy(name: str) -> str:
    return " ".join(name.split())[:LONGEST_NAME] or "Passkey"
