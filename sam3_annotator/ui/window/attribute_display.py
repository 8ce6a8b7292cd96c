"""Leads the keyboard to the attributes, and calls the keys that switch some after them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QDockWidget

from sam3_annotator.project import InstanceId
from sam3_annotator.ui.actions.action_table import ATTRIBUTE_KEYS
from sam3_annotator.ui.verbs.attributing import Attributing
from sam3_annotator.ui.window.main_window import MainWindow


class AttributeDisplay(QObject):
    """Shows the attributes of what `Attributing` works on, also of one that was just made and is not selected."""

    def __init__(self, window: MainWindow, attributing: Attributing) -> None:
        super().__init__(window)
        self._actions = window.window_actions
        self._workspace = window.workspace
        self._panel = window.instance_panel
        self._known = self._panel.attributes.known
        self._attributing = attributing
        self._selected_for: InstanceId | None = None  # one that is selected only as long as its attributes are at hand
        self._panel.attributes.notice.connect(attributing.notice)
        self._panel.attributes.left.connect(self._let_go)
        for source in (self._known.changed, window.workspace.selection_changed, attributing.made, window.begun):
            source.connect(self._name_switches)
        window.closing.connect(self._panel.attributes.keep_typed)

    def slots(self) -> dict[str, Callable[[], object]]:
        """Say what the verbs call."""
        keys = range(len(ATTRIBUTE_KEYS))
        switches = {f"attribute_{number + 1}": partial(self._attributing.switch, number) for number in keys}
        return {"attributes": self.open, **switches}

    def open(self) -> None:
        """Lead the keyboard to the attributes; one that was just made is selected as long as it is there."""
        concerned = self._attributing.find_concerned()
        if not concerned:
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

    @Slot()
    def _let_go(self) -> None:
        made, self._selected_for = self._selected_for, None
        if made is not None and self._workspace.selection == {made}:
            self._workspace.select(())

    @Slot()
    def _name_switches(self) -> None:
        """Call the keys after what they switch; those without anything to switch are not offered.

        Where nothing is selected they say so; but the project is not asked for its attributes just for that.
        """
        concerned = self._attributing.concerned()
        categories = {instance.category_id for instance in concerned}
        names = self._known.switches(categories) if concerned or self._known.is_counted else []
        for number in range(len(ATTRIBUTE_KEYS)):
            action = self._actions.action(f"attribute_{number + 1}")
            action.setVisible(number < len(names))
            if number < len(names):
                action.setText(names[number].replace("&", "&&"))
