"""Digests of themes: a report's numbers go to who asked for them, and may see them on screen.

The clock's reports go to all of these, one that somebody had made to nobody but them.
"""

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from helpdesk.desk import evidence, outbox
from helpdesk.mail import thread
from helpdesk.mail.parsed import Address
from helpdesk.models.agent import Agent
from helpdesk.models.outbound_email import Purpose
from helpdesk.models.role import Permission
from helpdesk.models.theme_report import ThemeDigest, ThemeReport
from helpdesk.privacy import settings


@dataclass(frozen=True, slots=True)
class ThemeMail:
    """Whether an agent gets them."""

    key: ClassVar[str] = "theme_mail"
    is_wanted: bool = False


def send(session: Session, report: ThemeReport) -> int:
    """Queue an email for each subscriber it is for; how many. A report that is kept once is sent once."""
    sender = evidence.sending_mailbox(session)
    if sender is None:
        return 0
    sent = 0
    for agent in session.scalars(_readers(report)):
        if not agent.may(Permission.THEMES) or not settings.of_agent(session, agent, ThemeMail).is_wanted:
            continue
        queued = outbox.queue(
            session, sender, Purpose.THEME_DIGEST, to=[Address(agent.name, agent.email)],
            rfc_message_id=thread.new_message_id(0, sender.address.rpartition("@")[2]),
        )  # fmt: skip
        session.add(ThemeDigest(report_id=report.id, agent_id=agent.id, outbound_email_id=queued.id))
        sent += 1
    return sent


def _readers(report: ThemeReport) -> Select[Agent]:
    """All agents where the clock asked, else who did: at the command line that is nobody who gets emails."""
    working = select(Agent).where(Agent.is_disabled.is_(False)).order_by(Agent.id)
    return working if report.is_weekly else working.where(Agent.id == report.asked_by_id)
