"""How far long work has come, told to whoever waits for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

Progress = Callable[[int, int], None]
"""Takes what is done and the whole, in the unit of the work; whatever it raises ends the work and passes through."""


class LoadingProgress(Protocol):
    """A `Progress` that is also told what is being done, such as “Building the network”; `total` is 0 while unknown."""

    def __call__(self, done: int, total: int, activity: str = "", /) -> None:
        """Take what is known; whatever this raises ends the work."""
        ...


def untold(done: int, total: int, activity: str = "", /) -> None:
    """Be the progress of a caller that does not want to know."""
