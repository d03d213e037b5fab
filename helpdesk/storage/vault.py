"""The key file, and what is done under it: stored secrets (AES-256-GCM) and the secrets of mailed links."""

import hashlib
import hmac
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


class KeyFileUnusable(Exception):
    """The key file is missing, damaged or open to others; the message says what to do."""


class SecretUnreadable(Exception):
    """A stored secret was not sealed under this key: enter it again, or bring the right key file back."""


@dataclass(frozen=True, slots=True)
class Vault:
    """Everything that needs the installation's key; each use has a name and a key derived for it alone."""

    key: bytes = field(repr=False)

    def seal(self, secret: str, *, what: str) -> bytes:
        """Encrypt a secret; `what` (such as "mailbox:imap") must be said again to open it."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self._key_for("seal")).encrypt(nonce, secret.encode(), what.encode())

    def open(self, sealed: bytes, *, what: str) -> str:
        """Decrypt a secret. Raises SecretUnreadable."""
        try:
            nonce, body = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
            return AESGCM(self._key_for("seal")).decrypt(nonce, body, what.encode()).decode()
        except (InvalidTag, ValueError):
            raise SecretUnreadable(f"the stored secret {what!r} can't be opened with this key file") from None

    def mac(self, message: bytes, *, what: str) -> bytes:
        """A keyed digest that nobody without the key file can make."""
        return hmac.digest(self._key_for(f"mac:{what}"), message, "sha256")

    def _key_for(self, use: str) -> bytes:
        return hmac.digest(self.key, f"candour:{use}".encode(), "sha256")


def create_key_file(path: Path) -> None:
    """Write a new random key, readable by its owner alone. Never overwrites: raises FileExistsError."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES).hex().encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def open_vault(path: Path) -> Vault:
    """The vault under a key file. Raises KeyFileUnusable."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise KeyFileUnusable(
            f"the key file {path} is missing: bring it back from your backup; on a new desk 'helpdesk init' makes one"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileUnusable(f"the key file {path} can't be read: {error}") from None
    if stat.S_IMODE(mode) & 0o077:
        raise KeyFileUnusable(f"the key file {path} is open to others: run 'chmod 600 {path}'")
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyFileUnusable(f"the key file {path} is damaged: bring it back from your backup")
    return Vault(key)


def digest_of(secret: str) -> bytes:
    """What is stored of a random secret (a cookie, a link): its SHA-256."""
    return hashlib.sha256(secret.encode()).digest()
