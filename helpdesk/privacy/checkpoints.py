"""Signed checkpoints of the audit trail, and proofs that one event is in it, for people who trust nobody.

Text forms: C2SP tlog-checkpoint and tlog-proof; tree: RFC 6962; signature: Ed25519 (C2SP signed-note).
"""

import base64
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.models.audit import AuditCheckpoint, AuditEvent, AuditLink
from helpdesk.privacy import chain, merkle
from helpdesk.storage.vault import Vault

_ED25519: Final = b"\x01"
_FIRST_SIZE: Final = 0


class CheckpointUnreadable(Exception):
    """The text is no checkpoint of ours: it is damaged, or signed with another key."""


class NotInTheTrail(Exception):
    """There is no sealed event with this id, or no checkpoint that covers it yet."""


@dataclass(frozen=True, slots=True)
class Signer:
    """The installation's signing key, derived from the key file, and the name it signs under."""

    name: str
    key: Ed25519PrivateKey

    @property
    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def verifier(self) -> str:
        """The public key in the form of a signed-note verifier: name+hash+base64."""
        return f"{self.name}+{_key_hash(self.name, self.public_key).hex()}+{_b64(_ED25519 + self.public_key)}"

    def verifier_of(self, note: str) -> str:
        """The verifier of what this key signed, under the name the desk had then: a desk may move to another."""
        return Signer(note.partition("\n")[0], self.key).verifier


def signer(vault: Vault, name: str) -> Signer:
    return Signer(name, Ed25519PrivateKey.from_private_bytes(vault.mac(b"ed25519", what="audit-signing")))


def make(session: Session, by: Signer) -> AuditCheckpoint | None:
    """Sign the trail as far as it is sealed; None when nothing was sealed since the last checkpoint."""
    size, chain_hash = chain.head(session)
    last = latest(session)
    if size == (last.size if last else _FIRST_SIZE):
        return None
    tree = merkle.Tree.from_bytes(last.size, last.frontier) if last else merkle.Tree()
    fresh = (
        select(AuditEvent.core)
        .join(AuditLink, AuditLink.event_id == AuditEvent.id)
        .where(AuditLink.sequence > tree.size, AuditLink.sequence <= size)
        .order_by(AuditLink.sequence)
    )
    for core in session.execute(fresh.execution_options(yield_per=2_000)).scalars():
        tree.add(merkle.leaf_hash(core))
    note = sign(_body(by.name, tree.size, tree.root, chain_hash), by)
    checkpoint = AuditCheckpoint(
        size=tree.size, root=tree.root, chain_hash=chain_hash, frontier=tree.to_bytes(), note=note
    )
    session.add(checkpoint)
    return checkpoint


def sign(body: str, by: Signer) -> str:
    """A text with the desk's signature under it, as a C2SP signed note."""
    signature = _key_hash(by.name, by.public_key) + by.key.sign(body.encode())
    return f"{body}\n\u2014 {by.name} {_b64(signature)}\n"


def latest(session: Session) -> AuditCheckpoint | None:
    return session.scalar(select(AuditCheckpoint).order_by(AuditCheckpoint.size.desc()).limit(1))


def compare(session: Session, *kept: tuple[str, str]) -> str | None:
    """What is wrong with the trail as against checkpoints kept elsewhere; None: it still contains all of them.

    Each is a note and the key that verifies it. The more of them there are, the closer the first event that was
    changed is named: it stands between the last one that still agrees and the next. Raises CheckpointUnreadable where
    a note is damaged or not signed by this key.
    """
    known = sorted(read_note(note, verifier) for note, verifier in kept)
    sealed, _ = chain.head(session)
    agreeing, differing = 0, len(known)
    while agreeing < differing:  # what differs once differs in all that are larger
        middle = (agreeing + differing) // 2
        size, root = known[middle]
        if sealed >= size and _root(session, size) == root:
            agreeing = middle + 1
        else:
            differing = middle
    if differing == len(known):
        return None
    size, whole = known[differing][0], known[differing - 1][0] if differing else 0
    if sealed < size:
        told = f"the trail was cut: the checkpoint knew {size} events, {sealed} are left"
        return f"{told}; {sealed + 1} is the first that is gone"
    return (
        f"the trail was rewritten: its first {size} events are not the ones the checkpoint signed;"
        f" the first that was changed is one of {whole + 1} to {size}"
    )


