"""What the desk keeps for its own use and that may name a person: saved views, rules for mail that comes in."""

import json
from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Select, and_, delete, false, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from helpdesk import clock
from helpdesk.models.filter_rule import FilterHit, FilterRule
from helpdesk.models.inbound_email import InboundEmail
from helpdesk.models.saved_view import SavedView
from helpdesk.privacy import audit
from helpdesk.privacy.readers import Machine


def views(said: Collection[str]) -> Select[int]:
    """The saved views that search for one of these addresses or names, or are called after one."""
    return select(SavedView.id).where(or_(_holds(SavedView.words, said), _holds(SavedView.name, said)))


def drop_views(session: Session, ids: Sequence[int]) -> Sequence[bytes]:
    session.execute(delete(SavedView).where(SavedView.id.in_(ids)).execution_options(synchronize_session=False))
    return ()


def rules(said: Collection[str]) -> Select[int]:
    """The rules that ask for one of these addresses or names, or are called after one; also removed ones."""
    in_json = {json.dumps(one)[1:-1] for one in said} | set(said)
    return select(FilterRule.id).where(or_(_holds(FilterRule.conditions, in_json), _holds(FilterRule.name, said)))


def empty_rules(session: Session, ids: Sequence[int]) -> Sequence[bytes]:
    """They act no more: without the person they would act on other emails than they were meant for."""
    held = select(FilterHit.inbound_email_id).where(FilterHit.rule_id.in_(ids))
    names = session.scalars(select(FilterRule.name).where(FilterRule.id.in_(ids)))
    called = [InboundEmail.reason.icontains(name, autoescape=True) for name in names if name]
    said_why = update(InboundEmail).where(and_(or_(false(), *called), InboundEmail.id.in_(held)))
    session.execute(said_why.values(reason="a rule holds it").execution_options(synchronize_session=False))
    emptied = update(FilterRule).where(FilterRule.id.in_(ids)).values(
        name="", conditions="[]", is_on=False, changed_at=clock.now(), removed_at=clock.now()
    )  # fmt: skip
    session.execute(emptied.execution_options(synchronize_session=False))
    for rule_id in ids:
        audit.record(session, "filter_rule.remove", by=Machine.ERASURE, on=("filter_rule", rule_id))
    return ()


def _holds(column: InstrumentedAttribute[str], said: Collection[str]) -> ColumnElement[bool]:
    return or_(false(), *[column.icontains(one, autoescape=True) for one in sorted(said)])
