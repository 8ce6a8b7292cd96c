"""Brings what the keys are about into view: the object that is being made, selected or proposed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from PySide6.QtCore import QObject, Slot

from sam3_annotator.project import ProjectStore, Region
from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.verbs.labelling import Labelling
from sam3_annotator.ui.workspace import Workspace

# More than of a finding: whoever asks for it wants to see pixels.
MAX_OBJECT_ZOOM: Final = 32.0


class Sighting(QObject):
    """An instance that is chosen by a key, or in the list, comes into sight; nothing moves if it is there."""

    def __init__(
        self,
        store: ProjectStore,
        workspace: Workspace,
        canvas: CanvasView,
        assist: Assist,
        finder: Finder,
        labelling: Labelling,
    ) -> None:
        super().__init__(canvas)
        self._store = store
        self._workspace = workspace
        self._canvas = canvas
        self._assist = assist
        self._finder = finder
        self._labelling = labelling

    def slots(self) -> dict[str, Callable[[], object]]:
        """Say what the verbs call."""
        return {
            "next_instance": self.turn,
            "previous_instance": lambda: self.turn(-1),
            "zoom_to_object": self.zoom_to_object,
        }

    def turn(self, step: int = 1) -> None:
        """Select the next instance, or with -1 the previous, and bring it into sight."""
        self._labelling.select_next(step)
        self.reveal_selection()

    @Slot()
    def reveal_selection(self) -> None:
        """Bring what is selected into sight, with the smallest move."""
        if (box := self._box_of_selection()) is not None:
            self._canvas.reveal_box(box)

    def zoom_to_object(self) -> None:
        """Show what is being made, else what is selected, else the focused proposal, as large as the canvas allows."""
        if (box := self._box_of_object()) is not None:
            self._canvas.zoom_to(box, MAX_OBJECT_ZOOM)

    def _box_of_object(self) -> BoxXyxy | None:
        if self._canvas.is_drawing:
            return _box_around((self._canvas.polygon.region,))
        if (draft := self._assist.draft) is not None:
            return _box_around((draft.region,))
        if self._workspace.selection:
            return self._box_of_selection()
        focused = self._finder.proposals.focused if self._finder.proposals is not None else None
        return None if focused is None else focused.region.box_xyxy

    def _box_of_selection(self) -> BoxXyxy | None:
        image_id = self._workspace.image_id
        there = () if image_id is None else self._store.instances(image_id)
        return _box_around(each.region for each in there if each.id in self._workspace.selection)


def _box_around(regions: Iterable[Region]) -> BoxXyxy | None:
    """Give the smallest box around regions, None if all are empty."""
    boxes = [region.box_xyxy for region in regions if not region.is_empty]
    if not boxes:
        return None
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return min(x0), min(y0), max(x1), max(y1)
