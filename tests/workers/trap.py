"""Found by name only, by a callback that somebody put into Redis: it must never speak."""

import sys

sys.stderr.write("TRAP imported\n")


def spring(*_arguments: object) -> None:
    sys.stderr.write("TRAP sprung\n")
