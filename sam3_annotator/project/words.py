"""Numbers and names of things in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

NAMES_TOLD: Final = 5
"""More names at once nobody reads."""


def counted(number: int, noun: str) -> str:
    """Return a count with its noun, as `1,200 categories`."""
    plural = noun.removesuffix("y") + "ies" if noun.endswith("y") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"


def first_names(names: Sequence[str]) -> str:
    """List names, if there are not too many."""
    return ", ".join(names[:NAMES_TOLD]) + (", …" if names[NAMES_TOLD:] else "")
