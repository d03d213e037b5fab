"""What an admin must know on whatever page they are: shown above the desk until it is over."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from helpdesk.desk import reconciliation
from helpdesk.models.agent import Agent
from helpdesk.models.role import Permission
from helpdesk.web.language import _


@dataclass(frozen=True, slots=True)
class Alarm:
    words: str
    url: str
    link: str


def around(session: Session, agent: Agent) -> Sequence[Alarm]:
    if not agent.may(Permission.SETUP):
        return ()
    url, link = url_for("ledger.index"), _("Mail ledger")
    return [
        Alarm(
            _(
                "%(address)s: emails on the server are missing here (%(count)s).",
                address=gap.mailbox.address,
                count=gap.place.missing_count,
            ),
            url,
            link,
        )
        for gap in reconciliation.gaps(session)
    ]
