"""The user's verbs on attributes that need no panel: switch one, repeat those before, go to all of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QDockWidget

from sam3_annotator.project import (
    ChangeKind,
    ChangeSet,
    Instance,
    InstanceId,
    instance_described_before,
)
from sam3_annotator.ui.actions.action_table import ATTRIBUTE_KEYS
from sam3_annotator.ui.attribute_words import summary
from sam3_annotator.ui.canvas.shifting import Size
from sam3_annotator.ui.verbs import attribute_operations as operations
from sam3_annotator.ui.verbs.instance_verbs import InstanceVerbs
from sam3_annotator.ui.window.main_window import MainWindow


class Attributing(InstanceVerbs):
    """Works on the selected instances; where none is selected, on the one that was just made on the shown image.

    What it does to one that is not selected it tells.
    """

    def __init__(self, window: MainWindow, find_size: Callable[[], Size | None]) -> None:
        super().__init__(window.store, window.workspace, find_size, window)
        self._window = window
        self._panel = window.instance_panel
        self._known = self._panel.attributes.known
        self._made: InstanceId | None = None
        self._selected_for: InstanceId | None = None  # one that is selected only as long as its attributes are at hand
        self._panel.attributes.notice.connect(self.notice)
        self._panel.attributes.left.connect(self._let_go)
        self._known.changed.connect(self._name_switches)
        window.workspace.selection_changed.connect(self._name_switches)
        window.bridge.changed.connect(self._follow)
        window.begun.connect(self._name_switches)
        window.closing.connect(self._panel.attributes.keep_typed)

    def slots(self) -> dict[str, Callable[[], object]]:
        """Say what the verbs call."""
        switches = {f"attribute_{number + 1}": partial(self.switch, number) for number in range(len(ATTRIBUTE_KEYS))}
        return {"attributes": self.open, "same_attributes": self.repeat, **switches}

    def open(self) -> None:
        """Lead the keyboard to the attributes; one that was just made is selected as long as it is there."""
        concerned = self._concerned()
        if not concerned:
            self._tell_nothing_selected()
            return
        if not self._workspace.selection:
            self._selected_for = concerned[0].id
            self._workspace.select((concerned[0].id,))
        dock = self._panel.parent()
        if isinstance(dock, QDockWidget):
            dock.show()
            dock.raise_()
            dock.activateWindow()
        self._panel.focus_attributes()

    def switch(self, number: int) -> None:
        """Switch the truth attribute of a key (from 0): on, unless it is for all."""
        concerned = self._concerned()
        if not concerned:
            self._tell_nothing_selected()
            return
        names = self._known.switches({instance.category_id for instance in concerned})
        if number < len(names):
            name = names[number]
            value = not all(instance.attributes.get(name) is True for instance in concerned)
            ids = [instance.id for instance in concerned]
            if self._attempt(lambda: operations.set_attribute(self._store, ids, name, value)):
                self._tell_of_made()

    def repeat(self) -> None:
        """Give the attributes of the instance of the same category that was made before and has any."""
        concerned = self._concerned()
        if not concerned:
            self._tell_nothing_selected()
            return
        first = concerned[0]
        before = instance_described_before(self._store, first.id, first.category_id)
        if before is None:
            name = self._store.category(first.category_id).name
            self.notice.emit(f"Nothing to repeat: no {name} made before has attributes.")
            return
        given, ids = self._store.instance(before).attributes, [instance.id for instance in concerned]
        if self._attempt(lambda: operations.give_attributes(self._store, ids, given)):
            self._tell_of_made()

    def _concerned(self) -> list[Instance]:
        image_id, wanted = self._workspace.image_id, self._workspace.selection or {self._made}
        there = () if image_id is None else self._store.instances(image_id)
        return [instance for instance in there if instance.id in wanted]

    def _tell_nothing_selected(self) -> None:
        self.notice.emit("Select the instance that the attribute is about. One just made needs no selecting.")

    def _tell_of_made(self) -> None:
        if self._workspace.selection:
            return
        for instance in self._concerned():
            name = self._store.category(instance.category_id).name
            self.notice.emit(f"The {name} just made: {summary(instance.attributes) or 'nothing holds'}.")

    def _follow(self, changes: ChangeSet) -> None:
        if changes.kind is not ChangeKind.EDIT:
            return
        made = [
            InstanceId(change.row_id)
            for change in changes.changes
            if change.table == "instances"
            and change.before is None
            and change.after is not None
            and change.after["image_id"] == self._workspace.image_id
        ]
        if made:
            self._made = made[0] if len(made) == 1 else None
            self._name_switches()

    def _let_go(self) -> None:
        made, self._selected_for = self._selected_for, None
        if made is not None and self._workspace.selection == {made}:
            self._workspace.select(())

    def _name_switches(self) -> None:
        """Call the keys after what they switch; those without anything to switch are not offered.

        Where nothing is selected they say so; but the project is not asked for its attributes just for that.
        """
        concerned = self._concerned()
        categories = {instance.category_id for instance in concerned}
        names = self._known.switches(categories) if concerned or self._known.is_counted else []
        for number in range(len(ATTRIBUTE_KEYS)):
            action = self._window.window_actions.action(f"attribute_{number + 1}")
            action.setVisible(number < len(names))
            if number < len(names):
                action.setText(names[number].replace("&", "&&"))
