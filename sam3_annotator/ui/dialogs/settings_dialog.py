"""The settings; each applies at once."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from sam3_annotator.model import DiskLevel, default_folder
from sam3_annotator.ui.dialogs.embedding_folder_field import EmbeddingFolderField
from sam3_annotator.ui.keyboard.keys import modifier_words
from sam3_annotator.ui.settings import TEXT_SIZES, PreviewMode, Settings
from sam3_annotator.ui.sizes import bind_font, bind_sizes, bind_width, scaled
from sam3_annotator.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, SPACE_XS, Appearance

FIELD_WIDTH = 176
WIDTH = 540
ROW_HEIGHT = 46

_APPEARANCES = (
    (Appearance.SYSTEM, "Follow the system"),
    (Appearance.DARK, "Dark"),
    (Appearance.LIGHT, "Light"),
)
_TEXT_SIZES = tuple((size, f"{size:.0%}".replace("%", " %")) for size in TEXT_SIZES)
_MOTION = ((False, "Full"), (True, "Reduced"))
_WHEEL = ((True, "Zooms"), (False, modifier_words("Scrolls, Ctrl + wheel zooms")))
_NEXT_VIEW = ((False, "Shown as a whole"), (True, "Zoomed as the one before"))
_COLORS = ((False, "That of the category"), (True, "One for each"))
_PREVIEW = (
    (PreviewMode.AUTO, "Where it keeps up"),
    (PreviewMode.ON, "Always"),
    (PreviewMode.OFF, "Never"),
)


class SettingsDialog(QDialog):
    """A page of fields in groups, each with a line saying what it does; it scrolls where the screen is low."""

    shortcuts_wanted = Signal()  # the user wants to change keys; the dialog has closed

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Settings")
        self._settings = settings
        self._page = QWidget()
        self._grid = QGridLayout(self._page)
        self._grid.setContentsMargins(SPACE_XL, SPACE_L, SPACE_XL, SPACE_S)
        self._grid.setHorizontalSpacing(SPACE_XL)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(0, 1)
        self._add_heading("Window")
        self._add_choice("Appearance", "Colours of the window", "appearance", _APPEARANCES)
        self._add_choice("Text size", "Of the system's text; rows, icons and dialogs follow", "text_size", _TEXT_SIZES)
        self._add_choice("Motion", "Whether anything on the canvas moves by itself", "reduces_motion", _MOTION)
        self._add_heading("Canvas")
        self._add_choice("Mouse wheel", "What the wheel does over the image", "wheel_zooms", _WHEEL)
        self._add_choice("Next image of the same size", "As in a sequence or of one camera", "keeps_view", _NEXT_VIEW)
        self._add_choice(
            "Colour of instances", "With one for each, neighbours are told apart", "colors_instances", _COLORS
        )
        self._add_fill()
        self._add_heading("Outlines")
        self._add_choice("Preview at the cursor", "Shows what a click would outline", "preview", _PREVIEW)
        self._add_tolerance()
        self._add_heading("Memory and disk")
        self._add_embedding_sizes()
        self.embeddings = EmbeddingFolderField(DiskLevel(default_folder()))
        self._add("On disk now", "Of all projects; the model can make it again", self.embeddings)
        self._lay_out()

    def showEvent(self, event: QShowEvent) -> None:
        """Be as high as the page, as far as the screen goes."""
        if not event.spontaneous():
            room = self.screen().availableGeometry().height() * 9 // 10
            wanted = self._page.sizeHint().height() + self._foot.sizeHint().height()
            self.resize(self.width(), min(wanted, room))
        super().showEvent(event)

    def _lay_out(self) -> None:
        scroll = QScrollArea()
        scroll.setProperty("kind", "bare")
        scroll.setWidget(self._page)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self._foot = QWidget()
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(SPACE_XL - SPACE_XS - 2, SPACE_M, SPACE_XL, SPACE_L)  # the link's own padding
        foot.addWidget(self._make_link())
        foot.addWidget(buttons, stretch=1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(scroll, stretch=1)
        layout.addWidget(self._foot)
        bind_sizes(self, lambda: self.setMinimumWidth(scaled(WIDTH)))

    def _add_heading(self, text: str) -> None:
        row = self._grid.rowCount()
        heading = QLabel(text)
        bind_font(heading, "title")
        heading.setContentsMargins(0, SPACE_M if row > 1 else 0, 0, SPACE_XS)
        self._grid.addWidget(heading, row, 0, 1, 2)

    def _make_link(self) -> QPushButton:
        link = QPushButton("Keyboard shortcuts…")
        link.setProperty("kind", "link")
        link.setAutoDefault(False)
        link.clicked.connect(self._go_to_shortcuts)
        return link

    def _go_to_shortcuts(self) -> None:
        self.accept()
        self.shortcuts_wanted.emit()

    def _add_fill(self) -> None:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(0, 100)
        slider.setValue(round(self._settings.fill_opacity * 100))
        number = QLabel()
        bind_font(number, "number")
        number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        bind_width(number, 44)

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

    def _add_embedding_sizes(self) -> None:
        self._add_size(
            "Memory for images",
            "Images ready to be clicked, on the model's device",
            "embedding_megabytes",
            64,
            64 * 1024,
            unit="MB",
            step=256,
        )
        self._add_size(
            "Memory for earlier images",
            "Ready again a moment after you come back",
            "embedding_host_megabytes",
            0,
            64 * 1024,
            unit="MB",
            step=256,
        )
        self._add_size(
            "Disk for earlier images",
            "Need not be read again another day",
            "embedding_disk_gigabytes",
            0,
            100_000,
            unit="GB",
            step=1,
        )

    def _add_choice(self, title: str, line: str, name: str, choices: Sequence[tuple[object, str]]) -> None:
        """Offer values of the setting `name`, each with its words."""
        field = QComboBox()
        field.addItems([words for _, words in choices])
        values = [value for value, _ in choices]
        field.setCurrentIndex(values.index(getattr(self._settings, name)))
        field.currentIndexChanged.connect(lambda index: setattr(self._settings, name, values[index]))
        self._add(title, line, field)

    def _add_size(self, title: str, line: str, name: str, least: int, most: int, *, unit: str, step: int) -> None:
        """Offer the whole numbers of the setting `name` from `least` to `most`; 0 is none."""
        field = QSpinBox()
        field.setRange(least, most)
        field.setSingleStep(step)
        field.setSuffix(f" {unit}")
        field.setGroupSeparatorShown(True)
        if not least:
            field.setSpecialValueText("None")
        field.setValue(getattr(self._settings, name))
        field.valueChanged.connect(lambda value: setattr(self._settings, name, value))
        self._add(title, line, field)

    def _add(self, title: str, line: str, field: QWidget) -> None:
        row = self._grid.rowCount()
        name = QLabel(title)
        name.setBuddy(field)
        explanation = QLabel(line)
        explanation.setProperty("tone", "dim")
        bind_font(explanation, "caption")
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addStretch(1)
        words.addWidget(name)
        words.addWidget(explanation)
        words.addStretch(1)
        field.setAccessibleName(title)
        field.setAccessibleDescription(line)
        bind_width(field, FIELD_WIDTH + SPACE_M)
        self._grid.addLayout(words, row, 0)
        self._grid.addWidget(field, row, 1, Qt.AlignmentFlag.AlignVCenter)
        bind_sizes(field, lambda: self._grid.setRowMinimumHeight(row, scaled(ROW_HEIGHT)))
