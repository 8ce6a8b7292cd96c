"""Keeps the brush as the user wants it, and goes on painting where a draft was accepted."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from sam3_annotator.project import InstanceId
from sam3_annotator.ui.canvas.brush import Brush, larger_radius, smaller_radius
from sam3_annotator.ui.canvas.preview_item import PreviewKind
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.category_color import category_color
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs.drawing import Drawing
from sam3_annotator.ui.verbs.labelling import Labelling
from sam3_annotator.ui.workspace import Workspace


class Painting(QObject):
    """The brush has the size of the settings and the colour of the current category."""

    def __init__(
        self,
        bridge: StoreBridge,
        workspace: Workspace,
        canvas: CanvasView,
        settings: Settings,
        labelling: Labelling,
        drawing: Drawing,
    ) -> None:
        super().__init__(canvas)
        self._store = bridge.store
        self._workspace = workspace
        self._canvas = canvas
        self._settings = settings
        for source in (bridge.changed, workspace.category_changed):
            source.connect(self._show_brush)
        settings.changed.connect(self._follow_setting)
        labelling.stored.connect(self._select_stored)
        self._drawing = drawing
        for source in (drawing.waiting_changed, workspace.category_changed):
            source.connect(self._show_waiting)
        self._show_brush()

    def enlarge(self) -> None:
        """Take the next larger brush."""
        self._settings.brush_radius = larger_radius(self._radius)

    def shrink(self) -> None:
        """Take the next smaller brush."""
        self._settings.brush_radius = smaller_radius(self._radius)

    @property
    def _radius(self) -> int:
        return self._canvas.brush.radius_on(self._canvas.image_size)

    @Slot(str)
    def _follow_setting(self, name: str) -> None:
        # Of others nothing is to be seen here, and they change after the project is closed, too.
        if name in ("brush_radius", "appearance"):
            self._show_brush()

    @Slot()
    def _show_brush(self) -> None:
        color = category_color(self._store, self._workspace.category_id)
        self._canvas.brush.take(Brush(self._settings.brush_radius, color.name()))

    @Slot()
    def _show_waiting(self) -> None:
        """Show what was painted until it has a category, in the colour of the one it would get."""
        color = category_color(self._store, self._workspace.category_id)
        self._canvas.set_preview(self._drawing.waiting, color, PreviewKind.WAITING)

    @Slot(object)
    def _select_stored(self, instance_id: InstanceId) -> None:
        """Let strokes go on in what was a draft, unless another image has been turned to."""
        if self._canvas.tool == "brush" and self._store.instance(instance_id).image_id == self._workspace.image_id:
            self._workspace.select((instance_id,))
