"""The polygon being drawn by hand on the shown image, until its instance is in the project."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QObject, Signal

from sam3_annotator.project import Polygon, Region
from sam3_annotator.ui.canvas.outlines import NO_VERTICES, Floats

# With fewer vertices nothing is enclosed.
MIN_VERTICES = 3


class PolygonDrawing(QObject):
    """Its vertices, `(N, 2)` image pixels, by the gestures that gave them; without any gesture no polygon is open.

    `closed_as` is the region it was announced as, None as long as it was not or has changed since.
    """

    changed = Signal()
    stepped_back = Signal(object)  # tuple[Floats, ...]: all gestures there were, the last of which was taken back

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.closed_as: Region | None = None
        self._gestures: tuple[Floats, ...] = ()
        self._vertices = NO_VERTICES

    @property
    def gestures(self) -> tuple[Floats, ...]:
        """The vertices of each gesture, `(N, 2)` each."""
        return self._gestures

    @property
    def vertices(self) -> Floats:
        """All vertices, `(N, 2)`, in the order of the ring."""
        return self._vertices

    @property
    def vertex_count(self) -> int:
        """How many vertices there are."""
        return len(self._vertices)

    @property
    def is_open(self) -> bool:
        """A polygon is being drawn."""
        return bool(self._gestures)

    @property
    def can_close(self) -> bool:
        """There are vertices enough for a ring."""
        return self.vertex_count >= MIN_VERTICES

    @property
    def region(self) -> Region:
        """What the ring encloses, as it was drawn: it may cross itself; empty while there are too few vertices."""
        return Region((Polygon(self._vertices),)) if self.can_close else Region()

    def add(self, vertices: Floats) -> None:
        """Add the vertices `(N, 2)` of one gesture."""
        if len(vertices):
            self.put((*self._gestures, vertices))

    def step_back(self) -> None:
        """Take the last gesture back; without one, do nothing."""
        if before := self._gestures:
            self.put(before[:-1])
            self.stepped_back.emit(before)

    def put(self, gestures: Iterable[Floats]) -> None:
        """Put other gestures in place of what there is; none drops the polygon."""
        before, self._gestures = self._gestures, tuple(gestures)
        if before or self._gestures:
            self._vertices = np.concatenate((NO_VERTICES, *self._gestures))
            self.closed_as = None
            self.changed.emit()
