"""What narrows the image list down, and its order: a field for the name, a menu for state, split, content and order."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from sam3_annotator.project import CategoryId, ProjectStore, counted
from sam3_annotator.ui.item_models.image_criteria import (
    ANY_CONTENT,
    NO_CONTENT,
    Content,
    ContentFilter,
    SplitFilter,
    StateFilter,
)
from sam3_annotator.ui.item_models.image_filter import ImageFilter
from sam3_annotator.ui.item_models.image_order import ImageOrder
from sam3_annotator.ui.panels.category_menu import CategoryMenu
from sam3_annotator.ui.panels.menu_choice import add_choice
from sam3_annotator.ui.sentence_label import SentenceLabel
from sam3_annotator.ui.sizes import bind_font, bind_sizes, scaled
from sam3_annotator.ui.text_field import SearchField, TextField
from sam3_annotator.ui.theme import CONTROL_HEIGHT, SPACE_M, SPACE_S, SPACE_XS, bind_icon

FILTER_WORDS: Mapping[StateFilter, str] = {
    StateFilter.ALL: "All images",
    StateFilter.UNANNOTATED: "Not annotated",
    StateFilter.IN_PROGRESS: "In progress",
    StateFilter.DONE: "Done",
    StateFilter.TO_REVIEW: "Done, not reviewed",
    StateFilter.REVIEWED: "Reviewed",
    StateFilter.CONFIRMED_EMPTY: "Confirmed as empty",
    StateFilter.LEFT_OUT: "Left out",
    StateFilter.NOTED: "With a note",
    StateFilter.MISSING: "Missing or unreadable",
}

SPLIT_FILTER_WORDS: Mapping[SplitFilter, str] = {
    SplitFilter.ANY: "Any split",
    SplitFilter.TRAIN: "Train",
    SplitFilter.VAL: "Val",
    SplitFilter.TEST: "Test",
    SplitFilter.NONE: "No split",
}

ORDER_WORDS: Mapping[ImageOrder, str] = {
    ImageOrder.ADDED: "As added",
    ImageOrder.NAME: "By name",
    ImageOrder.MOST: "Most instances first",
    ImageOrder.FEWEST: "Fewest instances first",
    ImageOrder.SHUFFLED: "Shuffled",
}

# What the name of a category, or of none in particular, follows.
_CONTENT_WORDS: Mapping[Content, str] = {Content.WITH: "With", Content.WITHOUT: "Without"}
_FILTER_TIP: Final = "Filter by state, split or category, or change the order"


class ImageFilterBar(QWidget):
    """Says what the user asks for; a strip below names the filters while one is on but that by name, and the order."""

    text_changed = Signal(str)
    state_chosen = Signal(StateFilter)
    split_chosen = Signal(SplitFilter)
    content_chosen = Signal(ContentFilter)
    order_chosen = Signal(ImageOrder)
    confirmed = Signal()  # Enter: the user wants what was typed
    left = Signal()  # the user is done here

    def __init__(self, store: ProjectStore, shown: ImageFilter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._shown = shown
        self._field = self._make_field()
        self._button = QToolButton()
        bind_sizes(self._button, lambda: self._button.setFixedSize(scaled(CONTROL_HEIGHT), scaled(CONTROL_HEIGHT)))
        self._button.setAccessibleName(_FILTER_TIP)
        self._button.setToolTip(_FILTER_TIP)
        self._button.clicked.connect(self._show_menu)
        self._strip = QWidget()
        self._strip_text = SentenceLabel()  # the column may be narrow, and names long
        row = QHBoxLayout()
        row.setSpacing(SPACE_XS)
        row.addWidget(self._field, stretch=1)
        row.addWidget(self._button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_XS)
        layout.setSpacing(SPACE_XS)
        layout.addLayout(row)
        layout.addWidget(self._fill_strip())
        self.refresh()

    @property
    def field(self) -> TextField:
        """The field for the name."""
        return self._field

    def clear_text(self) -> None:
        """Empty the field."""
        self._field.clear()

    def refresh(self) -> None:
        """Show which filters are on, and how many images pass."""
        shown = self._shown
        is_ordered = shown.order is not ImageOrder.ADDED
        self._strip.setVisible(shown.is_narrowed or is_ordered)
        bind_icon(self._button, "filter-variant", "accent" if shown.is_narrowed or is_ordered else "text_dim")
        state = FILTER_WORDS[shown.state] if shown.state is not StateFilter.ALL else ""
        split = SPLIT_FILTER_WORDS[shown.split] if shown.split is not SplitFilter.ANY else ""
        content = self._content_words(shown.content) if shown.content != ANY_CONTENT else ""
        order = ORDER_WORDS[shown.order] if is_ordered else ""
        words = (state, split, content, order, counted(shown.rowCount(), "image"))
        self._strip_text.set_sentence(" · ".join(filter(None, words)))

    def menu(self) -> QMenu:
        """Make the menu of all filters but that by name, each with the number of images that it would show."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        states, splits = QActionGroup(menu), QActionGroup(menu)
        for state, count in self._shown.tally().items():
            action = add_choice(FILTER_WORDS[state], count, states, is_chosen=state is self._shown.state)
            action.triggered.connect(lambda _checked, state=state: self.state_chosen.emit(state))
        for split, count in self._shown.split_tally().items():
            action = add_choice(SPLIT_FILTER_WORDS[split], count, splits, is_chosen=split is self._shown.split)
            action.triggered.connect(lambda _checked, split=split: self.split_chosen.emit(split))
        menu.addActions(states.actions())
        menu.addSeparator()
        menu.addActions(splits.actions())
        menu.addSeparator()
        self._add_contents(menu)
        menu.addSeparator()
        menu.addMenu(self._order_menu(menu))
        return menu

    def _order_menu(self, parent: QMenu) -> QMenu:
        """Make the menu of orders; the one that is on brings the images into order anew, as they are by now."""
        menu = QMenu("Order", parent)
        orders = QActionGroup(menu)
        for order, words in ORDER_WORDS.items():
            action = add_choice(words, None, orders, is_chosen=order is self._shown.order)
            action.triggered.connect(lambda _checked, order=order: self.order_chosen.emit(order))
        menu.addActions(orders.actions())
        return menu

    def _add_contents(self, menu: QMenu) -> None:
        """Add the filters by what is on the images; the one by a category that is on has an entry of its own."""
        tally, on = self._shown.content_tally(), self._shown.content
        contents = [ANY_CONTENT, NO_CONTENT] if on.category_id is None else [ANY_CONTENT, on, NO_CONTENT]
        group = QActionGroup(menu)
        for content in contents:
            action = add_choice(self._content_words(content), tally.count(content), group, is_chosen=content == on)
            action.triggered.connect(lambda _checked, content=content: self.content_chosen.emit(content))
        *others, nothing = group.actions()
        menu.addActions(others)
        for kind, words in _CONTENT_WORDS.items():
            filters = [(category, ContentFilter(kind, category.id)) for category in self._store.categories()]
            chosen = on.category_id if on.content is kind else None
            categories = CategoryMenu(
                f"{words} category", ((each, tally.count(filter_)) for each, filter_ in filters), chosen, menu
            )
            categories.chosen.connect(partial(self._choose_category, kind))
            menu.addMenu(categories)
        menu.addAction(nothing)

    def _choose_category(self, content: Content, category_id: CategoryId) -> None:
        self.content_chosen.emit(ContentFilter(content, category_id))

    def _content_words(self, content: ContentFilter) -> str:
        if content.category_id is None:
            return "Any category" if content == ANY_CONTENT else "No instances"
        # A category that has just been deleted has no name any more; the filter is about to fall away.
        names = (category.name for category in self._store.categories() if category.id == content.category_id)
        return f"{_CONTENT_WORDS[content.content]} {next(names, 'a category')}"

    def _make_field(self) -> TextField:
        field = SearchField("Filter images")
        field.setAccessibleName("Filter images by name")
        field.textChanged.connect(self.text_changed)
        field.returnPressed.connect(self.confirmed)
        field.returnPressed.connect(self.left)
        field.escape_pressed.connect(self._leave)
        return field

    def _fill_strip(self) -> QWidget:
        bind_font(self._strip_text, "number_caption")
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

    def _take_off(self) -> None:
        self.state_chosen.emit(StateFilter.ALL)
        self.split_chosen.emit(SplitFilter.ANY)
        self.content_chosen.emit(ANY_CONTENT)
        self.order_chosen.emit(ImageOrder.ADDED)

    def _leave(self) -> None:
        self._field.clear()
        self._field.clearFocus()
        self.left.emit()

    def _show_menu(self) -> None:
        self.menu().popup(self._button.mapToGlobal(self._button.rect().bottomLeft()))
