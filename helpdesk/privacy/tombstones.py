"""Tombstones: that an address was erased, as a keyed digest that nobody without the key file can make.

They lie in the database and, a line each, in a file beside the configuration: a backup made before an erasure
does not know of it, so `helpdesk restore` reads them from there.
"""

import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.erasure import Tombstone
from helpdesk.storage.vault import Vault

FILE_NAME: Final = "tombstones"


def digest_of(vault: Vault, address: str) -> bytes:
    return vault.mac(address.strip().lower().encode(), what="tombstone")


def place(session: Session, vault: Vault, addresses: Iterable[str]) -> None:
    """From now on, what these addresses wrote before now is not taken in."""
    place_again(session, {digest_of(vault, address): clock.now() for address in addresses})


def place_again(session: Session, marks: Mapping[bytes, datetime]) -> None:
    """Place tombstones that were placed before; the later moment holds."""
    for digest, at in marks.items():
        stone = session.get(Tombstone, digest)
        if stone is None:
            session.add(Tombstone(digest=digest, at=at))
        elif stone.at < at:
            stone.at = at
    session.flush()


def covers(session: Session, vault: Vault, address: str, arrived_at: datetime) -> bool:
    """Whether an email that arrived then is of somebody who was erased afterwards."""
    at = session.scalar(select(Tombstone.at).where(Tombstone.digest == digest_of(vault, address)))
    return at is not None and arrived_at <= at


def are_any(session: Session) -> bool:
    return session.scalar(select(Tombstone.at).limit(1)) is not None


def all_of(session: Session) -> dict[bytes, datetime]:
    rows = session.execute(select(Tombstone.digest, Tombstone.at))
    return {digest: at for digest, at in rows}  # noqa: C416  rows are tuples to a human only


def write(folder: Path, marks: Mapping[bytes, datetime]) -> None:
    """Add to the file what it does not know yet; it is on the disk when this returns."""
    known = read(folder)
    lines = [
        f"{digest.hex()} {at.isoformat()}\n"
        for digest, at in sorted(marks.items())
        if digest not in known or known[digest] < at
    ]
    if not lines:
        return
    handle = os.open(folder / FILE_NAME, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "a", encoding="ascii") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())


def read(folder: Path) -> dict[bytes, datetime]:
    """What the file knows; a line that a crash cut short is passed over."""
    try:
        lines = (folder / FILE_NAME).read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return {}
    found: dict[bytes, datetime] = {}
    for line in lines:
        digest, _, at = line.partition(" ")
        try:
            key, moment = bytes.fromhex(digest), datetime.fromisoformat(at)
        except ValueError:
            continue
        if moment.tzinfo is not None:
            found[key] = max(moment, found.get(key, moment))
    return found
