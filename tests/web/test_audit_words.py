"""Every action that the code writes into the trail is told in words."""

import re
from pathlib import Path

import pytest

from helpdesk.web.audit_words import action_word

_RECORDED = re.compile(r"""(?:record|_trail|noted)\(\s*session,\s*"([a-z_]+\.[a-z_]+)\"""")


def actions() -> set[str]:
    code = [path.read_text() for folder in ("helpdesk", "workers") for path in Path(folder).rglob("*.py")]
    return {action for text in code for action in _RECORDED.findall(text)}


def test_the_actions_are_found_at_all():
    assert {"list.read", "login.start"} <= actions()


@pytest.mark.parametrize("action", sorted(actions()))
def test_an_action_has_words(action):
    assert ":" not in action_word(action), "the page of the audit would show the name in the code"
