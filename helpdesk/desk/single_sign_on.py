"""Single sign-on by OpenID Connect: what is asked of the provider, what its answer has to prove, and whom it lets in.

It lets in agents that are here already, found once by their verified address and from then on by the provider's own
number for them. It makes nobody, and gives nobody a role. Fetching is the edge's work: nothing here is sent.
"""

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.mail.account import is_loopback
from helpdesk.models.agent import Agent
from helpdesk.models.second_factor import ProviderIdentity
from helpdesk.models.sign_in import ChallengeKind, SignInChallenge
from helpdesk.privacy import audit, settings
from helpdesk.storage.vault import Vault

RETURN_PATH: Final = "/sign-in/single/return"
_SEALED_AS: Final = "single sign-on"
_ALGORITHMS: Final = ("RS256", "PS256", "ES256", "ES384", "RS512", "EdDSA")
_CLOCKS_APART: Final = 120
_JUST_NOW: Final = timedelta(minutes=5)


class ProviderRefused(Exception):
    """The provider's answer is not one that lets anybody in; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class SingleSignOn:
    """The provider as an admin named it, and as its own description says where things are."""

    key: ClassVar = "single_sign_on"
    is_on: bool = False
    name: str = ""
    discovery_url: str = ""
    client_id: str = ""
    sealed_secret: str = field(default="", repr=False)
    issuer: str = ""
    authorization_endpoint: str = ""
    token_endpoint: str = ""
    jwks_uri: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What one sign-in is bound by: made of the challenge and the key file, kept nowhere."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


def of(session: Session) -> SingleSignOn:
    return settings.of(session, SingleSignOn)


def described(chosen: SingleSignOn, description: Mapping[str, Any]) -> SingleSignOn:
    """The choice with what the provider's description adds. Raises ProviderRefused where it is not a provider's."""
    names = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
    found = {name: description.get(name) for name in names}
    for name, address in found.items():
        if not isinstance(address, str) or not is_safe(address):
            raise ProviderRefused(f"its description names no {name} at an https:// address")
    if not chosen.discovery_url.startswith(str(found["issuer"]).rstrip("/")):
        raise ProviderRefused("its description is of another issuer than its address")
    texts = {name: str(address) for name, address in found.items()}
    return SingleSignOn(
        is_on=chosen.is_on,
        name=chosen.name,
        discovery_url=chosen.discovery_url,
        client_id=chosen.client_id,
        sealed_secret=chosen.sealed_secret,
        **texts,
    )


def is_safe(address: str) -> bool:
    """Whether what is said there stays unheard by others: https, or this machine itself."""
    parts = urlsplit(address)
    if not parts.hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))


def sealed(vault: Vault, secret: str) -> str:
    return base64.b64encode(vault.seal(secret, what=_SEALED_AS)).decode()


def secret_of(vault: Vault, chosen: SingleSignOn) -> str:
    """Raises SecretUnreadable."""
    return vault.open(base64.b64decode(chosen.sealed_secret), what=_SEALED_AS) if chosen.sealed_secret else ""


def question(vault: Vault, challenge: SignInChallenge) -> Question:
    def made(what: str) -> str:
        return base64.urlsafe_b64encode(vault.mac(challenge.secret, what=f"sso {what}")).decode().rstrip("=")

    return Question(made("state"), made("nonce"), made("verifier"))


def way_there(chosen: SingleSignOn, asked: Question, *, return_url: str, again: bool) -> str:
    """Where the browser goes to be asked who is there; `again`: whoever is signed in there proves it anew."""
    said = {
        "response_type": "code",
        "client_id": chosen.client_id,
        "redirect_uri": return_url,
        "scope": "openid email",
        "state": asked.state,
        "nonce": asked.nonce,
        "code_challenge": create_s256_code_challenge(asked.verifier),
        "code_challenge_method": "S256",
    }
    more = {"prompt": "login", "max_age": "0"} if again else {}
    return str(add_params_to_uri(chosen.authorization_endpoint, [*said.items(), *more.items()]))


def is_answer_to(asked: Question, state: str) -> bool:
    return hmac.compare_digest(asked.state.encode(), state.encode())


def exchange(chosen: SingleSignOn, asked: Question, code: str, *, return_url: str) -> dict[str, str]:
    """The form that turns a code into a token."""
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": return_url,
        "client_id": chosen.client_id,
        "code_verifier": asked.verifier,
    }


def claims(
    chosen: SingleSignOn, asked: Question, token: object, keys: Mapping[str, Any], *, kind: ChallengeKind
) -> dict[str, Any]:
    """What a token of this provider, for this desk and this question, says. Raises ProviderRefused."""
    if not isinstance(token, str):
        raise ProviderRefused("it gave no token")
    try:
        said = jwt.decode(token, KeySet.import_key_set({"keys": list(keys["keys"])}), algorithms=list(_ALGORITHMS))
        now = int(clock.now().timestamp())
        jwt.JWTClaimsRegistry(
            now=now,
            leeway=_CLOCKS_APART,
            iss={"essential": True, "value": chosen.issuer},
            sub={"essential": True},
            aud={"essential": True, "value": chosen.client_id},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": asked.nonce},
        ).validate(said.claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise ProviderRefused(f"its token does not hold: {type(error).__name__}") from None
    if said.claims.get("azp", chosen.client_id) != chosen.client_id:
        raise ProviderRefused("its token is for another party")
    if kind is ChallengeKind.SINGLE_SIGN_ON_AGAIN:
        at = said.claims.get("auth_time")
        if not isinstance(at, int) or at < now - _JUST_NOW.total_seconds():
            raise ProviderRefused("nobody proved anew to be there")
    return dict(said.claims)


def agent_of(session: Session, chosen: SingleSignOn, said: Mapping[str, Any]) -> Agent:
    """Whom these claims let in. Raises ProviderRefused: nobody is made, and no second person takes a place."""
    subject = str(said["sub"])
    bound = session.scalar(
        select(ProviderIdentity).where(ProviderIdentity.issuer == chosen.issuer, ProviderIdentity.subject == subject)
    )
    if bound is not None:
        return _able(session.get_one(Agent, bound.agent_id))
    email = said.get("email")
    if not isinstance(email, str) or said.get("email_verified") is not True:
        raise ProviderRefused("it vouches for no address")
    agent = session.scalar(select(Agent).where(func.lower(Agent.email) == email.strip().lower()))
    if agent is None:
        raise ProviderRefused("nobody here has this address")
    if session.get(ProviderIdentity, agent.id) is not None:
        raise ProviderRefused("this address belongs to another person there than before")
    session.add(ProviderIdentity(agent_id=_able(agent).id, issuer=chosen.issuer, subject=subject))
    audit.record(session, "single_sign_on.bind", by=agent, on=("agent", agent.id))
    return agent


def _able(agent: Agent) -> Agent:
    if agent.is_disabled:
        raise ProviderRefused("this person is disabled here")
    return agent
