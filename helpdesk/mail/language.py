"""In which language something is written; the model that knows is loaded by whoever asks first."""

from collections.abc import Collection
from functools import cache
from typing import Any, Final

MOST: Final = 2000  # characters looked at
LEAST: Final = 12  # of a letter that says anything
_LEAST_SURE: Final = 0.5


def language_of(text: str, among: Collection[str]) -> str | None:
    """The one of these languages a text is written in; None when it says too little, or is in another one."""
    said = " ".join(text.split())[:MOST]
    if len(said) < LEAST:
        return None
    language, sure = _model().classify(said)
    return str(language) if language in among and sure >= _LEAST_SURE else None


def is_ready() -> bool:
    return _model.cache_info().currsize > 0


def get_ready() -> None:
    """Load the model now, which takes a second, rather than in the middle of something."""
    _model()


@cache
def _model() -> Any:  # noqa: ANN401  py3langid has no types
    from py3langid import langid  # type: ignore[import-untyped]  # noqa: PLC0415  a second and many megabytes

    return langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
