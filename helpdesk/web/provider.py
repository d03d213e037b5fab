"""Asking an identity provider: short answers, soon, from where we asked and nowhere else."""

import json
from typing import Any, Final

import requests

from helpdesk.desk.single_sign_on import ProviderRefused

_SECONDS: Final = (5, 10)
_LARGEST: Final = 1024 * 1024


def fetch(address: str) -> dict[str, Any]:
    """A JSON object. Raises ProviderRefused."""
    return _asked("GET", address)


def exchange(address: str, form: dict[str, str], *, client_id: str, secret: str) -> dict[str, Any]:
    """What the provider gives for a code. Raises ProviderRefused."""
    return _asked("POST", address, data=form, auth=(client_id, secret) if secret else None)


def _asked(method: str, address: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401  what requests takes
    """Follows no redirect: the address an admin gave is the one that is asked."""
    try:
        with requests.request(
            method,
            address,
            timeout=_SECONDS,
            allow_redirects=False,
            stream=True,
            headers={"Accept": "application/json"},
            **more,
        ) as answer:
            body = answer.raw.read(_LARGEST + 1, decode_content=True)
            status = answer.status_code
    except (requests.RequestException, OSError) as error:
        raise ProviderRefused(f"it does not answer ({type(error).__name__})") from None
    if status != 200 or len(body) > _LARGEST:
        raise ProviderRefused(f"it answers {status}")
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ProviderRefused("its answer is not what was asked for")
    return found
