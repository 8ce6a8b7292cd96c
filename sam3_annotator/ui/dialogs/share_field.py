"""How images are divided into splits: shares, seed, and what stays together."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from sam3_annotator.ui.sizes import bind_font, bind_width
from sam3_annotator.ui.theme import SPACE_S, SPACE_XS


class ShareField(QWidget):
    """Shares in per cent that always add up to 100: what training and validation leave is for the test."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.train = _spin_box("Training share", 80, 124, prefix="Train ", suffix=" %")
        self.val = _spin_box("Validation share", 20, 112, prefix="Val ", suffix=" %")
        self.test = QLabel()
        bind_font(self.test, "number")
        self.seed_box = _spin_box("Seed", 0, 104, prefix="Seed ", maximum=999_999)
        self.seed_box.setToolTip("Another seed divides the images in another way; the same seed in the same way")
        self.alike_together = QCheckBox("Keep images that look alike together")
        self.alike_together.setToolTip(
            "Frames of a film or a burst, and copies that were made smaller or brighter, come into one split: "
            "otherwise a model is tested on nearly what it has learnt"
        )
        numbers = QHBoxLayout()
        numbers.setSpacing(SPACE_S)
        for widget in (self.train, self.val, self.test, self.seed_box):
            numbers.addWidget(widget)
        numbers.insertStretch(numbers.count() - 1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        column.addLayout(numbers)
        column.addWidget(self.alike_together)
        self.train.valueChanged.connect(self._balance)
        self.val.valueChanged.connect(self._balance)
        self.seed_box.valueChanged.connect(self.changed)
        self.alike_together.toggled.connect(self.changed)
        self._tell_test()

    @property
    def shares(self) -> dict[str, float]:
        """Give the share of each split that gets images, from 0 to 1."""
        percents = {"train": self.train.value(), "val": self.val.value(), "test": self._test_percent}
        return {name: percent / 100 for name, percent in percents.items() if percent}

    @property
    def seed(self) -> int:
        """The number that decides which image goes where."""
        return self.seed_box.value()

    @property
    def _test_percent(self) -> int:
        return 100 - self.train.value() - self.val.value()

    def _balance(self) -> None:
        if self._test_percent < 0:
            other = self.val if self.sender() is self.train else self.train
            other.setValue(other.value() + self._test_percent)
        self._tell_test()
        self.changed.emit()

    def _tell_test(self) -> None:
        self.test.setText(f"Test {self._test_percent} %")


def _spin_box(name: str, value: int, width: int, *, maximum: int = 100, prefix: str, suffix: str = "") -> QSpinBox:
    box = QSpinBox(maximum=maximum, prefix=prefix, suffix=suffix, value=value)
    box.setAccessibleName(name)
    bind_font(box, "number")
    bind_width(box, width)
    return box
