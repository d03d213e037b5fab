"""Run the sandbox's post office: `python -m helpdesk.demo.post FOLDER IMAP_PORT SMTP_PORT`."""

import asyncio
import logging
import os
import signal
import sys
from functools import partial
from pathlib import Path

from helpdesk.demo.post.office import Office
from helpdesk.demo.post.session import ImapSession
from helpdesk.demo.post.smtp import server

LOOPBACK = "127.0.0.1"
PASSWORD_VARIABLE = "HELPDESK_SANDBOX_PASSWORD"  # noqa: S105 - the variable's name
TOKEN_VARIABLE = "HELPDESK_INSTANCE"  # noqa: S105 - the variable's name


async def run(folder: Path, imap_port: int, smtp_port: int, *, password: str, token: str) -> None:
    """Serve both until SIGTERM or SIGINT."""
    office = Office(folder / "post.db")
    sessions: set[asyncio.Task[None]] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task:
            sessions.add(task)
            task.add_done_callback(sessions.discard)
        await ImapSession(office, password, token, reader, writer).run()

    loop = asyncio.get_running_loop()
    enough = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, enough.set)
    imap = await asyncio.start_server(answer, LOOPBACK, imap_port, limit=1_000_000)
    smtp = await loop.create_server(partial(server, office, password, token), LOOPBACK, smtp_port)
    await enough.wait()
    imap.close()
    smtp.close()
    for task in sessions:
        task.cancel()
    await asyncio.gather(*sessions, return_exceptions=True)
    office.close()


def main() -> None:
    logging.basicConfig(level=logging.ERROR, format="%(levelname)s %(name)s %(message)s")  # it warns of itself
    folder, imap_port, smtp_port = sys.argv[1:]
    password, token = os.environ[PASSWORD_VARIABLE], os.environ.get(TOKEN_VARIABLE, "")
    asyncio.run(run(Path(folder), int(imap_port), int(smtp_port), password=password, token=token))


if __name__ == "__main__":
    main()
