"""What browsers are told to load and run: the content policies of our pages, of letters shown, and of files."""

from typing import Final


def _policy(**rules: str) -> str:
    return "; ".join(f"{name.replace('_', '-')} {rule}".strip() for name, rule in rules.items())


PAGE: Final = _policy(
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
MESSAGE: Final = _policy(
    sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox",
    default_src="'none'",
    img_src="'self' data:",
    style_src="'unsafe-inline'",
    form_action="'none'",
    base_uri="'none'",
    frame_ancestors="'self'",
)
FILE: Final = _policy(sandbox="", default_src="'none'")
ALL: Final = (PAGE, MESSAGE, FILE)
