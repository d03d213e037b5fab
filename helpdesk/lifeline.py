"""A process that ends with the one that began it, however that died: on Linux the kernel sees to it."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1


def ends_with(parent: int, number: int = signal.SIGTERM) -> Callable[[], None] | None:
    """What a child is to do first, as `preexec_fn`; None where there is no such kernel."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def ask_the_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # it died in between
            os._exit(1)

    return ask_the_kernel


def end_with(parent: int, number: int = signal.SIGTERM) -> None:
    """The same for this process, once it runs."""
    if (ask_the_kernel := ends_with(parent, number)) is not None:
        ask_the_kernel()
