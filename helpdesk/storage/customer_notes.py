"""The words of notes about customers in and out of their table. Nobody calls this but the gate."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from helpdesk.models.agent import Agent
from helpdesk.models.content.customer_note_content import CustomerNoteContent
from helpdesk.models.customer_note import CustomerNote


def of_customer(
    session: Session, customer_id: int, among: ColumnElement[bool]
) -> Sequence[tuple[CustomerNote, str, str]]:
    """The wanted notes about a customer, each with its words and who wrote it, the oldest first; in one statement."""
    chosen = (
        select(CustomerNote, CustomerNoteContent.text, Agent.name)
        .join(CustomerNoteContent, CustomerNoteContent.note_id == CustomerNote.id)
        .join(Agent, Agent.id == CustomerNote.agent_id)
    )
    rows = session.execute(chosen.where(CustomerNote.customer_id == customer_id, among).order_by(CustomerNote.id))
    return [(note, text, writer) for note, text, writer in rows]


def keep(session: Session, note: CustomerNote, text: str) -> None:
    session.add(CustomerNoteContent(note_id=note.id, text=text))


def change(session: Session, note: CustomerNote, text: str) -> bool:
    """Other words in place of those there were; says whether they are others."""
    content = session.get_one(CustomerNoteContent, note.id)
    if content.text == text:
        return False
    content.text = text
    return True


def drop(session: Session, of: ColumnElement[bool]) -> None:
    """Take these notes away, words first."""
    ids = select(CustomerNote.id).where(of)
    for gone in (
        delete(CustomerNoteContent).where(CustomerNoteContent.note_id.in_(ids)),
        delete(CustomerNote).where(of),
    ):
        session.execute(gone.execution_options(synchronize_session=False))
