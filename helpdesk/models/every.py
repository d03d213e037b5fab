"""All tables at once, for migrations and tests: importing this fills Base.metadata."""

from helpdesk.models import (
    access_grant,
    agent,
    audit,
    customer,
    inbound_email,
    lease,
    mailbox,
    merge,
    message,
    outbound_email,
    policy,
    promise,
    role,
    second_factor,
    setting,
    sign_in,
    staff_forward,
    suggestion,
    tag,
    team_hours,
    ticket,
)
from helpdesk.models.base import Base
from helpdesk.models.content import message_content, raw_email, search_text, stored_file, ticket_content

metadata = Base.metadata

__all__ = [
    "access_grant",
    "agent",
    "audit",
    "customer",
    "inbound_email",
    "lease",
    "mailbox",
    "merge",
    "message",
    "message_content",
    "metadata",
    "outbound_email",
    "policy",
    "promise",
    "raw_email",
    "role",
    "search_text",
    "second_factor",
    "setting",
    "sign_in",
    "staff_forward",
    "stored_file",
    "suggestion",
    "tag",
    "team_hours",
    "ticket",
    "ticket_content",
]  # fmt: skip
