"""The brush the canvas paints with, and what it announces of its strokes besides regions."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from sam3_annotator.ui.canvas.brush import Brush


class BrushInHand(QObject):
    """Size and colour of the brush; another one is for the next stroke."""

    changed = Signal()
    erased = Signal(object)  # InstanceId of which nothing is left
    refused = Signal(str)  # why there is no stroke

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._brush = Brush()

    def take(self, brush: Brush) -> None:
        """Take another brush."""
        if brush != self._brush:
            self._brush = brush
            self.changed.emit()

    def radius_on(self, image_size: tuple[int, int]) -> int:
        """Give the radius on an image of this width and height, in image pixels."""
        return self._brush.radius_on(image_size)

    @property
    def color(self) -> str:
        """The colour of what is painted anew, `#rrggbb`."""
        return self._brush.color
