"""What narrows the image list down: a field for the name, a menu for the state and the split."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from sam3_annotator.ui.item_models.image_model import ImageModel, SplitFilter, StateFilter
from sam3_annotator.ui.panels.text_field import TextField
from sam3_annotator.ui.theme import CONTROL_HEIGHT, SPACE_M, SPACE_S, SPACE_XS, bind_icon, theme

FILTER_WORDS: Mapping[StateFilter, str] = {
    StateFilter.ALL: "All images",
    StateFilter.UNANNOTATED: "Not annotated",
    StateFilter.IN_PROGRESS: "In progress",
    StateFilter.DONE: "Done",
    StateFilter.LEFT_OUT: "Left out",
    StateFilter.MISSING: "Missing or unreadable",
}

SPLIT_FILTER_WORDS: Mapping[SplitFilter, str] = {
    SplitFilter.ANY: "Any split",
    SplitFilter.TRAIN: "Train",
    SplitFilter.VAL: "Val",
    SplitFilter.TEST: "Test",
    SplitFilter.NONE: "No split",
}


class ImageFilterBar(QWidget):
    """Says what the user asks for; a strip below names the filters by state and split while one is on."""

    text_changed = Signal(str)
    state_chosen = Signal(StateFilter)
    split_chosen = Signal(SplitFilter)
    left = Signal()  # the user is done here

    def __init__(self, images: ImageModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._images = images
        self._state, self._split = StateFilter.ALL, SplitFilter.ANY
        self._field = self._make_field()
        self._button = QToolButton()
        self._button.setFixedSize(CONTROL_HEIGHT, CONTROL_HEIGHT)
        self._button.setAccessibleName("Filter by state or split")
        self._button.setToolTip("Filter by state or split")
        self._button.clicked.connect(self._show_menu)
        self._strip = QWidget()
        self._strip_text = QLabel()
        row = QHBoxLayout()
        row.setSpacing(SPACE_XS)
        row.addWidget(self._field, stretch=1)
        row.addWidget(self._button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_XS)
        layout.setSpacing(SPACE_XS)
        layout.addLayout(row)
        layout.addWidget(self._fill_strip())
        self._show_choice()

    @property
    def field(self) -> TextField:
        """The field for the name."""
        return self._field

    def clear_text(self) -> None:
        """Empty the field."""
        self._field.clear()

    def show_state(self, state: StateFilter) -> None:
        """Show which state filter is on."""
        self._state = state
        self._show_choice()

    def show_split(self, split: SplitFilter) -> None:
        """Show which split filter is on."""
        self._split = split
        self._show_choice()

    def show_count(self, count: int) -> None:
        """Show how many images pass the filter."""
        images = "1 image" if count == 1 else f"{count:,} images"
        state = FILTER_WORDS[self._state] if self._state is not StateFilter.ALL else ""
        split = SPLIT_FILTER_WORDS[self._split] if self._split is not SplitFilter.ANY else ""
        self._strip_text.setText(" · ".join(filter(None, (state, split, images))))

    def menu(self) -> QMenu:
        """Make the menu of states and splits, each with the number of images that it would show."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        states, splits = QActionGroup(menu), QActionGroup(menu)
        for state, count in self._images.tally(self._split).items():
            action = _entry(f"{FILTER_WORDS[state]}\t{count:,}", states, is_chosen=state is self._state)
            action.triggered.connect(lambda _checked, state=state: self.state_chosen.emit(state))
        for split, count in self._images.split_tally(self._state).items():
            action = _entry(f"{SPLIT_FILTER_WORDS[split]}\t{count:,}", splits, is_chosen=split is self._split)
            action.triggered.connect(lambda _checked, split=split: self.split_chosen.emit(split))
        menu.addActions(states.actions())
        menu.addSeparator()
        menu.addActions(splits.actions())
        return menu

    def _make_field(self) -> TextField:
        field = TextField()
        field.setPlaceholderText("Filter images")
        field.setAccessibleName("Filter images by name")
        field.setClearButtonEnabled(True)
        magnifier = QAction(field)
        bind_icon(magnifier, "magnify", "text_dim")
        field.addAction(magnifier, TextField.ActionPosition.LeadingPosition)
        field.textChanged.connect(self.text_changed)
        field.returnPressed.connect(self.left)
        field.escape_pressed.connect(self._leave)
        return field

    def _fill_strip(self) -> QWidget:
        self._strip_text.setFont(theme().font("number_caption"))
        self._strip_text.setWordWrap(True)  # the column may be narrow
        close = QToolButton()
        close.setAccessibleName("Show all images")
        close.setToolTip("Show all images")
        bind_icon(close, "close", "text_dim")
        close.clicked.connect(self._take_off)
        row = QHBoxLayout(self._strip)
        row.setContentsMargins(SPACE_M - SPACE_XS, 0, 0, 0)
        row.addWidget(self._strip_text, stretch=1)
        row.addWidget(close)
        return self._strip

    def _show_choice(self) -> None:
        is_on = self._state is not StateFilter.ALL or self._split is not SplitFilter.ANY
        self._strip.setVisible(is_on)
        bind_icon(self._button, "filter-variant", "accent" if is_on else "text_dim")

    def _take_off(self) -> None:
        self.state_chosen.emit(StateFilter.ALL)
        self.split_chosen.emit(SplitFilter.ANY)

    def _leave(self) -> None:
        self._field.clear()
        self._field.clearFocus()
        self.left.emit()

    def _show_menu(self) -> None:
        self.menu().popup(self._button.mapToGlobal(self._button.rect().bottomLeft()))


def _entry(text: str, group: QActionGroup, *, is_chosen: bool) -> QAction:
    action = QAction(text, group)
    action.setCheckable(True)
    action.setChecked(is_chosen)
    return action
