"""Rows of the outbox become the emails they stand for; composed twice, an email is the same to the byte."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from markupsafe import Markup
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from helpdesk.config import Desk
from helpdesk.desk import (
    brand,
    contact_consents,
    notices,
    password_resets,
    records,
    theme_page,
    theme_says,
    theme_scope,
    together,
)
from helpdesk.desk.letters import N_, Letter, day, letter, say
from helpdesk.desk.outbox import Claimed
from helpdesk.mail.outbound import Automatic, NotComposed, OutgoingAttachment, OutgoingEmail
from helpdesk.mail.parsed import Address
from helpdesk.models.access_grant import AccessGrant, GrantReason, Scope
from helpdesk.models.access_grant import Purpose as GrantPurpose
from helpdesk.models.acknowledgement import Acknowledgement
from helpdesk.models.agent import Agent
from helpdesk.models.audit import AuditCheckpoint
from helpdesk.models.inspection import ReadingFlag
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Message
from helpdesk.models.notice import Notice, NoticeKind
from helpdesk.models.outbound_email import Delivery, OutboundEmail, Purpose
from helpdesk.models.sign_in import PasswordReset
from helpdesk.models.theme_report import ThemeDigest, ThemeReport
from helpdesk.privacy import access, checkpoints, grants
from helpdesk.privacy.readers import Machine
from helpdesk.storage.vault import Vault

_THEMES_IN_A_DIGEST: Final = 25
# what people outside get, who have a record: under it stands the way there
_TO_CUSTOMERS: Final = frozenset({Purpose.REPLY, Purpose.GRANT_REQUEST, Purpose.GRANT_NOTICE, Purpose.TOO_LARGE})
# what a reading is for, as a customer reads it
PURPOSES: Final = {
    GrantPurpose.ANSWER: N_("to answer you"),
    GrantPurpose.BUG: N_("to find and mend a mistake of ours"),
    GrantPurpose.QUALITY: N_("to check how well we answered"),
    GrantPurpose.REQUEST: N_("because you asked us to"),
    GrantPurpose.SECURITY: N_("to look into a security problem"),
    GrantPurpose.LEGAL: N_("because the law asks us to"),
    GrantPurpose.FEEDBACK: N_("to understand the feedback you gave"),
}


def email(
    session: Session, claimed: Claimed, *, desk: Desk, vault: Vault, by: Machine = Machine.DELIVERY
) -> OutgoingEmail:
    """The email as it was meant when it was queued. What it says is read through the gate."""
    row, desk = session.get_one(OutboundEmail, claimed.outbound_email_id), brand.named(session, desk)
    made = _COMPOSERS[row.purpose](session, row, desk, vault, by)
    return _with_the_way_to_the_record(made, desk) if row.purpose in _TO_CUSTOMERS else made


def _reply(session: Session, row: OutboundEmail, _desk: Desk, _vault: Vault, by: Machine) -> OutgoingEmail:
    message = session.get_one(Message, row.message_id)
    said = access.read(session, message, by=by)
    sending = together.sending_of(session, message)
    to, cc = _recipients(session, row)
    html = Markup(said.html) if said.html else None  # noqa: S704  cleaned when it was written
    words = letter("reply", "en", text=said.text, html=html, paragraphs=_paragraphs(said.text))
    answered, chain = together.conversation(session, message)
    return OutgoingEmail(
        message_id=row.rfc_message_id,
        sender=Address(message.from_name, message.from_email),
        to=to,
        cc=cc,
        subject=said.subject,
        text=words.text,
        html=words.html,
        attachments=_files(session, message, by),
        in_reply_to=answered,
        references=chain,
        date=sending.leaves_at if sending and sending.is_later else row.created_at,
    )


def _password_reset(session: Session, row: OutboundEmail, desk: Desk, vault: Vault, _by: Machine) -> OutgoingEmail:
    reset = session.get_one(PasswordReset, row.password_reset_id)
    agent = session.get_one(Agent, reset.agent_id)
    mailbox = session.get_one(Mailbox, row.mailbox_id)
    language = agent.language or desk.language
    subject = N_("You are invited to %(desk)s") if reset.is_invitation else N_("Your password for %(desk)s")
    words = letter(
        "invitation" if reset.is_invitation else "password_reset",
        language,
        name=agent.name,
        desk=desk.name,
        link=password_resets.link(desk.base_url, vault, reset),
        until=reset.expires_at.strftime("%Y-%m-%d %H:%M"),
    )
    to, cc = _recipients(session, row)
    return OutgoingEmail(
        message_id=row.rfc_message_id,
        sender=Address(desk.name, mailbox.address),
        to=to,
        cc=cc,
        subject=say(subject, language, desk=desk.name),
        text=words.text,
        html=words.html,
        automatic=Automatic.GENERATED,
        date=row.created_at,
    )


def _about_a_grant(session: Session, row: OutboundEmail, desk: Desk, vault: Vault, _by: Machine) -> OutgoingEmail:
    """To the customer: who wants to read, or has read, what, and why. Nothing of the ticket is in it."""
    grant = session.get_one(AccessGrant, row.access_grant_id)
    asks = row.purpose is Purpose.GRANT_REQUEST
    to, cc = _recipients(session, row)
    language = desk.language
    about = {"desk": desk.name, "ticket": grant.scope_id if grant.scope is Scope.TICKET else None}
    words = letter(
        "grant_request" if asks else "grant_notice",
        language,
        name=to[0].name if to else "",
        purpose=say(PURPOSES[grant.purpose], language),
        reason=session.get_one(GrantReason, grant.id).reason,
        hours=max(1, round(grant.asked_minutes / 60)),
        link=f"{desk.base_url.rstrip('/')}/permission/{grants.link_secret(vault, grant)}",
        until=((grant.lapses_at if asks else grant.expires_at) or grant.lapses_at).strftime("%Y-%m-%d %H:%M"),
        **about,
    )
    subject = N_("May we read what you wrote to us?") if asks else N_("We have read what you wrote to us")
    return OutgoingEmail(
        message_id=row.rfc_message_id,
        sender=Address(desk.name, session.get_one(Mailbox, row.mailbox_id).address),
        to=to,
        cc=cc,
        subject=say(subject, language),
        text=words.text,
        html=words.html,
        automatic=Automatic.GENERATED,
        date=row.created_at,
    )


def _too_large(session: Session, row: OutboundEmail, desk: Desk, _vault: Vault, _by: Machine) -> OutgoingEmail:
    """Fixed words: nothing of what came in is in it, not even the subject."""
    mailbox = session.get_one(Mailbox, row.mailbox_id)
    to, cc = _recipients(session, row)
    words = letter("too_large", desk.language, desk=desk.name, address=mailbox.address)
    return OutgoingEmail(
        message_id=row.rfc_message_id,
        sender=Address(desk.name, mailbox.address),
        to=to,
        cc=cc,
        subject=say(N_("Your email was too large"), desk.language),
        text=words.text,
        html=words.html,
        automatic=Automatic.REPLIED,
        date=row.created_at,
    )


def _record_code(session: Session, row: OutboundEmail, desk: Desk, vault: Vault, _by: Machine) -> OutgoingEmail:
    visit = records.visit_of(session, row)
    if visit is None:
        raise NotComposed("The code of this email is not wanted any more.")
    until = visit.expires_at.strftime("%Y-%m-%d %H:%M")
    words = letter("record_code", desk.language, desk=desk.name, code=records.code_of(vault, visit), until=until)
    return _automatic(session, row, desk, say(N_("Your code for %(desk)s"), desk.language, desk=desk.name), words)


def _record_digest(session: Session, row: OutboundEmail, desk: Desk, vault: Vault, _by: Machine) -> OutgoingEmail:
    digest = records.digest_in(session, row)
    if digest is None:
        raise NotComposed("This digest is not wanted any more.")
    base = desk.base_url.rstrip("/")
    words = letter(
        "record_digest",
        desk.language,
        desk=desk.name,
        readings=digest.readings,
        people=digest.people,
        until=day(digest.counted_until, desk.language),
        link=base + records.PATH,
        stop=f"{base}{records.PATH}/digests/{records.stop_secret(vault, digest.nonce)}",
    )
    return _automatic(session, row, desk, say(N_("Who read what you wrote to us"), desk.language), words)


def _contact_proof(session: Session, row: OutboundEmail, desk: Desk, vault: Vault, _by: Machine) -> OutgoingEmail:
    """To whoever has the address in a form: was it you? With nothing of what was written there."""
    consent = contact_consents.of_letter(session, row)
    if consent is None:
        raise NotComposed("This consent was taken back before it was asked about.")
    link = f"{desk.base_url.rstrip('/')}{contact_consents.PATH}/{contact_consents.secret_of(vault, consent.nonce)}"
    words = letter("contact_proof", desk.language, desk=desk.name, link=link)
    return _automatic(session, row, desk, say(N_("May %(desk)s write to you?"), desk.language, desk=desk.name), words)


def _unusual_reading(session: Session, row: OutboundEmail, desk: Desk, _vault: Vault, _by: Machine) -> OutgoingEmail:
    """To those who may audit: two numbers and a link; who it is about stands behind the sign-in only."""
    flag = session.scalars(select(ReadingFlag).where(ReadingFlag.outbound_email_id == row.id)).one()
    link = desk.base_url.rstrip("/") + "/audit"
    words = letter(
        "unusual_reading", desk.language, desk=desk.name, readings=flag.readings, usual=flag.usual, link=link
    )
    return _automatic(session, row, desk, say(N_("Somebody reads unusually much"), desk.language), words)


def _theme_digest(session: Session, row: OutboundEmail, desk: Desk, _vault: Vault, _by: Machine) -> OutgoingEmail:
    """To a subscriber: the numbers of a report as they are now, and no sentence of anybody."""
    digest = session.scalars(select(ThemeDigest).where(ThemeDigest.outbound_email_id == row.id)).one()
    report = session.get_one(ThemeReport, digest.report_id)
    language = session.get_one(Agent, digest.agent_id).language or desk.language
    page = theme_page.of_report(session, report)
    then = page.previous
    since, until = (day(one, language) if one else "" for one in (report.since, report.until))
    scope = theme_says.scope(session, theme_scope.of_text(report.scope), language)
    words = letter(
        "theme_digest", language, desk=desk.name, since=since, until=until, scope=", ".join(scope),
        says=theme_says.what_changed(page.rows, language, has_baseline=len(page.weeks) > 1),
        rows=page.rows[:_THEMES_IN_A_DIGEST], gone=page.gone, coverage=theme_says.coverage(page, language),
        compared=" \N{EN DASH} ".join(day(one, language) for one in (then.since, then.until) if one) if then else "",
        link=f"{desk.base_url.rstrip('/')}/themes/{report.id}",
    )  # fmt: skip
    subject = N_("What customers write about: %(scope)s") if scope else N_("What customers write about")
    told = say(subject, language, scope=theme_says.in_a_subject(scope, language))
    return _automatic(session, row, desk, told, words)


def _automatic(session: Session, row: OutboundEmail, desk: Desk, subject: str, words: Letter) -> OutgoingEmail:
    to, cc = _recipients(session, row)
    return OutgoingEmail(
        message_id=row.rfc_message_id,
        sender=Address(desk.name, session.get_one(Mailbox, row.mailbox_id).address),
        to=to,
        cc=cc,
        subject=subject,
        text=words.text,
        html=words.html,
        automatic=Automatic.GENERATED,
        date=row.created_at,
    )


def _checkpoint(session: Session, row: OutboundEmail, desk: Desk, vault: Vault, _by: Machine) -> OutgoingEmail:
    """To who keeps the trail's signed heads outside of the desk's reach."""
    kept = session.get_one(AuditCheckpoint, row.checkpoint_size)
    mailbox = session.get_one(Mailbox, row.mailbox_id)
    signer = checkpoints.signer(vault, kept.note.partition("\n")[0])
    to, cc = _recipients(session, row)
    words = letter("checkpoint", desk.language, desk=desk.name, note=kept.note, verifier=signer.verifier)
    return OutgoingEmail(
        message_id=row.rfc_message_id,
        sender=Address(desk.name, mailbox.address),
        to=to,
        cc=cc,
        subject=say(N_("Checkpoint %(size)s of the audit trail"), desk.language, size=kept.size),
        text=words.text,
        html=words.html,
        attachments=(OutgoingAttachment(f"checkpoint-{kept.size}.txt", "text/plain", kept.note.encode()),),
        automatic=Automatic.GENERATED,
        date=row.created_at,
    )


def _acknowledgement(session: Session, row: OutboundEmail, desk: Desk, _vault: Vault, _by: Machine) -> OutgoingEmail:
    """The words that were fixed when it was queued; of what came in, only the Message-ID it answers."""
    told = session.scalars(select(Acknowledgement).where(Acknowledgement.outbound_email_id == row.id)).one()
    words = letter("acknowledgement", told.language, paragraphs=_paragraphs(told.text))
    first = select(Message.rfc_message_id).where(Message.ticket_id == told.ticket_id).order_by(Message.id).limit(1)
    email = _automatic(session, row, desk, told.subject, words)
    return replace(email, automatic=Automatic.REPLIED, in_reply_to=session.scalar(first) or "")


def _delivery_failed(session: Session, row: OutboundEmail, desk: Desk, _vault: Vault, _by: Machine) -> OutgoingEmail:
    """To the agent who wrote an answer: a number and a link, no content."""
    notice = session.get_one(Notice, row.notice_id)
    agent, number = session.get_one(Agent, notice.agent_id), notice.ticket_id
    language, link = agent.language or desk.language, f"{desk.base_url.rstrip('/')}/tickets/{number}"
    words = letter("delivery_failed", language, name=agent.name, desk=desk.name, number=number, link=link)
    subject = say(N_("Ticket #%(number)s: an answer did not arrive"), language, number=number)
    return _automatic(session, row, desk, subject, words)


def _ticket_notice(session: Session, row: OutboundEmail, desk: Desk, _vault: Vault, _by: Machine) -> OutgoingEmail:
    """To an agent: a number and a link, no content; not to one who may not read the ticket any more.

    Who was called to a ticket gets the link to where they ask, and to the ticket once they may read it.
    """
    notice = session.get_one(Notice, row.notice_id)
    agent, number = session.get_one(Agent, notice.agent_id), notices.number(session, notice)
    may_read = bool(access.readable_ids(session, [number], by=agent))
    if agent.is_disabled or not (may_read or notice.kind is NoticeKind.CALLED):
        raise NotComposed("Whom this notice is for may not read the ticket any more.")
    language = agent.language or desk.language
    link = desk.base_url.rstrip("/") + notices.path(notice, number, may_read=may_read)
    said = say(notices.words(notice, may_read=may_read), language, number=number)
    words = letter("ticket_notice", language, name=agent.name, desk=desk.name, said=said, link=link)
    return _automatic(session, row, desk, say(N_("Ticket #%(number)s"), language, number=number), words)


_COMPOSERS: Final[Mapping[Purpose, Callable[[Session, OutboundEmail, Desk, Vault, Machine], OutgoingEmail]]] = {
    Purpose.REPLY: _reply,
    Purpose.PASSWORD_RESET: _password_reset,
    Purpose.GRANT_REQUEST: _about_a_grant,
    Purpose.GRANT_NOTICE: _about_a_grant,
    Purpose.TOO_LARGE: _too_large,
    Purpose.DELIVERY_FAILED: _delivery_failed,
    Purpose.TICKET_NOTICE: _ticket_notice,
    Purpose.ACKNOWLEDGEMENT: _acknowledgement,
    Purpose.CHECKPOINT: _checkpoint,
    Purpose.CONTACT_PROOF: _contact_proof,
    Purpose.RECORD_CODE: _record_code,
    Purpose.RECORD_DIGEST: _record_digest,
    Purpose.UNUSUAL_READING: _unusual_reading,
    Purpose.THEME_DIGEST: _theme_digest,
}


def _with_the_way_to_the_record(email: OutgoingEmail, desk: Desk) -> OutgoingEmail:
    """Under what a customer gets: where they see who read what they wrote. The same link for everybody."""
    link = desk.base_url.rstrip("/") + records.PATH
    words = say(N_("Who has read what you wrote to us:"), desk.language)
    foot = Markup('<p><small>{words} <a href="{link}">{link}</a></small></p>\n').format(words=words, link=link)
    before, end, after = (email.html or "").rpartition("</body>")
    html = before + str(foot) + end + after if end else email.html
    return replace(email, text=f"{email.text.rstrip()}\n\n-- \n{words} {link}\n", html=html)


def _recipients(session: Session, row: OutboundEmail) -> tuple[tuple[Address, ...], tuple[Address, ...]]:
    """All it was written to, also those who have it already: a copy for the late ones looks the same."""
    chosen = select(Delivery).where(Delivery.outbound_email_id == row.id).order_by(Delivery.id)
    rows = row.deliveries if "deliveries" in inspect(row).dict else session.scalars(chosen).all()
    to, cc = ([one for one in rows if one.field == field] for field in ("to", "cc"))
    return tuple(Address(one.name, one.email) for one in to), tuple(Address(one.name, one.email) for one in cc)


def _paragraphs(text: str) -> list[list[str]]:
    blocks = text.replace("\r\n", "\n").replace("\r", "\n").split("\n\n")
    return [block.strip("\n").split("\n") for block in blocks if block.strip()]


def _files(session: Session, message: Message, by: Machine) -> tuple[OutgoingAttachment, ...]:
    read = ((row, access.read(session, row, by=by)) for row in together.files_of(session, message))
    return tuple(OutgoingAttachment(file.name, row.media_type, file.body, file.content_id) for row, file in read)
