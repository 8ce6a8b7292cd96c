"""The user's verbs on attributes that need no panel: switch one, repeat those before."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from PySide6.QtCore import QObject, Signal

from sam3_annotator.project import (
    CategoryId,
    ChangeKind,
    ChangeSet,
    Instance,
    InstanceId,
    instance_described_before,
)
from sam3_annotator.ui.attribute_words import summary
from sam3_annotator.ui.canvas.shifting import Size
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs import attribute_operations as operations
from sam3_annotator.ui.verbs.instance_verbs import InstanceVerbs
from sam3_annotator.ui.workspace import Workspace


class Attributing(InstanceVerbs):
    """Works on the selected instances; where none is selected, on the one that was just made on the shown image.

    What it does to one that is not selected it tells.
    """

    made = Signal()  # something was made on the shown image

    def __init__(
        self,
        bridge: StoreBridge,
        workspace: Workspace,
        find_size: Callable[[], Size | None],
        find_switches: Callable[[Collection[CategoryId]], Sequence[str]],
        parent: QObject | None = None,
    ) -> None:
        """See `InstanceVerbs`; `find_switches` names the truth attributes for some categories, in the order of keys."""
        super().__init__(bridge.store, workspace, find_size, parent)
        self._find_switches = find_switches
        self._made: InstanceId | None = None
        bridge.changed.connect(self._follow)

    def slots(self) -> dict[str, Callable[[], object]]:
        """Say what the verbs call."""
        return {"same_attributes": self.repeat}

    def concerned(self) -> list[Instance]:
        """Read the instances that the verbs are about."""
        image_id, wanted = self._workspace.image_id, self._workspace.selection or {self._made}
        there = () if image_id is None else self._store.instances(image_id)
        return [instance for instance in there if instance.id in wanted]

    def find_concerned(self) -> list[Instance]:
        """Read the instances that the verbs are about, and tell where there are none."""
        concerned = self.concerned()
        if not concerned:
            self.notice.emit("Select the instance that the attribute is about. One just made needs no selecting.")
        return concerned

    def switch(self, number: int) -> None:
        """Switch the truth attribute of a key (from 0): on, unless it is for all."""
        concerned = self.find_concerned()
        names = self._find_switches({instance.category_id for instance in concerned}) if concerned else ()
        if number < len(names):
            name = names[number]
            value = not all(instance.attributes.get(name) is True for instance in concerned)
            ids = [instance.id for instance in concerned]
            if self._attempt(lambda: operations.set_attribute(self._store, ids, name, value)):
                self._tell_of_made()

    def repeat(self) -> None:
        """Give the attributes of the instance of the same category that was made before and has any."""
        concerned = self.find_concerned()
        if not concerned:
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

    def _tell_of_made(self) -> None:
        if self._workspace.selection:
            return
        for instance in self.concerned():
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
            self.made.emit()
