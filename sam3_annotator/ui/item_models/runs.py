"""Groups row numbers, so that models tell views about blocks of rows and not about each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby


def runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Group ascending row numbers into runs without gaps, as (first, last)."""
    found = []
    for _, group in groupby(enumerate(rows), key=lambda pair: pair[1] - pair[0]):
        members = [row for _, row in group]
        found.append((members[0], members[-1]))
    return found
