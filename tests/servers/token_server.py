"""A provider that gives tokens, and its mail servers, which let in whoever shows one that is good now."""

import base64
import hashlib
import json
import secrets
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.servers.programs import LOCALHOST, free_port

CLIENT, CLIENT_SECRET = "the-desk", "the-secret-of-the-client"
USER = "support@desk.example"


@dataclass
class TokenServer:
    """Codes are good once and for their challenge; tokens until `forget`. `says` makes it refuse what comes next."""

    port: int = 0
    says: str = ""
    smtp_says: str = ""  # to whoever logs in there, whatever they show
    gives_lasting: bool = True
    accepted: list[bytes] = field(default_factory=list)
    mechanisms: tuple[str, ...] = ("XOAUTH2", "OAUTHBEARER")
    not_offered: list[str] = field(default_factory=lambda: ["LOGIN", "PLAIN"])
    imap_port: int = 0
    smtp_port: int = 0
    asked: list[dict[str, str]] = field(default_factory=list)
    _codes: dict[str, tuple[str, str]] = field(default_factory=dict)
    _good: set[str] = field(default_factory=set)
    _lasting: set[str] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://{LOCALHOST}:{self.port}"

    def agree(self, consent_url: str) -> dict[str, str]:
        """What somebody's browser brings back after they said yes."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(consent_url).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_hex(8)
        self._codes[code] = (asked["code_challenge"], asked["redirect_uri"])
        return {"state": asked["state"], "code": code}

    def page(self, consent_url: str) -> str:
        """Where somebody says yes or no, each a link back."""
        back = self.agree(consent_url)
        no = {"state": back["state"], "error": "access_denied", "error_description": "The user said no."}
        uri = parse_qs(urlsplit(consent_url).query)["redirect_uri"][0]
        yes, no_ = (escape(f"{uri}?{urlencode(said)}") for said in (back, no))
        return f'<title>Consent</title><a href="{yes}">Yes</a> <a href="{no_}">No</a>'

    def offer(self, mechanism: str) -> None:
        """Let new connections log in this way only."""
        self.not_offered[2:] = {"XOAUTH2", "OAUTHBEARER"} - {mechanism}
        self.mechanisms = (mechanism,)

    def forget(self) -> None:
        """The tokens of the hour have ended."""
        self._good.clear()

    def knows(self, token: str) -> bool:
        return token in self._good

    def answer(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.asked.append(form)
        if self.says:
            code, _space, words = self.says.partition(" ")
            return 400, {"error": code, "error_description": words or "as a test says"}
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, CLIENT_SECRET):
            return 401, {"error": "invalid_client"}
        if form["grant_type"] == "authorization_code":
            challenge, redirect_uri = self._codes.pop(form["code"], ("", ""))
            said = hashlib.sha256(form["code_verifier"].encode()).digest()
            is_same = base64.urlsafe_b64encode(said).rstrip(b"=").decode() == challenge
            if not is_same or form["redirect_uri"] != redirect_uri:
                return 400, {"error": "invalid_grant"}
        elif form.get("refresh_token") not in self._lasting:
            return 400, {"error": "invalid_grant"}
        self._lasting.discard(form.get("refresh_token", ""))  # each is good once
        access, lasting = secrets.token_urlsafe(200), secrets.token_urlsafe(20)
        self._good.add(access)
        self._lasting.add(lasting)
        more = {"refresh_token": lasting} if self.gives_lasting else {}
        return 200, {"access_token": access, "token_type": "Bearer", "expires_in": 3600, **more}

    def lets_in(self, proof: bytes) -> bool:
        """Whether the first words of XOAUTH2 or OAUTHBEARER name our user and a token that is good."""
        text = base64.b64decode(proof).decode()
        names = (f"user={USER}\x01", f"n,a={USER},\x01")
        return text.startswith(names) and self.knows(text.partition("auth=Bearer ")[2].partition("\x01")[0])


@pytest.fixture
def token_server() -> Iterator[TokenServer]:
    with running_provider() as provider:
        yield provider


@contextmanager
def running_provider(port: int = 0) -> Iterator[TokenServer]:
    provider = TokenServer()
    pages = ThreadingHTTPServer((LOCALHOST, port), _pages(provider))
    incoming = socketserver.ThreadingTCPServer((LOCALHOST, 0), type("Incoming", (_Incoming,), {"provider": provider}))
    incoming.daemon_threads = True
    provider.port, provider.imap_port = pages.server_address[1], int(incoming.server_address[1])
    for server in (pages, incoming):
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    outgoing = _smtp(provider)
    try:
        yield provider
    finally:
        outgoing.stop()
        for server in (pages, incoming):
            server.shutdown()
            server.server_close()


def _pages(provider: TokenServer) -> type[BaseHTTPRequestHandler]:
    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """The page of consent, and for mail servers, whose a token is."""
            asked = urlsplit(self.path)
            if asked.path == "/introspect":
                is_good = provider.knows(parse_qs(asked.query)["token"][0])
                self.tell("application/json", json.dumps({"active": is_good, "username": USER}))
            else:
                self.tell("text/html", provider.page(self.path))

        def tell(self, kind: str, body: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body.encode())

        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            form = {name: values[0] for name, values in parse_qs(self.rfile.read(size).decode()).items()}
            status, answer = provider.answer(form) if self.path == "/token" else (404, {})
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's name
            pass

    return Pages


class _Incoming(socketserver.StreamRequestHandler):
    """Enough of IMAP to log in and open an empty INBOX."""

    provider: TokenServer

    def handle(self) -> None:
        self.say(f"* OK [CAPABILITY {self.capabilities}] ready")
        with suppress(ConnectionError):
            while line := self.rfile.readline():
                tag, command, *rest = line.decode().split()
                self.answer(tag, command.upper(), rest)

    @property
    def capabilities(self) -> str:
        return " ".join(["IMAP4rev1", "SASL-IR", *(f"AUTH={one}" for one in self.provider.mechanisms)])

    def answer(self, tag: str, command: str, rest: list[str]) -> None:
        if command == "AUTHENTICATE":
            self.authenticate(tag, rest)
            return
        if command == "CAPABILITY":
            self.say(f"* CAPABILITY {self.capabilities}")
        elif command in {"EXAMINE", "SELECT"}:
            self.say("* 0 EXISTS", "* OK [UIDVALIDITY 1] ok", "* OK [UIDNEXT 1] ok")
        elif command == "LOGOUT":
            self.say("* BYE")
        self.say(f"{tag} OK done")

    def authenticate(self, tag: str, rest: list[str]) -> None:
        if len(rest) == 1:
            self.say("+ ")
            rest.append(self.rfile.readline().decode().strip())
        if self.provider.lets_in(rest[1].encode()):
            self.say(f"{tag} OK let in")
            return
        self.say(f"+ {base64.b64encode(b'{}').decode()}")
        self.rfile.readline()
        self.say(f"{tag} NO [AUTHENTICATIONFAILED] no such token")

    def say(self, *lines: str) -> None:
        for line in lines:
            self.wfile.write(f"{line}\r\n".encode())


def _smtp(provider: TokenServer) -> Controller:
    class Outgoing:
        async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802  aiosmtpd's names
            if provider.smtp_says:
                return AuthResult(success=False, handled=False, message=provider.smtp_says)
            if len(args) > 1 and provider.lets_in(args[1].encode()):
                return AuthResult(success=True, auth_data=USER)
            await server.challenge_auth("eyJzdGF0dXMiOiI0MDEifQ==", encode_to_b64=False)
            return AuthResult(success=False, handled=False)

        auth_OAUTHBEARER = auth_XOAUTH2  # noqa: N815  as above

        async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
            assert isinstance(envelope.content, bytes)
            provider.accepted.append(envelope.content)
            return "250 OK"

    provider.smtp_port = free_port()
    controller = Controller(
        Outgoing(), hostname=LOCALHOST, port=provider.smtp_port, auth_required=True, auth_require_tls=False,
        decode_data=False, auth_exclude_mechanism=provider.not_offered,
    )  # fmt: skip
    controller.start()
    return controller
