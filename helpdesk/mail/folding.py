"""Headers folded by us where the standard library's folding loses something.

It encodes a long Message-ID, which breaks the thread in the customer's mail client, and some of its versions fold a
list of addresses so that it reads back as other addresses.
"""

from email.header import Header
from email.headerregistry import Address, AddressHeader, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.policy import Policy
from functools import cache, lru_cache
from typing import Any, Final

# the same in email after email: who sends, and what kinds of parts there are
_RECURRING: Final = frozenset({"from", "mime-version", "content-type", "content-transfer-encoding"})


class MessageIds(UnstructuredHeader, BaseHeader):
    """Ids in angle brackets with spaces between; whoever sets it has checked each of them."""

    max_count = 1

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        """Nothing is to be found in them: they are folded between one another, as they are."""
        kwds["parse_tree"], kwds["decoded"] = None, str(value)

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {f'{policy.linesep} '.join(self.split())}{policy.linesep}"


class Mailboxes(AddressHeader, BaseHeader):  # type: ignore[misc]  # the registry joins the two anyway
    """A mailbox a line; names are reduced (`address.safe_name`), so quotes around them need no escapes."""

    max_count = 1

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        """Addresses were checked before they are set; what is a text is read."""
        if type(value) is not str:
            kwds["parse_tree"] = None  # asked for by the library's folding alone
        super().parse(value, kwds)

    def fold(self, *, policy: Policy) -> str:
        lines = f",{policy.linesep} ".join(_written(one, policy.linesep) for one in self.addresses)
        return f"{self.name}: {lines}{policy.linesep}"


class Moment(UnstructuredHeader, BaseHeader):
    """A date that we wrote, in one line."""

    max_count = 1

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        """Nothing is to be found in it."""
        kwds["parse_tree"], kwds["decoded"] = None, str(value)

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


def _written(one: Address, linesep: str) -> str:
    if not one.display_name:
        return one.addr_spec
    if one.display_name.isascii():
        name = f'"{one.display_name}"'
    else:
        name = Header(one.display_name, "utf-8", header_name="Reply-To").encode(linesep=linesep)
    return f"{name}{linesep} <{one.addr_spec}>"


class _Remembering(HeaderRegistry):
    """The library's registry makes a new class for every header it is given; this one makes each once.

    Headers never change once they are made, so those that recur are read once too.
    """

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, type[BaseHeader]] = {}
        self._recurring = lru_cache(maxsize=256)(super().__call__)

    def __call__(self, name: str, value: object) -> BaseHeader:
        if type(value) is str and name.lower() in _RECURRING:
            return self._recurring(name, value)
        return super().__call__(name, value)

    def __getitem__(self, name: str) -> type[BaseHeader]:
        key = name.lower()
        if key not in self._made:
            self._made[key] = super().__getitem__(name)
        return self._made[key]

    def map_to_type(self, name: str, cls: type[BaseHeader]) -> None:
        super().map_to_type(name, cls)
        self._made.pop(name.lower(), None)


@cache
def registry() -> HeaderRegistry:
    """Give the headers of our emails: ids, mailboxes and the date in our folding, all others in the library's."""
    known = _Remembering()
    for name in ("message-id", "in-reply-to", "references"):
        known.map_to_type(name, MessageIds)
    for name in ("from", "to", "cc", "reply-to"):
        known.map_to_type(name, Mailboxes)
    known.map_to_type("date", Moment)
    return known
