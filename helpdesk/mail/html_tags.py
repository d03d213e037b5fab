"""The tags of HTML in emails: one expression that finds them in linear time, and what each name does."""

import re
from typing import Final

# A tag ends before the next "<", so that no start can make the search run to the end of the text.
TAG: Final = re.compile(
    r"""<(?:!--|[!?][^<>]*+>|(/?)([a-zA-Z][\w:.-]*+)((?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+|[^<>]*+)>)"""
)

# Elements whose content is never text.
CLOSING_OF_RAW: Final = {
    name: re.compile(f"</{name}[^<>]*>", re.IGNORECASE) for name in ("style", "script", "title", "xml", "textarea")
}

# Before and after these a line ends.
BREAKS: Final = frozenset(
    """address article aside blockquote body br center dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 header hr
    html includetail legend li main nav ol p pre section table tbody td tfoot th thead title tr ul""".split()
)
# Between two of these a reader sees an empty line.
GAPS: Final = frozenset("blockquote br h1 h2 h3 h4 h5 h6 hr ol p pre table ul".split())
# Those that are closed properly, so that it can be known what lies in them.
NESTING: Final = frozenset(
    "article blockquote center div fieldset footer form header includetail main pre section table".split()
)
VOID: Final = frozenset("area base br col embed hr img input link meta param source track wbr".split())
