"""The ring of an ellipse or a circle, which regions know only as vertices."""

from __future__ import annotations

import math

import numpy as np

from sam3_annotator.project.regions import Ring

_DEVIATION = 0.05  # pixels between an ellipse and its ring
_FEWEST = 16  # vertices


def ring_of_ellipse(x: float, y: float, rx: float, ry: float) -> Ring:
    """Return a ring of vertices on the ellipse around (x, y) with the radii `rx` and `ry`, in pixels and above 0."""
    count = max(_FEWEST, math.ceil(math.pi / math.acos(max(1 - _DEVIATION / max(rx, ry), 0))))
    angles = np.arange(count) * (2 * math.pi / count)
    ring: Ring = np.column_stack((x + rx * np.cos(angles), y + ry * np.sin(angles)))
    return ring
