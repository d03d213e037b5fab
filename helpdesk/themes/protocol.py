"""The analysis as a program that reads JSON and writes JSON, to be measured from outside."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from helpdesk.themes import trends
from helpdesk.themes.analysis import analyse
from helpdesk.themes.redaction import redacted
from helpdesk.themes.values import Document, Limits

_WINDOW: Final = timedelta(weeks=trends.WINDOW)


def evaluated(asked: Mapping[str, Any], limits: Limits | None = None) -> dict[str, Any]:
    """Answer one request: texts, and where given k, customers, times and the state of the last answer.

    Here the state carries the window's redacted texts; a desk reads them anew from where they are kept.
    """
    texts: list[str] = asked["texts"]
    customers = asked.get("customers") or [f"customer {place}" for place in range(len(texts))]
    times = asked.get("times") or [None] * len(texts)
    state = asked.get("state") or {"turn": 0, "window": [], "themes": None}
    turn = state["turn"] + 1
    new = [
        Document(f"{turn}.{place}", text, customer, at=None if at is None else date.fromisoformat(at[:10]))
        for place, (text, customer, at) in enumerate(zip(texts, customers, times, strict=True))
    ]
    newest = max((document.at for document in new if document.at), default=None)
    kept = [
        Document(row["id"], row["text"], row["customer"], at=date.fromisoformat(row["at"]))
        for row in state["window"]
        if newest is not None and date.fromisoformat(row["at"]) > newest - _WINDOW
    ]
    found = analyse([*kept, *new], limits=limits, number=asked.get("k"), previous=state["themes"])
    return {
        "labels": [found.labels[document.id] for document in new],
        "themes": {str(theme.label): {"name": theme.name, "terms": list(theme.terms)} for theme in found.themes},
        "trends": {str(theme.label): theme.change.trend.value for theme in found.themes},
        "method": found.method,
        "state": {"turn": turn, "window": _window([*kept, *new]), "themes": found.state},
    }


def _window(documents: list[Document]) -> list[dict[str, str]]:
    return [
        {"id": one.id, "text": redacted(one.text), "customer": one.customer, "at": one.at.isoformat()}
        for one in documents
        if one.at is not None
    ]
