"""Words of a customer's own record: who read, and by what right, as people outside understand it."""

from helpdesk.web.language import _


def role_words() -> dict[str, str]:
    """Who somebody is, to people outside: what they do here, not their name."""
    return {
        "agent": _("One of those who answer"),
        "lead": _("One who leads a team"),
        "admin": _("One who looks after this desk"),
        "dpo": _("The data protection officer"),
        "auditor": _("An auditor"),
        "developer": _("One who develops or hosts this desk"),
        "own": _("A member of the staff"),
    }


def machine_words() -> dict[str, str]:
    """What a machine reads for, to people outside."""
    return {
        "intake": _("Our program, to receive your email"),
        "delivery": _("Our program, to send our answer to you"),
        "index": _("Our program, to make messages and files findable"),
        "statistics": _("Our program, to count how many wrote about what"),
        "rules": _("Our program, to try a rule for emails that come"),
        "themes": _("Our program, to count what many write about"),
        "backup": _("Our program, to make a backup of everything"),
        "erasure": _("Our program, to find what is to be erased"),
        "demo": _("Our program, to play a demonstration"),
        "command": _("Our program, at the command line"),
    }


def right_words(basis: str) -> str:
    """By what right something was read, to people outside."""
    if basis.startswith("grant "):
        return _("by a permission (number %(number)s)", number=basis.removeprefix("grant "))
    if basis == "ordinary handling":
        return _("to answer you")
    return ""
