"""Keeps the polygons that are being drawn, one on each image, until they are in the project or dropped."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from sam3_annotator.project import ImageId, Region
from sam3_annotator.ui.canvas.outlines import Floats
from sam3_annotator.ui.canvas.polygon_drawing import MIN_VERTICES
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.category_color import category_color
from sam3_annotator.ui.images.image_display import ImageDisplay
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.theme import theme
from sam3_annotator.ui.verbs.drawing import Drawing
from sam3_annotator.ui.workspace import Workspace


class PolygonKeeping(QObject):
    """A polygon rests while another image is shown or another tool is in the hand, and goes on where it was left.

    It wears the colour of the category it would get. Once closed it stays open until its instance is in the project; if
    it waits for its category and is changed meanwhile, it is not stored as it was. One with too few vertices for a ring
    is kept too, but `left`, `taken_up` and `waits_on` pass it over.
    """

    next_wanted = Signal()  # the polygon is in the project, and the user wants to go on
    changed = Signal()  # the polygon on the shown image
    left = Signal(object)  # ImageId of one that is not shown any more, on which a polygon waits now
    taken_up = Signal()  # a polygon that has waited is on the shown image

    def __init__(
        self,
        bridge: StoreBridge,
        workspace: Workspace,
        canvas: CanvasView,
        display: ImageDisplay,
        drawing: Drawing,
    ) -> None:
        super().__init__(canvas)
        self._store = bridge.store
        self._workspace = workspace
        self._canvas = canvas
        self._polygon = canvas.polygon
        self._drawing = drawing
        self._image_id: ImageId | None = None
        self._kept: dict[ImageId, tuple[Floats, ...]] = {}
        self._waits_for_category = False
        self._goes_on = False
        display.left.connect(self._put_away)
        display.shown.connect(self._take_up)
        self._polygon.changed.connect(self._follow)
        drawing.category_wanted.connect(self._note_wait)
        drawing.stored.connect(self._drop_stored)
        for source in (bridge.changed, workspace.category_changed, theme().theme_changed):
            source.connect(self._show_color)
        self._show_color()

    def close_and_go_on(self) -> None:
        """Close the polygon; once it is in the project, ask for the next image."""
        self._goes_on = True
        self._canvas.close_polygon()

    def drop(self) -> None:
        """Drop the polygon on the shown image."""
        self._polygon.put(())

    def drop_all(self) -> None:
        """Drop the polygons on all images."""
        self._kept.clear()
        self.drop()

    def waits_on(self) -> tuple[ImageId, ...]:
        """Give the images with a polygon that could be closed, the shown one too, in the order of the project."""
        return tuple(image.id for image in self._store.images() if self._has_ring(image.id))

    def _has_ring(self, image_id: ImageId) -> bool:
        return sum(len(vertices) for vertices in self._kept.get(image_id, ())) >= MIN_VERTICES

    @Slot()
    def _put_away(self) -> None:
        left, self._image_id = self._image_id, None
        self._polygon.put(())
        self._mark()
        if left is not None and left != self._workspace.image_id and self._has_ring(left):
            self.left.emit(left)

    @Slot(object)
    def _take_up(self, image_id: ImageId) -> None:
        self._image_id = image_id
        self._polygon.put(self._kept.get(image_id, ()))
        self._mark()
        if self._has_ring(image_id):
            self.taken_up.emit()

    def _mark(self) -> None:
        waiting = (each for each in self._kept if each != self._image_id and self._has_ring(each))
        self._workspace.set_waiting("Polygon waits", waiting)

    @Slot()
    def _follow(self) -> None:
        self._goes_on = False
        if self._waits_for_category:
            self._waits_for_category = False
            self._drawing.withdraw()
        if self._image_id is not None:
            self._kept[self._image_id] = self._polygon.gestures
            self.changed.emit()

    @Slot()
    def _note_wait(self) -> None:
        self._waits_for_category = self._polygon.closed_as is not None

    @Slot(object)
    def _drop_stored(self, region: Region) -> None:
        if region is self._polygon.closed_as:
            goes_on = self._goes_on
            self.drop()
            if goes_on:
                self.next_wanted.emit()

    @Slot()
    def _show_color(self) -> None:
        self._canvas.set_polygon_color(category_color(self._store, self._workspace.category_id))
