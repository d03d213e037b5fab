"""A small OpenID Connect provider on this machine: vouches for whom a test says, in the way a test says."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from flask import Flask, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT = "candour"
SECRET = "the provider's own"


@cache
def _key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})


@dataclass
class IdentityProvider:
    """`claims` go over those of an honest token; `key` is what it signs with, `published` what it says it does."""

    url: str = ""
    email: str = ""
    subject: str = "person-1"
    claims: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=_key)
    published: RSAKey | None = None
    asked: list[dict[str, str]] = field(default_factory=list)
    exchanged: int = 0
    sign: Callable[[dict[str, Any]], str] | None = None  # instead of signing as a provider does
    stop: Callable[[], None] = lambda: None
    trouble: dict[str, tuple[str, int]] = field(default_factory=dict)  # path → what it answers there instead

    @property
    def discovery_url(self) -> str:
        return f"{self.url}/.well-known/openid-configuration"

    def token(self, question: dict[str, str]) -> str:
        now = int(time.time())
        honest = {
            "iss": self.url, "sub": self.subject, "aud": CLIENT, "iat": now, "exp": now + 300,
            "nonce": question["nonce"], "email": self.email, "email_verified": True, "auth_time": now,
        }  # fmt: skip
        said = {name: value for name, value in {**honest, **self.claims}.items() if value is not None}
        return self.sign(said) if self.sign else jwt.encode({"alg": "RS256", "kid": "one"}, said, self.key)

    def app(self) -> Flask:
        app, waiting = Flask(__name__), {}

        @app.before_request
        def stumble() -> Any:
            return self.trouble.get(request.path)

        @app.get("/.well-known/openid-configuration")
        def describe() -> Any:
            return jsonify(
                issuer=self.url,
                authorization_endpoint=f"{self.url}/authorize",
                token_endpoint=f"{self.url}/token",
                jwks_uri=f"{self.url}/keys",
            )

        @app.get("/authorize")
        def authorize() -> Any:
            question = request.args.to_dict()
            self.asked.append(question)
            code = f"code-{len(self.asked)}"
            waiting[code] = question
            return redirect(f"{question['redirect_uri']}?{urlencode({'code': code, 'state': question['state']})}")

        @app.post("/token")
        def exchange() -> Any:
            self.exchanged += 1
            question = waiting.pop(request.form.get("code", ""), None)
            known = request.authorization is not None and request.authorization.password == SECRET
            proof = create_s256_code_challenge(request.form.get("code_verifier", ""))
            if question is None or not known or proof != question["code_challenge"]:
                return jsonify(error="invalid_grant"), 400
            return jsonify(access_token="unused", token_type="Bearer", id_token=self.token(question))

        @app.get("/keys")
        def keys() -> Any:
            return jsonify(keys=[(self.published or self.key).as_dict(private=False)])

        return app


@pytest.fixture
def identity_provider() -> Iterator[IdentityProvider]:
    provider = IdentityProvider()
    with _served(provider) as provider.url:
        yield provider


def answered(location: str) -> dict[str, str]:
    """What an address that a browser was sent to asks for."""
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


@contextmanager
def _served(provider: IdentityProvider) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, provider.app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()

    def stop() -> None:
        server.shutdown()
        thread.join(5)
        server.server_close()

    provider.stop = stop
    yield f"http://127.0.0.1:{server.server_port}"
    stop()
