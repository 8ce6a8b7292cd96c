"""Somebody labels a sequence zoomed in, and need not zoom anew on each image of it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt

PLACE = QPointF(30, 40)


def go_on(user, key: Qt.Key = Qt.Key.Key_D) -> None:
    user.press(key)
    user.settle()


@pytest.fixture
def zoomed(user):
    """Zoom in on a place of the second image; the first is larger than it, the third as large."""
    user.window.settings.keeps_view = True
    go_on(user)
    user.window.canvas.set_zoom(4.0, user.window.canvas.viewport_from_image(PLACE))
    return user


def test_an_image_of_the_same_size_is_seen_as_the_one_before(zoomed) -> None:
    canvas = zoomed.window.canvas
    before = canvas.viewport_from_image(PLACE)

    go_on(zoomed)

    assert zoomed.image_position() == 2
    assert canvas.zoom == 4.0
    assert canvas.viewport_from_image(PLACE) == before


def test_one_of_another_size_is_shown_as_a_whole(zoomed) -> None:
    go_on(zoomed, Qt.Key.Key_A)

    canvas = zoomed.window.canvas
    assert canvas.image_size == (80, 60)
    zoom = canvas.zoom
    canvas.fit()
    assert canvas.zoom == zoom


def test_what_was_not_zoomed_is_fitted_where_the_window_was_made_smaller_meanwhile(zoomed) -> None:
    window = zoomed.window
    window.canvas.fit()
    zoomed.press(Qt.Key.Key_D)
    window.resize(window.width() - 200, window.height() - 150)
    zoomed.settle()

    zoom = window.canvas.zoom
    window.canvas.fit()
    assert window.canvas.zoom == zoom


def test_usually_each_image_is_shown_as_a_whole(zoomed) -> None:
    zoomed.window.settings.keeps_view = False

    go_on(zoomed)

    assert zoomed.window.canvas.zoom != 4.0
