"""The chain: every event is linked, and every tampering that can be seen is seen and named."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from helpdesk.models.audit import AuditPayload
from helpdesk.privacy import audit, chain, checkpoints, merkle
from helpdesk.privacy.checkpoints import CheckpointUnreadable, NotInTheTrail, Signer
from helpdesk.privacy.readers import Machine
from helpdesk.storage.db import Database
from helpdesk.storage.vault import Vault

SIGNER = checkpoints.signer(Vault(b"k" * 32), "desk.example")


def events(session: Session, number: int) -> None:
    for at in range(number):
        audit.record(session, "ticket.close", by=Machine.DEMO, on=("ticket", at), facts={"n": at})
    session.flush()


def without_triggers(session: Session) -> None:
    """What somebody with the database in their hands can do."""
    for table in ("audit_event", "audit_link"):
        if session.get_bind().dialect.name == "sqlite":
            for what in ("UPDATE", "DELETE"):
                session.execute(text(f"DROP TRIGGER {table}_no_{what}"))
        else:
            session.execute(text(f"DROP TRIGGER {table}_no_change ON {table}"))


def test_sealing_links_every_event_once_and_verifying_walks_them_all(session: Session):
    events(session, 5)

    assert (chain.seal(session, holder="a"), chain.seal(session, holder="a")) == (5, 0)
    events(session, 3)

    found = chain.verify(session)
    assert (found.links, found.unsealed, found.fault) == (5, 3, None)


def test_one_sealer_at_a_time(session: Session):
    events(session, 2)
    assert chain.seal(session, holder="a") == 2
    events(session, 2)

    assert chain.seal(session, holder="b") == 0
    assert chain.seal(session, holder="a") == 2


@pytest.mark.parametrize(
    ("tampering", "named"),
    [
        ("UPDATE audit_event SET core = CAST('{}' AS BLOB) WHERE id = 3", "event 3 or its link was changed"),
        ("UPDATE audit_event SET actor_id = 'other' WHERE id = 3", "columns of event 3 were changed"),
        ("UPDATE audit_event SET object_id = 99 WHERE id = 3", "columns of event 3 were changed"),
        ("UPDATE audit_event SET at = '2020-01-02 03:04:05.000006' WHERE id = 3", "columns of event 3 were changed"),
        ("DELETE FROM audit_link WHERE event_id = 3", "link 3 is missing"),
        ("UPDATE audit_link SET hash = previous_hash WHERE event_id = 3", "event 3 or its link was changed"),
        ("DELETE FROM audit_link WHERE sequence > 3", "2 events stand outside the chain"),
    ],
)
def test_tampering_is_named_at_the_first_bad_event(session: Session, tampering: str, named: str):
    events(session, 5)
    chain.seal(session, holder="a")
    third = session.execute(text("SELECT min(id) + 2 FROM audit_event")).scalar_one()
    without_triggers(session)
    if session.get_bind().dialect.name == "postgresql":
        tampering = tampering.replace("AS BLOB", "AS BYTEA")

    session.execute(text(tampering.replace("id = 3", f"id = {third}")))

    fault = chain.verify(session).fault
    assert fault is not None
    assert named.replace("event 3", f"event {third}") in fault.what


@pytest.mark.parametrize(
    "tampering", [{"body": "anna@example.com"}, {"salt": b"another"}, {"event_id": AuditPayload.event_id + 1}]
)
def test_words_are_erased_rightly_and_never_changed(session: Session, tampering: dict[str, object]):
    for word in ("invoice", "lamp", "refund"):
        audit.record(session, "search", by=Machine.DEMO, on=("list", None), words=word)
        audit.record(session, "ticket.close", by=Machine.DEMO, on=("ticket", 1))
    session.flush()
    chain.seal(session, holder="a")
    first, second = session.scalars(select(AuditPayload.event_id).order_by(AuditPayload.event_id)).all()[:2]
    session.execute(delete(AuditPayload).where(AuditPayload.event_id == first))
    assert chain.verify(session).fault is None

    session.execute(update(AuditPayload).where(AuditPayload.event_id == second).values(**tampering))

    bad = second + ("event_id" in tampering)
    fault = chain.verify(session).fault
    assert fault is not None
    assert (fault.event_id, fault.what) == (bad, f"the words of event {bad} were changed")


def test_a_cut_tail_and_a_complete_rewrite_show_against_a_checkpoint(session: Session):
    events(session, 6)
    chain.seal(session, holder="a")
    kept = checkpoints.make(session, SIGNER)
    assert kept is not None
    assert checkpoints.compare(session, (kept.note, SIGNER.verifier)) is None
    without_triggers(session)

    session.execute(text("DELETE FROM audit_link WHERE sequence > 4"))
    session.execute(text("DELETE FROM audit_event WHERE id NOT IN (SELECT event_id FROM audit_link)"))
    assert chain.verify(session).fault is None
    cut = checkpoints.compare(session, (kept.note, SIGNER.verifier))
    assert cut is not None
    assert "cut" in cut

    session.execute(text("DELETE FROM audit_link"))
    session.execute(text("DELETE FROM audit_event"))
    events(session, 7)
    chain.seal(session, holder="a")
    assert chain.verify(session).fault is None
    rewritten = checkpoints.compare(session, (kept.note, SIGNER.verifier))
    assert rewritten is not None
    assert "rewritten" in rewritten


def test_the_first_event_of_a_rewrite_is_named_between_the_checkpoints_that_stand_around_it(session: Session):
    notes = []
    for count in (3, 2, 4):
        events(session, count)
        chain.seal(session, holder="a")
        made = checkpoints.make(session, SIGNER)
        assert made is not None
        notes.append((made.note, SIGNER.verifier))
    assert checkpoints.compare(session, *notes) is None
    without_triggers(session)

    session.execute(text("DELETE FROM audit_link WHERE sequence > 4"))
    session.execute(text("DELETE FROM audit_event WHERE id NOT IN (SELECT event_id FROM audit_link)"))
    assert "5 is the first that is gone" in str(checkpoints.compare(session, *notes))
    events(session, 6)
    chain.seal(session, holder="a")

    assert chain.verify(session).fault is None
    assert "one of 4 to 5" in str(checkpoints.compare(session, *notes))
    assert "one of 4 to 9" in str(checkpoints.compare(session, notes[0], notes[2]))


def test_a_checkpoint_of_a_desk_that_moved_to_another_name_still_counts(session: Session):
    events(session, 2)
    chain.seal(session, holder="a")
    kept = checkpoints.make(session, SIGNER)
    moved = Signer("new.example", SIGNER.key)
    other = checkpoints.signer(Vault(b"x" * 32), "desk.example")

    assert kept is not None
    assert checkpoints.compare(session, (kept.note, moved.verifier_of(kept.note))) is None
    with pytest.raises(CheckpointUnreadable):
        checkpoints.compare(session, (kept.note, other.verifier_of(kept.note)))
    renamed = kept.note.replace("desk.example", "new.example")
    with pytest.raises(CheckpointUnreadable):
        checkpoints.compare(session, (renamed, moved.verifier_of(renamed)))


def test_checkpoints_grow_and_each_keeps_its_root(session: Session):
    assert checkpoints.make(session, SIGNER) is None
    for more in (1, 1, 5, 9):
        events(session, more)
        chain.seal(session, holder="a")
        made = checkpoints.make(session, SIGNER)
        assert made is not None
        session.flush()
        leaves = [merkle.leaf_hash(core) for core in chain.cores(session)]
        assert made.root == merkle.root_of(leaves)
    assert checkpoints.make(session, SIGNER) is None


def test_a_checkpoint_of_another_key_or_a_changed_one_is_refused(session: Session):
    events(session, 2)
    chain.seal(session, holder="a")
    made = checkpoints.make(session, SIGNER)
    assert made is not None
    other = checkpoints.signer(Vault(b"x" * 32), "desk.example")

    with pytest.raises(CheckpointUnreadable):
        checkpoints.read_note(made.note, other.verifier)
    with pytest.raises(CheckpointUnreadable):
        checkpoints.read_note(made.note.replace("\n2\n", "\n3\n"), SIGNER.verifier)
    with pytest.raises(CheckpointUnreadable):
        checkpoints.read_note("nonsense", SIGNER.verifier)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 64, 65])
def test_every_leaf_is_proven_and_no_other(size: int):
    leaves = [merkle.leaf_hash(bytes([at])) for at in range(size)]
    root = merkle.root_of(leaves)
    for index in range(size):
        path = merkle.inclusion(leaves, index)
        assert merkle.root_from(leaves[index], index, size, path) == root
        assert merkle.root_from(merkle.leaf_hash(b"forged"), index, size, path) != root


def test_a_stranger_checks_a_proof_with_the_documented_program_alone(session: Session, tmp_path: Path):
    events(session, 11)
    chain.seal(session, holder="a")
    with pytest.raises(NotInTheTrail):
        checkpoints.prove(session, 7)
    checkpoints.make(session, SIGNER)
    session.flush()
    seventh = session.execute(text("SELECT event_id FROM audit_link WHERE sequence = 7")).scalar_one()
    proof = checkpoints.prove(session, seventh)
    documented = (Path(__file__).parents[2] / "docs" / "audit.md").read_text()
    program = documented.partition("```python\n")[2].partition("```")[0]
    (tmp_path / "check.py").write_text(program)

    def checked(text: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "proof").write_text(text)
        command = [sys.executable, "-I", "check.py", "proof", SIGNER.verifier]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    good = checked(proof)
    assert good.returncode == 0, good.stderr
    assert '"action":"ticket.close"' in good.stdout
    assert checked(proof.replace("index 6", "index 5")).returncode != 0
    assert checked(proof.replace("\nextra ", "\nextra A", 1)).returncode != 0


def test_four_writers_and_two_sealers_keep_one_chain(db: Database):
    def write(number: int) -> None:
        for at in range(20):
            with db.transaction() as session:
                audit.record(session, "ticket.close", by=Machine.DEMO, on=("ticket", number * 100 + at))

    def seal(holder: str) -> None:
        for _ in range(30):
            with db.transaction() as session:
                chain.seal(session, holder=holder)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    threads += [threading.Thread(target=seal, args=(holder,)) for holder in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.transaction() as session:
        for holder in ("a", "b"):
            while chain.seal(session, holder=holder):
                pass

    with db.reading() as session:
        found = chain.verify(session)
    assert (found.links, found.unsealed, found.fault) == (80, 0, None)
