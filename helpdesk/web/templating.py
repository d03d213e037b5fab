"""How templates are made into pages."""

from collections.abc import Callable, Iterator, MutableMapping
from functools import wraps
from types import CodeType
from typing import Any

from flask import Flask
from jinja2 import Environment, Template

_Rendering = Callable[..., Iterator[str]]


def install(app: Flask) -> None:
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.template_class = InOnePiece


class InOnePiece(Template):
    """A template that hands up each block as one text.

    A page has some two thousand pieces, and Jinja hands each up through all the templates that one stands in.
    """

    @classmethod
    def from_code(
        cls,
        environment: Environment,
        code: CodeType,
        globals: MutableMapping[str, Any],  # noqa: A002  Jinja's name
        uptodate: Callable[[], bool] | None = None,
    ) -> Template:
        made = super().from_code(environment, code, globals, uptodate)
        own_names = made.root_render_func.__globals__  # where a block that asks for the one above it finds itself
        made.root_render_func = _in_one_piece(made.root_render_func)
        made.blocks = {name: _in_one_piece(block) for name, block in made.blocks.items()}
        own_names |= {block.__name__: block for block in made.blocks.values()}
        return made


def _in_one_piece(rendering: _Rendering) -> _Rendering:
    @wraps(rendering)
    def joined(*given: Any) -> Iterator[str]:  # noqa: ANN401
        yield "".join(rendering(*given))

    return joined