def _root(session: Session, size: int) -> bytes:
    return merkle.root_of(merkle.leaf_hash(core) for core in chain.cores(session, size=size))


def keep_in(folder: Path, checkpoint: AuditCheckpoint) -> Path:
    """Write a checkpoint into a folder, best of another machine; once for each size. Raises OSError."""
    path = folder / f"checkpoint-{checkpoint.size}.txt"
    if not path.exists():
        unfinished = path.with_suffix(".new")
        unfinished.write_text(checkpoint.note, encoding="utf-8")
        unfinished.rename(path)
    return path


def prove(session: Session, event_id: int) -> str:
    """A proof, as text, that an event is in the signed trail; docs/audit.md has the program that checks it.

    Raises NotInTheTrail.
    """
    if session.scalar(select(AuditLink.sequence).where(AuditLink.event_id == event_id)) is None:
        raise NotInTheTrail(f"event {event_id} is not sealed: sealing takes about a second")
    proofs = prove_all(session, [event_id])
    if not proofs:
        raise NotInTheTrail(f"no checkpoint covers event {event_id} yet: make one with 'helpdesk audit checkpoint'")
    return proofs[event_id]


def prove_all(session: Session, event_ids: Collection[int]) -> dict[int, str]:
    """Such a proof for each of these events that the newest checkpoint covers, by the event's id."""
    covering = latest(session)
    if covering is None:
        return {}
    found = session.execute(
        select(AuditLink.event_id, AuditLink.sequence, AuditEvent.core)
        .join(AuditEvent)
        .where(AuditLink.event_id.in_(event_ids), AuditLink.sequence <= covering.size)
    ).all()
    if not found:
        return {}
    leaves = [merkle.leaf_hash(body) for body in chain.cores(session, size=covering.size)]
    paths = merkle.inclusions(leaves, [sequence - 1 for _event_id, sequence, _core in found])
    return {
        event_id: _proof(core, sequence - 1, paths[sequence - 1], covering.note) for event_id, sequence, core in found
    }


def read_note(note: str, verifier: str) -> tuple[int, bytes]:
    """Size and root of a checkpoint whose signature holds. Raises CheckpointUnreadable."""
    try:
        name, key_hash, encoded = verifier.split("+", 2)
        public = base64.b64decode(encoded, validate=True)[1:]
        body, _, signatures = note.partition("\n\n")
        body += "\n"
        prefix = f"\u2014 {name} "
        line = next(line for line in signatures.splitlines() if line.startswith(prefix))
        signature = base64.b64decode(line.removeprefix(prefix), validate=True)
        if signature[:4].hex() != key_hash:
            raise CheckpointUnreadable("the checkpoint was signed with another key")
        Ed25519PublicKey.from_public_bytes(public).verify(signature[4:], body.encode())
        _, size, root = body.splitlines()[:3]
        return int(size), base64.b64decode(root, validate=True)
    except (ValueError, StopIteration):
        raise CheckpointUnreadable("this is no checkpoint of this desk") from None
    except InvalidSignature:
        raise CheckpointUnreadable("the checkpoint's signature does not hold") from None


def _proof(core: bytes, index: int, path: Sequence[bytes], note: str) -> str:
    lines = "".join(f"{_b64(one)}\n" for one in path)
    return f"c2sp.org/tlog-proof@v1\nextra {_b64(core)}\nindex {index}\n{lines}\n{note}"


def _body(name: str, size: int, root: bytes, chain_hash: bytes) -> str:
    return f"{name}\n{size}\n{_b64(root)}\nchain {_b64(chain_hash)}\n"


def _key_hash(name: str, public_key: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public_key).digest()[:4]


def _b64(body: bytes) -> str:
    return base64.b64encode(body).decode()
