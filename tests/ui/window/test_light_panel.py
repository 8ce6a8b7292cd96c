"""The card of brightness and contrast: what its sliders and buttons set, by mouse and by key."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from sam3_annotator.ui.canvas.light import NEUTRAL, Light, own_light
from sam3_annotator.ui.canvas.shown_light import ShownLight
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.theme import SPACE_L
from sam3_annotator.ui.window.centred_slider import CentredSlider
from sam3_annotator.ui.window.light_panel import WIDTH, LightPanel

PIXELS = np.tile(np.arange(20, 60, dtype=np.uint8), (30, 1))[..., None].repeat(3, axis=2)
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def light() -> ShownLight:
    made = ShownLight()
    made.look_at(PIXELS)
    return made


@pytest.fixture
def ground(qtbot: Any) -> QWidget:
    created = QWidget()
    qtbot.addWidget(created)
    created.resize(800, 600)
    created.show()
    qtbot.waitExposed(created)
    return created


@pytest.fixture
def panel(ground: QWidget, light: ShownLight) -> LightPanel:
    return LightPanel(ground, light, KeyMap())


def slider(panel: LightPanel, name: str) -> CentredSlider:
    return next(each for each in panel.findChildren(CentredSlider) if each.accessibleName() == name)


def button(panel: LightPanel, words: str) -> QAbstractButton:
    return next(each for each in panel.findChildren(QAbstractButton) if each.text() == words)


def numbers(panel: LightPanel) -> list[str]:
    return [label.text() for label in panel.findChildren(QLabel) if label.text()[-1:].isdigit()]


@pytest.mark.parametrize(
    ("name", "key", "light_then", "number"),
    [
        ("Brightness", Qt.Key.Key_End, Light(brightness=100), "+100"),
        ("Brightness", Qt.Key.Key_Left, Light(brightness=-1), "\N{MINUS SIGN}1"),
        ("Contrast", Qt.Key.Key_PageUp, Light(contrast=10), "+10"),
        ("Gamma", Qt.Key.Key_End, Light(gamma=4), "4.00"),
        ("Gamma", Qt.Key.Key_Home, Light(gamma=0.25), "0.25"),
    ],
)
def test_keys_move_the_sliders(
    name: str, key: Qt.Key, light_then: Light, number: str, panel: LightPanel, light: ShownLight, qtbot: Any
) -> None:
    assert numbers(panel) == ["0", "0", "1.00"]

    qtbot.keyClick(slider(panel, name), key)

    assert light.light == light_then
    assert number in numbers(panel)
    assert slider(panel, name).accessibleDescription() == number


def test_double_click_takes_a_slider_back_to_the_middle(panel: LightPanel, light: ShownLight, qtbot: Any) -> None:
    light.set_light(Light(30, 20, 2.0))
    contrast = slider(panel, "Contrast")

    qtbot.mouseClick(contrast, LEFT, pos=QPoint(contrast.width() - 2, contrast.height() // 2))
    assert light.light == Light(30, 100, 2.0)
    qtbot.mouseDClick(contrast, LEFT, pos=QPoint(contrast.width() - 2, contrast.height() // 2))

    assert light.light == Light(30, 0, 2.0)
    assert contrast.value() == 0


def test_what_is_set_elsewhere_is_shown_and_not_rounded(panel: LightPanel, light: ShownLight, qtbot: Any) -> None:
    light.set_light(Light(12.4, -7.6, 1.3))

    assert numbers(panel) == ["+12", "\N{MINUS SIGN}8", "1.30"]
    assert light.light == Light(12.4, -7.6, 1.3)

    qtbot.keyClick(slider(panel, "Brightness"), Qt.Key.Key_Right)
    assert light.light == Light(13, -7.6, 1.3)


def test_auto_follows_the_image_until_a_slider_is_moved(panel: LightPanel, light: ShownLight, qtbot: Any) -> None:
    qtbot.mouseClick(button(panel, "Auto"), LEFT)
    assert light.light == own_light(PIXELS)
    assert button(panel, "Auto").isChecked()

    qtbot.keyClick(slider(panel, "Gamma"), Qt.Key.Key_Right)

    assert not button(panel, "Auto").isChecked()
    light.look_at(PIXELS + 100)
    assert light.light.brightness == own_light(PIXELS).brightness


def test_original_can_be_shown_while_something_is_set(panel: LightPanel, light: ShownLight, qtbot: Any) -> None:
    assert not button(panel, "Original").isEnabled()
    light.set_light(Light(30))

    qtbot.mouseClick(button(panel, "Original"), LEFT)
    assert light.table is None
    assert button(panel, "Original").isChecked()

    light.toggle_original()
    assert not button(panel, "Original").isChecked()


def test_reset_takes_all_back(panel: LightPanel, light: ShownLight, qtbot: Any) -> None:
    light.set_automatic(True)

    qtbot.mouseClick(button(panel, "Reset"), LEFT)

    assert light.light == NEUTRAL
    assert not light.is_automatic
    assert numbers(panel) == ["0", "0", "1.00"]


def test_mouse_leaves_the_keys_to_the_canvas(panel: LightPanel, qtbot: Any) -> None:
    gamma, auto = slider(panel, "Gamma"), button(panel, "Auto")
    left: list[bool] = []
    panel.focus_left.connect(lambda: left.append(True))

    qtbot.mouseClick(gamma, LEFT, pos=QPoint(5, gamma.height() // 2))
    qtbot.mouseClick(auto, LEFT)
    assert len(left) == 2

    auto.setFocus()
    qtbot.keyClick(auto, Qt.Key.Key_Space)
    qtbot.keyClick(gamma, Qt.Key.Key_Left)
    assert len(left) == 2


def test_it_opens_again_as_things_are(ground: QWidget, panel: LightPanel, light: ShownLight) -> None:
    panel.dismiss()
    light.set_automatic(True)

    again = LightPanel(ground, light, KeyMap())

    assert button(again, "Auto").isChecked()
    assert slider(again, "Brightness").value() == round(light.light.brightness)


@pytest.mark.parametrize("width", [800, 320])
def test_it_stays_in_its_corner_however_narrow_the_canvas(width: int, ground: QWidget, panel: LightPanel) -> None:
    ground.resize(width, 500)

    assert panel.isVisible()
    assert panel.width() == min(WIDTH, width - 2 * SPACE_L)
    assert panel.geometry().right() == width - SPACE_L - 1
    assert panel.geometry().bottom() == 500 - SPACE_L - 1
    for child in panel.findChildren(QWidget):
        assert panel.rect().contains(child.geometry().translated(child.parentWidget().mapTo(panel, QPoint())))


def test_every_control_has_a_name_and_says_what_it_does(panel: LightPanel) -> None:
    controls = [*panel.findChildren(CentredSlider), *panel.findChildren(QAbstractButton)]

    assert len(controls) == 7
    for control in controls:
        assert control.toolTip()
        assert control.accessibleName() or control.text()
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus
