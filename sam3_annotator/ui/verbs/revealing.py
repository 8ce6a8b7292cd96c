"""Shows a finding or an instance on the canvas: turns to its image, selects what may be wrong, brings that near."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from sam3_annotator.project import Finding, ImageId, Instance, InstanceId
from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.canvas_binding import CanvasBinding
from sam3_annotator.ui.images.image_display import ImageDisplay
from sam3_annotator.ui.workspace import Workspace


@dataclass(frozen=True, slots=True)
class _Sight:
    """What is to be shown on an image, and the finding that it is about, if any; without a box the whole image."""

    image_id: ImageId
    instance_ids: tuple[InstanceId, ...]
    box_xyxy: BoxXyxy | None
    finding: Finding | None = None


class Revealing(QObject):
    """Waits for an image to be shown, unless the user turns to another one meanwhile.

    A finding about two images that is asked for once more, as by Enter, shows the other of them each time.
    """

    shown = Signal(object)  # Finding, all that it is about being on the canvas

    def __init__(self, workspace: Workspace, canvas: CanvasView, binding: CanvasBinding, display: ImageDisplay) -> None:
        super().__init__(display)
        self._workspace = workspace
        self._canvas = canvas
        self._binding = binding
        self._display = display
        self._awaited: _Sight | None = None
        self._last: Finding | None = None
        display.shown.connect(self._arrive)

    @Slot(object)
    def show(self, finding: Finding) -> None:
        """Show what a finding is about; one about the whole project has no place to be shown."""
        if finding.image_id is None:
            return
        is_asked_again, self._last = finding is self._last, finding
        if finding.other_image_id is None:
            self._go_to(_Sight(finding.image_id, finding.instance_ids, finding.box_xyxy, finding))
        elif is_asked_again and self._display.image_id == finding.image_id:
            self._go_to(_Sight(finding.other_image_id, (), None))
        else:
            self._go_to(_Sight(finding.image_id, (), None, finding))

    def show_instance(self, instance: Instance) -> None:
        """Show an instance."""
        self._go_to(_Sight(instance.image_id, (instance.id,), instance.region.box_xyxy))

    def _go_to(self, sight: _Sight) -> None:
        self._awaited = sight
        if self._display.image_id == sight.image_id:
            self._arrive(sight.image_id)
        else:
            self._workspace.set_image(sight.image_id)

    @Slot(object)
    def _arrive(self, image_id: ImageId) -> None:
        sight, self._awaited = self._awaited, None
        if sight is None or sight.image_id != image_id:
            return
        present = [each for each in sight.instance_ids if each in self._binding.instance_ids]
        self._workspace.hide(self._workspace.hidden.difference(present))
        # Of two that are one object, only one: what is done then, as to delete it, must leave the other.
        self._workspace.select(present[-1:], among=present if len(present) > 1 else ())
        if sight.box_xyxy is not None:
            self._canvas.zoom_to(sight.box_xyxy)
        else:
            self._canvas.fit()
        if sight.finding is not None:
            self.shown.emit(sight.finding)
