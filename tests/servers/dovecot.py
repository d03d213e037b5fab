"""A real Dovecot: any name logs in with the one password and has a Maildir of its own."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from getpass import getuser
from itertools import count
from pathlib import Path
from string import Template

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from tests.servers.certificate import Certificate
from tests.servers.programs import LOCALHOST, Server, account, find, free_port, running, short_folder

PASSWORD = "one-password-for-all"
_users = count(1)


@dataclass(frozen=True)
class Dovecot:
    """The server and what a test does to the mail in it; `port` speaks STARTTLS too, `tls_port` TLS only."""

    server: Server
    tls_port: int
    auth_port: int  # where a mail server asks whether a login is right
    token_port: int  # where this one asks whose a token is
    certificate: Certificate
    host: str = LOCALHOST
    password: str = PASSWORD

    @property
    def port(self) -> int:
        return self.server.port

    def new_user(self) -> str:
        """A login nobody has used yet, so that tests do not see each other's mail."""
        return f"user{next(_users)}"

    def change_password(self, user: str, password: str) -> None:
        """From now on this user has a password of their own, and whoever is logged in is thrown out."""
        with (self.server.folder / "passwords").open("a") as file:
            file.write(f"{user}:{{PLAIN}}{password}\n")
        while not self.lets_in(user, password):  # it looks at the file once a second
            time.sleep(0.05)
        written = str(self.server.folder / "dovecot.conf")
        subprocess.run([find("doveadm", package="dovecot-core"), "-c", written, "kick", user], check=False)

    def lets_in(self, user: str, password: str) -> bool:
        with IMAPClient(self.host, self.port, ssl=False, timeout=20) as client, suppress(LoginError):
            return bool(client.login(user, password))
        return False

    @contextmanager
    def login(self, user: str) -> Iterator[IMAPClient]:
        with IMAPClient(self.host, self.port, ssl=False, timeout=20) as client:
            client.login(user, self.password)
            yield client

    def append(
        self,
        user: str,
        raw: bytes,
        folder: str = "INBOX",
        date: datetime | None = None,
        flags: tuple[bytes, ...] = (),
    ) -> int:
        """Put one message into a folder, made when it is not there, and return its UID."""
        return self.append_all(user, [raw], folder, date, flags)[0]

    def append_all(
        self,
        user: str,
        messages: list[bytes],
        folder: str = "INBOX",
        date: datetime | None = None,
        flags: tuple[bytes, ...] = (),
    ) -> list[int]:
        """The same for many in one session."""
        with self.login(user) as client:
            if not client.folder_exists(folder):
                client.create_folder(folder)
            first = client.folder_status(folder, ["UIDNEXT"])[b"UIDNEXT"]
            for raw in messages:
                client.append(folder, raw, flags, date)
        return list(range(first, first + len(messages)))

    def messages(self, user: str, folder: str = "INBOX") -> dict[int, bytes]:
        """What lies in a folder, by UID."""
        with self.login(user) as client:
            if not client.folder_exists(folder):
                return {}
            client.select_folder(folder, readonly=True)
            return {uid: found[b"BODY[]"] for uid, found in client.fetch(client.search(), ["BODY.PEEK[]"]).items()}

    def flags(self, user: str, uid: int, folder: str = "INBOX") -> set[bytes]:
        with self.login(user) as client:
            client.select_folder(folder, readonly=True)
            return set(client.get_flags(uid)[uid])

    def expunge(self, user: str, uid: int, folder: str = "INBOX") -> None:
        with self.login(user) as client:
            client.select_folder(folder)
            client.delete_messages(uid)
            client.expunge(uid)

    def renumber(self, user: str) -> None:
        """Give the INBOX a new UIDVALIDITY and its messages new UIDs, as a provider's move does."""
        uids = self.server.folder / "mail" / user / "dovecot-uidlist"
        version, validity, _next_uid, guid = uids.read_text().splitlines()[0].split()
        uids.write_text(f"{version} V{int(validity[1:]) + 1} N101 {guid}\n")
        shutil.rmtree(self.server.folder / "index" / user)


