"""Named points where a test kills the process, to show that nothing is lost there: HELPDESK_FAILPOINT=name:n."""

import os
import signal
from collections import Counter
from typing import Final

_VARIABLE: Final = "HELPDESK_FAILPOINT"
_passed: Counter[str] = Counter()


def passing(name: str) -> None:
    """End this process by SIGKILL at its n-th pass of the named point; without the variable nothing happens."""
    wanted, _colon, times = os.environ.get(_VARIABLE, "").partition(":")
    if wanted != name:
        return
    _passed[name] += 1
    if _passed[name] == int(times or 1):
        os.kill(os.getpid(), signal.SIGKILL)
