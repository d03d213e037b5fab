"""The check that no IP address is kept: no column for one, none in the logs, none in what the program wrote."""

import io
import json
import logging
import re
from typing import Final

from sqlalchemy import LargeBinary, select
from sqlalchemy.orm import Session

from helpdesk import log
from helpdesk.languages import N_
from helpdesk.models.audit import AuditEvent
from helpdesk.models.base import Base
from helpdesk.models.inbound_email import InboundEmail
from helpdesk.models.lease import Lease
from helpdesk.models.message import Message
from helpdesk.models.promise import PromiseCheck
from helpdesk.models.sign_in import LoginSession, LoginThrottle
from helpdesk.privacy.promises.check import Asked, Evidence, broken, kept, proves

_COLUMN: Final = re.compile(r"(?:^|_)(?:ip|ips|ip_?address|ip_?addr|remote_?addr|client_?addr|peer)(?:_|$)")
# what the program itself writes about people and connections; what people typed and mail servers said is not ours
_WRITTEN: Final[dict[type[Base], tuple[str, ...]]] = {
    AuditEvent: ("core",),
    LoginSession: ("browser",),
    LoginThrottle: ("key",),
    Lease: ("name", "holder"),
    InboundEmail: ("reason",),
    Message: ("screened_as", "defects"),
    PromiseCheck: ("figures",),
}
_CANARIES: Final = ("203.0.113.77", "2001:db8::77", "::ffff:203.0.113.77")


@proves("no-ip-addresses", kept_by=("helpdesk.log.redacted", "helpdesk.desk.sign_in"), rows=2000)
def no_address_is_kept(asked: Asked) -> Evidence:
    columns = [f"{table}.{name}" for table, name in _all_columns() if _COLUMN.search(name)]
    leaks = [address for address in _CANARIES if address in _logged(f"GET /tickets from {address}, port 1")]
    rows, found = 0, 0
    for model, names in _WRITTEN.items():
        for name in names:
            texts = _texts(asked.session, model, name, limit=asked.number("rows"))
            rows, found = rows + len(texts), found + sum(_holds_an_address(text) for text in texts)
    if columns or leaks or found:
        return broken(
            N_("IP addresses are kept. Columns: %(columns)s; ways into the logs: %(leaks)s; rows: %(found)s."),
            columns=len(columns),
            leaks=len(leaks),
            found=found,
        )
    return kept(
        N_(
            "Columns: %(columns)s, none for an IP address. "
            "The newest texts hold none (looked at: %(rows)s), and logs cut them out."
        ),
        columns=len(_all_columns()),
        rows=rows,
    )


def _all_columns() -> list[tuple[str, str]]:
    return [(table.name, column.name) for table in Base.metadata.sorted_tables for column in table.columns]


def _logged(line: str) -> str:
    """A line as it would stand in the log."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(log.JsonLines())
    handler.handle(logging.LogRecord("helpdesk.canary", logging.INFO, "", 0, "%s", (line,), None))
    return str(json.loads(out.getvalue())["says"])


def _texts(session: Session, model: type[Base], name: str, *, limit: int) -> list[str]:
    table = model.__table__
    column = table.c[name]
    newest = (
        select(column).where(column.is_not(None)).order_by(*(key.desc() for key in table.primary_key)).limit(limit)
    )
    raw = session.scalars(newest).all()
    if isinstance(column.type, LargeBinary):
        return [bytes(one).decode() for one in raw if isinstance(one, bytes)]
    return [str(one) for one in raw]


def _holds_an_address(text: str) -> bool:
    return any(
        "(address)" in log.redacted(text[at : at + log.LONGEST]) for at in range(0, len(text), log.LONGEST - 50)
    )
