"""A sandbox post office for a test: its own process, its own folder, free ports."""

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from helpdesk.mail.account import ImapAccount, Secret, Security, SmtpAccount
from tests.servers.programs import LOCALHOST, free_port

PASSWORD = "let me in"


@dataclass
class PostOffice:
    folder: Path
    imap_port: int = field(default_factory=free_port)
    smtp_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "helpdesk.demo.post", str(self.folder), str(self.imap_port), str(self.smtp_port)],
            env={**os.environ, "HELPDESK_SANDBOX_PASSWORD": PASSWORD, "HELPDESK_INSTANCE": "token-1"},
        )
        for port in (self.imap_port, self.smtp_port):
            until = time.monotonic() + 30
            while b"token-1" not in greeting(port):
                assert self.process.poll() is None
                assert time.monotonic() < until
                time.sleep(0.02)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int | None:
        if self.process is None:
            return None
        self.process.send_signal(number)
        code = self.process.wait(10)
        self.process = None
        return code

    def imap(self, address: str, password: str = PASSWORD) -> ImapAccount:
        return ImapAccount(
            host=LOCALHOST, port=self.imap_port, security=Security.PLAIN, user=address, password=Secret(password)
        )

    def smtp(self, user: str = "", password: str = PASSWORD) -> SmtpAccount:
        return SmtpAccount(
            host=LOCALHOST, port=self.smtp_port, security=Security.PLAIN, user=user, password=Secret(password)
        )


def greeting(port: int) -> bytes:
    try:
        with socket.create_connection((LOCALHOST, port), 1) as line:
            return line.recv(300)
    except OSError:
        return b""
