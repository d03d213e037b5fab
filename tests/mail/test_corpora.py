"""Other people's test mail and our own attack mail, where their folders are given."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from helpdesk.mail import description, html_text
from helpdesk.mail.sandbox import Quarantined, Sandbox

WRAPPING = (
    b"From: Customer <customer@example.com>\r\nTo: support@example.org\r\nSubject: Re: question\r\n"
    b"Date: Mon, 02 Nov 2026 10:00:00 +0000\r\nMessage-ID: <wrapped@example.com>\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n%s"
)


def folder(variable: str) -> Path:
    if not os.environ.get(variable):
        pytest.skip(f"{variable} is not set")
    return Path(os.environ[variable])


def cases(corpus: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (corpus / "expected.jsonl").read_text(encoding="utf-8").splitlines() if line]


def raw_of(corpus: Path, case: dict[str, Any]) -> bytes:
    raw = (corpus / case["file"]).read_bytes()
    kinds = {"html_body": b"html", "text_body": b"plain"}
    return WRAPPING % (kinds[case["input"]], raw) if case["input"] in kinds else raw


def test_other_peoples_test_mail_is_understood(tmp_path):
    corpus = folder("HELPDESK_MAIL_CORPUS")
    wanted = cases(corpus)

    with Sandbox() as sandbox, (tmp_path / "results.jsonl").open("w") as results:
        for case, outcome in zip(wanted, sandbox.read_all(raw_of(corpus, case) for case in wanted), strict=True):
            row = {"error": outcome.reason} if isinstance(outcome, Quarantined) else description.as_row(outcome)
            results.write(json.dumps({**row, "id": case["id"]}) + "\n")
    files = [
        corpus / "score.py",
        corpus / "expected.jsonl",
        tmp_path / "results.jsonl",
        "--json",
        tmp_path / "score.json",
    ]
    subprocess.run([sys.executable, *files], check=True, capture_output=True)
    scored = json.loads((tmp_path / "score.json").read_text())

    counted = {group: (right, right + wrong) for group, (right, wrong, _) in scored["groups"].items()}
    shares = {group: right / total for group, (right, total) in counted.items() if total}
    assert scored["crashed"] == 0
    assert shares["header"] >= 0.99
    assert shares["body"] >= 0.98
    assert shares["attachment"] >= 0.98


def test_attack_mail_is_read_within_the_limits_and_made_safe():
    corpus = folder("HELPDESK_ATTACK_MAIL")
    wanted = [case for case in cases(corpus) if (corpus / case["file"]).is_file()]

    with Sandbox() as sandbox:
        outcomes = sandbox.read_all((corpus / case["file"]).read_bytes() for case in wanted)
        for case, outcome in zip(wanted, outcomes, strict=True):
            checks = case["checks"]
            if isinstance(outcome, Quarantined):
                assert "quarantine" in checks["outcome"], case["id"]
                continue
            shown = outcome.safe_html.html
            readable = f"{outcome.text} {html_text.text_of(shown)}"
            assert not [each for each in checks.get("html_absent", []) if re.search(each, shown)], case["id"]
            assert not [each for each in checks.get("text_present", []) if each not in readable], case["id"]
            assert bool(outcome.safe_html.blocked_count) or not checks.get("remote_notice"), case["id"]
            assert len(outcome.attachments) == checks.get("attachments", len(outcome.attachments)), case["id"]
            labels = [each.name for each in outcome.attachments]
            assert not [each for each in labels if re.search(checks.get("label_forbidden", "(?!)"), each)], case["id"]
