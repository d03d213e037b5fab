"""Recipients: what stands in a field becomes addresses, and whom a few letters may mean."""

import re
from collections.abc import Iterable
from typing import Final

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import people_search
from helpdesk.desk.replies import TooMuch
from helpdesk.mail.address import in_a_field, wire_address
from helpdesk.mail.parsed import Address
from helpdesk.models.role import Permission
from helpdesk.web.auth import agent, db

bp = Blueprint("recipients", __name__)

LONGEST: Final = 8_000
_PART: Final = re.compile(r'(?:"[^"\n]*"|[^",;\n])+')
_SPELT: Final = re.compile(r"([^<>]*)<([^<>]*)>")


@bp.get("/recipients")
def suggest() -> ResponseReturnValue:
    """People whose name or address begins so, from the tickets that this agent may know of."""
    letters = request.args.get("q", "")[:80]
    found = people_search.beginning_with(db(), letters, by=agent()) if agent().may(Permission.HANDLE) else []
    return {"people": [{"name": one.name, "email": one.email} for one in found]}


def read(field: str) -> list[Address]:
    """The addresses in a field. Raises AddressRefused where there is anything that is none, and TooMuch."""
    if len(field) > LONGEST:
        raise TooMuch(f"the recipients are more than {LONGEST:,} signs")
    found = []
    for part in _PART.findall(field):
        if not part.strip():
            continue
        spelt = _SPELT.fullmatch(part.strip())
        name, email = (spelt[1], spelt[2]) if spelt else ("", part.strip())
        wire_address(email)
        found.append(Address(name.strip().strip('"').strip(), email))
    return found


def emails(field: str) -> set[str]:
    """The addresses in a field that may hold anything, in small letters: a draft keeps what was typed so far."""
    parts = [part.strip() for part in _PART.findall(field[:LONGEST])]
    return {(spelt[2] if (spelt := _SPELT.fullmatch(part)) else part).strip().lower() for part in parts if part}


def written(addresses: Iterable[Address]) -> str:
    """Addresses as they stand in a field."""
    return ", ".join(in_a_field(one.name, one.email) for one in addresses)
