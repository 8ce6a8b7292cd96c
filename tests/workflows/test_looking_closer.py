"""Zoomed in on a part of the image, one key has the model look at that part alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt

from sam3_annotator.model import Window
from sam3_annotator.ui.assistance.closer_look import BACK, WHOLE_IN_VIEW, CloserLook


@pytest.fixture
def window(user):
    """Say what the model sees."""
    return lambda: user.window.findChild(CloserLook).window


def test_the_model_looks_at_what_is_in_view_and_clicks_are_asked_there(user, fake_session, window, tell) -> None:
    user.window.canvas.zoom_to((10, 8, 40, 30))

    user.press(Qt.Key.Key_W)
    user.settle()

    seen = window()
    width, height = user.window.canvas.image_size
    assert isinstance(seen, Window)
    assert 0 <= seen.x0 <= 10 < 40 <= seen.x1 <= width
    assert 0 <= seen.y0 <= 8 < 30 <= seen.y1 <= height
    assert seen.size != (height, width)
    assert tell() == [f"The model looks at this part alone, {seen.size[1]} by {seen.size[0]} pixels."]
    assert user.window.window_actions.state.is_looking_closer
    user.press(Qt.Key.Key_S)
    user.click(25, 19)
    user.settle()
    assert user.draft.window == seen
    x0, y0, x1, y1 = user.draft.region.box_xyxy
    assert (x0 + x1) / 2 == pytest.approx(25.5, abs=1)
    assert (y0 + y1) / 2 == pytest.approx(19.5, abs=1)


def test_the_same_key_leads_back_to_the_whole_and_to_another_part(user, window, tell) -> None:
    canvas = user.window.canvas
    canvas.zoom_to((10, 8, 40, 30))
    user.press(Qt.Key.Key_W)
    first = window()

    user.press(Qt.Key.Key_W)
    assert window() is None
    assert tell() == [BACK]

    user.press(Qt.Key.Key_W)
    canvas.zoom_to((30, 20, 60, 44))
    user.press(Qt.Key.Key_W)
    assert window() not in (None, first)

    user.press(Qt.Key.Key_F)
    user.press(Qt.Key.Key_W)
    assert window() is None


def test_where_all_is_in_view_there_is_nothing_to_look_closer_at(user, window, tell) -> None:
    user.press(Qt.Key.Key_W)

    assert window() is None
    assert tell() == [WHOLE_IN_VIEW]


def test_while_an_image_is_being_read_there_is_nothing_to_look_at(user, window, tell) -> None:
    user.window.workspace.set_image(None)

    user.window.findChild(CloserLook).toggle()

    assert window() is None
    assert tell() == []


def test_a_part_of_a_few_pixels_is_made_large_enough_to_show_something(user, window) -> None:
    user.window.canvas.set_zoom(200)

    user.press(Qt.Key.Key_W)

    assert min(window().size) == 32


def test_the_next_image_is_looked_at_as_a_whole(user, window) -> None:
    user.window.canvas.zoom_to((10, 8, 40, 30))
    user.press(Qt.Key.Key_W)

    user.press(Qt.Key.Key_D)
    user.settle()

    assert window() is None
    assert not user.window.window_actions.state.is_looking_closer


def test_the_frame_is_painted_and_the_rest_is_darker(user, window) -> None:
    canvas = user.window.canvas
    canvas.zoom_to((10, 8, 40, 30))
    user.press(Qt.Key.Key_W)
    seen = window()
    user.press(Qt.Key.Key_F)
    user.settle()
    marked = canvas.grab().toImage()
    user.press(Qt.Key.Key_W)
    user.settle()
    plain = canvas.grab().toImage()

    def lightness(image, x, y):
        return image.pixelColor(canvas.viewport_from_image(QPointF(x, y)).toPoint()).lightness()

    inside = (seen.x0 + seen.x1) / 2, (seen.y0 + seen.y1) / 2
    outside = canvas.image_size[0] - 1, canvas.image_size[1] - 1
    assert lightness(marked, *inside) == lightness(plain, *inside)
    assert lightness(marked, *outside) < lightness(plain, *outside)