@pytest.fixture(scope="session")
def dovecot(certificate: Certificate) -> Iterator[Dovecot]:
    with running_dovecot(certificate) as server:
        yield server


@contextmanager
def running_dovecot(certificate: Certificate) -> Iterator[Dovecot]:
    """One for a test that stops, kills or breaks it."""
    program = find("dovecot", package="dovecot-imapd")
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    template = NEW if version.startswith("2.4") else OLD
    with short_folder("imap") as folder:
        others = {}
        (folder / "passwords").touch()

        def described(port: int) -> Server:
            others[port] = free_port(), free_port(), free_port()
            (folder / "tokens.conf").write_text(TOKENS.format(port=others[port][2]))
            written = folder / "dovecot.conf"
            written.write_text(_configuration(template, folder, (port, *others[port]), certificate))
            return Server([program, "-F", "-c", str(written)], folder, port, lambda _: _greets(port, as_=folder.name))

        with running(described) as server:
            yield Dovecot(server, *others[server.port], certificate)


def _configuration(template: str, folder: Path, ports: tuple[int, int, int, int], certificate: Certificate) -> str:
    user = account() or getuser()
    keys = {
        "folder": folder,
        "user": user,
        "group": Path(folder).group(),
        "port": ports[0],
        "tls_port": ports[1],
        "auth_port": ports[2],
        "password": PASSWORD,
        "certificate": certificate.certificate,
        "key": certificate.key,
        "greeting": folder.name,
    }
    return Template(template + COMMON).substitute(keys)


def _greets(port: int, *, as_: str) -> bool:
    with suppress(OSError), socket.create_connection((LOCALHOST, port), 1) as connection:
        return as_.encode() in connection.recv(500)
    return False


TOKENS = """
introspection_mode = get
introspection_url = http://127.0.0.1:{port}/introspect?token=
username_attribute = username
active_attribute = active
active_value = true
"""

COMMON = """
base_dir = $folder/run
state_dir = $folder/run
log_path = /dev/stderr
protocols = imap
listen = 127.0.0.1
login_greeting = $greeting
ssl = yes
first_valid_uid = 1
first_valid_gid = 1
default_internal_user = $user
default_internal_group = $group
default_login_user = $user
mail_max_userip_connections = 200
auth_failure_delay = 0
namespace inbox {
  inbox = yes
  separator = /
}
service imap-login {
  chroot =
  inet_listener imap {
    port = $port
  }
  inet_listener imaps {
    port = $tls_port
  }
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service stats {
  chroot =
}
service auth {
  user = $user
  inet_listener auth-client {
    port = $auth_port
  }
}
"""

OLD = """
auth_mechanisms = plain login xoauth2 oauthbearer
disable_plaintext_auth = no
ssl_cert = <$certificate
ssl_key = <$key
mail_location = maildir:$folder/mail/%n:INDEX=$folder/index/%n
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = $folder/tokens.conf
}
passdb {
  driver = passwd-file
  args = $folder/passwords
}
passdb {
  driver = passwd-file
  args = $folder/passwords
  deny = yes
}
passdb {
  driver = static
  args = password=$password
}
userdb {
  driver = static
  args = uid=$user gid=$group home=$folder/home/%n
}
"""

NEW = """
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
auth_mechanisms = plain login
auth_allow_cleartext = yes
ssl_server_cert_file = $certificate
ssl_server_key_file = $key
mail_driver = maildir
mail_path = $folder/mail/%{user | username}
mail_index_path = $folder/index/%{user | username}
passdb own {
  driver = passwd-file
  passwd_file_path = $folder/passwords
}
passdb no_longer_the_common_one {
  driver = passwd-file
  passwd_file_path = $folder/passwords
  deny = yes
}
passdb static {
  password = $password
}
userdb static {
  fields {
    uid = $user
    gid = $group
    home = $folder/home/%{user | username}
  }
}
"""
