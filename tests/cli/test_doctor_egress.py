"""`helpdesk doctor --egress`: every server the desk may talk to is named, and one that it may not is seen."""

import json
import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from helpdesk import egress
from helpdesk.cli.doctor import connections
from helpdesk.desk.egress import of_config
from helpdesk.desk.remote_pictures import RemotePictures
from helpdesk.models.mailbox import Mailbox, Security
from helpdesk.models.mailbox_token import MailboxToken
from helpdesk.privacy import settings
from helpdesk.privacy.readers import Machine
from helpdesk.privacy.statistics.plan import Usage
from helpdesk.runtime import Runtime
from tests import world
from tests.cli.conftest import Command

NOBODY = "192.0.2.7"  # an address that is nobody's, by RFC 5737
ANY = "0.0.0.0"  # noqa: S104  as the kernel writes it
CONNECT = """
import pathlib, socket, sys
from helpdesk import egress
egress.watch(pathlib.Path(sys.argv[1]), "worker")
for host in sys.argv[2:]:
    with socket.socket() as line:
        line.setblocking(False)
        line.connect_ex((host, 2525))
"""
Found = tuple[int, list[dict[str, str]]]


@pytest.fixture
def notes(installation: Path) -> Path:
    folder = installation / "run"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def mailbox(runtime: Runtime) -> Mailbox:
    with runtime.db.transaction() as session:
        made = world.a_mailbox(session, world.a_team(session), "support@desk.example", port=2525)
        made.smtp_host, made.smtp_security = NOBODY, Security.TLS
    return made


def a_process_connects(folder: Path, *hosts: str) -> None:
    subprocess.run([sys.executable, "-c", CONNECT, str(folder), *hosts], check=True)


def asked(helpdesk: Command, *words: str) -> Found:
    result = helpdesk("doctor", "--egress", "--watch", "0", "--no-try", "--json", *words)
    return result.exit_code, json.loads(result.stdout)["checks"]


def undeclared(found: Found) -> list[str]:
    return [one["about"] for one in found[1] if one["cause"] == "undeclared"]


def test_every_declared_server_is_named(helpdesk: Command, mailbox: Mailbox, notes: Path):
    code, found = asked(helpdesk)

    assert code == 0
    assert [one["says"] for one in found if one["check"] == "egress_declared"][-1] == (
        f"mail from support@desk.example: {NOBODY}, port 2525"
    )


def test_a_connection_to_a_mailboxs_server_is_in_order(helpdesk: Command, mailbox: Mailbox, notes: Path):
    a_process_connects(notes, NOBODY, "127.0.0.1")

    code, found = asked(helpdesk)

    assert (code, undeclared((code, found))) == (0, [])
    assert any("mail from support@desk.example (noted by worker" in one["says"] for one in found)


def test_a_connection_nothing_has_a_reason_for_is_seen_and_fails(helpdesk: Command, mailbox: Mailbox, notes: Path):
    a_process_connects(notes, NOBODY, "192.0.2.66")

    found = asked(helpdesk)

    assert (found[0], undeclared(found)) == (1, ["192.0.2.66"])
    assert asked(helpdesk, "--forget-egress")[0] == 0


def test_another_port_of_a_declared_server_is_another_server(helpdesk: Command, runtime: Runtime, notes: Path):
    with runtime.db.transaction() as session:
        world.a_mailbox(session, world.a_team(session), port=993).smtp_host = NOBODY
    a_process_connects(notes, NOBODY)

    assert asked(helpdesk)[0] == 1


def test_a_servers_name_is_noted_not_its_address(notes: Path):
    lookup = CONNECT.replace("for host in", "socket.getaddrinfo('localhost', 2525)\nfor host in")
    subprocess.run([sys.executable, "-c", lookup, str(notes), NOBODY], check=True)

    assert [(one.host, one.port) for one in egress.seen(notes)] == [("localhost", 2525)]


def test_each_server_is_noted_once_a_process_and_a_full_disk_stops_nothing(tmp_path: Path):
    a_process_connects(tmp_path, NOBODY, NOBODY, NOBODY)
    a_process_connects(tmp_path / "not there", NOBODY)

    assert len((tmp_path / egress.FILE).read_text().splitlines()) == 1


def test_a_trial_an_admin_asked_for_is_no_leak(helpdesk: Command, notes: Path):
    row = {"host": "imap.new.example", "port": 993, "why": "a trial", "process": "web", "at": 0}
    (notes / egress.FILE).write_text(json.dumps(row) + "\n" + '{"cut in the mid')

    assert asked(helpdesk)[0] == 0


def test_a_database_and_a_redis_in_the_network_are_declared(runtime: Runtime):
    away = replace(
        runtime.config,
        database=replace(runtime.config.database, url="postgresql://desk:secret@db.desk.example/desk"),
        redis=replace(runtime.config.redis, url="rediss://:secret@redis.desk.example:6380/0"),
    )

    assert [(one.host, one.port) for one in of_config(away)] == [
        ("db.desk.example", 5432),
        ("redis.desk.example", 6380),
    ]


def test_every_server_is_connected_to_once_and_what_this_opened_is_told(helpdesk: Command, in_order: str):
    result = helpdesk("doctor", "--egress", "--watch", "0")

    assert result.exit_code == 0
    assert f"{in_order}: INBOX holds 0 emails" in result.stdout
    assert f"mail to {in_order} (by this command just now)" in result.stdout
    assert f"mail from {in_order} (by this command just now)" in result.stdout


