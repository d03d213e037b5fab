"""What every answer says about itself: a strict content policy, no sniffing, no framing, nothing kept."""

import gzip
from typing import Final

from flask import Flask, Response, request

from helpdesk.privacy import page_rules

MESSAGE_POLICY: Final = page_rules.MESSAGE
FILE_POLICY: Final = page_rules.FILE
_HEADERS: Final = {
    "Content-Security-Policy": page_rules.PAGE,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "private, no-store",
}
_WORTH_PACKING: Final = 1_000


def install(app: Flask, *, is_https: bool) -> None:
    @app.after_request
    def describe(answer: Response) -> Response:
        for name, value in _HEADERS.items():
            answer.headers.setdefault(name, value)
        if is_https:
            answer.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if answer.mimetype == "text/html":
            answer.headers.add("Vary", "HX-Request")
        return _packed(answer)


def _packed(answer: Response) -> Response:
    """Compress a page.

    A secret beside reflected text could be guessed by size only with the victim's cookie on another site's
    requests, and SameSite keeps it away from those.
    """
    if answer.mimetype != "text/html" or answer.is_streamed or "Content-Encoding" in answer.headers:
        return answer
    answer.headers.add("Vary", "Accept-Encoding")
    body = answer.get_data()
    if len(body) < _WORTH_PACKING or not takes_gzip():
        return answer
    answer.set_data(gzip.compress(body, 6, mtime=0))
    answer.headers["Content-Encoding"] = "gzip"
    return answer


def takes_gzip() -> bool:
    return request.accept_encodings.quality("gzip") > 0
