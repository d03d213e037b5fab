"""`helpdesk policy`: publish the privacy policy, show it, and look whether each promise is kept."""

from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from helpdesk.cli.errors import Failed
from helpdesk.cli.place import Place, pass_place
from helpdesk.models.promise import Standing
from helpdesk.privacy import policy as policies
from helpdesk.privacy import promises, publication
from helpdesk.privacy.promises import Found
from helpdesk.privacy.readers import Machine

_WORDS: Final = {Standing.KEPT: "kept", Standing.BROKEN: "BROKEN", Standing.NOT_OFFERED: "not offered"}
_COLOURS: Final = {Standing.KEPT: "green", Standing.BROKEN: "bold red", Standing.NOT_OFFERED: "dim"}


@click.group()
def policy() -> None:
    """Publish the privacy policy, show it, and look whether each promise is kept."""


@policy.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@pass_place
def publish(place: Place, *, file: Path | None) -> None:
    """Make policy.toml (or FILE) the policy; a promise without a check is refused.

    One that promises less than before holds after 30 days' notice, once anybody has written to the desk.
    """
    body = _text(file or place.config.policy_file)
    with place.desk() as here, here.db.transaction() as session:
        before = policies.current(session).version
        version = publication.publish(session, body, by=Machine.COMMAND)
        notice = publication.announced(session)
        number, holds_at = version.id, version.effective_at
        is_new = number != before
    if notice is not None:
        click.echo(f"Version {number} promises less: it is announced, and holds from {holds_at:%Y-%m-%d %H:%M} UTC.")
    elif is_new:
        click.echo(f"Version {number} holds now.")
    else:
        click.echo(f"Version {number} holds already: nothing changed.")


@policy.command()
@pass_place
def show(place: Place) -> None:
    """Print the policy in force with the last check of each promise, and what is announced."""
    with place.desk() as here, here.db.reading() as session:
        current, checks = policies.current(session), promises.latest(session)
        notice = publication.announced(session)
    if not current.version:
        raise Failed("no policy is published yet: write policy.toml, then run 'helpdesk policy publish'")
    click.echo(f"Version {current.version}")
    for promise in current.promises:
        last = checks.get(promise.id)
        told = f"{_WORDS[last.standing]}, checked {last.at:%Y-%m-%d %H:%M} UTC" if last else "not checked yet"
        click.echo(f"\n{promise.id}: {told}\n  {current.said(promise)}")
    if notice is not None:
        click.echo(
            f"\nVersion {notice.version_id} is announced and holds from {notice.effective_at:%Y-%m-%d %H:%M} UTC."
        )


@policy.command()
@pass_place
def verify(place: Place) -> None:
    """Look at every promise, keep what was found; exit 1 when one is broken."""
    with place.desk() as here:
        with here.db.reading() as session:
            found = promises.examine(session)
        if not found:
            raise Failed("no policy with promises is published: run 'helpdesk policy publish'")
        with here.db.transaction() as session:
            promises.keep(session, found, by=Machine.COMMAND)
    Console(width=max(80, Console().width)).print(_table(found))
    broken = [one.promise.id for one in found if one.evidence.is_broken]
    if broken:
        raise Failed(f"{len(broken)} of {len(found)} promises are broken: {', '.join(broken)}")
    kept = sum(one.evidence.standing is Standing.KEPT for one in found)
    click.echo(f"{kept} promises are kept, {len(found) - kept} are not offered, none is broken.")


def _table(found: list[Found]) -> Table:
    table = Table("promise", "state", "evidence", box=None, pad_edge=False)
    for one in found:
        standing = one.evidence.standing
        words = one.evidence.words % one.evidence.figures
        table.add_row(one.promise.id, f"[{_COLOURS[standing]}]{_WORDS[standing]}[/]", Text(words))
    return table


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Failed(
            f"there is no policy at {file}: 'helpdesk init' writes one, docs/policies has examples"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise Failed(f"{file} can't be read: {error}") from None
