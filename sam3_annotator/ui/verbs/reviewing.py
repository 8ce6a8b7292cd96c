"""What a reviewer says of an image in one key, which also leads to the next image that is to be reviewed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from sam3_annotator.project import ImageState, ProjectStore
from sam3_annotator.ui.item_models.image_criteria import Stops
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.attempt import attempt
from sam3_annotator.ui.workspace import Workspace


class Reviewing(QObject):
    """Each verdict is one undo step; `problem` says why it could not be written, and the image stays then."""

    problem = Signal(str)
    nothing_left = Signal(str)  # a sentence saying that no other image is to be reviewed

    def __init__(
        self,
        store: ProjectStore,
        workspace: Workspace,
        turn: Callable[[int, Stops], bool],
        parent: QObject | None = None,
    ) -> None:
        """Take the project and what is shown of it; `turn` turns to another image, as the list of images does."""
        super().__init__(parent)
        self._store = store
        self._workspace = workspace
        self._turn = turn

    def slots(self) -> dict[str, Callable[[], object]]:
        """Say what the verbs call."""
        return {"approve": self.approve, "send_back": self.send_back}

    def approve(self) -> None:
        """Call the shown image reviewed; without instances it is confirmed as empty, which is what was seen."""
        image_id = self._workspace.image_id
        if image_id is not None:
            self._go_on_as(ImageState.REVIEWED if self._store.instances(image_id) else ImageState.CONFIRMED_EMPTY)

    def send_back(self) -> None:
        """Call the shown image in progress again, for whoever labels it."""
        self._go_on_as(ImageState.IN_PROGRESS)

    def _go_on_as(self, state: ImageState) -> None:
        image_id = self._workspace.image_id
        if image_id is None:
            return
        is_written = attempt(lambda: operations.set_image_state(self._store, (image_id,), state), self.problem.emit)
        if is_written and not self._turn(1, Stops.TO_REVIEW):
            self.nothing_left.emit("No other image in the list is left to review.")
