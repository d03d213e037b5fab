"""`helpdesk mail inspect`: what the desk would understand of an email, without a desk."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from helpdesk.cli.errors import Failed
from helpdesk.cli.progress import Bar
from helpdesk.mail import description
from helpdesk.mail.parsed import ParsedEmail, Protection
from helpdesk.mail.sandbox import Quarantined, Sandbox
from helpdesk.mail.screened import Kind

_MOST_SHOWN = 2_000


@click.group()
def mail() -> None:
    """Look at email files."""


@mail.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--jsonl", is_flag=True, help="One JSON object a line, in the order of the files.")
def inspect(*, files: tuple[Path, ...], jsonl: bool) -> None:
    """Say what is understood of email files, each read in the limited child as the desk would.

    - reads the files' paths from standard input, one a line. Nothing is stored and no configuration is needed.
    """
    paths = [path for given in files for path in _listed(given)]
    there = [path for path in paths if path.is_file()]
    for path in sorted(set(paths) - set(there)):
        click.echo(f"{path}: there is no such file", err=True)
    with Sandbox() as sandbox, Bar(is_shown=not jsonl and len(paths) > 1) as bar:
        outcomes = sandbox.read_all(path.read_bytes() for path in there)
        for number, (outcome, path) in enumerate(zip(outcomes, there, strict=True), start=1):
            click.echo(_as_json(path, outcome) if jsonl else _as_text(path, outcome))
            bar.tell("reading", number, len(there))
    missing = len(paths) - len(there)
    if missing:
        raise Failed(f"{missing} of {len(paths)} files could not be read")


def _listed(given: Path) -> Iterator[Path]:
    if str(given) != "-":
        yield given
        return
    for line in sys.stdin:
        if line.strip():
            yield Path(line.rstrip("\r\n"))


def _as_json(path: Path, outcome: ParsedEmail | Quarantined) -> str:
    said = {"error": outcome.reason} if isinstance(outcome, Quarantined) else description.as_row(outcome)
    return json.dumps({"id": str(path), **said})  # only ASCII leaves: nothing in an email can steer a terminal


def _as_text(path: Path, outcome: ParsedEmail | Quarantined) -> str:
    if isinstance(outcome, Quarantined):
        return f"{path}\n  quarantined: {outcome.reason}\n"
    row = description.as_row(outcome)
    files = [f"{one['filename']} ({one['media_type']}, {one['size']:,} bytes)" for one in row["attachments"]]
    told = [
        ("from", f"{row['from_name']} <{row['from_addr']}>".strip()),
        ("to", ", ".join(row["to"])),
        ("cc", ", ".join(row["cc"])),
        ("reply to", ", ".join(map(str, outcome.reply_to))),
        ("subject", row["subject"]),
        ("date", row["date"] or ""),
        ("id", outcome.message_id),
        *_thread(outcome),
        *_screening(outcome),
        *_verdicts(outcome),
        ("new text", row["reply_text"][:_MOST_SHOWN]),
        *(("file", one) for one in files),
        *(("odd", one) for one in row["defects"]),
    ]
    lines = [f"  {name:<9} {_harmless(value)}" for name, value in told if value]
    return "\n".join([str(path), *lines, ""])


def _thread(email: ParsedEmail) -> Iterator[tuple[str, str]]:
    ids = list(dict.fromkeys([*email.in_reply_to, *reversed(email.references)]))
    more = f" and {len(ids) - 3} more" if len(ids) > 3 else ""
    yield "answers", ", ".join(ids[:3]) + more


def _screening(email: ParsedEmail) -> Iterator[tuple[str, str]]:
    said = email.screening
    yield "kind", said.reason or "a letter of a person"
    for lost in said.failures:
        yield (
            "late" if said.kind is Kind.DELAY else "not sent",
            f"{lost.address or 'an address it does not name'} {lost.status}".strip(),
        )
    yield "about", said.answers and f"the email {said.answers}"
    yield "asks for", ", ".join(email.requests)


def _verdicts(email: ParsedEmail) -> Iterator[tuple[str, str]]:
    """What mail servers say of its sender: to be believed of one's own alone."""
    for one in email.authentication:
        place = "" if one.is_trace else ", among what the sender wrote"
        yield "checked", f"{one.method}={one.result}, says {one.authserv_id or 'a server without a name'}{place}"
    if email.protection is not Protection.NONE:
        yield "protected", email.protection.value.replace("-", ", ")


def _harmless(text: str) -> str:
    """On the lines of a terminal, without signs that would steer it."""
    lines = ("".join(sign if sign.isprintable() else "\ufffd" for sign in line) for line in text.splitlines())
    return "\n            ".join(lines)
