"""How far long work has come, told to whoever waits for it."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Takes what is done and the whole, in the unit of the work; whatever it raises ends the work and passes through."""


def untold(done: int, total: int) -> None:
    """Be the `Progress` of a caller that does not want to know."""
