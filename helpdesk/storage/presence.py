"""Who is at which ticket now, and who is writing: kept in Redis for some seconds, in no table, and lost with it."""

import enum
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import redis

CHANGED: Final = "candour:presence"  # a channel: the number of a ticket at which somebody came, wrote or left
GONE_AFTER: Final = 16.0  # seconds without a sign of life; pages give one every seven
_KEY: Final = "candour:here"


class Doing(enum.IntEnum):
    LOOKING = 0
    WRITING = 1
    IDLE = 2  # the page is open, and nobody touched it for a while


@dataclass(frozen=True, slots=True)
class Here:
    """An agent at a ticket."""

    ticket_id: int
    agent_id: int
    doing: Doing

    @property
    def is_typing(self) -> bool:
        return self.doing is Doing.WRITING


def seen(client: redis.Redis, ticket_id: int, agent_id: int, *, doing: Doing) -> None:
    """An agent's page gives a sign of life; others are told when that is news."""
    now = time.time()
    member = _member(ticket_id, agent_id, doing)
    others = [_member(ticket_id, agent_id, other) for other in Doing if other is not doing]
    with client.pipeline(transaction=True) as pipe:
        pipe.zremrangebyscore(_KEY, "-inf", now - GONE_AFTER)
        pipe.zadd(_KEY, {member: now})
        pipe.zrem(_KEY, *others)
        pipe.expire(_KEY, int(GONE_AFTER) * 4)
        _expired, came, changed, _kept = pipe.execute()
    if came or changed:
        client.publish(CHANGED, ticket_id)


def left(client: redis.Redis, ticket_id: int, agent_id: int) -> None:
    """An agent's page was closed, or shows something else."""
    members = [_member(ticket_id, agent_id, doing) for doing in Doing]
    if client.zrem(_KEY, *members):
        client.publish(CHANGED, ticket_id)


def at(client: redis.Redis, ticket_ids: Collection[int]) -> list[Here]:
    """Who is at these tickets, the longest silent first."""
    wanted, found = set(ticket_ids), []
    members: list[bytes] = client.zrangebyscore(_KEY, time.time() - GONE_AFTER, "+inf")  # type: ignore[assignment]
    for member in members:
        ticket_id, agent_id, doing = map(int, member.decode().split(":"))
        if ticket_id in wanted:
            found.append(Here(ticket_id, agent_id, Doing(doing)))
    return found


def _member(ticket_id: int, agent_id: int, doing: Doing) -> str:
    return f"{ticket_id}:{agent_id}:{doing.value}"
