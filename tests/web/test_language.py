"""Every text is there in every language, and a page follows its reader's."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from helpdesk import languages
from helpdesk.runtime import Runtime
from helpdesk.web import language
from helpdesk.web.app import create_app
from tests.web.desk import Desk

ROOT = Path(__file__).parents[2]
MAPPING = [("helpdesk/**.py", "python"), ("templates/**.*", "jinja2")]


def texts() -> set[str]:
    """Every text there is to translate; of a pair the singular."""
    found = extract_from_dir(str(ROOT), MAPPING)
    return {text if isinstance(text, str) else text[0] for _, _, text, _, _ in found} - {""}


def translated(code: str) -> dict[str, set[tuple[str, ...]]]:
    """Every text of a language that has a translation, in whichever room's file, with what it is translated by."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for source in sorted((languages.FOLDER / code / "LC_MESSAGES").glob("*.po")):
        for message in read_po(io.BytesIO(source.read_bytes()), locale=code):
            said = (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))
            if message.id and all(said):
                found.setdefault(message.id if isinstance(message.id, str) else message.id[0], set()).add(said)
    return found


@pytest.mark.parametrize("code", [code for code in language.LANGUAGES if code != "en"])
def test_a_language_is_complete_and_holds_nothing_old(code: str):
    assert texts() == set(translated(code))


@pytest.mark.parametrize("code", [code for code in language.LANGUAGES if code != "en"])
def test_a_text_is_said_the_same_in_every_room(code: str):
    assert not {text: said for text, said in translated(code).items() if len(said) > 1}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("de-AT,de;q=0.8,en;q=0.5", "Anmelden"), ("en-US", "Sign in"), ("fr-FR", "Sign in"), ("xx-!!", "Sign in")],
)
def test_a_page_speaks_the_readers_language(desk: Desk, asked: str, expected: str):
    page = desk.browser().get("/sign-in", headers={"Accept-Language": asked}).text

    assert f"<h1>{expected}</h1>" in page


def test_moments_are_told_in_the_desks_time_zone(runtime: Runtime):
    runtime.config = replace(runtime.config, desk=replace(runtime.config.desk, time_zone="Asia/Tokyo"))

    with create_app(runtime).test_request_context():
        assert language.zone().key == "Asia/Tokyo"
