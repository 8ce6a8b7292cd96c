"""Parts of the sentences in which imports and exports tell what happened."""

from __future__ import annotations

from collections.abc import Sequence

_NAMED = 5  # things that a sentence names before it only counts


def listed(names: Sequence[str], noun: str) -> str:
    """Return a count with the first few names, as `7 images (a.jpg, b.jpg, …)`."""
    some = ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
    return f"{len(names)} {noun}{'s' if len(names) != 1 else ''} ({some})"


def counted(number: int, noun: str) -> str:
    """Return a count with its noun, as `1,200 categories`."""
    plural = noun.removesuffix("y") + "ies" if noun.endswith("y") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"
