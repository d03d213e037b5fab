"""`helpdesk themes`: what many customers write about."""

import json
import sys
from pathlib import Path
from typing import Any, Final

import click

from helpdesk.cli.errors import Failed
from helpdesk.themes.embeddings import ModelUnusable
from helpdesk.themes.protocol import evaluated
from helpdesk.themes.values import Limits

_NEEDED: Final = "texts"


@click.group()
def themes() -> None:
    """What many customers write about, without who."""


@themes.command()
@click.option(
    "--model",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder with model.onnx and tokenizer.json; without it, word statistics.",
)
def evaluate(*, model: Path | None) -> None:
    """Analyse texts given as JSON, and answer in JSON: to measure the analysis; no desk is touched.

    In: {"texts": […], "k": 77, "customers": […], "times": ["2026-01-05", …], "state": …}; only texts are needed.
    Out: {"labels": […], "themes": {"0": {"name": …, "terms": […]}}, "trends": {…}, "state": …}.
    """
    try:
        answer = evaluated(_asked(), Limits(model=model))
    except ModelUnusable as reason:
        raise Failed(str(reason)) from reason
    json.dump(answer, sys.stdout, ensure_ascii=False)


def _asked() -> dict[str, Any]:
    try:
        asked = json.load(sys.stdin)
    except ValueError as error:
        raise Failed("standard input is not JSON") from error
    if not isinstance(asked, dict) or not isinstance(asked.get(_NEEDED), list):
        raise Failed('standard input holds no {"texts": [...]}')
    for name in ("customers", "times"):
        if asked.get(name) is not None and len(asked[name]) != len(asked[_NEEDED]):
            raise Failed(f"there are {len(asked[_NEEDED])} texts and {len(asked[name])} {name}: one a text is needed")
    return asked
