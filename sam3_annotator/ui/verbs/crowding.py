"""The user's verb on what instances stand for: one object, or a crowd of them."""

from __future__ import annotations

from collections.abc import Callable

from sam3_annotator.project import counted
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.instance_verbs import InstanceVerbs


class Crowding(InstanceVerbs):
    """Makes the selected instances crowds, which training leaves out, or single objects again."""

    def slots(self) -> dict[str, Callable[[], object]]:
        """Say what the verbs call."""
        return {"toggle_crowd": self.toggle_crowd}

    def toggle_crowd(self) -> None:
        """Mark the selected instances as crowds; if all are, mark them as single objects."""
        selected = self._selected()
        is_crowd = not all(instance.is_crowd for instance in selected)
        changed = [instance.id for instance in selected if instance.is_crowd != is_crowd]
        if changed and self._attempt(lambda: operations.set_instances_crowd(self._store, changed, is_crowd=is_crowd)):
            what = "crowd, which training leaves out" if is_crowd else "one object each"
            self.notice.emit(f"{counted(len(changed), 'instance')} marked as {what}.")
