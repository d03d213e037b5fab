"""Headers of Message-IDs, folded between ids: the standard library would encode a long id and break the thread."""

from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.policy import Policy
from typing import Final

FIELDS: Final = ("message-id", "in-reply-to", "references")


class MessageIds(UnstructuredHeader, BaseHeader):
    """Ids in angle brackets with spaces between; whoever sets it has checked each of them."""

    max_count = 1

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {f'{policy.linesep} '.join(self.split())}{policy.linesep}"


def registry() -> HeaderRegistry:
    known = HeaderRegistry()
    for name in FIELDS:
        known.map_to_type(name, MessageIds)
    return known
