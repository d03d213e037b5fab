"""Which features there are: a check of one that is not built yet says so."""

from importlib.util import find_spec


def exists(module: str) -> bool:
    """Whether there is a module of this name, under whichever room it would live in."""
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
