"""Values in the files of other programs, taken with care."""

from __future__ import annotations

import re
from itertools import chain
from typing import Any, Final, TypeGuard

import numpy as np
from numpy.typing import NDArray

LARGEST_COORDINATE: Final = 1e7
"""In pixels; beyond is no coordinate but a fault."""

MOST_PIXELS: Final = 2**31 - 1
"""More than any image has."""

_COLOR = re.compile("#[0-9a-f]{6}")


def storable(text: str) -> str:
    """Return a text as it can be stored: halves of characters, which JSON and YAML may hold, become question marks."""
    return text.encode(errors="replace").decode()


def storable_text(value: object) -> str:
    """Return a text or a number as `storable` text, without space around it; empty if it is neither."""
    return storable(str(value).strip()) if isinstance(value, str) or is_number(value) else ""


def storable_score(value: object) -> float | None:
    """Return a value as a score, None if it is no number from 0 to 1."""
    return float(value) if is_number(value) and 0 <= value <= 1 else None


def storable_color(value: object) -> str | None:
    """Return a text `#RRGGBB` as a colour of ours, None if it is none."""
    color = storable_text(value).lower()
    return color if _COLOR.fullmatch(color) else None


def size_of(value: object) -> int:
    """Return the width or height of an image, given as a number or its text; 0 if it is none."""
    if isinstance(value, str):
        try:
            value = float(value)  # not int, which refuses thousands of digits
        except ValueError:
            return 0
    return int(value) if is_number(value) and 0 < value < LARGEST_COORDINATE else 0


def mask_value_of(value: object) -> int:
    """Return a value of a mask, given as a whole number or its text; 0, which is background, if it is none."""
    if isinstance(value, str) and len(value) <= 5 and value.isdecimal():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a value is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def numbers_of(values: object) -> NDArray[np.float64] | None:
    """Return a list of numbers, or of lists of equally many, as an array of so many dimensions; None if it is none.

    True and false are no numbers. Where one is too large for a float, all become infinite.
    """
    if not isinstance(values, list):
        return None
    kinds = set(map(type, values))
    if kinds == {list}:
        kinds = set(map(type, chain.from_iterable(values)))
    if not kinds <= {int, float}:
        return None
    try:
        return np.array(values, dtype=np.float64)
    except ValueError:  # lists of several lengths
        return None
    except OverflowError:
        return np.full(np.shape(values), np.inf)


def are_coordinates(numbers: NDArray[np.float64]) -> bool:
    """Whether all numbers are finite and none is too large."""
    return bool(np.all(np.abs(numbers) < LARGEST_COORDINATE))


def whole_lengths(lengths: NDArray[np.number[Any]]) -> NDArray[np.int64]:
    """Return run lengths as whole numbers; raises ValueError, as the end of a sentence, if they are none from 0 on."""
    if not np.all((lengths >= 0) & (lengths <= MOST_PIXELS) & (lengths == np.floor(lengths))):
        raise ValueError("has run lengths that are no whole numbers from 0 on")
    return lengths.astype(np.int64)
