"""The card of brightness and contrast: in which light the canvas shows images."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QHBoxLayout, QLabel, QPushButton, QWidget

from sam3_annotator.ui.canvas.light import MAX_BRIGHTNESS, MAX_CONTRAST, MAX_GAMMA
from sam3_annotator.ui.canvas.shown_light import ShownLight
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.keyboard.keys import with_key
from sam3_annotator.ui.sizes import bind_font, bind_text_width
from sam3_annotator.ui.theme import SPACE_M, SPACE_S
from sam3_annotator.ui.window.centred_slider import STEPS, CentredSlider
from sam3_annotator.ui.window.floating_card import FloatingCard

TITLE: Final = "Brightness and contrast"
WIDTH: Final = 336
NOTE: Final = "Only the view changes; file and model keep the original."


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the light: its name in `Light`, what its slider is called and does, and its scale."""

    field: str
    name: str
    tip: str
    value_of: Callable[[int], float]  # a step of the slider
    step_of: Callable[[float], float]
    words: str  # how its value is written


_PARTS: Final = (
    _Part(
        "brightness",
        "Brightness",
        "Lighter or darker as a whole",
        lambda step: step * MAX_BRIGHTNESS / STEPS,
        lambda value: value / MAX_BRIGHTNESS * STEPS,
        "+.0f",
    ),
    _Part(
        "contrast",
        "Contrast",
        "Further apart or closer together",
        lambda step: step * MAX_CONTRAST / STEPS,
        lambda value: value / MAX_CONTRAST * STEPS,
        "+.0f",
    ),
    _Part(
        "gamma",
        "Gamma",
        "Lifts what is dark, or lowers it; black and white stay as they are",
        lambda step: MAX_GAMMA ** (step / STEPS),
        lambda value: math.log(value, MAX_GAMMA) * STEPS,
        ".2f",
    ),
)


class LightPanel(FloatingCard):
    """A slider for each part of the light, and what sets all at once; the canvas stays at hand beside it.

    Opened by key, it has the keys until Esc; the mouse leaves them to the canvas.
    """

    focus_left = Signal()

    def __init__(self, ground: QWidget, light: ShownLight, keys: KeyMap) -> None:
        super().__init__(TITLE, ground, cross_words=f"Close {TITLE.lower()}", width=WIDTH)
        self._light = light
        self._keys = keys
        self._sliders = {part.field: CentredSlider() for part in _PARTS}
        self._numbers = {part.field: QLabel() for part in _PARTS}
        self._automatic, self._original, self._reset = (QPushButton(word) for word in ("Auto", "Original", "Reset"))
        self.body.setSpacing(SPACE_M)
        self.body.addLayout(self._rows())
        self.body.addLayout(self._buttons())
        note = QLabel(NOTE)
        bind_font(note, "caption")
        note.setProperty("tone", "dim")
        note.setWordWrap(True)
        self.body.addWidget(note)
        light.changed.connect(self._show)
        keys.changed.connect(self._tell_keys)
        self._tell_keys()
        self._show()
        self.fit()

    def take_keys(self) -> None:
        """Put the keyboard on the first slider."""
        self._sliders[_PARTS[0].field].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def dismiss(self) -> None:
        """Close the card, and leave the keys to the canvas if it had them."""
        focused = QApplication.focusWidget()
        if focused is not None and self.isAncestorOf(focused):
            self.focus_left.emit()
        super().dismiss()

    def event(self, event: QEvent) -> bool:
        """Keep Esc from dropping what is on the canvas."""
        is_override = event.type() == QEvent.Type.ShortcutOverride
        if is_override and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close with Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def _rows(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_M)
        grid.setVerticalSpacing(0)
        for row, part in enumerate(_PARTS):
            slider, number = self._sliders[part.field], self._numbers[part.field]
            slider.setAccessibleName(part.name)
            slider.valueChanged.connect(partial(self._set, part))
            slider.sliderReleased.connect(self.focus_left)
            bind_font(number, "number")
            number.setProperty("tone", "dim")
            number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            bind_text_width(number, "+100")
            for column, widget in enumerate((QLabel(part.name), slider, number)):
                widget.setToolTip(f"{part.tip}. A double click on the slider takes it back.")
                grid.addWidget(widget, row, column)
        return grid

    def _buttons(self) -> QHBoxLayout:
        self._automatic.setCheckable(True)
        self._original.setCheckable(True)
        self._reset.setProperty("kind", "quiet")
        self._automatic.clicked.connect(self._light.set_automatic)
        self._original.clicked.connect(self._light.toggle_original)
        self._reset.clicked.connect(self._light.reset)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        for button in (self._automatic, self._original, self._reset):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(partial(self._leave_keys, button))
        row.addWidget(self._automatic)
        row.addWidget(self._original)
        row.addStretch()
        row.addWidget(self._reset)
        return row

    def _tell_keys(self) -> None:
        self._automatic.setToolTip("Stretch each image from black to white, by its own pixels")
        self._original.setToolTip(with_key("Show the image as it is", self._keys.text("show_original")))
        self._reset.setToolTip("Take all back to the middle")

    def _leave_keys(self, button: QPushButton, _checked: bool = False) -> None:
        if not button.hasFocus():  # it was the mouse
            self.focus_left.emit()

    def _set(self, part: _Part, step: int) -> None:
        self._light.set_light(replace(self._light.light, **{part.field: part.value_of(step)}))

    def _show(self) -> None:
        light = self._light.light
        for part in _PARTS:
            value = getattr(light, part.field)
            slider = self._sliders[part.field]
            with QSignalBlocker(slider):
                slider.setValue(round(part.step_of(value)))
            words = _written(value, part.words)
            self._numbers[part.field].setText(words)
            slider.setAccessibleDescription(words)
        self._automatic.setChecked(self._light.is_automatic)
        self._original.setChecked(self._light.shows_original)
        self._original.setEnabled(not light.is_neutral)


def _written(value: float, words: str) -> str:
    written = format(value, words)
    return "0" if written in ("+0", "-0") else written.replace("-", "\N{MINUS SIGN}")
