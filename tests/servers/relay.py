"""A real Postfix between the desk and the world: it takes mail as a provider does, and makes real bounces.

What is for desk.example lies in the Maildirs of the test's Dovecot; all else goes on to `beyond`, which answers as
it is told. Whoever logs in does so with the passwords of that Dovecot.
"""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from grp import getgrnam
from pathlib import Path
from pwd import getpwnam
from shutil import chown
from socketserver import StreamRequestHandler, ThreadingTCPServer
from string import Template

import pytest

from tests.servers.dovecot import Dovecot
from tests.servers.programs import LOCALHOST, Server, account, find, look_for, running, short_folder
from tests.servers.smtp_sink import SmtpSink, running_sink

DOMAIN = "desk.example"
MOST_USERS = 2_000


@dataclass(frozen=True)
class Relay:
    """The server, and the world beyond it; `says` is what the relay itself answers to RCPT TO an address."""

    server: Server
    beyond: SmtpSink
    says: dict[str, str]

    def say(self, email: str, answer: str) -> None:
        """From now on: "550 5.1.1 unknown", "451 4.7.1 later"; "DUNNO" takes it."""
        self.says[email] = answer

    @property
    def port(self) -> int:
        return self.server.port


@pytest.fixture(scope="session")
def relay(dovecot: Dovecot) -> Iterator[Relay]:
    """Shared: each test writes to addresses of its own."""
    if os.geteuid() != 0:
        pytest.skip("Postfix starts as root only: run this test as root, in a container for example")
    if look_for("postconf") is None:  # ./run installs it where there is no mail server: Debian's exclude each other
        pytest.skip(
            "this machine has another mail server than Postfix; where it may go: sudo apt-get install postfix"
        )
    with running_sink() as beyond, running_relay(dovecot, beyond) as started:
        yield started


@contextmanager
def running_relay(dovecot: Dovecot, beyond: SmtpSink) -> Iterator[Relay]:
    postconf = find("postconf", package="postfix")
    master = find("master", package="postfix")
    user = account() or "nobody"
    says: dict[str, str] = {}
    with short_folder("relay") as folder, _answering(says) as policy_port:
        _queue(folder)
        keys = {
            "folder": folder,
            "maildirs": dovecot.server.folder / "mail",
            "uid": getpwnam(user).pw_uid,
            "gid": getpwnam(user).pw_gid,
            "beyond": beyond.port,
            "policy": policy_port,
            "auth": dovecot.auth_port,
            "daemons": Path(master).parent,
            "commands": Path(postconf).parent,
            "domain": DOMAIN,
        }
        (folder / "main.cf").write_text(Template(MAIN).substitute(keys))
        known = (f"user{number}" for number in range(1, MOST_USERS))  # Dovecot.new_user's
        (folder / "mailboxes").write_text("".join(f"{one}@{DOMAIN} {one}/\n" for one in known))

        def described(port: int) -> Server:
            (folder / "master.cf").write_text(Template(MASTER).substitute(port=port))
            return Server([master, "-c", str(folder)], folder, port, lambda _: _greets(port), account=None)

        with running(described) as server:
            yield Relay(server, beyond, says)


@contextmanager
def _answering(says: dict[str, str]) -> Iterator[int]:
    """Postfix asks here about every recipient (SMTPD_POLICY_README)."""

    class Asked(StreamRequestHandler):
        def handle(self) -> None:
            asked: dict[str, str] = {}
            for line in self.rfile:
                name, is_one, value = line.decode().strip().partition("=")
                if is_one:
                    asked[name] = value
                else:
                    self.wfile.write(f"action={says.get(asked.get('recipient', ''), 'DUNNO')}\n\n".encode())

    with ThreadingTCPServer((LOCALHOST, 0), Asked) as server:
        server.daemon_threads = True
        server.block_on_close = False
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def _queue(folder: Path) -> None:
    """The folders Postfix keeps its queue in, each with the owner it insists on."""
    folder.chmod(0o755)
    chown(folder, "root", "root")
    for name in ("data", *(f"queue/{one}" for one in ("active", "bounce", "corrupt", "defer", "deferred", "flush",
                 "hold", "incoming", "private", "saved", "trace", "pid", "maildrop", "public"))):  # fmt: skip
        (folder / name).mkdir(parents=True)
        chown(folder / name, "root" if name == "queue/pid" else "postfix")
    for name in ("maildrop", "public"):
        os.chown(folder / "queue" / name, -1, getgrnam("postdrop").gr_gid)
    (folder / "queue" / "maildrop").chmod(0o730)
    (folder / "queue" / "public").chmod(0o710)


def _greets(port: int) -> bool:
    with suppress(OSError), socket.create_connection((LOCALHOST, port), 1) as connection:
        return DOMAIN.encode() in connection.recv(500)
    return False


MAIN = """
compatibility_level = 3.6
queue_directory = $folder/queue
data_directory = $folder/data
daemon_directory = $daemons
command_directory = $commands
maillog_file = $folder/postfix.log
maillog_file_prefixes = $folder
myhostname = relay.$domain
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
disable_dns_lookups = yes
alias_maps =
alias_database =
local_recipient_maps =
local_transport = error:nobody lives here
virtual_mailbox_domains = $domain
virtual_mailbox_base = $maildirs
virtual_mailbox_maps = texthash:$folder/mailboxes
virtual_minimum_uid = 1
virtual_uid_maps = static:$uid
virtual_gid_maps = static:$gid
virtual_mailbox_limit = 0
relayhost = [127.0.0.1]:$beyond
smtp_tls_security_level = none
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:$auth
smtpd_recipient_restrictions = check_policy_service inet:127.0.0.1:$policy, permit
smtpd_delay_reject = yes
smtp_destination_concurrency_limit = 5
minimal_backoff_time = 1s
queue_run_delay = 1s
"""

MASTER = """
127.0.0.1:$port inet n - n - - smtpd
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
verify    unix - - n - 1 verify
flush     unix n - n 1000? 0 flush
proxymap  unix - - n - - proxymap
smtp      unix - - n - - smtp
relay     unix - - n - - smtp
error     unix - - n - - error
retry     unix - - n - - error
discard   unix - - n - - discard
virtual   unix - n n - - virtual
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""
