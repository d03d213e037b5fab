"""Where templates, migrations and the example files lie: in a checkout and in a wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent


def templates() -> Path:
    return _either("_templates", "templates")


def migrations() -> Path:
    return _either("_migrations", "migrations")


def example_config() -> Path:
    return _either("config.example.toml", "config.example.toml")


def example_policy() -> Path:
    return _either("policy.example.toml", "policy.example.toml")


def package() -> Path:
    """The program itself, as it is installed."""
    return _PACKAGE


def static() -> Path:
    return _PACKAGE / "web" / "static"


def _either(in_wheel: str, in_checkout: str) -> Path:
    installed = _PACKAGE / in_wheel
    return installed if installed.exists() else _CHECKOUT / in_checkout
