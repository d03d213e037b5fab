"""The harness on a folder of its own: what holds passes, what does not fails, what is not built says so."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAD = (
    "From: Mallory <mallory@evil.example>\r\nTo: support@desk.example\r\nSubject: A {name} question\r\n"
    "Message-ID: <{name}@evil.example>\r\nMIME-Version: 1.0\r\nContent-Type: {kind}; charset=utf-8\r\n\r\n"
)
LETTER = '<p>SEEN</p><img src="https://canary.example/a.png"><script>alert(1)</script><a href="https://canary.example">a</a>'
CASES: dict[str, tuple[str, dict[str, object]]] = {
    "holds": (
        LETTER,
        {
            "outcome": "new_ticket", "script_runs": 0, "remote_requests": 0, "overlay": 0, "server_requests": 0,
            "text_present": ["SEEN"], "remote_notice": True, "html_absent": ["<script"], "searchable": True,
            "badge_spoof": 0, "author": "mallory@evil.example", "author_role": "customer", "unverified": True,
            "log_lines": 1, "max_seconds": 30, "max_rss_mb": 512, "mailbox_continues": True, "raw_kept": True,
        },
    ),
    "unread": ("<p>Other</p>", {"outcome": "new_ticket", "text_present": ["SEEN"]}),
    "held": ("x", {"outcome": "quarantine_or_ignored"}),
    "served": ("<p>a <b>b</b></p>", {"outcome": "new_ticket", "html_absent": ["<b>"]}),
    "unnoticed": ("<p>a</p>", {"outcome": "new_ticket", "remote_notice": True}),
    "unknown": ("<p>a</p>", {"outcome": "new_ticket", "never_heard_of": 0}),
    "pair": ("@@TICKET_A_TAG@@", {"outcome": "any_but_lost", "pair": "same Message-ID", "not_attached_to": "A"}),
    "marked": ("@@NOBODY_KNOWS@@", {"outcome": "new_ticket"}),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = []
    for name, (text, checks) in CASES.items():
        kind = "text/html" if text.startswith("<") else "text/plain"
        (tmp_path / f"{name}.eml").write_text(HEAD.format(name=name, kind=kind) + text)
        rows.append({"id": name, "file": f"{name}.eml", "attack": "own", "title": name, "must": [], "checks": checks})
    (tmp_path / "expected.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    return tmp_path


def told(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.attacks", *words],
        check=False,
        capture_output=True,
        text=True,
        timeout=200,
        env=os.environ | {"HELPDESK_ATTACK_MAIL": str(folder)},
    )


@pytest.mark.browser
@pytest.mark.story
def test_a_line_for_each_case_says_what_held(folder: Path):
    run = told(folder=folder)

    said = {line[9:].split()[0]: line for line in run.stdout.splitlines()[:-1]}
    assert said["holds"].startswith("PASS"), run.stdout + run.stderr
    assert said["pair"].startswith("PASS"), run.stdout
    assert "not to be read: SEEN" in said["unread"]
    assert "it became a ticket" in said["held"]
    assert "html_absent" in said["served"]
    assert "nothing says that remote content was blocked" in said["unnoticed"]
    assert "cannot be delivered" in said["marked"]
    assert said["unknown"].startswith("NOT YET")
    assert "never_heard_of" in said["unknown"]
    assert "8 cases on sqlite: 2 passed, 5 failed, 1 not yet" in run.stdout
    assert run.returncode == 1


def test_a_case_that_is_not_in_the_folder_is_named(folder: Path):
    run = told("frobnicate", folder=folder)

    assert run.returncode == 1
    assert "there is no case frobnicate" in run.stderr
