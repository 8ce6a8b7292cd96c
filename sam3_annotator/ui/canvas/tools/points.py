"""Clicks on and off the object become point prompts."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, Qt

from sam3_annotator.model import PointPrompt
from sam3_annotator.ui.canvas.tools.base import PICK_DISTANCE, Tool, ToolEvent

# A cursor that moves less, in device-independent pixels, is taken to rest: no hand holds quite still.
REST_DISTANCE = 2.0


class PointsTool(Tool):
    """Left is a positive point, right or Shift+left a negative one; at once, when the button goes down."""

    name = "points"
    cursor = Qt.CursorShape.CrossCursor

    _offered_at: QPointF | None = None

    def hover(self, event: ToolEvent) -> None:
        """Offer the positive point that a click would give, in the middle of its pixel."""
        width, height = self.host.image_size
        if event.has(Qt.KeyboardModifier.ShiftModifier) or not (0 <= event.x < width and 0 <= event.y < height):
            self.leave()
        elif self._offered_at is None or (event.at - self._offered_at).manhattanLength() >= REST_DISTANCE:
            self._offered_at = event.at
            self.host.offer_prompt(PointPrompt(math.floor(event.x) + 0.5, math.floor(event.y) + 0.5))

    def leave(self) -> None:
        """Offer nothing."""
        self._offered_at = None
        self.host.offer_prompt(None)

    def reset(self) -> None:
        """Offer nothing until the cursor moves again."""
        self.leave()

    def press(self, event: ToolEvent) -> None:
        """Give a prompt. A click just beside the image means its border; farther off it means nothing."""
        width, height = self.host.image_size
        margin = PICK_DISTANCE / self.host.view.zoom
        if not (-margin <= event.x <= width + margin and -margin <= event.y <= height + margin):
            return
        # On the border there is no pixel any more: the middle of the outermost one is meant.
        x = event.x if 0 <= event.x < width else min(max(event.x, 0.5), width - 0.5)
        y = event.y if 0 <= event.y < height else min(max(event.y, 0.5), height - 0.5)
        self.leave()
        is_left = event.button is Qt.MouseButton.LeftButton
        is_positive = is_left and not event.has(Qt.KeyboardModifier.ShiftModifier)
        self.host.add_prompt(PointPrompt(x, y, is_positive))
