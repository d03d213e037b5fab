"""An email as one JSON object: the same facts, in values that JSON knows."""

import json

from helpdesk.mail import description, inbound
from tests.mail.letters import HEAD, PDF, attached, multipart, part


def test_a_letter_is_described():
    raw = b"References: <0@a.example> <1@a.example>\r\nIn-Reply-To: <1@a.example>\r\n" + multipart(
        b"mixed",
        part(b"text/plain", b"Still broken.\r\n\r\nOn Monday Ana wrote:\r\n> Try again.\r\n"),
        attached(b"application/octet-stream; name=log.pdf", PDF),
    )

    row = json.loads(json.dumps(description.as_row(inbound.read(raw))))

    assert (row["from_addr"], row["from_name"], row["to"]) == (
        "alice@customer.example",
        "Alice Example",
        ["support@desk.example"],
    )
    assert (row["in_reply_to"], row["references"]) == ("1@a.example", ["0@a.example", "1@a.example"])
    assert "Try again." in row["body_text"]
    assert row["reply_text"] == "Still broken."
    assert [(each["filename"], each["content_type"], each["media_type"]) for each in row["attachments"]] == [
        ("log.pdf", "application/octet-stream", "application/pdf")
    ]
    assert row["is_reply"]
    assert not row["is_bounce"]


def test_an_automatic_reply_is_told_from_a_letter():
    row = description.as_row(inbound.read(b"Auto-Submitted: auto-replied\r\n" + HEAD + b"\r\nI am away."))

    assert row["is_auto_reply"]
    assert not row["may_answer"]