def test_a_server_that_does_not_answer_is_worth_a_look_and_no_leak(helpdesk: Command, runtime: Runtime):
    with socket.create_server(("127.0.0.1", 0)) as server, runtime.db.transaction() as session:
        made = world.a_mailbox(session, world.a_team(session))
        for side in ("imap", "smtp"):  # where nobody listens any more
            setattr(made, f"{side}_host", "127.0.0.1")
            setattr(made, f"{side}_port", server.getsockname()[1])

    code, found = asked(helpdesk, "--try")

    assert code == 0
    assert {one["cause"] for one in found if one["check"] == "egress_tried" and one["state"] == "warning"} >= {
        "not_reached"
    }


def test_a_program_on_this_machine_is_told_and_no_leak(helpdesk: Command, notes: Path):
    a_process_connects(notes, "127.0.0.1")

    code, found = asked(helpdesk)

    assert code == 0
    assert any("127.0.0.1, port 2525: a program on this machine" in one["says"] for one in found)


def test_of_a_picture_that_was_asked_for_no_server_is_named(helpdesk: Command, runtime: Runtime, notes: Path):
    with_reason = "with egress.stating(egress.PICTURE), socket.socket() as line:"
    subprocess.run(
        [sys.executable, "-c", CONNECT.replace("with socket.socket() as line:", with_reason), str(notes), NOBODY],
        check=True,
    )
    with runtime.db.transaction() as session:
        settings.change(session, RemotePictures(is_on=True), by=Machine.DEMO)

    code, found = asked(helpdesk)

    assert NOBODY not in (notes / egress.FILE).read_text()
    assert code == 0
    assert any("a server that a letter names, port 2525: pictures that agents asked" in one["says"] for one in found)
    assert "pictures that agents ask for: any server, port 443" in {one["says"] for one in found}


def test_who_gets_the_statistics_is_declared(helpdesk: Command, runtime: Runtime):
    with runtime.db.transaction() as session:
        usage = Usage(is_on=True, send_to="https://vendor.example/in?from=desk")
        settings.change(session, usage, by=Machine.DEMO)

    assert "the published statistics: vendor.example, port 443" in {one["says"] for one in asked(helpdesk)[1]}


def test_a_command_hears_of_itself_and_no_longer_than_it_listens():
    with socket.create_server(("127.0.0.1", 0)) as server:
        with egress.heard() as found, socket.create_connection(server.getsockname()):
            pass
        there = server.getsockname()
    with socket.create_server(("127.0.0.1", 0)) as another:
        socket.create_connection(another.getsockname()).close()

    assert found == {(*there, "")}


def rows(*lines: str) -> str:
    return "\n".join(["  sl  local_address rem_address   st", *lines]) + "\n"


def row(inode: int, local: str, there: str, state: str) -> str:
    return f"   0: {local} {there} {state} 00000000:00000000 00:00000000 00000000     0        0 {inode} 1"


def test_what_the_kernel_has_open_is_read_without_those_who_came_to_us(tmp_path: Path, monkeypatch: Any):
    def word(address: str, port: int) -> str:
        packed = int.from_bytes(socket.inet_aton(address), sys.byteorder)
        return f"{packed:08X}:{port:04X}"

    leader, child, stranger = (tmp_path / name for name in ("100", "101", "102"))
    for process, parent, inodes in ((leader, 1, [1, 2]), (child, 100, [3, 4]), (stranger, 1, [5])):
        (process / "fd").mkdir(parents=True)
        (process / "stat").write_text(f"{process.name} (helpdesk) S {parent} 0")
        for inode in inodes:
            (process / "fd" / str(inode)).symlink_to(f"socket:[{inode}]")
    (leader / "net").mkdir()
    (leader / "net" / "tcp").write_text(
        rows(
            row(1, word(ANY, 8000), word(ANY, 0), "0A"),
            row(2, word("10.0.0.1", 8000), word("203.0.113.9", 50000), "01"),  # somebody's browser
            row(3, word("10.0.0.1", 41000), word(NOBODY, 993), "01"),
            row(4, word("127.0.0.1", 41001), word("127.0.0.1", 6379), "01"),
            row(5, word("10.0.0.1", 41002), word("192.0.2.99", 443), "01"),  # another program's
        )
    )
    monkeypatch.setattr(connections, "PROC", tmp_path)

    assert connections.of(100) == {(NOBODY, 993), ("127.0.0.1", 6379)}


def test_the_kernel_of_this_machine_is_understood():
    if not connections.PROC.is_dir():
        pytest.skip("no /proc here")
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        assert os.getpid() in connections.family(os.getppid())
        port = server.getsockname()[1]
        assert ("127.0.0.1", port) in connections.of(os.getpid())
        assert port in {row[2] for row in connections._rows(os.getpid()) if row[4] == "0A"}


def test_where_a_mailbox_gets_its_tokens_is_declared(
    helpdesk: Command, runtime: Runtime, mailbox: Mailbox, notes: Path
):
    with runtime.db.transaction() as session:
        session.add(
            MailboxToken(
                mailbox_id=mailbox.id,
                provider="google",
                client_id="desk",
                authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
                token_url="https://oauth2.googleapis.com/token",
            )
        )
    line = {"host": "oauth2.googleapis.com", "port": 443, "why": "", "process": "poll", "at": 0}
    (notes / egress.FILE).write_text(json.dumps(line) + "\n")

    assert asked(helpdesk)[0] == 0
