"""What was wrong with an email is told in the reader's language, whatever the parser finds."""

import re
from pathlib import Path

import helpdesk.mail
from helpdesk.web import reasons

NOTED = re.compile(r'defects\["([^"]+)"\] = None|Defect": "([^"]+)"|_ENCODED_EMAIL = "([^"]+)"')


def test_every_defect_the_parser_may_note_has_words_to_translate():
    sources = [file.read_text(encoding="utf-8") for file in Path(helpdesk.mail.__path__[0]).glob("*.py")]
    noted = {"".join(found) for source in sources for found in NOTED.findall(source)}

    assert len(noted) > 20
    assert noted == reasons.DEFECTS
