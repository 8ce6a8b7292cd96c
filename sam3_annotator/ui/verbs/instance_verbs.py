"""What the verbs on whole instances have in common."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from sam3_annotator.project import Instance, ProjectStore
from sam3_annotator.ui.canvas.shifting import Size
from sam3_annotator.ui.verbs.attempt import attempt
from sam3_annotator.ui.workspace import Workspace


class InstanceVerbs(QObject):
    """Verbs on the selected instances and the shown image; every one is at most one undo step.

    `problem` carries a sentence when something could not be done; nothing is lost then. `notice` says what was done
    where that is not to be seen, or why there was nothing to do.
    """

    problem = Signal(str)
    notice = Signal(str)

    def __init__(
        self,
        store: ProjectStore,
        workspace: Workspace,
        find_size: Callable[[], Size | None],
        parent: QObject | None = None,
    ) -> None:
        """Take the project and what is shown of it; `find_size` gives the size of the shown image, if it is known."""
        super().__init__(parent)
        self._store = store
        self._workspace = workspace
        self._find_size = find_size

    def slots(self) -> dict[str, Callable[[], object]]:
        """Say what the verbs call."""
        raise NotImplementedError

    def _attempt(self, verb: Callable[[], object]) -> bool:
        return attempt(verb, self.problem.emit)

    def _selected(self) -> list[Instance]:
        """Read the selected instances, the lowest first."""
        return [self._store.instance(instance_id) for instance_id in sorted(self._workspace.selection)]

    def _tell_idle(self, why: str) -> None:
        """Say why there was nothing to do; `{}` in it stands for what is selected and has something."""
        count = len(self._workspace.selection)
        self.notice.emit(why.format("the selected instance has" if count == 1 else "the selected instances have"))

    def _shown_size(self) -> Size | None:
        """Give the size of the shown image; if nobody knows it yet, say so."""
        size = self._find_size()
        if size is None and self._workspace.image_id is not None:
            name = self._store.image(self._workspace.image_id).name
            self.notice.emit(f"{name} is still being read. Try again in a moment.")
        return size
