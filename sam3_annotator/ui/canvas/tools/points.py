"""Clicks on and off the object become point prompts."""

from __future__ import annotations

from PySide6.QtCore import Qt

from sam3_annotator.model import PointPrompt
from sam3_annotator.ui.canvas.tools.base import PICK_DISTANCE, Tool, ToolEvent


class PointsTool(Tool):
    """Left is a positive point, right or Shift+left a negative one; at once, when the button goes down."""

    name = "points"
    hint = "Click the object; right-click what does not belong to it."
    cursor = Qt.CursorShape.CrossCursor

    def press(self, event: ToolEvent) -> None:
        """Give a prompt. A click just beside the image means its border; farther off it means nothing."""
        width, height = self.host.image_size
        margin = PICK_DISTANCE / self.host.view.zoom
        if not (-margin <= event.x <= width + margin and -margin <= event.y <= height + margin):
            return
        # On the border there is no pixel any more: the middle of the outermost one is meant.
        x = event.x if 0 <= event.x < width else min(max(event.x, 0.5), width - 0.5)
        y = event.y if 0 <= event.y < height else min(max(event.y, 0.5), height - 0.5)
        is_left = event.button is Qt.MouseButton.LeftButton
        is_positive = is_left and not event.has(Qt.KeyboardModifier.ShiftModifier)
        self.host.add_prompt(PointPrompt(x, y, is_positive))
