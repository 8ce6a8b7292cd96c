"""The panel of proposals: what was found on the image, to be accepted or rejected one by one or all at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QColor, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.proposals import Proposals
from sam3_annotator.ui.item_delegates.proposal_delegate import ProposalDelegate, row_height
from sam3_annotator.ui.item_delegates.proposal_thumbnails import ProposalThumbnails
from sam3_annotator.ui.item_models.proposal_model import ProposalModel
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.panels.empty_state import EmptyState
from sam3_annotator.ui.panels.page_stack import PageStack
from sam3_annotator.ui.panels.proposal_view import ProposalView
from sam3_annotator.ui.plain_tip import plain_tip
from sam3_annotator.ui.sizes import bind_font, bind_sizes
from sam3_annotator.ui.theme import SPACE_M, SPACE_S, SPACE_XS, bind_icon, theme

LARGE_SIDE = 2000
"""From so many pixels on, things that are seen well on the image may be too small for the model to find."""


class ProposalPanel(QWidget):
    """Lists the open proposals, best first, and tells what the user wants; it changes nothing itself.

    What is to be accepted or rejected is always the proposal in focus, so that list and canvas cannot disagree.
    """

    focused = Signal(object)  # BoxXyxy of the proposal that the user turned to
    accept_wanted = Signal()
    reject_wanted = Signal()
    accept_all_wanted = Signal()
    like_this_wanted = Signal(object)  # BoxXyxy: look for more of this
    reject_as_exemplar_wanted = Signal(object)  # BoxXyxy: look for what is not this
    focus_left = Signal()

    def __init__(self, keys: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = keys
        self._proposals: Proposals | None = None
        self._takes_phrases = self._takes_exemplars = True
        self._is_large = False  # the image
        self._thumbnails = ProposalThumbnails()
        self._model = ProposalModel(self)
        self._list = self._make_list()
        self._empty = EmptyState("magnify")
        self._stack = PageStack(self._list, self._empty)
        self._summary = QLabel(textFormat=Qt.TextFormat.PlainText)
        self._accept_all = QToolButton()
        self._header = self._make_header()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        # The list first: it is where the keyboard should arrive.
        layout.addWidget(self._stack, stretch=1)
        layout.insertWidget(0, self._header)
        self._keys.changed.connect(self._say_what_is_missing)
        self.show_proposals(None, None, theme().color("accent"))

    @property
    def model(self) -> ProposalModel:
        """The rows shown."""
        return self._model

    @property
    def view(self) -> ProposalView:
        """The list."""
        return self._list

    def show_proposals(self, proposals: Proposals | None, pixels: NDArray[np.uint8] | None, color: QColor) -> None:
        """Show what was found, on `(H, W, 3)` RGB pixels; without a category of its own, it is outlined in `color`."""
        had_focus = self._list.hasFocus() or self._accept_all.hasFocus()
        if self._thumbnails.show(pixels, color):
            self._list.viewport().update()
        self._proposals = proposals
        self._is_large = pixels is not None and max(pixels.shape) >= LARGE_SIDE
        found = proposals.open if proposals is not None else ()
        focused = proposals.focused if proposals is not None else None
        self._model.show(found)
        self._list.turn_to(focused.box_xyxy if focused is not None else None)
        self._header.setVisible(bool(found))
        if proposals is not None and found:
            self._summary.setText(_summary(proposals))
            whose = "the current category" if proposals.propagated_from is None else "their own categories"
            self._accept_all.setToolTip(plain_tip(f"Make all of these instances of {whose}"))
        else:
            self._say_what_is_missing()
        self._stack.setCurrentWidget(self._list if found else self._empty)
        if had_focus and not found:
            self.focus_left.emit()

    def set_takes(self, *, phrases: bool, exemplars: bool) -> None:
        """Say whether the model finds what is typed, and what is like an example."""
        self._takes_phrases, self._takes_exemplars = phrases, exemplars
        self._say_what_is_missing()

    def _say_what_is_missing(self) -> None:
        if self._proposals is None and not (self._takes_phrases or self._takes_exemplars):
            face = _FINDS_NOTHING
        else:
            face = _face(self._proposals, self._keys, takes_phrases=self._takes_phrases, is_large=self._is_large)
        self._empty.say(face.title, face.text, icon_name=face.icon)

    def context_menu(self) -> QMenu:
        """Make the menu of the current proposal."""
        box_xyxy = self._box_at(self._list.currentIndex())
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        entries: tuple[tuple[str, str, str, Callable[[], None]], ...] = (
            ("Accept", "check", "accept", self.accept_wanted.emit),
            ("Reject", "close", "delete_vertex", self.reject_wanted.emit),
            ("Find more like this", "plus", "", lambda: self.like_this_wanted.emit(box_xyxy)),
            ("Find without it", "minus", "", lambda: self.reject_as_exemplar_wanted.emit(box_xyxy)),
        )
        if self._proposals is not None and self._proposals.propagated_from is not None:
            entries = entries[:-1]  # a counterexample alone says nothing of what to find
        for text, icon_name, action_id, verb in entries:
            action = menu.addAction(text, verb)
            action.setShortcuts([QKeySequence(key) for key in self._keys.keys(action_id)] if action_id else [])
            bind_icon(action, icon_name, "text_dim")
        menu.insertSeparator(menu.actions()[2])
        return menu

    def _make_list(self) -> ProposalView:
        view = ProposalView(self._model, self._keys)
        bind_sizes(view, lambda: view.setMinimumHeight(row_height()))
        view.setItemDelegate(ProposalDelegate(self._thumbnails, self._keys, self))
        view.row_chosen.connect(lambda index: self.focused.emit(self._box_at(index)))
        view.accept_wanted.connect(self.accept_wanted)
        view.reject_wanted.connect(self.reject_wanted)
        view.focus_left.connect(self.focus_left)
        view.menu_wanted.connect(self._show_menu)
        return view

    def _make_header(self) -> QWidget:
        header = QWidget()
        self._summary.setProperty("tone", "dim")
        bind_font(self._summary, "number_caption")
        self._accept_all.setText("Accept all")
        self._accept_all.setAccessibleName("Accept all proposals")
        bind_font(self._accept_all, "caption_strong")
        self._accept_all.clicked.connect(self.accept_all_wanted)
        row = QHBoxLayout(header)
        row.setContentsMargins(SPACE_M, 0, SPACE_S, SPACE_XS)
        row.addWidget(self._summary, stretch=1)
        row.addWidget(self._accept_all)
        return header

    def _box_at(self, index: QModelIndex) -> BoxXyxy:
        return self._model.proposal_at(index.row()).box_xyxy

    def _show_menu(self, place: QPoint) -> None:
        self.context_menu().popup(place)


def _summary(proposals: Proposals) -> str:
    found, left = len(proposals.found), len(proposals.open)
    if proposals.is_waiting:
        return f"{left:,} so far, finding…"
    if proposals.has_failed:
        return f"{left:,} from before"
    return f"{left:,} found" if left == found else f"{left:,} of {found:,} left"


@dataclass(frozen=True, slots=True)
class _Face:
    """What the panel shows while there is no proposal to decide about."""

    icon: str
    title: str
    text: str


_FINDING = _Face("magnify", "Finding…", "What is found is listed here, the most certain first")
_FAILED = _Face("alert-outline", "The search failed", "The message above the image says\N{NO-BREAK SPACE}why")
_FINDS_NOTHING = _Face("magnify", "Nothing to look for", "This model outlines one object at a time: click on each")
_ALL_SETTLED = _Face("check-circle", "All looked through", "Each of them is labelled or rejected")
_ALL_LOST = _Face("circle-off-outline", "None found again", "The objects of the previous image are not seen here")
_TOO_UNLIKE = _Face("circle-off-outline", "None scores enough", "Lower the threshold to see what looks otherwise now")


def _face(proposals: Proposals | None, keys: KeyMap, *, takes_phrases: bool, is_large: bool) -> _Face:
    if proposals is None:
        return _Face("magnify", "Nothing looked for yet", _how_to_look(keys, takes_phrases=takes_phrases))
    if proposals.is_waiting:
        return _FINDING
    if proposals.has_failed:
        return _FAILED
    if proposals.answered is None:
        text = f"{_way_to_type('it', keys)}, or box an example of it" if takes_phrases else "Box an example of it"
        return _Face("magnify", "What should be found?", text)
    if proposals.found:
        return _ALL_SETTLED
    if proposals.propagated_from is not None:
        return _TOO_UNLIKE if proposals.answer else _ALL_LOST
    ways = _other_ways(keys, takes_phrases=takes_phrases, is_large=is_large)
    return _Face("circle-off-outline", "Nothing new found", f"{ways}; what is labelled is not proposed")


def _other_ways(keys: KeyMap, *, takes_phrases: bool, is_large: bool) -> str:
    other, closer = "try another phrase" if takes_phrases else "box another example", keys.text("look_closer")
    if is_large and closer:
        return f"Lower the threshold, {other}, or zoom in and press {closer} if it is small"
    return f"Lower the threshold or {other}"


def _way_to_type(what: str, keys: KeyMap) -> str:
    find = keys.text("find")
    return f"Press {find} and type {what}" if find else f"Type {what} above the image"


def _how_to_look(keys: KeyMap, *, takes_phrases: bool) -> str:
    box = keys.text("tool_exemplar")
    if takes_phrases:
        way = f"{_way_to_type('what to find', keys)}, or\N{NO-BREAK SPACE}{box or 'take the exemplar tool'}"
    else:
        way = f"Press {box}" if box else "Take the exemplar tool"
    return f"{way} and box an example"
