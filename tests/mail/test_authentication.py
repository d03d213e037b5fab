"""What our own mail server vouches for, and what only somebody says."""

import pytest

from helpdesk.mail import authentication, inbound
from helpdesk.mail.authentication import Standing
from tests.mail.letters import HEAD

OURS = "mx.desk.example"


def standing(*stamped: str, below: str = "", sender: bytes = b"alice@customer.example") -> Standing:
    """What is made of a letter with these headers above it, and one below its own."""
    above = "".join(f"Authentication-Results: {each}\r\n" for each in stamped).encode()
    forged = f"Authentication-Results: {below}\r\n".encode() if below else b""
    return authentication.standing(
        inbound.read(above + HEAD.replace(b"alice@customer.example", sender) + forged + b"\r\nx"), OURS
    )


@pytest.mark.parametrize(
    ("stamped", "expected"),
    [
        (f"{OURS}; dmarc=pass header.from=customer.example", Standing.PROVEN),
        (f"{OURS}; dkim=pass header.d=customer.example", Standing.PROVEN),
        (f"{OURS} 1; spf=pass; dmarc=pass (p=REJECT) header.from=customer.example", Standing.PROVEN),
        (f"{OURS}; dkim=pass header.d=customer.example; dmarc=fail header.from=customer.example", Standing.FAILED),
        (f"{OURS}; dkim=pass header.d=evil.example", Standing.UNKNOWN),
        (f"{OURS}; dkim=pass header.d=example", Standing.UNKNOWN),
        (f"{OURS}; dmarc=pass header.from=evil.example", Standing.UNKNOWN),
        (f"{OURS}; spf=pass smtp.mailfrom=alice@customer.example", Standing.PROVEN),
        (f"{OURS}; spf=pass smtp.mailfrom=mallory@evil.example smtp.helo=customer.example", Standing.UNKNOWN),
        (f"{OURS}; spf=fail (helo; dmarc=pass header.from=customer.example)", Standing.UNKNOWN),
        (f'{OURS}; spf=fail smtp.helo="x; dmarc=pass header.from=customer.example"', Standing.UNKNOWN),
        (f"{OURS}; spf=fail (never closed; dmarc=pass header.from=customer.example", Standing.UNKNOWN),
        (f"{OURS}; none", Standing.UNKNOWN),
        ("mx.evil.example; dmarc=pass header.from=customer.example", Standing.UNKNOWN),
        ("nonsense;;;", Standing.UNKNOWN),
    ],
)
def test_only_our_own_server_is_believed(stamped, expected):
    assert standing(stamped) is expected


def test_the_topmost_of_ours_counts():
    passed, failed = f"{OURS}; dmarc=pass header.from=customer.example", f"{OURS}; dmarc=fail"

    assert standing(failed, passed) is Standing.FAILED


def test_a_header_among_those_of_the_sender_proves_nothing():
    assert standing(below=f"{OURS}; dmarc=pass header.from=customer.example") is Standing.UNKNOWN


def test_what_the_sender_says_against_himself_is_believed():
    assert standing(below=f"{OURS}; dmarc=fail header.from=customer.example") is Standing.FAILED


def test_several_senders_are_never_proven():
    sender = b"alice@customer.example, bob@customer.example"

    assert standing(f"{OURS}; dmarc=pass header.from=customer.example", sender=sender) is Standing.UNKNOWN


def test_who_leaves_out_from_is_never_proven():
    raw = HEAD.replace(b"From: Alice Example <alice@customer.example>", b"Reply-To: alice@customer.example")
    stamped = f"Authentication-Results: {OURS}; dkim=pass header.d=customer.example\r\n".encode()

    email = inbound.read(stamped + raw + b"\r\nx")

    assert email.sender is not None
    assert authentication.standing(email, OURS) is Standing.UNKNOWN


def test_without_a_name_nothing_is_proven():
    email = inbound.read(b"Authentication-Results: ; dmarc=pass\r\n" + HEAD + b"\r\nx")

    assert authentication.standing(email, "") is Standing.UNKNOWN
