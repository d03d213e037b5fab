"""A file of proofs: events of the trail, the program that checks them, and nothing else that one would need of us."""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from helpdesk.privacy import checkpoints
from helpdesk.privacy.checkpoints import Signer

_WHEN: Final = (1980, 1, 1, 0, 0, 0)  # the same events give the same file
_PROGRAM: Final = Path(__file__).with_name("check_proof.txt")  # as docs/audit.md has it
_READ_ME: Final = """\
Who read what you wrote: {proven} events of the audit trail of {name}, each with its proof.

Each file in events/ is a proof in the form c2sp.org/tlog-proof. It shows that this event stands in the trail whose
head was signed. To check one you need Python and its package "cryptography", and nothing of ours:

    pip install cryptography
    python check.py events/{first}.tlog-proof "{verifier}"

It prints the event, or fails. Compare the last argument, the key, with the one on the policy page of the desk.
{waiting}"""
_WAITING: Final = """
{count} events are so new that no signed head covers them yet: get this file again in an hour.
"""


def archive(session: Session, event_ids: Sequence[int], by: Signer) -> bytes:
    """A ZIP of the proofs of these events, as far as the newest checkpoint covers them."""
    covering, proofs = checkpoints.latest(session), checkpoints.prove_all(session, event_ids)
    waiting = len(set(event_ids)) - len(proofs)
    read_me = _READ_ME.format(
        proven=len(proofs),
        name=by.name,
        first=max(proofs, default="NUMBER"),
        verifier=by.verifier_of(covering.note) if covering else by.verifier,
        waiting=_WAITING.format(count=waiting) if waiting else "",
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        _put(file, "README.txt", read_me)
        _put(file, "check.py", _PROGRAM.read_text(encoding="utf-8"))
        for event_id, proof in sorted(proofs.items()):
            _put(file, f"events/{event_id}.tlog-proof", proof)
    return made.getvalue()


def _put(file: zipfile.ZipFile, name: str, text: str) -> None:
    file.writestr(zipfile.ZipInfo(name, _WHEN), text, compress_type=zipfile.ZIP_DEFLATED)
