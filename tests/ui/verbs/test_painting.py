"""The brush follows settings and category."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor

from sam3_annotator.model import PointPrompt
from sam3_annotator.project import rectangle
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.canvas.preview_item import PreviewKind
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.drawing import Drawing
from sam3_annotator.ui.verbs.labelling import Labelling
from sam3_annotator.ui.verbs.painting import Painting


@pytest.fixture
def settings(qapp) -> Settings:
    return Settings()


@pytest.fixture
def canvas(qtbot) -> CanvasView:
    """Make a canvas with an image of 1600 x 1200 pixels and the brush in the hand."""
    view = CanvasView()
    qtbot.addWidget(view)
    view.show_image(np.zeros((1200, 1600, 3), np.uint8))
    view.set_tool("brush")
    return view


@pytest.fixture
def labelling(store, workspace, assist) -> Labelling:
    workspace.set_image(store.images()[0].id)
    return Labelling(store, workspace, assist, lambda name: name, lambda: False)


@pytest.fixture
def drawing(store, workspace) -> Drawing:
    made = Drawing(store, workspace)
    made.show(store.images()[0].id)
    return made


@pytest.fixture
def painting(bridge, workspace, canvas, settings, labelling, drawing) -> Painting:
    return Painting(bridge, workspace, canvas, settings, labelling, drawing)


def test_the_size_steps_from_the_one_that_suits_the_image_and_is_remembered(painting, canvas, settings):
    suitable = canvas.brush.radius_on(canvas.image_size)
    assert suitable == 20
    assert settings.brush_radius == 0

    painting.enlarge()
    assert canvas.brush.radius_on(canvas.image_size) == settings.brush_radius == 24
    painting.shrink()
    painting.shrink()

    assert canvas.brush.radius_on(canvas.image_size) == Settings().brush_radius == 17


def test_the_brush_has_the_colour_of_the_category(painting, canvas, store, workspace):
    first, second = (operations.add_category(store, name) for name in ("cat", "dog"))

    workspace.set_category(second)
    assert canvas.brush.color == store.category(second).color
    workspace.set_category(first)
    operations.recolor_category(store, first, "#123456")

    assert canvas.brush.color == "#123456"


def test_what_waits_for_a_category_is_shown(painting, drawing, canvas, store, workspace):
    square = rectangle(10, 10, 40, 40)

    drawing.add(square, selects=True)
    canvas.set_preview(None, QColor("white"))  # the points tool, when the cursor leaves
    assert canvas._overlay.previews[PreviewKind.WAITING].region == square

    workspace.set_category(operations.add_category(store, "cat"))
    assert canvas._overlay.previews[PreviewKind.WAITING].region is None


@pytest.mark.usefixtures("painting")
class TestAcceptedDraft:
    @pytest.fixture(autouse=True)
    def _draft(self, store, workspace, assist, answered):
        workspace.set_category(operations.add_category(store, "cat"))
        image = store.images()[0]
        pixels = np.zeros((image.facts.height, image.facts.width, 3), np.uint8)
        assist.show(ShownImage(image.id, "key", pixels))
        assist.add_prompt(PointPrompt(15, 15))
        answered()

    def test_painting_goes_on_in_it(self, labelling, store, workspace):
        labelling.accept()

        assert workspace.selection == {store.instances(workspace.image_id)[0].id}

    def test_other_tools_leave_the_selection(self, labelling, canvas, workspace):
        canvas.set_tool("points")

        labelling.accept()

        assert workspace.selection == frozenset()

    def test_it_is_not_selected_on_another_image(self, labelling, store, workspace):
        first, second = store.images()[:2]
        workspace.set_image(second.id)

        labelling.accept()

        assert len(store.instances(first.id)) == 1
        assert workspace.selection == frozenset()
