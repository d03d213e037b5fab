"""Which earlier message an email answers: the secret in our Message-IDs, and subjects made comparable."""

import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

SECRET_BYTES: Final = 16  # 128 random bits in every outgoing message
MOST_CANDIDATES: Final = 50
MOST_HEADER: Final = 64_000

_OURS = re.compile(r"<?\bt\.([0-9]{1,12})\.([0-9a-f]{32})@([A-Za-z0-9.-]{1,253})>?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Pointer:
    """An id of our shape found in an email: a claim, until its secret is compared with the one we keep."""

    ticket_number: int
    secret: str = field(repr=False)
    message_id: str = field(repr=False)


def new_message_id(ticket_number: int, domain: str) -> str:
    return f"<t.{ticket_number}.{secrets.token_hex(SECRET_BYTES)}@{_ascii_domain(domain)}>"


def secret_of(message_id: str) -> str | None:
    """The secret inside one of our own ids, None for anybody else's."""
    found = _OURS.fullmatch(message_id.strip())
    return found[2] if found else None


def candidates(in_reply_to: Iterable[str], references: Iterable[str]) -> list[Pointer]:
    """Every id of our shape an email points to, the nearest ancestor first, each once, within limits."""
    nearest_first = [*in_reply_to, *reversed(list(references))]
    seen: dict[str, Pointer] = {}
    for header in nearest_first:
        for found in reversed(list(_OURS.finditer(header[-MOST_HEADER:]))):
            pointer = Pointer(int(found[1]), found[2], f"<t.{found[1]}.{found[2]}@{found[3]}>")
            seen.setdefault(pointer.secret, pointer)
            if len(seen) >= MOST_CANDIDATES:
                return list(seen.values())
    return list(seen.values())


def same_secret(claimed: str, kept: str) -> bool:
    """Constant in time, so that an answer's delay tells nothing about a secret."""
    return hmac.compare_digest(claimed.encode("utf-8", "replace"), kept.encode("utf-8", "replace"))


def normalised_subject(subject: str) -> str:
    """A subject without reply and forward marks, list tags, case and spacing: equal means "looks alike"."""
    text = " ".join(subject[:1000].split())
    for _ in range(20):
        shorter = _TAG.sub("", _PREFIX.sub("", text, count=1), count=1)
        if shorter == text:
            break
        text = shorter
    return (text or " ".join(subject[:1000].split())).casefold()


def _ascii_domain(domain: str) -> str:
    return domain.strip().rstrip(".").encode("idna").decode("ascii").casefold()


# Reply and forward marks as mail clients write them, by language; never a word that begins an honest subject
# unless a colon follows it.
_MARKS: Final = (
    "re", "aw", "antw", "antwort", "sv", "vs", "vedr", "rif", "r", "odp", "ynt", "atb", "bls", "yan", "res", "rés",
    "resp", "vá", "rv", "enc", "tr", "trs", "fw", "fwd", "wg", "wtr", "i", "vb", "vl", "doorst", "továbbítás",
    "továbbítva", "pd", "ilt", "rép", "réf", "пересл", "отв", "ответ", "відп", "απ", "πρθ", "σχετ", "השב", "העבר",
    "תגובה", "הועבר", "رد", "إعادة توجيه", "回复", "回覆", "答复", "答覆", "转发", "轉寄", "轉發", "返信", "転送",
    "回信", "답장", "회신", "전달", "trả lời", "chuyển tiếp", "ตอบกลับ", "ส่งต่อ", "balas", "terusan", "fvs",
)  # fmt: skip
_PREFIX = re.compile(
    rf"^\s*(?:{'|'.join(sorted(map(re.escape, _MARKS), key=len, reverse=True))})"
    r"(?:\s?[\[(^]\s?\d{1,4}\s?[\])]?|\d{1,3})?\s?[:\uff1a]\s*",
    re.IGNORECASE,
)
_TAG = re.compile(r"^\s*(?:\[[^\[\]]{1,60}\]|【[^【】]{1,60}】)\s*(?=\S)")
