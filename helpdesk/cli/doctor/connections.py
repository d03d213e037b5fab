"""Which connections processes have to servers, as Linux tells in /proc; elsewhere none are known."""

import re
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")
_LISTENS: Final = "0A"
_SOCKET: Final = re.compile(r"socket:\[(\d+)\]")


def of(leader: int) -> set[tuple[str, int]]:
    """Where a process and its descendants are connected to: address and port; who came to us is not among them."""
    mine = {inode for pid in family(leader) for inode in _sockets(pid)}
    rows = list(_rows(leader))
    served = {port for _inode, _local, port, _there, state in rows if state == _LISTENS}
    return {
        there
        for inode, _local, port, there, state in rows
        if inode in mine and state != _LISTENS and port not in served and there[1]
    }


def family(leader: int) -> list[int]:
    """A process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for entry in PROC.glob("[0-9]*"):
        children.setdefault(_parent(entry), []).append(int(entry.name))
    found = [leader]
    for pid in found:
        found += children.get(pid, [])
    return found


def _parent(entry: Path) -> int:
    try:
        return int((entry / "stat").read_bytes().rpartition(b")")[2].split()[1])
    except (OSError, IndexError):
        return -1


def _sockets(pid: int) -> Iterator[str]:
    try:
        handles = list((PROC / str(pid) / "fd").iterdir())
    except OSError:
        return
    for handle in handles:
        try:
            found = _SOCKET.match(str(handle.readlink()))
        except OSError:  # closed meanwhile
            continue
        if found:
            yield found[1]


def _rows(pid: int) -> Iterator[tuple[str, str, int, tuple[str, int], str]]:
    """Each row of the kernel's two tables: inode, own address and port, the other end, state."""
    for name in ("tcp", "tcp6"):
        try:
            lines = (PROC / str(pid) / "net" / name).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            words = line.split()
            local, there = _address(words[1]), _address(words[2])
            yield words[9], *local, there, words[3]


def _address(word: str) -> tuple[str, int]:
    """The kernel's hexadecimal words, each of four bytes in the machine's own order."""
    digits, _, port = word.partition(":")
    raw = b"".join(struct.pack("=I", int(digits[at : at + 8], 16)) for at in range(0, len(digits), 8))
    family_of = socket.AF_INET if len(raw) == 4 else socket.AF_INET6
    return socket.inet_ntop(family_of, raw).removeprefix("::ffff:"), int(port, 16)
