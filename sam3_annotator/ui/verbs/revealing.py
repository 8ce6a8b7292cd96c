"""Shows on the canvas what a finding is about: turns to its image, selects its instances, brings them near."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from sam3_annotator.project import Finding, ImageId
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.canvas_binding import CanvasBinding
from sam3_annotator.ui.images.image_display import ImageDisplay
from sam3_annotator.ui.workspace import Workspace


class Revealing(QObject):
    """Waits for the image of a finding to be shown, unless the user turns to another one meanwhile."""

    shown = Signal(object)  # Finding, all that it is about being on the canvas

    def __init__(self, workspace: Workspace, canvas: CanvasView, binding: CanvasBinding, display: ImageDisplay) -> None:
        super().__init__(display)
        self._workspace = workspace
        self._canvas = canvas
        self._binding = binding
        self._display = display
        self._awaited: Finding | None = None
        display.shown.connect(self._arrive)

    @Slot(object)
    def show(self, finding: Finding) -> None:
        """Show what a finding is about; one about the whole project has no place to be shown."""
        if finding.image_id is None:
            return
        self._awaited = finding
        if self._display.image_id == finding.image_id:
            self._arrive(finding.image_id)
        else:
            self._workspace.set_image(finding.image_id)

    @Slot(object)
    def _arrive(self, image_id: ImageId) -> None:
        finding, self._awaited = self._awaited, None
        if finding is None or finding.image_id != image_id:
            return
        present = self._binding.instance_ids & set(finding.instance_ids)
        self._workspace.hide(self._workspace.hidden - present)
        self._workspace.select(present)
        if finding.box_xyxy is not None:
            self._canvas.zoom_to(finding.box_xyxy)
        else:
            self._canvas.fit()
        self.shown.emit(finding)
