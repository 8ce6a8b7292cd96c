"""The window of the gallery: categories at the left, the grid, what is shown and what the keys do below."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from sam3_annotator.project import Category, CategoryId, ImageId, InstanceId, counted
from sam3_annotator.ui.actions.action_table import CATEGORY_KEYS
from sam3_annotator.ui.background import error_sentence
from sam3_annotator.ui.gallery.attribute_filter import ANY_ATTRIBUTE, AttributeFilter
from sam3_annotator.ui.gallery.category_filter import CategoryFilterDelegate, CategoryFilterModel
from sam3_annotator.ui.gallery.crop_loader import CropLoader
from sam3_annotator.ui.gallery.gallery_actions import GalleryActions
from sam3_annotator.ui.gallery.gallery_head import GalleryHead
from sam3_annotator.ui.gallery.gallery_model import GalleryModel
from sam3_annotator.ui.gallery.gallery_verbs import GalleryVerbs
from sam3_annotator.ui.gallery.gallery_view import SIDES, GalleryView
from sam3_annotator.ui.gallery.sorting import Order
from sam3_annotator.ui.keyboard.digit_row import digit_of
from sam3_annotator.ui.keyboard.key_hint_bar import KeyHintBar
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.panels.empty_state import EmptyState
from sam3_annotator.ui.panels.quiet_list import QuietListView
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.sizes import bind_font, bind_sizes, scaled, size_on_screen
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.theme import SPACE_M, SPACE_S, SPACE_XS
from sam3_annotator.ui.window.companion import Companion, line_across
from sam3_annotator.ui.window.message_bar import MessageBar, Severity

SIZE: Final = QSize(1180, 780)
MINIMUM_SIZE: Final = (640, 420)
COLUMN_WIDTH: Final = 224


class GalleryWindow(Companion):
    """All instances of a project as thumbnails, to be given other categories, deleted, or shown on their images."""

    show_wanted = Signal(object)  # InstanceId, to be shown on its image

    def __init__(self, bridge: StoreBridge, keys: KeyMap, settings: Settings, name: str) -> None:
        """Take the project, whose name is shown in the title."""
        super().__init__()
        self.setObjectName("gallery_window")
        self.setWindowTitle(f"Instance gallery - {name}")
        self.setMinimumSize(*MINIMUM_SIZE)
        self._keys = keys
        self._settings = settings
        self.model = GalleryModel(bridge, self)
        self.loader = CropLoader(bridge.store, self)
        self.view = GalleryView(self.model, self.loader, _nearest_side(settings.gallery_side))
        self.verbs = GalleryVerbs(bridge.store, self)
        self._is_read_only = bridge.store.is_read_only
        self.actions_here = GalleryActions(self, keys, self._slots(), is_read_only=self._is_read_only)
        self.filter_model = CategoryFilterModel(self.model, keys, self)
        self.filter_view = self._make_filter()
        self.head = GalleryHead(self.view.side, self.model.tally_attributes)
        self._empty = EmptyState("shape-outline")
        self._stack = QStackedWidget()
        self._stack.addWidget(self.view)
        self._stack.addWidget(self._empty)
        self.messages = MessageBar()
        self._summary = QLabel(textFormat=Qt.TextFormat.PlainText)
        self._note = QLabel(textFormat=Qt.TextFormat.PlainText)
        self._hints = KeyHintBar()
        self._failure = ""
        self._assemble()
        self._connect()
        if not self.restoreGeometry(settings.gallery_geometry):
            self.resize(size_on_screen(SIZE))
        self._refresh()
        self.model.start()

    @property
    def is_idle(self) -> bool:
        """Nothing is being read, measured or cut out."""
        return self.model.is_idle and self.loader.is_idle

    @property
    def summary(self) -> str:
        """What the status line says of how many are shown and selected."""
        return self._summary.text()

    @property
    def empty_words(self) -> str:
        """What is said in place of the grid, "" while there is one."""
        return self._empty.words if self._stack.currentWidget() is self._empty else ""

    def close_for_good(self) -> None:
        """Stop what is under way and go."""
        self.model.close()
        self.loader.close()
        super().close_for_good()

    # --- assembly ----------------------------------------------------------------------------

    def _assemble(self) -> None:
        grid = QWidget()
        column = QVBoxLayout(grid)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self._stack, stretch=1)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self._make_column())
        splitter.addWidget(grid)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([scaled(COLUMN_WIDTH), SIZE.width() - COLUMN_WIDTH])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(splitter, stretch=1)
        layout.addWidget(line_across())
        layout.addWidget(self.messages)
        layout.addWidget(self._make_foot())
        self.view.setFocus()

    def _make_column(self) -> QWidget:
        heading = QLabel("Categories")
        bind_font(heading, "strong")
        heading.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_S)
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(heading)
        column.addWidget(self.filter_view, stretch=1)
        bind_sizes(made, lambda: made.setMinimumWidth(scaled(COLUMN_WIDTH * 2 // 3)))
        return made

    def _make_foot(self) -> QWidget:
        bind_font(self._summary, "number")
        self._note.setProperty("tone", "dim")
        foot = QWidget()
        row = QHBoxLayout(foot)
        row.setContentsMargins(SPACE_M, SPACE_XS, SPACE_M, SPACE_XS)
        row.setSpacing(SPACE_M)
        row.addWidget(self._summary)
        row.addWidget(self._note)
        row.addWidget(self._hints, stretch=1)
        return foot

    def _make_filter(self) -> QuietListView:
        view = QuietListView("Category shown")
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setModel(self.filter_model)
        view.setItemDelegate(CategoryFilterDelegate(self.filter_model, view))
        view.row_chosen.connect(self._show_chosen_category)
        return view

    def _connect(self) -> None:
        self.view.show_wanted.connect(self.show_wanted)
        self.view.side_wanted.connect(self.head.step)
        self.head.order_wanted.connect(self._show_order)
        self.head.attribute_wanted.connect(self._show_attribute)
        self.head.side_wanted.connect(self._show_side)
        self.view.selection_moved.connect(self._follow_selection)
        self.view.customContextMenuRequested.connect(self._open_menu)
        self.model.shifted.connect(self._refresh)
        self.model.reordered.connect(self.view.scrollToTop)
        self.model.counts_changed.connect(self._follow_change)
        self.model.measured.connect(self._show_measuring)
        self.model.failed.connect(self._tell_failure)
        self.model.outlines_changed.connect(self._forget_crops)
        self.model.files_changed.connect(self._forget_images)
        self.verbs.problem.connect(self._tell_problem)
        self.verbs.notice.connect(self._note.setText)
        self._empty.link_clicked.connect(lambda: self.show_category(None))
        self._keys.changed.connect(self._refresh)

    def _slots(self) -> dict[str, Callable[[], object]]:
        def give(number: int) -> None:
            if number < len(self.model.categories):
                self._give(self.model.categories[number])
            else:
                self._note.setText("No category has this key.")

        return {
            "accept": self._show_current,
            "delete": self._delete,
            "delete_vertex": self._delete,
            "undo": self.verbs.undo,
            "redo": self.verbs.redo,
            "select_all": self.view.selectAll,
            "zoom_in": lambda: self.head.step(1),
            "zoom_out": lambda: self.head.step(-1),
            "gallery": self.left.emit,
            "escape": self._step_back,
            **{f"category_{number + 1}": partial(give, number) for number in range(len(CATEGORY_KEYS))},
        }

    # --- verbs -------------------------------------------------------------------------------

    def _give(self, category: Category) -> None:
        if selected := self._selected():
            self.verbs.set_category(selected, category)

    def _delete(self) -> None:
        if selected := self._selected():
            self.verbs.delete(selected)

    def _show_current(self) -> None:
        if self._selected() and (current := self.view.current_id()) is not None:
            self.show_wanted.emit(current)

    def _selected(self) -> list[InstanceId]:
        """Give what the keys are about; where there is none, say so."""
        selected = self.view.selected_ids()
        if not selected and self.model.rowCount():
            self._note.setText("Nothing is selected.")
        return selected

    def _step_back(self) -> None:
        if self.view.selected_count():
            self.view.clearSelection()
        else:
            self.close()

    def _open_menu(self, place: QPoint) -> None:
        if self.view.indexAt(place).isValid():
            menu = self.actions_here.menu(self.model.categories, self._give, self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.view.viewport().mapToGlobal(place))

    # --- what is shown -----------------------------------------------------------------------

    def show_category(self, category_id: CategoryId | None) -> None:
        """Show the instances of a category, or with None all, whatever attributes they have."""
        self._show(category_id, ANY_ATTRIBUTE)

    def _show(self, category_id: CategoryId | None, attribute: AttributeFilter) -> None:
        self.model.show_category(category_id)
        self.model.show_attribute(attribute)
        self.head.show_attribute(attribute)
        self.view.scrollToTop()
        self._refresh()

    def _show_chosen_category(self, index: QModelIndex) -> None:
        category = self.filter_model.category_at(index.row())
        self._show(None if category is None else category.id, self.model.attribute)

    def _show_attribute(self, attribute: AttributeFilter) -> None:
        self._show(self.model.category_id, attribute)
        self.view.setFocus()

    def _show_order(self, order: Order) -> None:
        self.model.show_order(order)
        self.view.setFocus()  # a digit typed next is the key of a category, not the start of an order

    def _show_side(self, side: int) -> None:
        self.view.set_side(side)
        self._settings.gallery_side = side

    def _show_measuring(self, done: int, total: int) -> None:
        self.head.show_order(self.model.order)
        if self.model.is_measuring:
            share = f", {100 * done // total} %" if total else ""
            self._note.setText(f"Measuring the instances{share}")
        else:
            self._note.clear()

    def _follow_change(self) -> None:
        self._note.clear()  # it is about the step before
        self._refresh()

    def _follow_selection(self) -> None:
        self._note.clear()
        self._show_numbers()

    def _refresh(self) -> None:
        row = self.filter_model.shown_row()
        if self.filter_view.currentIndex().row() != row:
            self.filter_view.setCurrentIndex(self.filter_model.index(row))
        is_empty = not self.model.rowCount()
        if is_empty:
            self._say_empty()
        self._stack.setCurrentWidget(self._empty if is_empty else self.view)
        if not is_empty and self._empty.isAncestorOf(self.focusWidget() or self):
            self.view.setFocus()
        self._show_numbers()

    def _show_numbers(self) -> None:
        selected = self.view.selected_count()
        shown = counted(self.model.rowCount(), "instance")
        chosen = f"{selected:,} selected" if selected else ""
        self._summary.setText(" · ".join(filter(None, (shown, chosen, "read-only" if self._is_read_only else ""))))
        self._hints.set_hints(self.actions_here.hints(selected) if self.model.rowCount() else ())

    def _say_empty(self) -> None:
        category = next((each for each in self.model.categories if each.id == self.model.category_id), None)
        if self._failure:
            self._empty.say("The instances cannot be shown", self._failure)
        elif not self.model.is_loaded:
            self._empty.say("Reading the instances…", "")
        elif self.model.attribute != ANY_ATTRIBUTE:
            of_category = f" of “{category.name}”" if category is not None else ""
            self._empty.say(f"No instance{of_category} passes “{self.model.attribute.words}”", "", "Show all instances")
        elif category is not None:
            self._empty.say(f"No instance is “{category.name}”", "", "Show all categories")
        else:
            self._empty.say("No instances yet", "What is outlined, found or imported in the main window shows here")

    # --- what the parts tell -----------------------------------------------------------------

    def _tell_problem(self, sentence: str) -> None:
        self.messages.show_message(sentence, Severity.WARNING)

    def _tell_failure(self, error: Exception) -> None:
        sentence = error_sentence(error, "The gallery")
        if self.model.is_loaded:
            self._tell_problem(sentence)
        else:
            self._failure = sentence
            self._refresh()

    def _forget_crops(self, instance_ids: frozenset[InstanceId]) -> None:
        self.loader.forget(instance_ids)

    def _forget_images(self, image_ids: frozenset[ImageId]) -> None:
        self.loader.forget_images(image_ids, self.model.ids_on(image_ids))
        self.view.viewport().update()

    # --- Qt's events -------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take a key that nothing is bound to for its digit, where a keyboard has that with Shift only."""
        action_id = self._keys.holder(digit_of(event)) if not event.isAutoRepeat() else ""
        if action_id:
            self.actions_here.trigger(action_id)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Try images again that could not be read, once the user comes back: their files may be back, too."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.loader.retry()
            self.view.viewport().update()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the place."""
        self._settings.gallery_geometry = self.saveGeometry()
        super().closeEvent(event)


def _nearest_side(side: int) -> int:
    return min(SIDES, key=lambda known: abs(known - side))
