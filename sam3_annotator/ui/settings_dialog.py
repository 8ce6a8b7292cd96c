"""The settings; each applies at once."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from sam3_annotator.model import DiskLevel, default_folder
from sam3_annotator.ui.embedding_folder_field import EmbeddingFolderField
from sam3_annotator.ui.settings import PreviewMode, Settings
from sam3_annotator.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, SPACE_XS, Appearance, theme

FIELD_WIDTH = 176

_APPEARANCES = (
    (Appearance.SYSTEM, "Follow the system"),
    (Appearance.DARK, "Dark"),
    (Appearance.LIGHT, "Light"),
)
_MOTION = ((False, "Full"), (True, "Reduced"))
_WHEEL = ((True, "Zooms"), (False, "Scrolls, Ctrl + wheel zooms"))
_PREVIEW = (
    (PreviewMode.AUTO, "Where it keeps up"),
    (PreviewMode.ON, "Always"),
    (PreviewMode.OFF, "Never"),
)


class SettingsDialog(QDialog):
    """A page of fields, each with a line saying what it does."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Settings")
        self._settings = settings
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(SPACE_XL)
        self._grid.setVerticalSpacing(SPACE_XS)
        self._grid.setColumnStretch(0, 1)
        self._add_appearance()
        self._add_wheel()
        self._add_fill()
        self._add_motion()
        self._add_preview()
        self._add_tolerance()
        self._add_memory()
        self._add_earlier()
        self.embeddings = EmbeddingFolderField(DiskLevel(default_folder()))
        self._add("On disk now", "Of all projects; the model can make it again", self.embeddings)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_XL, SPACE_L, SPACE_XL, SPACE_L)
        layout.setSpacing(SPACE_L)
        layout.addLayout(self._grid)
        layout.addStretch(1)
        layout.addWidget(buttons)
        self.setMinimumWidth(540)

    def _add_appearance(self) -> None:
        field = QComboBox()
        for appearance, words in _APPEARANCES:
            field.addItem(words, appearance)
        field.setCurrentIndex(field.findData(self._settings.appearance))
        field.currentIndexChanged.connect(
            lambda index: setattr(self._settings, "appearance", Appearance(field.itemData(index)))
        )
        self._add("Appearance", "Colours of the window", field)

    def _add_wheel(self) -> None:
        field = QComboBox()
        for zooms, words in _WHEEL:
            field.addItem(words, zooms)
        field.setCurrentIndex(field.findData(self._settings.wheel_zooms))
        field.currentIndexChanged.connect(
            lambda index: setattr(self._settings, "wheel_zooms", bool(field.itemData(index)))
        )
        self._add("Mouse wheel", "What the wheel does over the image", field)

    def _add_fill(self) -> None:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(0, 100)
        slider.setValue(round(self._settings.fill_opacity * 100))
        number = QLabel()
        number.setFont(theme().font("number"))
        number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        number.setFixedWidth(44)

        def take(percent: int) -> None:
            number.setText(f"{percent} %")
            self._settings.fill_opacity = percent / 100

        number.setText(f"{slider.value()} %")
        slider.valueChanged.connect(take)
        field = QWidget()
        row = QHBoxLayout(field)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(slider, stretch=1)
        row.addWidget(number)
        field.setFocusProxy(slider)
        self._add("Fill of instances", "How strongly instances are coloured", field)
        slider.setAccessibleName("Fill of instances")

    def _add_motion(self) -> None:
        field = QComboBox()
        for reduces, words in _MOTION:
            field.addItem(words, reduces)
        field.setCurrentIndex(field.findData(self._settings.reduces_motion))
        field.currentIndexChanged.connect(
            lambda index: setattr(self._settings, "reduces_motion", bool(field.itemData(index)))
        )
        self._add("Motion", "Whether anything on the canvas moves by itself", field)

    def _add_preview(self) -> None:
        field = QComboBox()
        for mode, words in _PREVIEW:
            field.addItem(words, mode)
        field.setCurrentIndex(field.findData(self._settings.preview))
        field.currentIndexChanged.connect(
            lambda index: setattr(self._settings, "preview", PreviewMode(field.itemData(index)))
        )
        self._add("Preview at the cursor", "Shows what a click would outline", field)

    def _add_tolerance(self) -> None:
        field = QDoubleSpinBox()
        field.setRange(0.0, 20.0)
        field.setDecimals(1)
        field.setSingleStep(0.1)
        field.setSuffix(" px")
        field.setSpecialValueText("Every pixel edge")
        field.setValue(self._settings.simplification_tolerance)
        field.valueChanged.connect(lambda value: setattr(self._settings, "simplification_tolerance", round(value, 2)))
        self._add("Outline precision", "How far an outline may stray from the model's mask", field)

    def _add_memory(self) -> None:
        field = QSpinBox()
        field.setRange(64, 64 * 1024)
        field.setSingleStep(256)
        field.setSuffix(" MB")
        field.setGroupSeparatorShown(True)
        field.setValue(self._settings.embedding_megabytes)
        field.valueChanged.connect(lambda value: setattr(self._settings, "embedding_megabytes", value))
        self._add("Memory for images", "Images ready to be clicked, on the model's device", field)

    def _add_earlier(self) -> None:
        memory = QSpinBox()
        memory.setRange(0, 64 * 1024)
        memory.setSingleStep(256)
        memory.setSuffix(" MB")
        memory.setGroupSeparatorShown(True)
        memory.setSpecialValueText("None")
        memory.setValue(self._settings.embedding_host_megabytes)
        memory.valueChanged.connect(lambda value: setattr(self._settings, "embedding_host_megabytes", value))
        self._add("Memory for earlier images", "Ready again a moment after you come back", memory)
        disk = QSpinBox()
        disk.setRange(0, 100_000)
        disk.setSuffix(" GB")
        disk.setGroupSeparatorShown(True)
        disk.setSpecialValueText("None")
        disk.setValue(self._settings.embedding_disk_gigabytes)
        disk.valueChanged.connect(lambda value: setattr(self._settings, "embedding_disk_gigabytes", value))
        self._add("Disk for earlier images", "Need not be read again another day", disk)

    def _add(self, title: str, line: str, field: QWidget) -> None:
        row = self._grid.rowCount()
        name = QLabel(title)
        name.setBuddy(field)
        explanation = QLabel(line)
        explanation.setProperty("tone", "dim")
        explanation.setFont(theme().font("caption"))
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addStretch(1)
        words.addWidget(name)
        words.addWidget(explanation)
        words.addStretch(1)
        field.setAccessibleName(title)
        field.setAccessibleDescription(line)
        field.setFixedWidth(FIELD_WIDTH + SPACE_M)
        self._grid.addLayout(words, row, 0)
        self._grid.addWidget(field, row, 1, Qt.AlignmentFlag.AlignVCenter)
        self._grid.setRowMinimumHeight(row, 48)
