"""Says in the status line why the brush cannot paint."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from sam3_annotator.ui.actions.action_state import ActionState
from sam3_annotator.ui.canvas.brush_in_hand import BrushInHand
from sam3_annotator.ui.window.status_line import StatusLine


class BrushRefusals(QObject):
    """The words stay until the situation is another, which whoever makes this has `follow` called with."""

    def __init__(self, brush: BrushInHand, status_line: StatusLine) -> None:
        super().__init__(status_line)
        self._status_line = status_line
        self._has_refused = False
        brush.refused.connect(self._say)

    @Slot(str)
    def _say(self, sentence: str) -> None:
        self._has_refused = True
        self._status_line.set_hint(sentence)

    @Slot(object)
    def follow(self, state: ActionState) -> None:
        """Say nothing any more that was said of another situation; the words of a draft are its own."""
        if self._has_refused and not state.has_draft:
            self._status_line.set_hint("")
        self._has_refused = False
