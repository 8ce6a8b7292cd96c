"""Values in the files of other programs, taken with care."""

from __future__ import annotations

from typing import TypeGuard


def storable_text(value: object) -> str:
    """Return a value as text that can be stored; JSON may hold halves of characters, which become question marks."""
    return str(value or "").encode(errors="replace").decode()


def storable_score(value: object) -> float | None:
    """Return a value as a score, None if it is no number from 0 to 1."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value <= 1 else None  # type: ignore[arg-type,operator] # is_number


def size_of(value: object) -> int:
    """Return the width or height of an image, given as a number or its text; 0 if it is none."""
    if isinstance(value, str):
        try:
            value = float(value)  # not int, which refuses thousands of digits
        except ValueError:
            return 0
    return int(value) if is_number(value) and 0 < value < 1e7 else 0


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a value is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)
