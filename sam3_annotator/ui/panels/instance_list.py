"""The panel of the instances on the current image: select, hide, change category and attributes, delete."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from sam3_annotator.project import CategoryId, ChangeSet, InstanceId
from sam3_annotator.ui.item_delegates.painting import swatch_icon
from sam3_annotator.ui.item_models.instance_model import InstanceModel
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.keyboard.keys import with_key
from sam3_annotator.ui.panels.attribute_section import AttributeSection
from sam3_annotator.ui.panels.category_box import CategoryBox
from sam3_annotator.ui.panels.empty_state import EmptyState
from sam3_annotator.ui.panels.instance_view import InstanceView
from sam3_annotator.ui.panels.page_stack import PageStack
from sam3_annotator.ui.sizes import bind_font
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.theme import SPACE_M, SPACE_S, SPACE_XS, bind_icon
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.attempt import attempt
from sam3_annotator.ui.workspace import Workspace


class InstancePanel(QWidget):
    """Lists what lies on the current image, the topmost first; a bar for the selection shows while there is one."""

    problem = Signal(str)  # a sentence saying why something could not be done
    focus_left = Signal()

    def __init__(self, bridge: StoreBridge, workspace: Workspace, keys: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store = bridge.store
        self._keys = keys
        self._workspace = workspace
        self._offered: tuple[Sequence[QAction], ...] = ()
        self._model = InstanceModel(bridge, workspace, self)
        self._list = InstanceView(self._model, workspace, self._keys)
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._list.customContextMenuRequested.connect(self._show_menu)
        self._list.eye_clicked.connect(self.toggle_hidden)
        self._list.delete_pressed.connect(self.delete_selected)
        self._empty = EmptyState("shape-outline")
        self._stack = PageStack(self._list, self._empty)
        self._summary = QLabel()
        self._eye = QToolButton()
        self._shows_hidden: bool | None = None  # what the eye in the header says
        self._header = self._make_header()
        self._categories = CategoryBox()
        self._describe = QToolButton()
        self._delete = QToolButton()
        self._bar = self._make_bar()
        self.attributes = AttributeSection(bridge, self._keys)
        self.attributes.problem.connect(self.problem)
        self.attributes.left.connect(self.focus_left)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._header)
        layout.addWidget(self._stack, stretch=1)
        layout.addWidget(self._bar)
        layout.addWidget(self.attributes)
        for changed in (self._model.rowsInserted, self._model.rowsRemoved, self._model.modelReset):
            changed.connect(self._refresh)
        workspace.selection_changed.connect(self._refresh)
        workspace.hidden_changed.connect(self._refresh)
        bridge.changed.connect(self._follow)
        self._keys.changed.connect(self._refresh)
        self._fill_categories()
        self._refresh()

    @property
    def model(self) -> InstanceModel:
        """The rows shown."""
        return self._model

    @property
    def view(self) -> InstanceView:
        """The list."""
        return self._list

    def offer(self, *groups: Sequence[QAction]) -> None:
        """Put groups of actions of the window, which concern the selection as well, into its menu."""
        self._offered = groups

    def focus_attributes(self) -> None:
        """Lead the keyboard to the attributes of the selected instances."""
        self.attributes.focus_field()
        self._describe.hide()

    def toggle_hidden(self, instance_id: InstanceId) -> None:
        """Hide or show an instance, and with it the whole selection if it belongs to it."""
        selection = self._workspace.selection
        concerned = selection if instance_id in selection else frozenset({instance_id})
        hidden = self._workspace.hidden
        self._workspace.hide(hidden - concerned if instance_id in hidden else hidden | concerned)

    def toggle_all_hidden(self) -> None:
        """Hide all instances of the image, or show all if any is hidden."""
        self._workspace.hide_or_show(self._model.ids())

    def hide_others(self) -> None:
        """Leave only the selection visible."""
        others = frozenset(self._model.ids()) - self._workspace.selection
        self._workspace.hide((self._workspace.hidden | others) - self._workspace.selection)

    def delete_selected(self) -> None:
        """Delete the selected instances, as one step."""
        selection = self._workspace.selection
        if attempt(lambda: operations.delete_instances(self._store, selection), self.problem.emit):
            self._workspace.select(self._workspace.selection - selection)

    def set_category(self, category_id: CategoryId) -> None:
        """Give the selected instances another category, as one step."""
        selection = self._workspace.selection
        attempt(lambda: operations.set_instances_category(self._store, selection, category_id), self.problem.emit)

    def context_menu(self) -> QMenu:
        """Make the menu of the selected instances."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        can_write = not self._store.is_read_only
        categories = menu.addMenu("Category")
        bind_icon(categories.menuAction(), "tag-outline", "text_dim")
        categories.setEnabled(can_write)
        for row, category in enumerate(self._store.categories()):
            words = _menu_text(category.name, self._keys.category_text(row))
            action = categories.addAction(swatch_icon(category.color), words)
            action.triggered.connect(lambda _checked, id_=category.id: self.set_category(id_))
        menu.addSeparator()
        all_hidden = self._workspace.selection <= self._workspace.hidden
        self._add(
            menu, "Show" if all_hidden else "Hide", "eye-outline" if all_hidden else "eye-off-outline", self._flip
        )
        self._add(menu, "Hide others", "", self.hide_others)
        menu.addSeparator()
        for group in self._offered:
            menu.addActions(group)
            menu.addSeparator()
        delete = self._add(menu, "Delete", "delete-outline", self.delete_selected)
        delete.setShortcuts([QKeySequence(key) for key in self._keys.keys("delete")])
        delete.setEnabled(can_write)
        return menu

    def _add(self, menu: QMenu, text: str, icon_name: str, verb: Callable[[], None]) -> QAction:
        action = menu.addAction(text, verb)
        if icon_name:
            bind_icon(action, icon_name, "text_dim")
        return action

    def _make_header(self) -> QWidget:
        header = QWidget()
        self._summary.setProperty("tone", "dim")
        bind_font(self._summary, "number_caption")
        self._eye.setAccessibleName("Hide or show all instances")
        self._eye.clicked.connect(self.toggle_all_hidden)
        row = QHBoxLayout(header)
        row.addWidget(self._summary, stretch=1)
        row.addWidget(self._eye)
        bar = self._list.verticalScrollBar()

        def keep_above_the_eyes_of_rows(_least: int = 0, most: int = 0) -> None:
            row.setContentsMargins(SPACE_M, SPACE_XS, SPACE_M + (bar.sizeHint().width() if most else 0), 0)

        bar.rangeChanged.connect(keep_above_the_eyes_of_rows)
        keep_above_the_eyes_of_rows()
        return header

    def _make_bar(self) -> QWidget:
        bar = QWidget()
        self._categories.setAccessibleName("Category of the selected instances")
        self._categories.setPlaceholderText("Several categories")
        self._categories.focus_left.connect(self.focus_left)
        self._categories.activated.connect(lambda row: self.set_category(self._categories.itemData(row)))
        describe = self._describe
        describe.setAccessibleName("Add an attribute to the selected instances")
        bind_icon(describe, "plus", "text_dim")
        describe.clicked.connect(lambda: self.focus_attributes())
        delete = self._delete
        delete.setAccessibleName("Delete the selected instances")
        bind_icon(delete, "delete-outline", "text_dim")
        delete.clicked.connect(self.delete_selected)
        row = QHBoxLayout(bar)
        row.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        row.setSpacing(SPACE_XS)
        row.addWidget(self._categories, stretch=1)
        row.addWidget(describe)
        row.addWidget(delete)
        bar.setEnabled(not self._store.is_read_only)
        return bar

    def _show_menu(self, place: QPoint) -> None:
        if self._list.indexAt(place).isValid():
            self.context_menu().popup(self._list.viewport().mapToGlobal(place))

    def _flip(self) -> None:
        selection, hidden = self._workspace.selection, self._workspace.hidden
        self._workspace.hide(hidden - selection if selection <= hidden else hidden | selection)

    def _follow(self, changes: ChangeSet) -> None:
        if changes.touched("categories"):
            self._fill_categories()
        self._show_selected()

    def _fill_categories(self) -> None:
        self._categories.clear()
        for category in self._store.categories():
            self._categories.addItem(swatch_icon(category.color), category.name, category.id)

    def _refresh(self) -> None:
        count = self._model.rowCount()
        self._header.setVisible(bool(count))
        self._stack.setCurrentWidget(self._list if count else self._empty)
        if self._workspace.image_id is None:
            self._empty.say("No image open", "Choose one in the image list")
        else:
            points = self._keys.text("tool_points")
            self._empty.say("No instances yet", with_key("Click the object with the points tool", points))
        selected = len(self._model.rows_of(self._workspace.selection))
        # The panel's title says already what they are.
        self._summary.setText(f"{selected:,} of {count:,} selected" if selected else f"{count:,} on this image")
        any_hidden = bool(self._model.rows_of(self._workspace.hidden))
        if any_hidden is not self._shows_hidden:
            self._shows_hidden = any_hidden
            bind_icon(self._eye, "eye-off-outline" if any_hidden else "eye-outline", "text_dim")
        words = "Show all instances" if any_hidden else "Hide all instances"
        self._eye.setToolTip(with_key(words, self._keys.text("hide_all")))
        self._delete.setToolTip(with_key("Delete the selected instances", self._keys.text("delete")))
        self._describe.setToolTip(with_key("Add an attribute", self._keys.text("attributes")))
        self._bar.setVisible(bool(selected))
        self._show_selected()

    def _show_selected(self) -> None:
        selected = [self._model.instance_at(row) for row in self._model.rows_of(self._workspace.selection)]
        categories = {instance.category_id for instance in selected}
        row = self._categories.findData(next(iter(categories))) if len(categories) == 1 else -1
        self._categories.setCurrentIndex(row)
        self.attributes.show_instances(selected)
        self._describe.setVisible(self.attributes.isHidden())


def _menu_text(name: str, key: str) -> str:
    # An ampersand would be taken for the mark of a mnemonic; the key stands where keys stand in menus.
    return name.replace("&", "&&") + (f"\t{key}" if key else "")
