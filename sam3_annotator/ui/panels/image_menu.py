"""The menu of the selected images: how far they have come, their split, where their files are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from sam3_annotator.project import ImageRecord, ImageState, Split
from sam3_annotator.ui.item_delegates.image_delegate import STATE_ICONS
from sam3_annotator.ui.theme import bind_icon
from sam3_annotator.ui.verbs.operations import STATE_LABELS

_STATES: Final = (
    ImageState.DONE,
    ImageState.REVIEWED,
    ImageState.CONFIRMED_EMPTY,
    ImageState.UNANNOTATED,
    ImageState.IN_PROGRESS,
    ImageState.LEFT_OUT,
)

_SPLIT_WORDS: Final = (
    (Split.TRAIN, "Train"),
    (Split.VAL, "Val"),
    (Split.TEST, "Test"),
    (None, "None"),
)


class ImageMenu(QMenu):
    """Says what was chosen; goes when it is closed.

    `is_missing` offers to look for the image that was clicked; nothing that writes is offered where `is_read_only`.
    """

    state_chosen = Signal(object)  # ImageState
    split_chosen = Signal(object)  # Split, or None
    reveal_wanted = Signal()
    search_wanted = Signal()

    def __init__(
        self, selected: Sequence[ImageRecord], *, is_missing: bool, is_read_only: bool, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for state in _STATES:
            action = self._add(STATE_LABELS[state], STATE_ICONS[state][0], self.state_chosen, state)
            action.setEnabled(not is_read_only)
        self.addSeparator()
        self._add_splits({record.split for record in selected}).setEnabled(not is_read_only)
        self.addSeparator()
        self._add("Show in folder", "folder-open-outline", self.reveal_wanted)
        if is_missing and not is_read_only:
            self._add("Find moved images…", "folder-search-outline", self.search_wanted)

    def _add(self, text: str, icon_name: str, signal: SignalInstance, *values: object) -> QAction:
        action = self.addAction(text, lambda: signal.emit(*values))
        bind_icon(action, icon_name, "text_dim")
        return action

    def _add_splits(self, present: set[Split | None]) -> QMenu:
        """Add the menu of splits; the one that all selected images are in is checked."""
        menu = self.addMenu("Split")
        for split, text in _SPLIT_WORDS:
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(present == {split})
            action.triggered.connect(lambda _checked, split=split: self.split_chosen.emit(split))
        return menu
