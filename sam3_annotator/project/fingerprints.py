"""Fingerprints of images: small pictures by which those that look alike are found, whatever their files hold.

A fingerprint is the image in `SIDE` x `SIDE` grey values. Two are compared by how grey changes from each value to the
next one right and below, so that brightness does not count: the cosine between these changes, as of vectors. Copies
that were made smaller, compressed anew, brightened or turned grey come to 0.96 and more,
unlike photographs to 0.85 at most (`docs/decisions/0037-images-that-look-alike.md`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project.errors import ImageUnreadable
from sam3_annotator.project.images import make_thumbnail
from sam3_annotator.project.pillow import import_pillow

SIDE: Final = 17
"""Grey values along each side of a fingerprint."""

ALIKE: Final = 0.95
"""The similarity from which images count as alike."""

# A thumbnail of this many pixels along its longer side is averaged into the grey values.
_THUMBNAIL: Final = 136

# Images whose grey changes less than that on average, as fog, a wall, a black frame, have nothing to be told by.
_LEAST_CHANGE: Final = 1.5

# Similarities in memory at a time, 64 MB, however many fingerprints there are.
_BLOCK: Final = 1 << 24


def read_fingerprint(path: Path) -> bytes:
    """Read the fingerprint of an image file: `SIDE * SIDE` bytes, row by row.

    Empty if it cannot be read, or is of one grey nearly throughout.
    """
    try:
        thumbnail = make_thumbnail(path, _THUMBNAIL)
    except ImageUnreadable:
        return b""
    pillow = import_pillow()
    grey = pillow.fromarray(thumbnail).convert("L").resize((SIDE, SIDE), pillow.Resampling.BOX)
    values = np.asarray(grey, dtype=np.uint8)
    changes = _changes(values[None].astype(np.float32))
    return values.tobytes() if np.sqrt(np.mean(changes**2)) >= _LEAST_CHANGE else b""


def most_alike(fingerprints: Sequence[bytes], others: Sequence[bytes]) -> dict[int, int]:
    """Find which of `others` each of `fingerprints` looks most like: places in both, of those that look like any.

    Of several equal ones it is the first. None may be empty.
    """
    found: dict[int, int] = {}
    if not others:
        return found
    theirs = _vectors(others)
    for start, similarities in _similarities(_vectors(fingerprints), theirs):
        best = np.argmax(similarities, axis=1)
        rows = np.flatnonzero(similarities[np.arange(len(best)), best] >= ALIKE)
        found |= {start + row: int(best[row]) for row in rows.tolist()}
    return found


def alike_groups(fingerprints: Sequence[bytes]) -> list[list[int]]:
    """Find what looks alike, and what looks like that: the places of each group of two or more. None may be empty."""
    vectors = _vectors(fingerprints)
    groups = np.arange(len(vectors))  # of each the least place in its group
    for _, similarities in _similarities(vectors, vectors):
        is_alike = similarities >= ALIKE
        for row in np.flatnonzero(np.count_nonzero(is_alike, axis=1) > 1).tolist():
            joined = np.unique(groups[is_alike[row]])
            if len(joined) > 1:
                groups[np.isin(groups, joined)] = joined[0]
    places: dict[int, list[int]] = {}
    for place, group in enumerate(groups.tolist()):
        places.setdefault(group, []).append(place)
    return [group for group in places.values() if len(group) > 1]


def _similarities(
    vectors: NDArray[np.float32], others: NDArray[np.float32]
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Give the similarities of some vectors after others to all `others`, each time with the place of the first."""
    rows = max(_BLOCK // max(len(others), 1), 1)
    for start in range(0, len(vectors), rows):
        yield start, vectors[start : start + rows] @ others.T


def _vectors(fingerprints: Sequence[bytes]) -> NDArray[np.float32]:
    """Give the changes of grey of each fingerprint as a vector of length 1: `(N, 2 * (SIDE - 1) ** 2)`."""
    values = np.frombuffer(b"".join(fingerprints), np.uint8).reshape(-1, SIDE, SIDE).astype(np.float32)
    changes = _changes(values)
    vectors: NDArray[np.float32] = changes / np.linalg.norm(changes, axis=1, keepdims=True)
    return vectors


def _changes(values: NDArray[np.float32]) -> NDArray[np.float32]:
    corner = values[:, :-1, :-1]
    right, below = values[:, :-1, 1:] - corner, values[:, 1:, :-1] - corner
    return np.stack([right, below], axis=1).reshape(len(values), 2 * (SIDE - 1) ** 2)
