"""What every answer says about itself: a strict content policy, no sniffing, no framing, nothing kept."""

import gzip
from typing import Final

from flask import Flask, Response, request


def _policy(**rules: str) -> str:
    return "; ".join(f"{name.replace('_', '-')} {rule}".strip() for name, rule in rules.items())


_PAGE_POLICY: Final = _policy(
    default_src="'self'",
    script_src="'self'",
    style_src="'self'",
    img_src="'self' data:",
    object_src="'none'",
    base_uri="'none'",
    form_action="'self'",
    frame_ancestors="'none'",
)
# a letter is framed by our own pages only, runs nothing, and loads nothing but pictures from its own address
MESSAGE_POLICY: Final = _policy(
    sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox",
    default_src="'none'",
    img_src="'self' data:",
    style_src="'unsafe-inline'",
    form_action="'none'",
    base_uri="'none'",
    frame_ancestors="'self'",
)
FILE_POLICY: Final = _policy(sandbox="", default_src="'none'")
_HEADERS: Final = {
    "Content-Security-Policy": _PAGE_POLICY,
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
    answer.set_data(gzip.compress(body, 5, mtime=0))
    answer.headers["Content-Encoding"] = "gzip"
    return answer


def takes_gzip() -> bool:
    return request.accept_encodings.quality("gzip") > 0
