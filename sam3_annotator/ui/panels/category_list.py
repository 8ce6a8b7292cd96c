"""The panel of categories: choose, add, rename, recolour, reorder, merge, delete, find their images."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QMenu, QVBoxLayout, QWidget

from sam3_annotator.project import CategoryId, ChangeSet
from sam3_annotator.ui.actions.action_table import CATEGORY_KEYS
from sam3_annotator.ui.item_delegates.category_delegate import CategoryDelegate
from sam3_annotator.ui.item_delegates.painting import swatch_icon
from sam3_annotator.ui.item_models.category_model import CategoryModel
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.panels.color_popup import ColorPopup
from sam3_annotator.ui.panels.empty_state import EmptyState
from sam3_annotator.ui.panels.page_stack import PageStack
from sam3_annotator.ui.panels.quiet_list import QuietListView
from sam3_annotator.ui.panels.text_field import TextField
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
    clicked = Signal(object)  # CategoryId whose row was clicked, by which the user means the selected instances too

    def __init__(
        self,
        bridge: StoreBridge,
        workspace: Workspace,
        keys: KeyMap | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = bridge.store
        self._keys = keys if keys is not None else KeyMap(parent=self)
        self._workspace = workspace
        self._model = CategoryModel(bridge, self._keys, self)
        self._model.problem.connect(self.problem)
        self._delegate = CategoryDelegate(lambda: workspace.category_id, self)
        self._delegate.color_wanted.connect(self.choose_color)
        self._delegate.clicked.connect(self.clicked)
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
        self._choose_first_if_none()
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
    def field(self) -> TextField:
        """The field that adds categories."""
        return self._field

    def focus_add_field(self) -> None:
        """Lead the user to naming a category."""
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    def add(self) -> None:
        """Add a category of the name typed and choose it."""
        name = self._field.text()
        if not name.strip():
            self._field.setFocus()
            return
        added: list[CategoryId] = []
        if attempt(lambda: added.append(operations.add_category(self._store, name)), self.problem.emit):
            self._field.clear()
            self._workspace.set_category(added[0])

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
        view.setMinimumHeight(round(LEAST_ROWS * ROW_HEIGHT))
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

    def _make_field(self) -> TextField:
        field = TextField()
        field.setPlaceholderText("Add a category")
        field.setAccessibleName("Add a category")
        field.setMaxLength(200)
        field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        field.setEnabled(not self._store.is_read_only)
        add = QAction("Add", field)
        add.setToolTip("Add the category (Enter)")
        bind_icon(add, "plus", "text_dim")
        add.triggered.connect(self.add)
        field.addAction(add, TextField.ActionPosition.TrailingPosition)
        field.returnPressed.connect(self._finish_field)
        field.escape_pressed.connect(self._leave_field)
        return field

    def _finish_field(self) -> None:
        if self._field.text().strip():
            self.add()
        else:
            self.focus_left.emit()

    def _leave_field(self) -> None:
        self._field.clear()
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
        if row >= 0 and row != self._list.currentIndex().row():
            self._list.setCurrentIndex(self._model.index(row))
        self._list.viewport().update()

    def _show_keys(self) -> None:
        self._delegate.make_room(map(self._keys.category_text, range(len(CATEGORY_KEYS))))
        self._list.viewport().update()

    def _follow(self, changes: ChangeSet) -> None:
        if changes.touched("categories"):
            self._show_stack()
            self._choose_first_if_none()
            self._show_current()

    def _show_stack(self) -> None:
        self._stack.setCurrentIndex(0 if self._model.rowCount() else 1)

    def _choose_first_if_none(self) -> None:
        if self._model.row_of(self._workspace.category_id) < 0:
            first = self._model.category_at(0).id if self._model.rowCount() else None
            self._workspace.fall_back_on(first)
