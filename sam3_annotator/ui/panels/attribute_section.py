"""The part of the instance panel that shows, finds, sets, adds and takes away attributes of what is selected."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from sam3_annotator.project import AttributeValue, Instance, InstanceId, counted
from sam3_annotator.ui.attribute_words import AttributeKind, read_value
from sam3_annotator.ui.item_models.known_attributes import KnownAttributes
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.keyboard.keys import with_key
from sam3_annotator.ui.panels.attribute_field import AttributeField
from sam3_annotator.ui.panels.attribute_row import AttributeRow, Held, SwitchRow, ValueRow, held_by
from sam3_annotator.ui.panels.low_scroll import LowScroll
from sam3_annotator.ui.sizes import bind_font
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.theme import SPACE_M, SPACE_S, SPACE_XS, bind_icon
from sam3_annotator.ui.verbs import attribute_operations as operations
from sam3_annotator.ui.verbs.attempt import attempt

OTHERS: Final = "Of other categories"


class AttributeSection(QWidget):
    """One row for each attribute that the project knows, below a field that finds one or adds another.

    It shows while something is selected, where the project has attributes or somebody has asked for the field. Each
    change is one step for all that is selected; what is typed is kept for those it was typed for.
    """

    problem = Signal(str)  # a sentence saying why something could not be done
    notice = Signal(str)  # a sentence saying what was done where that is not to be seen
    left = Signal()  # the user is done: the canvas may take the focus

    def __init__(self, bridge: StoreBridge, keys: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.known = KnownAttributes(bridge, self)
        self._store = bridge.store
        self._keys = keys
        self._ids: tuple[InstanceId, ...] = ()
        self._instances: Sequence[Instance] = ()
        self._is_wanted = False
        self._rows: dict[tuple[str, bool], AttributeRow] = {}
        self._own_count = 0  # how many rows, from the top, are about the categories of what is selected
        self._field = AttributeField()
        self._field.textEdited.connect(self._narrow)
        self._field.moved.connect(self._move_target)
        self._field.entered.connect(lambda stays: self._enter(stays=stays))
        self._field.left.connect(self._leave)
        self._others = QLabel(OTHERS)
        self._others.setProperty("tone", "dim")
        bind_font(self._others, "caption")
        self._others.setContentsMargins(SPACE_M + SPACE_XS, SPACE_S, SPACE_M, SPACE_XS)
        self._add = QPushButton()
        self._add.setProperty("kind", "add")
        self._add.clicked.connect(self._enter_new)
        self._column = QWidget()
        self._list = QVBoxLayout(self._column)
        self._list.setContentsMargins(0, 0, 0, SPACE_XS)
        self._list.setSpacing(0)
        self._scroll = LowScroll(self._column)
        self._target: QWidget | None = None
        self._lay_out()
        self.setEnabled(not self._store.is_read_only)
        self.known.changed.connect(self._refresh)
        keys.changed.connect(self._show_keys)
        self._show_keys()
        self.hide()

    @property
    def field(self) -> AttributeField:
        """The field that finds and adds."""
        return self._field

    @property
    def rows(self) -> list[AttributeRow]:
        """The rows, from the top, those that do not fit what is typed too."""
        return list(self._rows.values())

    def show_instances(self, instances: Sequence[Instance]) -> None:
        """Show the attributes of these, which are selected."""
        ids = tuple(instance.id for instance in instances)
        if ids != self._ids:
            before = self._instances
            self.keep_typed()
            if self._instances is not before:
                return  # what was kept has shown these already, as they are by now
            self._clear()
            self._ids = ids
            self._is_wanted = self._is_wanted and bool(ids)
        self._instances = instances
        self._refresh()

    def focus_field(self) -> None:
        """Show the section, if anything is selected, and lead the keyboard to its field."""
        if self._instances:
            self._is_wanted = True
            self._refresh()
            self._field.begin()

    def keep_typed(self) -> None:
        """Keep what is typed in a field for those that are shown, as leaving it would."""
        for row in self._rows.values():
            if isinstance(row, ValueRow) and row.field.is_typed:
                self._ids = tuple(instance_id for instance_id in self._ids if self._is_there(instance_id))
                if not row.field.keep():
                    row.field.take_back()

    # --- what the user does ------------------------------------------------------------------

    def _set(self, name: str, value: AttributeValue) -> bool:
        return attempt(lambda: operations.set_attribute(self._store, self._ids, name, value), self.problem.emit)

    def _is_there(self, instance_id: InstanceId) -> bool:
        with suppress(KeyError):  # what has changed the selection may have deleted it
            self._store.instance(instance_id)
            return True
        return False

    def _set_typed(self, name: str, text: str) -> bool:
        """Set what was typed for an attribute; nothing takes it away."""
        if not text.strip():
            return self._take(name)
        values: list[AttributeValue] = []
        kind = self.known.kind(name)
        is_read = attempt(lambda: values.append(read_value(name, text, kind)), self.problem.emit)
        return is_read and self._set(name, values[0])

    def _take(self, name: str) -> bool:
        return attempt(lambda: operations.take_attribute(self._store, self._ids, name), self.problem.emit)

    def _enter(self, *, stays: bool) -> None:
        """Do what is typed in the field; nothing typed leads back to the canvas."""
        asked = self._field.asked(self._is_known)
        if not self._field.text().strip() and self._target is None:
            self._leave()
        elif not asked.name and self._target is None:
            self.problem.emit("Type the name of the attribute before the =, for example colour=red.")
        elif isinstance(self._target, AttributeRow):
            self._enter_for(self._target, asked.value, stays=stays)
        elif asked.value == "":
            self.problem.emit(f"Type what {asked.name} is behind the =, for example {asked.name}=red.")
        elif asked.value is None:
            self._end(self._set_new(asked.name, "yes"), stays=stays)
        else:
            self._end(self._set_new(asked.name, asked.value), stays=stays)

    def _enter_new(self) -> None:
        self._mark(self._add)
        self._enter(stays=True)

    def _enter_for(self, row: AttributeRow, value: str | None, *, stays: bool) -> None:
        if value:
            self._end(self._set_typed(row.name, value), stays=stays)
        elif isinstance(row, SwitchRow):
            row.press()
            self._end(True, stays=stays)
        else:
            self._clear()
            self._list.activate()  # the list of values opens where the row is by then
            self._scroll.ensureWidgetVisible(row)
            row.press()

    def _set_new(self, name: str, text: str) -> bool:
        names: list[str] = []
        is_name = attempt(lambda: names.append(operations.clean_name(name)), self.problem.emit)
        return is_name and self._set_typed(names[0], text)

    def _end(self, is_done: bool, *, stays: bool) -> None:
        if is_done:
            self._clear()
            if not stays:
                self.left.emit()

    def _leave(self) -> None:
        self._clear()
        self.left.emit()

    def _clear(self) -> None:
        self._field.clear()
        self._narrow()

    # --- everywhere --------------------------------------------------------------------------

    def menu(self, row: AttributeRow) -> QMenu:
        """Make the menu of an attribute."""
        menu = QMenu(self)
        name = row.name
        take = menu.addAction("Take away from the selected", lambda: self._take(name))
        take.setEnabled(bool(row.held.values))
        bind_icon(take, "close", "text_dim")
        menu.addSeparator()
        rename = menu.addAction("Rename everywhere…", lambda: self.rename(name))
        bind_icon(rename, "pencil-outline", "text_dim")
        delete = menu.addAction(
            f"Delete everywhere\t{counted(self.known.count(name), 'instance')}", lambda: self.delete(name)
        )
        bind_icon(delete, "delete-outline", "text_dim")
        return menu

    def rename(self, name: str) -> None:
        """Ask for another name of an attribute, which all instances of the project get."""
        from sam3_annotator.ui.dialogs.rename_attribute import RenameAttributeDialog  # rarely needed

        dialog = RenameAttributeDialog(self._store, name, self.known.count(name), self.window())
        dialog.open()

    def delete(self, name: str) -> None:
        """Take an attribute from all instances of the project."""
        counts: list[int] = []
        if attempt(lambda: counts.append(operations.delete_attribute(self._store, name)), self.problem.emit):
            undo = with_key("Undo", self._keys.text("undo"))
            self.notice.emit(f"{name} taken away from {counted(counts[0], 'instance')}. {undo} brings it back.")

    # --- what is shown -----------------------------------------------------------------------

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_XS)
        field_row = QVBoxLayout()
        field_row.setContentsMargins(SPACE_S, 0, SPACE_S, 0)
        field_row.addWidget(self._field)
        layout.addLayout(field_row)
        layout.addWidget(self._scroll)
        self._list.addWidget(self._others)
        self._list.addWidget(self._add)

    def _refresh(self) -> None:
        categories = {instance.category_id for instance in self._instances}
        own, others = self.known.names(categories) if self._instances else ([], [])
        is_shown = bool(self._instances) and (self._is_wanted or bool(own or others))
        if is_shown:
            self._show_rows(own, others)
            held = held_by(self._instances)
            switches = self.known.switches(categories)
            keys = {name: self._keys.text(f"attribute_{number}") for number, name in enumerate(switches, start=1)}
            for row in self._rows.values():
                row.show_held(held.get(row.name, Held()), keys.get(row.name, ""))
        had_focus = self._has_focus()
        self.setVisible(is_shown)
        if had_focus and not is_shown:
            self.left.emit()

    def _has_focus(self) -> bool:
        focused = self.window().focusWidget()
        return focused is not None and self.isAncestorOf(focused)

    def _show_rows(self, own: Sequence[str], others: Sequence[str]) -> None:
        wanted = {(name, self.known.kind(name) is AttributeKind.TRUTH): None for name in (*own, *others)}
        if list(wanted) == list(self._rows) and len(own) == self._own_count:
            return
        self._own_count = len(own)
        had_focus = self._has_focus()
        self._column.setUpdatesEnabled(False)
        for key in [key for key in self._rows if key not in wanted]:
            gone = self._rows.pop(key)
            gone.hide()
            gone.deleteLater()
        self._rows = {key: self._rows.get(key) or self._make_row(*key) for key in wanted}
        ordered: list[QWidget] = list(self._rows.values())
        ordered.insert(len(own), self._others)
        for place, widget in enumerate([*ordered, self._add]):
            if self._list.indexOf(widget) != place:  # itemAt would keep items for Python that are long gone
                self._list.insertWidget(place, widget)
        previous: QWidget = self._field
        for row in self._rows.values():
            QWidget.setTabOrder(previous, row.control)
            previous = row.control
        self._column.setUpdatesEnabled(True)
        self._narrow()
        if had_focus and not self._has_focus():
            self._field.begin()

    def _make_row(self, name: str, is_switch: bool) -> AttributeRow:
        row: AttributeRow
        if is_switch:
            row = SwitchRow(name, lambda is_on: self._set(name, is_on))
        else:
            row = ValueRow(name, lambda text: self._set_typed(name, text), lambda: self.known.values(name))
        row.take_wanted.connect(lambda: self._take(name))
        row.left.connect(self._leave)
        row.menu_wanted.connect(lambda place: self._open_menu(row, place))
        return row

    def _open_menu(self, row: AttributeRow, place: QPoint) -> None:
        menu = self.menu(row)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def _show_keys(self) -> None:
        self._field.setToolTip(
            with_key("Find, set or add an attribute of what is selected", self._keys.text("attributes"))
            + "\nEnter sets it and leads back, Tab sets it and stays"
        )
        self._refresh()

    # --- what is typed -----------------------------------------------------------------------

    def _is_known(self, name: str) -> bool:
        return any(known == name for known, _ in self._rows)

    def _narrow(self) -> None:
        """Leave the rows that fit what is typed, and mark the one that Enter is about."""
        asked = self._field.asked(self._is_known)
        sought = asked.name.casefold()
        ranks: dict[AttributeRow, int] = {}
        for row in self._rows.values():
            name = row.name.casefold()
            # With a value the name is spelt: the `type=van` of a new attribute is not about `licence type`.
            fits = sought in name if asked.value is None else name.startswith(sought)
            row.setVisible(fits)
            if fits:
                ranks[row] = (row.name != asked.name) + (name != sought) + (not name.startswith(sought))
        is_new = bool(asked.name) and not self._is_known(asked.name)
        self._add.setVisible(is_new)
        self._add.setText(asked.offer.replace("&", "&&"))
        own = list(self._rows.values())[: self._own_count]
        self._others.setVisible(any(row in ranks for row in own) and any(row not in own for row in ranks))
        best: QWidget | None = min(ranks, key=lambda row: ranks[row], default=self._add)
        self._mark(best if asked.name else None)

    def _move_target(self, step: int) -> None:
        shown = [each for each in (*self._rows.values(), self._add) if not each.isHidden()]
        if shown:
            at = shown.index(self._target) if self._target in shown else (-1 if step > 0 else 0)
            self._mark(shown[(at + step) % len(shown)])

    def _mark(self, target: QWidget | None) -> None:
        self._target = target
        for row in self._rows.values():
            row.set_target(row is target)
        self._add.setProperty("target", target is self._add)
        self._add.style().unpolish(self._add)
        self._add.style().polish(self._add)
        if target is not None:
            self._scroll.ensureWidgetVisible(target)
