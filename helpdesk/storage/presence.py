"""Who is at which ticket now, and who is writing: kept in Redis for some seconds, in no table, and lost with it."""

import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import redis

CHANGED: Final = "candour:presence"  # a channel: the number of a ticket at which somebody came, wrote or left
GONE_AFTER: Final = 16.0  # seconds without a sign of life; pages give one every seven
_KEY: Final = "candour:here"


@dataclass(frozen=True, slots=True)
class Here:
    """An agent at a ticket."""

    ticket_id: int
    agent_id: int
    is_typing: bool


def seen(client: redis.Redis, ticket_id: int, agent_id: int, *, is_typing: bool) -> None:
    """An agent's page gives a sign of life; others are told when that is news."""
    now = time.time()
    writing, looking = _member(ticket_id, agent_id, is_typing=True), _member(ticket_id, agent_id, is_typing=False)
    member, other = (writing, looking) if is_typing else (looking, writing)
    with client.pipeline(transaction=True) as pipe:
        pipe.zremrangebyscore(_KEY, "-inf", now - GONE_AFTER)
        pipe.zadd(_KEY, {member: now})
        pipe.zrem(_KEY, other)
        pipe.expire(_KEY, int(GONE_AFTER) * 4)
        _expired, came, changed, _kept = pipe.execute()
    if came or changed:
        client.publish(CHANGED, ticket_id)


def left(client: redis.Redis, ticket_id: int, agent_id: int) -> None:
    """An agent's page was closed, or shows something else."""
    members = [_member(ticket_id, agent_id, is_typing=is_typing) for is_typing in (True, False)]
    if client.zrem(_KEY, *members):
        client.publish(CHANGED, ticket_id)


def at(client: redis.Redis, ticket_ids: Collection[int]) -> list[Here]:
    """Who is at these tickets, the longest silent first."""
    wanted, found = set(ticket_ids), []
    members: list[bytes] = client.zrangebyscore(_KEY, time.time() - GONE_AFTER, "+inf")  # type: ignore[assignment]
    for member in members:
        ticket_id, agent_id, is_typing = map(int, member.decode().split(":"))
        if ticket_id in wanted:
            found.append(Here(ticket_id, agent_id, bool(is_typing)))
    return found


def _member(ticket_id: int, agent_id: int, *, is_typing: bool) -> str:
    return f"{ticket_id}:{agent_id}:{int(is_typing)}"
