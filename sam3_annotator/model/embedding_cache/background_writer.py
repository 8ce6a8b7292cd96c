"""Does the writing of the embedding cache on a thread of its own, so that no answer waits for a disk."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Final

MOST_WAITING: Final = 16
"""So many embeddings may wait: some hundred megabytes. A disk that lags further behind does not get the next."""

Work = Callable[[], None]

_log = logging.getLogger(__name__)


class BackgroundWriter:
    """Does one work after the other; its thread starts with the first and never keeps the program alive."""

    def __init__(self, most_waiting: int = MOST_WAITING) -> None:
        self._most_waiting = most_waiting
        self._thread: threading.Thread | None = None
        # Guards what follows; notified when there is something to do, or never will be again.
        self._condition = threading.Condition()
        self._waiting: deque[Work] = deque()
        self._is_closed = False

    def submit(self, work: Work) -> bool:
        """Queue work; returns False, and forgets it, if too much waits already."""
        with self._condition:
            if self._is_closed or len(self._waiting) >= self._most_waiting:
                return False
            self._waiting.append(work)
            self._condition.notify()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="embedding writer", daemon=True)
                self._thread.start()
        return True

    def close(self, patience_s: float | None) -> bool:
        """Take no more work and wait until all is done, but no longer than `patience_s`; returns whether it is done.

        What is not done by then is done if the program lives on for so long, and else given up.
        """
        with self._condition:
            self._is_closed = True
            self._condition.notify()
        if self._thread is None:
            return True
        self._thread.join(patience_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (work := self._take()) is not None:
            try:
                work()
            except Exception as error:  # noqa: BLE001 - a bridge: a failure must not end the thread for all that follow
                _log.error("An embedding could not be kept.", exc_info=error)

    def _take(self) -> Work | None:
        with self._condition:
            self._condition.wait_for(lambda: self._waiting or self._is_closed)
            return self._waiting.popleft() if self._waiting else None
