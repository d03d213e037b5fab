"""Files that nobody looked at yet: what can be seen of them and found in them is made later, by a job."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpdesk.mail import preview
from helpdesk.mail.preview import Preview
from helpdesk.models.message import Attachment
from helpdesk.privacy import access

MOST_BYTES = 25 * 1024 * 1024  # larger ones are left as they are


def waiting(session: Session, *, most: int) -> Sequence[Attachment]:
    """The oldest of them."""
    found = select(Attachment).where(Attachment.page_count.is_(None)).order_by(Attachment.id).limit(most)
    return session.scalars(found).all()


def is_worth_it(attachment: Attachment) -> bool:
    return preview.is_wanted(attachment.media_type) and attachment.size <= MOST_BYTES


def pass_over(session: Session, attachments: Sequence[Attachment]) -> None:
    """Nothing is to be seen of these."""
    chosen = Attachment.id.in_([one.id for one in attachments])
    session.execute(update(Attachment).where(chosen, Attachment.page_count.is_(None)).values(page_count=0))


def keep(session: Session, attachment_id: int, made: Preview) -> None:
    """Keep what was made of a file, once; of one that was erased meanwhile nothing is kept."""
    attachment = session.get(Attachment, attachment_id, with_for_update=True)
    if attachment is None or attachment.page_count is not None:
        return
    attachment.page_count = len(made.pages)
    access.write_preview_of_file(session, attachment, text=made.text, pages=made.pages)
