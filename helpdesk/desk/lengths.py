"""What is typed as a name or a text: tidied, and refused where it is too long; nothing is cut off unseen."""


class TooLong(ValueError):
    """More letters than there is room for; `field` is the form's."""

    def __init__(self, field: str, *, most: int, has: int) -> None:
        super().__init__(f"{field} has more than {most} letters")
        self.field, self.most, self.has = field, most, has


def name(typed: str, most: int, *, field: str = "name") -> str:
    """On one line, with single spaces. Raises TooLong."""
    return _within(" ".join(typed.split()), most, field)


def text(typed: str, most: int, *, field: str) -> str:
    """Without what is empty around it. Raises TooLong."""
    return _within(typed.strip(), most, field)


def _within(tidy: str, most: int, field: str) -> str:
    if len(tidy) > most:
        raise TooLong(field, most=most, has=len(tidy))
    return tidy
