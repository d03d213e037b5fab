"""Logins by token (OAuth2 with PKCE): the address of consent, the first token, the next ones; providers as data."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session

from helpdesk import clock
from helpdesk.mail.account import Secret, is_loopback
from helpdesk.mail.trouble import LoginRefused, MailTrouble, PortClosed, ServerRefused, TlsFailed

SECONDS: Final = 20
USUAL_LIFE: Final = timedelta(minutes=50)  # of a token whose provider does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Where a provider's logins and mail servers are; `{tenant}` stands for the organisation's own name there."""

    key: str
    name: str
    authorize_url: str = ""
    token_url: str = ""
    scope: str = ""
    imap: tuple[str, int, str] = ("", 993, "tls")
    smtp: tuple[str, int, str] = ("", 587, "starttls")
    asks: tuple[tuple[str, str], ...] = ()  # what its page of consent is told beside the usual
    keeps_copies: bool = False  # what leaves by its SMTP lies in the Sent folder by itself
    docs: str = ""


PROVIDERS: Final = {
    one.key: one
    for one in (
        Provider(
            key="microsoft",
            name="Microsoft 365",
            authorize_url="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
            token_url="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",  # noqa: S106  an address
            scope="offline_access https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send",
            imap=("outlook.office365.com", 993, "tls"),
            smtp=("smtp.office365.com", 587, "starttls"),
            asks=(("prompt", "select_account"),),
            keeps_copies=True,
            docs="https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth",
        ),
        Provider(
            key="google",
            name="Google Workspace, Gmail",
            authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
            token_url="https://oauth2.googleapis.com/token",  # noqa: S106  an address
            scope="https://mail.google.com/",
            imap=("imap.gmail.com", 993, "tls"),
            smtp=("smtp.gmail.com", 465, "tls"),
            asks=(("access_type", "offline"), ("prompt", "consent")),
            keeps_copies=True,
            docs="https://developers.google.com/gmail/imap/xoauth2-protocol",
        ),
        Provider(key="other", name="Another provider"),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Our registration at a provider, and where to go with it. Raises TlsFailed where a secret would go in clear."""

    client_id: str
    client_secret: Secret
    authorize_url: str
    token_url: str
    scope: str
    redirect_uri: str

    def __post_init__(self) -> None:
        for url in (self.authorize_url, self.token_url):
            parts = urlsplit(url)
            if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
                raise TlsFailed(f"A login by token needs an https address, not {url[:80] or 'none'}.")


@dataclass(frozen=True, slots=True)
class Consent:
    """A login that was begun: where the browser goes, and what must be said again when it comes back."""

    url: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tokens:
    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: datetime


class ConsentRefused(LoginRefused):
    """The provider gives no token; `code` is its own name for why (RFC 6749 5.2)."""

    def __init__(self, code: str, words: str) -> None:
        said = " ".join(words.split())[:300]
        super().__init__(f"The provider gives no token: {code}{f' ({said})' if said else ''}")
        self.code = code


def begin(client: Client, *, user: str, asks: tuple[tuple[str, str], ...] = ()) -> Consent:
    """The page of consent, with a state nobody can guess and a challenge only we can answer (PKCE, S256)."""
    verifier = generate_token(64)
    with _session(client) as session:
        url, state = session.create_authorization_url(
            client.authorize_url, code_verifier=verifier, login_hint=user, **dict(asks)
        )
    return Consent(str(url), str(state), verifier)


def exchange(client: Client, *, code: str, verifier: str) -> Tokens:
    """The first token, for the code the browser brought back. Raises ConsentRefused, MailTrouble."""
    with _session(client) as session:
        return _tokens(_asked(session.fetch_token, client.token_url, code=code, code_verifier=verifier), before="")


def refresh(client: Client, refresh_token: Secret) -> Tokens:
    """A further token; providers may give a new secret for the next time, or keep the old. Raises as `exchange`."""
    before = refresh_token.reveal()
    with _session(client) as session:
        return _tokens(_asked(session.refresh_token, client.token_url, refresh_token=before), before=before)


def fix_for(error: MailTrouble) -> str:
    """What to do when there is no token, in words."""
    if not isinstance(error, ConsentRefused):
        return "Check the addresses of the provider, and that this machine may reach them; then connect again."
    said = f"{error.code} {error}".casefold()
    for sign, fix in _FIXES:
        if sign in said:
            return fix
    return "Connect again. If it stays, give the provider's words above to whoever administers it."


_FIXES: Final = (
    (
        "aadsts90002",
        "There is no such tenant: enter your organisation's domain at Microsoft, or the id of its directory.",
    ),
    ("aadsts900023", "This is no tenant: enter your organisation's domain at Microsoft, or the id of its directory."),
    ("aadsts50194", "The app is for one organisation only: enter its tenant, the domain or the id of the directory."),
    (
        "aadsts700016",
        "The app is not known in this tenant: compare client id and tenant with the app's registration.",
    ),
    ("aadsts65001", "An administrator of the organisation has to consent to the app once; then connect again."),
    ("admin_policy_enforced", "Your Google administrator has to trust this app first; then connect again."),
    ("redirect_uri", "Enter the address shown above as “redirect URI” at the provider, letter by letter."),
    ("aadsts7000222", "The client secret has expired: make a new one in the app's registration and enter it here."),
    (
        "invalid_client",
        "The client secret is wrong or has expired: make a new one at the provider and enter it here.",
    ),
    ("unauthorized_client", "The registration may not do this: allow it for this kind of account at the provider."),
    ("invalid_scope", "Give the app's registration the permissions for IMAP and SMTP, then connect again."),
    ("access_denied", "Somebody said no, or only an administrator may say yes: have one of them consent."),
    (
        "invalid_grant",
        "The consent was withdrawn or expired, or the password changed: connect again. (At Google, publish the app.)",
    ),
    (
        "no_refresh",
        "The provider gave no lasting consent: remove the app from the account's permissions, connect again.",
    ),
)


def _session(client: Client) -> OAuth2Session:
    secret = client.client_secret.reveal()
    session = OAuth2Session(
        client.client_id,
        secret or None,
        token_endpoint_auth_method="client_secret_post" if secret else "none",
        scope=client.scope,
        redirect_uri=client.redirect_uri,
        code_challenge_method="S256",
        default_timeout=SECONDS,
    )
    session.max_redirects = 0  # a token goes where it was meant to and nowhere else
    session.trust_env = False
    return session


def _asked(ask: Any, *arguments: str, **values: str) -> dict[str, Any]:  # noqa: ANN401  authlib has no types
    try:
        token = ask(*arguments, **values)
    except AuthlibBaseError as error:
        raise ConsentRefused(str(error.error or "error"), str(error.description or "")) from None
    except requests.exceptions.SSLError as error:
        raise TlsFailed("The certificate of the provider's server is not trusted.") from error
    except (requests.ConnectionError, requests.Timeout) as error:
        raise PortClosed("The provider's server for tokens does not answer.") from error
    except (requests.RequestException, ValueError) as error:
        raise ServerRefused("The provider's server answers, but not with a token.") from error
    if not isinstance(token, dict) or not token.get("access_token"):
        raise ServerRefused("The provider's server answers, but not with a token.")
    return token


def _tokens(token: dict[str, Any], *, before: str) -> Tokens:
    lasting = str(token.get("refresh_token") or before)
    if not lasting:
        raise ConsentRefused("no_refresh_token", "a token that cannot be renewed would end within the hour")
    seconds = str(token.get("expires_in"))
    life = timedelta(seconds=int(seconds)) if seconds.isdecimal() else USUAL_LIFE
    return Tokens(str(token["access_token"]), lasting, clock.now() + life)
