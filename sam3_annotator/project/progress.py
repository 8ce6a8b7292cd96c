"""How long work tells how far it is, and learns that the user no longer wants it."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called with (done, total); may raise `Cancelled`, and what was written so far is cleaned up then."""


def no_progress(done: int, total: int) -> None:
    """Report nothing."""
