"""What of a style attribute is safe to keep: properties by name, values by their tokens."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

import tinycss2
from tinycss2.ast import (
    Declaration,
    DimensionToken,
    FunctionBlock,
    IdentToken,
    Node,
    NumberToken,
    StringToken,
    URLToken,
)

LONGEST = 10_000

_SIDES = ("top", "right", "bottom", "left")
_PROPERTIES = frozenset(
    """
    background background-color border border-collapse border-color border-radius border-spacing
    border-style border-width caption-side clear color direction display empty-cells float font
    font-family font-size font-style font-variant font-weight height letter-spacing line-height
    list-style list-style-position list-style-type margin max-height max-width min-height min-
    width opacity overflow-wrap padding table-layout text-align text-decoration text-decoration-
    color text-decoration-line text-decoration-style text-indent text-transform unicode-bidi
    vertical-align white-space width word-break word-spacing word-wrap
    """.split()
) | {
    f"{name}-{side}{part}"
    for side in _SIDES
    for name, part in (
        ("margin", ""),
        ("padding", ""),
        ("border", ""),
        ("border", "-color"),
        ("border", "-style"),
        ("border", "-width"),
    )
}
_FUNCTIONS = frozenset({"rgb", "rgba", "hsl", "hsla"})
_REMOTE_FUNCTIONS = frozenset(
    {"url", "src", "image", "image-set", "-webkit-image-set", "cross-fade", "element", "attr", "var", "env"}
)
_UNITS = frozenset({"px", "pt", "pc", "em", "rem", "ex", "ch", "cm", "mm", "in"})
_KEYWORD = re.compile(r"-?[a-z][a-z0-9-]{0,60}", re.IGNORECASE | re.ASCII)
_COMES_ALONG = re.compile(r"\s*(?:data|cid):", re.IGNORECASE)
_FONT = re.compile(r"[\w .,'&+/-]{0,200}")
_LARGEST = 5000
_DISPLAYS = frozenset(
    "block inline inline-block list-item none table table-caption table-cell table-column table-column-group "
    "table-footer-group table-header-group table-row table-row-group inline-table".split()
)
_SIGNED = frozenset({"letter-spacing", "word-spacing", "vertical-align"})


@lru_cache(maxsize=8192)
def check(style: str) -> tuple[str, tuple[str, ...]]:
    """Give the safe part of a style attribute, and the remote addresses that it named."""
    if len(style) > LONGEST:
        return "", ()
    kept: list[str] = []
    remote: list[str] = []
    for declaration in tinycss2.parse_blocks_contents(style, skip_comments=True, skip_whitespace=True):
        if not isinstance(declaration, Declaration):
            continue
        remote.extend(each for each in _addresses(declaration.value) if not _COMES_ALONG.match(each))
        name = declaration.lower_name
        if name in _PROPERTIES and _is_safe(name, declaration.value):
            kept.append(f"{name}:{tinycss2.serialize(declaration.value).strip()}")
    return ";".join(kept), tuple(remote)


def _is_safe(name: str, tokens: Iterable[Node]) -> bool:
    if name == "display":
        return all(
            token.type == "whitespace" or (token.type == "ident" and token.lower_value in _DISPLAYS)
            for token in tokens
        )
    return all(_is_safe_token(name, token) for token in tokens)


def _is_safe_token(name: str, token: Node) -> bool:
    match token:
        case DimensionToken() | NumberToken():
            return _is_safe_number(name, token)
        case IdentToken():
            return _KEYWORD.fullmatch(token.value) is not None or (
                name.startswith("font") and _FONT.fullmatch(token.value) is not None
            )
        case StringToken():
            return name in {"font", "font-family"} and _FONT.fullmatch(token.value) is not None
        case FunctionBlock():
            return token.lower_name in _FUNCTIONS and all(
                each.type in {"whitespace", "number", "percentage", "literal", "ident", "dimension"}
                for each in token.arguments
            )
    return (
        token.type in {"whitespace", "hash"}
        or (token.type == "percentage" and 0 <= token.value <= 1000)
        or (token.type == "literal" and token.value in {",", "/"})
    )


def _is_safe_number(name: str, token: DimensionToken | NumberToken) -> bool:
    if isinstance(token, DimensionToken) and token.lower_unit not in _UNITS:
        return False
    least = -50 if name in _SIGNED else 0
    return bool(least <= token.value <= _LARGEST)


def _addresses(tokens: Iterable[Node]) -> Iterator[str]:
    for token in tokens:
        if isinstance(token, URLToken):
            yield token.value
        elif isinstance(token, FunctionBlock) and token.lower_name in _REMOTE_FUNCTIONS:
            yield from (each.value for each in token.arguments if isinstance(each, StringToken | URLToken))
            yield from _addresses(token.arguments)
