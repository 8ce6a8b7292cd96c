"""The panel of categories: choose, add, rename, recolour, reorder, merge, delete, find their images."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QMenu, QVBoxLayout, QWidget

from sam3_annotator.project import CategoryId, ChangeSet, category_used_last
from sam3_annotator.ui.actions.action_table import CATEGORY_KEYS
from sam3_annotator.ui.item_delegates.category_delegate import CategoryDelegate
from sam3_annotator.ui.item_delegates.painting import swatch_icon
from sam3_annotator.ui.item_models.category_model import CategoryModel
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.panels.category_field import CategoryField, fitting, meant
from sam3_annotator.ui.panels.color_popup import ColorPopup
from sam3_annotator.ui.panels.empty_state import EmptyState
from sam3_annotator.ui.panels.page_stack import PageStack
from sam3_annotator.ui.panels.quiet_list import QuietListView
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.theme import ROW_HEIGHT, SPACE_S, SPACE_XS, bind_icon
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.attempt import attempt
from sam3_annotator.ui.workspace import Workspace

# In the smallest window the panels below need the rest; half a row says that there are more.
LEAST_ROWS: Final = 1.5


class CategoryPanel(QWidget):
    """Lists the categories in the order of their digit keys; the current one is the workspace's."""

    problem = Signal(str)  # a sentence saying why something could not be done
    focus_left = Signal()  # the user is done typing: the canvas may take the focus
    images_wanted = Signal(object)  # CategoryId whose images are to be shown
    taken = Signal(object)  # CategoryId clicked or typed, by which the user means the selected instances too

    def __init__(self, bridge: StoreBridge, workspace: Workspace, keys: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store = bridge.store
        self._keys = keys
        self._workspace = workspace
        self._model = CategoryModel(bridge, self._keys, self)
        self._model.problem.connect(self.problem)
        self._typed_for: CategoryId | None = None  # what Enter takes while something is typed; None: it adds
        self._delegate = CategoryDelegate(self._marked, self)
        self._delegate.color_wanted.connect(self.choose_color)
        self._delegate.clicked.connect(self.taken)
        self._list = self._make_list()
        self._field = self._make_field()
        empty = EmptyState(
            "tag-outline", "Add the first category", "A name for objects of one kind, such as person or car"
        )
        self._stack = PageStack(self._list, empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE_XS, 0, SPACE_S)
        layout.setSpacing(SPACE_XS)
        layout.addWidget(self._stack, stretch=1)
        field_row = QVBoxLayout()
        field_row.setContentsMargins(SPACE_S, 0, SPACE_S, 0)
        field_row.addWidget(self._field)
        layout.addLayout(field_row)
        workspace.category_changed.connect(self._show_current)
        bridge.changed.connect(self._follow)
        self._keys.changed.connect(self._show_keys)
        self._show_keys()
        self._choose_if_none()
        self._show_stack()
        self._show_current()

    @property
    def model(self) -> CategoryModel:
        """The rows shown."""
        return self._model

    @property
    def view(self) -> QuietListView:
        """The list."""
        return self._list

    @property
    def field(self) -> CategoryField:
        """The field that finds or adds categories."""
        return self._field

    def focus_add_field(self) -> None:
        """Lead the user to naming a category."""
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    def add(self) -> None:
        """Add a category of the name typed and choose it; take the one that has it already."""
        name = self._field.text().strip()
        known = [category.id for category in self._store.categories() if category.name == name]
        added: list[CategoryId] = []
        if not name:
            self._field.setFocus()
        elif known:
            self._take(*known)
        elif attempt(lambda: added.append(operations.add_category(self._store, name)), self.problem.emit):
            self._end_typing()
            self._workspace.set_category(*added)

    def rename(self, category_id: CategoryId) -> None:
        """Open the name of a category for editing in place."""
        self._list.edit(self._index(category_id))

    def choose_color(self, category_id: CategoryId) -> None:
        """Open the palette beside a category's swatch."""
        if self._store.is_read_only:
            return
        popup = ColorPopup(self._store.category(category_id).color, self)
        popup.color_chosen.connect(
            lambda color: attempt(
                lambda: operations.recolor_category(self._store, category_id, color), self.problem.emit
            )
        )
        swatch = self._delegate.swatch_rect(self._list.visualRect(self._index(category_id)))
        popup.open_at(self._list.viewport().mapToGlobal(swatch.bottomLeft() + QPoint(0, SPACE_XS)))

    def delete(self, category_id: CategoryId) -> None:
        """Delete a category that nothing uses."""
        attempt(lambda: operations.delete_category(self._store, category_id), self.problem.emit)

    def merge(self, category_id: CategoryId, into: CategoryId) -> None:
        """Give all instances of a category another one, and delete it."""
        is_current = self._workspace.category_id == category_id
        is_done = attempt(lambda: operations.merge_category(self._store, category_id, into), self.problem.emit)
        if is_done and is_current:
            self._workspace.fall_back_on(into)

    def context_menu(self, category_id: CategoryId) -> QMenu:
        """Make the menu of one category."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        entries: tuple[tuple[str, str, str, Callable[[], None]], ...] = (
            ("Rename", "pencil-outline", "F2", lambda: self.rename(category_id)),
            ("Change colour…", "palette-outline", "", lambda: self.choose_color(category_id)),
            ("Delete", "delete-outline", "", lambda: self.delete(category_id)),
        )
        for text, icon_name, key, verb in entries:
            action = menu.addAction(text, verb)
            action.setShortcut(QKeySequence(key))
            action.setEnabled(not self._store.is_read_only)
            bind_icon(action, icon_name, "text_dim")
        rename, *_, delete = menu.actions()
        menu.insertMenu(delete, self._merge_menu(category_id, menu))
        menu.insertSeparator(delete)
        show = QAction("Show its images", menu)
        bind_icon(show, "filter-variant", "text_dim")
        show.triggered.connect(lambda: self.images_wanted.emit(category_id))
        menu.insertAction(rename, show)
        menu.insertSeparator(rename)
        return menu

    def _merge_menu(self, category_id: CategoryId, parent: QMenu) -> QMenu:
        """Make the menu of the other categories, which may take in the instances of this one."""
        menu = QMenu("Merge into", parent)
        others = [category for category in self._store.categories() if category.id != category_id]
        for other in others:
            action = menu.addAction(swatch_icon(other.color), other.name.replace("&", "&&"))
            action.triggered.connect(lambda _checked, id_=other.id: self.merge(category_id, id_))
        menu.setEnabled(bool(others) and not self._store.is_read_only)
        bind_icon(menu.menuAction(), "tag-outline", "text_dim")
        return menu

    def _make_list(self) -> QuietListView:
        view = QuietListView("Categories")
        view.setMinimumHeight(round(LEAST_ROWS * ROW_HEIGHT))  # fewer where text is large: room is short then
        view.setModel(self._model)
        view.setItemDelegate(self._delegate)
        view.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed | QAbstractItemView.EditTrigger.DoubleClicked)
        view.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        view.setDefaultDropAction(Qt.DropAction.MoveAction)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._show_menu)
        view.row_chosen.connect(self._choose)
        view.clicked.connect(self._choose)
        return view

    def _make_field(self) -> CategoryField:
        field = CategoryField()
        field.setEnabled(not self._store.is_read_only)
        field.add.triggered.connect(self.add)
        field.textEdited.connect(self._narrow)
        field.moved.connect(self._move_mark)
        field.returnPressed.connect(self._finish_field)
        field.escape_pressed.connect(self._leave_field)
        return field

    # --- what is typed -----------------------------------------------------------------------

    @property
    def _is_typing(self) -> bool:
        return bool(self._field.text().strip())

    def _marked(self) -> CategoryId | None:
        """Say which row is marked: what Enter takes while something is typed, else the current one."""
        return self._typed_for if self._is_typing else self._workspace.category_id

    @Slot()
    def _narrow(self) -> None:
        """Show what fits the text typed, and mark what Enter takes of it."""
        names = [category.name for category in self._store.categories()]
        typed = self._field.text()
        fits = set(fitting(names, typed))
        for row in range(len(names)):
            self._list.setRowHidden(row, row not in fits)
        self._mark(meant(names, typed))

    @Slot(int)
    def _move_mark(self, step: int) -> None:
        """Mark the next row that fits, or with -1 the one before; beyond the last, and the first, is adding."""
        rows = [None, *(row for row in range(self._model.rowCount()) if not self._list.isRowHidden(row))]
        at = rows.index(self._model.row_of(self._typed_for)) if self._typed_for is not None else 0
        if self._is_typing:
            self._mark(rows[(at + step) % len(rows)])

    def _mark(self, row: int | None) -> None:
        self._typed_for = None if row is None else self._model.category_at(row).id
        self._field.show_adding(self._is_typing and row is None)
        if self._is_typing and row is not None:
            self._list.setCurrentIndex(self._model.index(row))
        self._show_current()

    def _finish_field(self) -> None:
        leads_back = self._field.leads_back
        if not self._is_typing:
            leads_back = True
        elif self._typed_for is None:
            self.add()
        else:
            self._take(self._typed_for)
            leads_back = True
        if leads_back and not self._is_typing:
            self.focus_left.emit()

    def _take(self, category_id: CategoryId) -> None:
        self._end_typing()
        self.taken.emit(category_id)
        self._workspace.set_category(category_id)

    def _end_typing(self) -> None:
        self._field.clear()
        self._narrow()

    def _leave_field(self) -> None:
        self._end_typing()
        self._field.clearFocus()
        self.focus_left.emit()

    def _show_menu(self, place: QPoint) -> None:
        index = self._list.indexAt(place)
        if index.isValid():
            category = self._model.category_at(index.row())
            self.context_menu(category.id).popup(self._list.viewport().mapToGlobal(place))

    def _index(self, category_id: CategoryId) -> QModelIndex:
        return self._model.index(self._model.row_of(category_id))

    def _choose(self, index: QModelIndex) -> None:
        self._workspace.set_category(self._model.category_at(index.row()).id)

    def _show_current(self) -> None:
        row = self._model.row_of(self._workspace.category_id)
        if row >= 0 and row != self._list.currentIndex().row() and not self._is_typing:
            self._list.setCurrentIndex(self._model.index(row))
        self._list.viewport().update()

    def _show_keys(self) -> None:
        self._delegate.make_room(map(self._keys.category_text, range(len(CATEGORY_KEYS))))
        self._field.show_key(self._keys.text("choose_category"))
        self._list.viewport().update()

    def _follow(self, changes: ChangeSet) -> None:
        if changes.touched("categories"):
            self._show_stack()
            self._choose_if_none()
            self._narrow()

    def _show_stack(self) -> None:
        has_categories = bool(self._model.rowCount())
        self._stack.setCurrentIndex(0 if has_categories else 1)
        self._field.show_way(has_categories=has_categories)

    def _choose_if_none(self) -> None:
        """Have the category that was used last, as after opening the project, else the first."""
        if self._model.row_of(self._workspace.category_id) < 0:
            first = self._model.category_at(0).id if self._model.rowCount() else None
            self._workspace.fall_back_on(category_used_last(self._store) or first)
