"""Merkle trees as in RFC 6962 §2.1: the root over all leaves, grown leaf by leaf, and proofs of inclusion."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

HASH_BYTES: Final = 32


class Tree:
    """A tree that remembers only its frontier: the roots of its full subtrees, the largest first."""

    def __init__(self, size: int = 0, frontier: Sequence[bytes] = ()) -> None:
        if len(frontier) != size.bit_count():
            raise ValueError("a frontier has one hash for each bit of the size")
        self.size = size
        self.frontier = list(frontier)

    @classmethod
    def from_bytes(cls, size: int, frontier: bytes) -> "Tree":
        return cls(size, [frontier[at : at + HASH_BYTES] for at in range(0, len(frontier), HASH_BYTES)])

    def to_bytes(self) -> bytes:
        return b"".join(self.frontier)

    def add(self, leaf: bytes) -> None:
        """Append the hash of a leaf."""
        carried, bit = leaf, 1
        while self.size & bit:
            carried = node_hash(self.frontier.pop(), carried)
            bit <<= 1
        self.frontier.append(carried)
        self.size += 1

    @property
    def root(self) -> bytes:
        if not self.frontier:
            return hashlib.sha256(b"").digest()
        carried = self.frontier[-1]
        for left in reversed(self.frontier[:-1]):
            carried = node_hash(left, carried)
        return carried


def leaf_hash(body: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaves: Iterable[bytes]) -> bytes:
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root


def inclusion(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes that lead from leaf `index` to the root, the nearest first (RFC 6962 §2.1.1)."""
    if not 0 <= index < len(leaves):
        raise IndexError("no such leaf in this tree")
    path: list[bytes] = []
    low, high = 0, len(leaves)
    while high - low > 1:
        middle = low + _largest_power_below(high - low)
        if index < middle:
            path.append(root_of(leaves[middle:high]))
            high = middle
        else:
            path.append(root_of(leaves[low:middle]))
            low = middle
    return path[::-1]


def inclusions(leaves: Sequence[bytes], indexes: Iterable[int]) -> dict[int, list[bytes]]:
    """The same path for many leaves at once: every level of the tree is hashed one time."""
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        pairs = [node_hash(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)]
        levels.append(pairs + below[len(below) - 1 :] if len(below) % 2 else pairs)
    return {index: _path(levels, index) for index in indexes}


def root_from(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that a proof leads to (RFC 9162 §2.1.3.2). Raises ValueError where it can't be one."""
    if not 0 <= index < size:
        raise ValueError("the proof is for no leaf of a tree of this size")
    first, last, root = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise ValueError("the proof is too long")
        if first & 1 or first == last:
            root = node_hash(sibling, root)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        first, last = first >> 1, last >> 1
    if last:
        raise ValueError("the proof is too short")
    return root


def _path(levels: Sequence[Sequence[bytes]], index: int) -> list[bytes]:
    found = []
    for level in levels[:-1]:
        if (index ^ 1) < len(level):  # the last one of an odd level has no sibling: it is carried up as it is
            found.append(level[index ^ 1])
        index >>= 1
    return found


def _largest_power_below(size: int) -> int:
    return 1 << ((size - 1).bit_length() - 1)
