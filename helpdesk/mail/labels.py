"""Names of attachments as people may see them: labels, never paths."""

import mimetypes
import re
import unicodedata

LONGEST = 255
"""In bytes of UTF-8: what every file system takes."""

_UNFIT = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_SLASHES = re.compile(r"[/\\]+")
_EXTENSION = re.compile(r"\.\w{1,10}$")
_KINDS = {
    "application/pgp-signature": "signature",
    "application/pkcs7-signature": "signature",
    "application/x-pkcs7-signature": "signature",
    "message/delivery-status": "report",
    "message/rfc822": "email",
    "text/calendar": "invitation",
}
_EXTENSIONS = {
    "text/plain": ".txt",
    "text/html": ".html",
    "text/calendar": ".ics",
    "text/rtf": ".rtf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "message/rfc822": ".eml",
    "message/delivery-status": ".txt",
    "text/rfc822-headers": ".txt",
    "application/pdf": ".pdf",
    "application/octet-stream": ".bin",
    "application/pgp-signature": ".asc",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s",
}


def label(name: str) -> str:
    """Make a name safe to show, to store and to download; "" if nothing of it is left."""
    name = _UNFIT.sub("", unicodedata.normalize("NFC", name))
    pieces = [piece for piece in _SLASHES.split(name) if piece.strip(". ")]
    return _shortened(" ".join("_".join(pieces).split())).strip()


def made_up(media_type: str, number: int) -> str:
    """Name a file whose sender gave it no name."""
    kind = "image" if media_type.startswith("image/") else _KINDS.get(media_type, "attachment")
    return f"{kind}-{number}{extension(media_type)}"


def extension(media_type: str) -> str:
    return _EXTENSIONS.get(media_type) or mimetypes.guess_extension(media_type) or ".bin"


def _shortened(name: str) -> str:
    """Cut to the longest length; the extension stays."""
    if len(name.encode()) <= LONGEST:
        return name
    found = _EXTENSION.search(name)
    tail = found.group() if found else ""
    room = LONGEST - len(tail.encode())
    return name[: len(name) - len(tail)].encode()[:room].decode("utf-8", "ignore").rstrip() + tail
