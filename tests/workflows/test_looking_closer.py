"""Zoomed in on a part of the image, one key has the model look at that part alone."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from sam3_annotator.model import Window
from sam3_annotator.project import rectangle
from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.assistance.closer_look import BACK, WHOLE_IN_VIEW, CloserLook
from sam3_annotator.ui.settings import Settings


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


@pytest.fixture
def room_for_two(fake_session, isolated_user, qapp) -> None:
    """Let the cache, as large as the least that can be set, hold two embeddings."""
    fake_session.embedding_bytes = 32 << 20
    Settings().embedding_megabytes = 64


def look_closer_and_count(user, fake_session, window) -> Callable[[], int]:
    """Zoom in on a part and have the model look there; say how often it has read that part."""
    user.window.canvas.set_zoom(20)
    user.press(Qt.Key.Key_W)
    seen = window()
    pixels = user.window.findChild(Assist).image.pixels[seen.y0 : seen.y1, seen.x0 : seen.x1]
    fingerprint = zlib.crc32(np.ascontiguousarray(pixels).tobytes())
    return lambda: fake_session.embedded.count(fingerprint)


def click_in(seen: Window, user) -> None:
    user.press(Qt.Key.Key_S)
    user.click((seen.x0 + seen.x1) / 2, (seen.y0 + seen.y1) / 2)
    user.settle()
    assert user.draft.region.polygons


def test_images_ahead_do_not_push_out_what_the_model_looks_at(room_for_two, user, fake_session, window, qtbot) -> None:
    fake_session.hold()
    user.press(Qt.Key.Key_D)
    assert fake_session.has_call_waiting.wait(10)  # the image after the next is being encoded
    qtbot.waitUntil(lambda: user.window.findChild(Assist).image is not None)
    count = look_closer_and_count(user, fake_session, window)
    fake_session.release()
    user.settle()

    click_in(window(), user)

    assert count() == 1


def test_comparing_outlines_does_not_push_out_what_the_model_looks_at(room_for_two, user, fake_session, window) -> None:
    store = user.window.store
    with store.edit("Label") as edit:
        cat = edit.add_category("cat")
        for image in store.images():
            edit.add_instance(image.id, cat, rectangle(5, 5, 30, 30))
    count = look_closer_and_count(user, fake_session, window)
    user.settle()
    before = len(fake_session.embedded)

    user.window.window_actions.trigger("compare_outlines")
    user.settle()
    assert len(fake_session.embedded) > before
    click_in(window(), user)

    assert count() == 1


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
