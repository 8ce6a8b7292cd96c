"""What Esc drops is not lost at once: undo brings it back, as long as nothing else was done."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from sam3_annotator.project import ChangeKind, ChangeSet
from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs.drawing import Drawing
from sam3_annotator.ui.workspace import Workspace


class Dropping(QObject):
    """Drops the polygon, outline, strokes or proposals on the shown image, and keeps what was dropped last.

    It is forgotten with whatever the user does next on the image or in the project, and with turning to another image.
    """

    changed = Signal()  # there is something to bring back, or nothing any more

    def __init__(
        self,
        bridge: StoreBridge,
        workspace: Workspace,
        canvas: CanvasView,
        assist: Assist,
        finder: Finder,
        drawing: Drawing,
    ) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._assist = assist
        self._finder = finder
        self._drawing = drawing
        self._dropped = ""
        self._put_back: Callable[[], None] | None = None
        for source in (
            workspace.image_changed,
            canvas.polygon.changed,
            assist.draft_changed,
            finder.changed,
            drawing.waiting_changed,
        ):
            source.connect(self._forget)
        bridge.changed.connect(self._follow)

    @property
    def dropped(self) -> str:
        """What can be brought back, in words; "" for nothing."""
        return self._dropped

    def slots(self) -> dict[str, Callable[[], object]]:
        """Say what the verbs call."""
        return {
            "drop_polygon": self.drop_polygon,
            "discard_draft": self.discard_draft,
            "drop_strokes": self.drop_strokes,
            "drop_proposals": self.drop_proposals,
            "bring_back": self.bring_back,
        }

    def drop_polygon(self) -> None:
        """Drop the polygon being drawn."""
        gestures = self._canvas.polygon.gestures

        def put_back() -> None:
            self._canvas.set_tool("polygon")
            self._canvas.polygon.put(gestures)

        self._canvas.polygon.put(())
        if gestures:
            self._keep("polygon", put_back)

    def discard_draft(self) -> None:
        """Drop the draft; one without prompts of its own has nothing to bring back."""
        draft = self._assist.draft
        self._assist.drop()
        if draft is not None and draft.prompts:
            self._keep("outline", lambda: self._assist.bring_back(draft))

    def drop_strokes(self) -> None:
        """Drop the strokes that wait for their category."""
        strokes = self._drawing.strokes
        self._drawing.drop_strokes()
        if strokes:
            self._keep("what was painted", lambda: self._drawing.bring_back(strokes))

    @Slot()
    def drop_proposals(self) -> None:
        """Look for nothing on the image any more."""
        proposals = self._finder.proposals
        self._finder.drop()
        if proposals is not None:
            self._keep("what was found", lambda: self._finder.bring_back(proposals))

    def bring_back(self) -> None:
        """Bring back what was dropped last."""
        if (put_back := self._put_back) is not None:
            self._forget()
            put_back()

    def _keep(self, words: str, put_back: Callable[[], None]) -> None:
        self._dropped, self._put_back = words, put_back
        self.changed.emit()

    @Slot()
    def _forget(self) -> None:
        if self._put_back is not None:
            self._dropped, self._put_back = "", None
            self.changed.emit()

    @Slot(object)
    def _follow(self, changes: ChangeSet) -> None:
        if changes.kind not in (ChangeKind.FACTS, ChangeKind.BACKGROUND):  # what others do is no step of the user's
            self._forget()
