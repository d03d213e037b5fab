"""What stands in an editor when its writer presses Send: that leaves, and nothing of another window."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from helpdesk.desk import composing, drafts, quotation, signatures, variables
from helpdesk.desk.news import Seen
from helpdesk.mail import writing
from helpdesk.mail.outbound import OutgoingAttachment
from helpdesk.mail.parsed import Address
from helpdesk.models.agent import Agent
from helpdesk.models.draft import Draft
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.sending import Mode
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import drafts as gate


class FileGone(Exception):
    """A file or a picture that the editor shows was taken off its draft, in another window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What stands in the editor when somebody presses Send; recipients and files are those on the screen."""

    text: str = field(repr=False)
    html: str = field(default="", repr=False)
    mode: Mode = Mode.ALL
    to: Sequence[Address] | None = None
    cc: Sequence[Address] | None = None
    bcc: Sequence[Address] = ()
    files: Sequence[OutgoingAttachment] = ()
    forwarded: int | None = None  # which email is passed on; None: the last
    originals: Sequence[int] = ()  # of a forwarded email, which of its files go along
    draft: Draft | None = None
    revision: int | None = None  # of the draft, as the editor knows it
    beside: Sequence[int] | None = None  # the draft's files that the editor shows
    key: str = ""  # the editor's
    seen: Seen | None = None  # what the writer had before them
    actions: Sequence[str] = ()
    saved: Sequence[int] = ()  # the saved replies it began with


def files(session: Session, written: Written, *, by: Agent) -> tuple[list[OutgoingAttachment], dict[str, str]]:
    """What goes along: files that came with the form, and those the editor shows; and pictures by their address.

    Raises FileGone.
    """
    found, pictures = list(written.files), {}
    wanted = _shown(session, written, by)
    shown = drafts.files_of(session, wanted, by=by)
    if len(shown) < len(wanted):
        raise FileGone("a file that stands in the editor is on no draft any more")
    for file in shown:
        body, address = gate.read_file(session, file, by=by), writing.picture(file.id)
        content_id = ""
        if f'"{address}"' in written.html:
            content_id = pictures[address] = f"p{len(found)}.{secrets.token_hex(8)}@picture"
        found.append(OutgoingAttachment(body.name, file.media_type, body.body, content_id))
    return found, pictures


def formatted(written: Written, pictures: Mapping[str, str]) -> tuple[str, str]:
    """What leaves: HTML, if it is more than plain text, and the text that says the same.

    Raises VariableUnknown, TooLong.
    """
    html = writing.clean(written.html, pictures) if written.html else ""
    if not writing.is_formatted(html):
        html = ""
    text = writing.as_text(html) if html else written.text
    variables.insist(text)
    return html, text


def below(session: Session, ticket: Ticket, written: Written, *, by: Agent) -> str:
    """What stands under it: the signature, and what it answers or passes on."""
    parts = signatures.below(session, session.get_one(Mailbox, ticket.mailbox_id), by=by)
    if written.mode is Mode.FORWARD:
        parts.append(quotation.forwarded(session, ticket, written.forwarded, by=by))
    elif composing.quotes_history(session):
        parts.append(quotation.answered(session, ticket, by=by))
    return "\n\n".join(part for part in parts if part)


def has_left(session: Session, written: Written, *, by: Agent) -> None:
    """Its draft has left with it; what another window has put there since stays a draft."""
    if written.draft is not None:
        shown = _shown(session, written, by)
        drafts.has_left(session, written.draft, written.text, by=by, revision=written.revision, shown=shown)


def _shown(session: Session, written: Written, by: Agent) -> set[int]:
    """The draft's files that the editor shows, beside the text and in it; all, where the form does not say."""
    in_text = writing.pictures_in(written.html)
    if written.beside is not None:
        return {*written.beside, *in_text}
    draft = written.draft
    if draft is None or not drafts.is_known(session, draft, written.text, by=by, revision=written.revision):
        return in_text
    return {file.id for file in drafts.files(session, draft)} | in_text
