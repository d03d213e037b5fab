"""Settings of the desk: frozen values with defaults, kept as a row for each group, changed with a trace.

A room that has settings declares them beside its verbs:

    @dataclass(frozen=True, slots=True)
    class Sending:
        key: ClassVar = "sending"
        undo_seconds: int = 15

    settings.of(session, Sending).undo_seconds
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any, ClassVar, Protocol, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.agent import Agent
from helpdesk.models.setting import AgentSetting, Setting
from helpdesk.privacy import audit
from helpdesk.privacy.readers import Reader
from helpdesk.storage.once import learnt, once


class Group(Protocol):
    """A frozen dataclass of texts, numbers, truths and tuples of texts, each with a default."""

    __dataclass_fields__: ClassVar[dict[str, Any]]
    key: ClassVar[str]


G = TypeVar("G", bound=Group)
R = TypeVar("R", Setting, AgentSetting)


def of(session: Session, group: type[G]) -> G:
    """The values in force. What a row does not say, or says in a form of long ago, is as the default."""

    def ask() -> G:
        return _values(once(session, Setting, lambda: _kept(session, select(Setting))).get(group.key), group)

    return once(session, (Setting, group), ask)


def of_agent(session: Session, agent: Agent, group: type[G]) -> G:
    """What an agent chose for themselves."""

    def ask() -> dict[str, AgentSetting]:
        return _kept(session, select(AgentSetting).where(AgentSetting.agent_id == agent.id))

    return _values(once(session, (AgentSetting, agent.id), ask).get(group.key), group)


def change(session: Session, values: Group, *, by: Reader) -> None:
    """Keep these values of a group; the event names what was changed, not to what. The same again changes nothing."""
    before = of(session, type(values))
    changed = [f.name for f in fields(values) if getattr(before, f.name) != getattr(values, f.name)]
    if changed:
        _keep(session, session.get(Setting, values.key) or _new(session, Setting(key=values.key)), values)
        facts: dict[str, object] = {"group": values.key, "keys": changed}
        audit.record(session, "setting.change", by=by, on=("setting", None), facts=facts)


def change_own(session: Session, values: Group, *, by: Agent) -> None:
    """Keep what an agent chose for themselves; nobody else's business, so it leaves no event."""
    row = session.get(AgentSetting, (by.id, values.key))
    _keep(session, row or _new(session, AgentSetting(agent_id=by.id, key=values.key)), values)


def learn_own(session: Session, agent: Agent, rows: Iterable[AgentSetting]) -> None:
    """An agent's own settings came with who is signed in: they need no statement of their own."""
    learnt(session, (AgentSetting, agent.id), {row.key: row for row in rows})


def _values(row: Setting | AgentSetting | None, group: type[G]) -> G:
    said: dict[str, Any] = json.loads(row.body) if row else {}
    fitting = {name: default for name, default in asdict(group()).items() if _fits(said.get(name), default)}
    return group(**{name: _like(said[name], default) for name, default in fitting.items()})


def _kept(session: Session, rows: Select[R]) -> dict[str, R]:
    """All groups in one statement: a page reads several."""
    return {row.key: row for row in session.scalars(rows)}


def _new(session: Session, row: R) -> R:
    session.add(row)
    return row


def _keep(session: Session, row: Setting | AgentSetting, values: Group) -> None:
    row.body, row.changed_at = json.dumps(asdict(values), sort_keys=True), clock.now()
    session.flush()


def _fits(value: object, default: object) -> bool:
    if isinstance(default, tuple):
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    return type(value) is type(default)


def _like(value: Any, default: object) -> Any:  # noqa: ANN401  of the default's type
    return tuple(value) if isinstance(default, tuple) else value
