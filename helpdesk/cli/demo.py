"""`helpdesk demo`: a fictional company's desk on this machine, to look at."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import click

from helpdesk.cli.errors import Failed


@click.command()
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), default=Path(".demo"), show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--fresh", is_flag=True, help="Throw away what is there and start over.")
@click.option("--once", is_flag=True, help="Show the loop once with its times, and stop.")
def demo(*, folder: Path, port: int, fresh: bool, once: bool) -> None:
    """Start a desk full of fictional customers, with a mail server of its own. Nothing leaves this machine."""
    if find_spec("aiosmtpd") is None:
        raise Failed("the demo's mail servers are not installed: pip install 'candour-helpdesk[embedded,sandbox]'")
    raise SystemExit(import_module("helpdesk.demo.command").run(folder=folder, port=port, fresh=fresh, once=once))
