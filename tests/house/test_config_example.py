"""config.example.toml tells every key, with its default and a word on it."""

import tomllib
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from helpdesk import config, paths

EXAMPLE = paths.example_config()


def keys() -> list[tuple[str, str, object]]:
    """Section, key and default of all there is to configure."""
    default = config.Config()
    sections = [field.name for field in fields(default) if is_dataclass(getattr(default, field.name))]
    return [
        (name, key.name, getattr(getattr(default, name), key.name))
        for name in sections
        for key in fields(getattr(default, name))
    ]


def word_on(section: str, key: str) -> str:
    """The comment on the key's line, or on the lines right above it."""
    lines = EXAMPLE.read_text().splitlines()
    start = lines.index(f"[{section}]")
    at = next(number for number in range(start, len(lines)) if lines[number].startswith(f"{key} ="))
    above = lines[at - 1] if lines[at - 1].startswith("#") else ""
    return lines[at].partition("  #")[2].strip() or above.strip("# ")


@pytest.mark.parametrize(("section", "key", "default"), keys())
def test_the_example_tells_a_key_and_its_default(section: str, key: str, default: object):
    tables = tomllib.loads(EXAMPLE.read_text())

    assert tables[section][key] == default
    assert word_on(section, key)


def test_the_example_is_a_configuration_as_it_stands(tmp_path: Path):
    copied = tmp_path / config.FILE_NAME
    copied.write_text(EXAMPLE.read_text())

    assert config.load(copied, environ={}) == config.Config(folder=tmp_path)
