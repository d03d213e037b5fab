"""An attached email as a file of its own: written back from the tree as it was read, whatever is in it.

The standard library's generator folds headers anew, checks them, and raises on what a hostile email holds.
"""

from email.message import Message

from helpdesk.mail import parameters

DEEPEST = 100


def source_of(message: Message, depth: int = 0) -> bytes:
    """Give the bytes of an email or a part."""
    if depth > DEEPEST:
        return b""
    head = "".join(f"{name}: {value}\r\n" for name, value in message.raw_items())
    return _bytes(head) + b"\r\n" + _body(message, depth)


def inner_of(message: Message) -> object:
    """Give the parts, or the text as it came: get_payload() would replace its 8-bit bytes, or raise."""
    return message._payload  # type: ignore[attr-defined]  # noqa: SLF001


def text_bytes_of(message: Message) -> bytes:
    """Give the bytes of a part that has no parts."""
    inner = inner_of(message)
    return _bytes(inner) if isinstance(inner, str) else b""


def _body(message: Message, depth: int) -> bytes:
    inner = inner_of(message)
    if not isinstance(inner, list):
        return text_bytes_of(message)
    parts = [source_of(each, depth + 1) for each in inner if isinstance(each, Message)]
    content_type = next((str(value) for name, value in message.raw_items() if name.lower() == "content-type"), "")
    boundary = parameters.split(content_type)[1].get("boundary", "")
    if not boundary:
        return b"\r\n".join(parts)
    fence = b"--" + _bytes(boundary)
    preamble = _bytes(message.preamble) + b"\r\n" if message.preamble else b""
    epilogue = _bytes(message.epilogue) if message.epilogue else b""
    return b"".join((preamble, *(fence + b"\r\n" + each + b"\r\n" for each in parts), fence, b"--\r\n", epilogue))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
