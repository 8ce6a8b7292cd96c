"""Instances have the colour of their category or, where neighbours are to be told apart, one for each."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor

from sam3_annotator.project import PALETTE, rectangle
from tests.workflows.sequences import put

CENTRES = ((12, 24), (32, 24), (52, 24))


def colours(user) -> list[str]:
    """Read the fills of the instances off the canvas."""
    shown = user.window.canvas.viewport().grab().toImage()
    scale = shown.devicePixelRatio()
    places = (user.window.canvas.viewport_from_image(QPointF(*centre)) * scale for centre in CENTRES)
    return [QColor(shown.pixel(place.toPoint())).name() for place in places]


def test_touching_instances_are_told_apart_by_a_setting(user, qtbot) -> None:
    user.window.settings.fill_opacity = 1.0
    user.add_category("cell")
    for x in (2, 22, 42):
        put(user, 0, "cell", rectangle(x, 4, x + 20, 44))
    qtbot.waitUntil(lambda: colours(user) == [PALETTE[0]] * 3)

    user.window.settings.colors_instances = True

    qtbot.waitUntil(lambda: len(set(colours(user))) == 3)
    apart = colours(user)
    assert set(apart) <= set(PALETTE)
    user.press(Qt.Key.Key_D)
    user.settle()
    user.press(Qt.Key.Key_A)
    user.settle()
    qtbot.waitUntil(lambda: colours(user) == apart)  # each keeps its own

    user.window.settings.colors_instances = False

    qtbot.waitUntil(lambda: colours(user) == [PALETTE[0]] * 3)
