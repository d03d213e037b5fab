"""A program for the tests: a supervisor over a few shell children, told by its arguments."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from helpdesk.supervisor import AlreadyRuns, Child, DidNotStart, Supervisor


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def sleeper(folder: Path, name: str, *, deaf: bool = False) -> Child:
    """Note its start and its end in one file, so that a test sees the order."""
    diary = folder / "diary"
    on_term = "''" if deaf else f"'echo {name} ends >> {diary}; kill $! ; exit 0'"
    script = f"trap {on_term} TERM; echo {name} starts >> {diary}; sleep 1000 & touch {folder / name}; wait; wait"
    return Child(
        name, ["sh", "-c", script], is_ready=(folder / name).exists, ready_within=5, patience=1 if deaf else 5
    )


def say_slowly(words: str) -> None:
    """Be told to stop in the middle of a look."""
    os.kill(os.getpid(), signal.SIGTERM)
    say(f"to the end: {words}")


def main() -> None:
    folder, mode = Path(sys.argv[1]), sys.argv[2]
    try:
        with Supervisor(folder, say=say, echo=say_slowly if mode == "told-while-looking" else say) as supervisor:
            supervisor.start(sleeper(folder, "first"))
            supervisor.start(sleeper(folder, "second", deaf=mode == "deaf"), sleeper(folder, "third"))
            if mode == "never-ready":
                script = "echo the reason; exit 3"
                supervisor.start(Child("fourth", ["sh", "-c", script], is_ready=lambda: False))
            if mode == "told-while-looking":
                supervisor.start(Child("talker", ["sh", "-c", "echo a word; exec sleep 1000"]))
            say(f"up {' '.join(f'{name}={pid}' for name, pid in supervisor.pids().items())}")
            supervisor.watch()
    except (AlreadyRuns, DidNotStart) as refused:
        say(f"refused: {refused}")
        sys.exit(1)
    say("stopped")


main()
