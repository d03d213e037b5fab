"""What an error means for who typed a command: one sentence with the next step."""

from helpdesk.config import ConfigError
from helpdesk.log import where


class Failed(Exception):
    """A command could not do what it was asked to; the message says why and what to do next."""


class WrongUse(Exception):
    """A command was asked for something that can't be; the message says what to give instead."""


def is_wrong_use(error: Exception) -> bool:
    """Whether the command or the configuration must change before trying again makes sense."""
    from helpdesk.storage.vault import KeyFileUnusable  # noqa: PLC0415  not loaded for 'helpdesk --help'

    return isinstance(error, (ConfigError, KeyFileUnusable, WrongUse))


def in_plain_words(error: Exception) -> str:
    """The error's own sentence if it was written for people, else where to look."""
    if _speaks_plainly(error):
        return str(error)
    if isinstance(error, PermissionError):
        return f"{error.filename} can't be used: {error.strerror}; check whose it is and its mode"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'the system'}: {error.strerror}"
    place = (where(error) or ["nowhere"])[-1]
    return (
        f"something unexpected happened ({type(error).__name__} at {place}); "
        "'helpdesk --debug …' shows all of it. Nothing was lost; please report it"
    )


def _speaks_plainly(error: Exception) -> bool:
    # our own exceptions carry a sentence with the next step; a library's may carry content
    return type(error).__module__.partition(".")[0] in {"helpdesk", "workers"} and bool(str(error))
