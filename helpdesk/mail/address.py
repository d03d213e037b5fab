"""Addresses and names as they may stand in an email of ours: checked, reduced, never trusted."""

import re
import unicodedata
from contextlib import suppress
from functools import lru_cache
from typing import Final

LONGEST_ADDRESS: Final = 254
LONGEST_NAME: Final = 80

# Dots may stand anywhere but first in the local part: some Japanese operators gave out a..b@ and a.@ for years.
_LOCAL: Final = re.compile(r"(?!\.)[^\s<>()\[\]\\,;:@\"\x00-\x20\x7f-\xa0]{1,64}")
_DOMAIN: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?:\.(?!-)[a-z0-9-]{1,63})*", re.ASCII)
# The old and the new rules for international names map these differently: the email could reach a stranger.
_AMBIGUOUS: Final = frozenset("ßς\u200c\u200d")
_BESIDE_LETTERS: Final = frozenset(" .'\u2019-")
_TURNS_THE_LINE: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class AddressRefused(ValueError):
    """Not an address that an email can be sent to; it carries no part of it."""


@lru_cache(maxsize=64)  # asked several times of each address of an email
def wire_address(email: str) -> str:
    """Give an address as servers want it: one mailbox, its domain in ASCII and lower case."""
    local, at, domain = email.strip().rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or any(_is_invisible(sign) for sign in local):
        raise AddressRefused("This is not one e-mail address.")
    if _AMBIGUOUS.intersection(domain):
        raise AddressRefused("The domain of this address is ambiguous: write it in its xn-- form.")
    try:
        domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise AddressRefused("The domain of this address cannot be written in ASCII.") from error
    if not _DOMAIN.fullmatch(domain):
        raise AddressRefused("The domain of this address is not one.")
    address = f"{local}@{domain}"
    if len(address.encode()) > LONGEST_ADDRESS:
        raise AddressRefused("This address is too long.")
    return address


def spellings(email: str) -> frozenset[str]:
    """An address in lower case, as it is given and with its domain in ASCII and in its own alphabet: one mailbox."""
    email = email.strip().lower()
    if email.isascii() and "xn--" not in email:
        return frozenset({email})
    local, _at, domain = email.rpartition("@")
    found = {email}
    with suppress(AddressRefused):
        found.add(wire_address(email))
    with suppress(UnicodeError):
        found.add(f"{local}@{domain.encode('ascii').decode('idna')}")
    return frozenset(found)


def safe_name(name: str) -> str:
    """Reduce a display name to letters, digits and what stands between them.

    Nothing is left that a mail client could read as a second address, whatever folds or unfolds it.
    """
    kept = "".join(
        sign if sign in _BESIDE_LETTERS or unicodedata.category(sign)[0] in "LMN" else " "
        for sign in unicodedata.normalize("NFC", name[:1000])
    )
    return " ".join(kept.split())[:LONGEST_NAME].strip(" -.'\u2019")


def in_a_field(name: str, email: str) -> str:
    """An address as it stands in a line of recipients: one, whatever its name is made of."""
    return f"{kept} <{email}>" if (kept := safe_name(name)) else email


def one_line(text: str, longest: int) -> str:
    """Give text fit for a header: no control, no line end of any alphabet, no lone surrogate.

    Nor an encoded word: whoever decodes the header would find inside it what was kept out here.
    """
    kept = "".join(" " if _is_invisible(sign) else sign for sign in text[: 2 * longest]).replace("=?", "= ?")
    return " ".join(kept.split())[:longest].rstrip()


def _is_invisible(sign: str) -> bool:
    """Tell controls, line ends, surrogates, what has no meaning yet, and what reverses the reading order."""
    return unicodedata.category(sign) in {"Cc", "Cs", "Cn", "Zl", "Zp"} or sign in _TURNS_THE_LINE
