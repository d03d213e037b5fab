"""Several things at the very same moment, each in a thread of its own."""

import threading
from collections.abc import Callable


def at_once(*works: Callable[[], object]) -> list[Exception | None]:
    """Begin all of them together and wait; what each one raised, in their order."""
    start = threading.Barrier(len(works))
    raised: list[Exception | None] = [None] * len(works)

    def do(place: int, work: Callable[[], object]) -> None:
        start.wait(10)
        try:
            work()
        except Exception as error:  # noqa: BLE001  looked at by who began it
            raised[place] = error

    threads = [threading.Thread(target=do, args=one) for one in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive(), "they wait for each other"
    return raised
