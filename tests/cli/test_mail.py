"""`helpdesk mail inspect` says what is understood of email files, whatever they hold."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from helpdesk.cli import main

LETTER = (
    b"From: Ada <ada@customer.example>\r\nTo: support@desk.example\r\nSubject: =?utf-8?q?Caf=C3=A9?=\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n\r\nIs anybody there?\r\n\r\n> an old question\r\n"
)


@pytest.fixture
def inspect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """In a folder without any configuration."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str, typed: str | None = None) -> Result:
        return CliRunner().invoke(main, ["mail", "inspect", *words], input=typed)

    return run


def test_an_email_is_described_for_people(inspect: Callable[..., Result], tmp_path: Path):
    (tmp_path / "a.eml").write_bytes(LETTER)

    said = inspect("a.eml").stdout

    assert "from      Ada <ada@customer.example>" in said
    assert "subject   Café" in said
    assert "new text  Is anybody there?" in said
    assert "an old question" not in said


def test_a_list_of_paths_is_read_and_answered_in_its_order(inspect: Callable[..., Result], tmp_path: Path):
    names = [f"{number}.eml" for number in range(30)]
    for name in names:
        (tmp_path / name).write_bytes(LETTER.replace(b"anybody", name.encode()))

    lines = inspect("--jsonl", "-", typed="\n".join(names)).stdout.splitlines()

    rows = [json.loads(line) for line in lines]
    assert [row["id"] for row in rows] == names
    assert all(f"Is {row['id']} there?" in row["reply_text"] for row in rows)


def test_a_file_that_is_not_there_is_said_and_the_others_are_read(inspect: Callable[..., Result], tmp_path: Path):
    (tmp_path / "a.eml").write_bytes(LETTER)

    result = inspect("--jsonl", "gone.eml", "a.eml")

    assert result.exit_code == 1
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["a.eml"]
    assert "gone.eml: there is no such file" in result.stderr


@pytest.mark.parametrize("raw", [b"", b"\x00" * 1000, b"\x1b]0;owned\x07" * 100, bytes(range(256)) * 50])
def test_what_is_no_email_is_answered_too(inspect: Callable[..., Result], tmp_path: Path, raw: bytes):
    (tmp_path / "a.eml").write_bytes(raw)

    as_text, as_json = inspect("a.eml"), inspect("--jsonl", "a.eml")

    assert (as_text.exit_code, as_json.exit_code) == (0, 0)
    assert json.loads(as_json.stdout)["id"] == "a.eml"
    assert "\x1b" not in as_text.stdout


def test_an_email_can_not_steer_the_terminal(inspect: Callable[..., Result], tmp_path: Path):
    (tmp_path / "a.eml").write_bytes(
        b"From: a@customer.example\r\nSubject: =?utf-8?b?G10wO293bmVkBw==?=\r\n\r\n\x1b[2J\xc2\x9b31m red\r\n"
    )

    said = inspect("a.eml").stdout + inspect("--jsonl", "a.eml").stdout

    assert not {sign for sign in said if not sign.isprintable()} - {"\n"}


def test_words_tell_kind_thread_and_verdicts(tmp_path: Path):
    file = tmp_path / "away.eml"
    file.write_bytes(
        b"Authentication-Results: mx.desk.example; dmarc=pass header.from=customer.example\r\n"
        b"From: kim@customer.example\r\nTo: support@desk.example\r\nSubject: Away\r\n"
        b"In-Reply-To: <1@desk.example>\r\nAuto-Submitted: auto-replied\r\n\r\nI am away."
    )

    said = CliRunner().invoke(main, ["mail", "inspect", str(file)]).output

    assert "  answers   1@desk.example\n" in said
    assert "  checked   dmarc=pass, says mx.desk.example\n" in said
    assert "  kind      " in said
    assert "a letter of a person" not in said
