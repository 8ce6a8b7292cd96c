"""The user's way through the history: one step back or forth, or many of them to a state further off."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal, Slot

from sam3_annotator.project import ChangeKind, ChangeSet, ImageId
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs.attempt import attempt
from sam3_annotator.ui.verbs.beside import is_written_beside
from sam3_annotator.ui.workspace import Workspace

# For so long steps are replayed one after the other, then the window has its turn.
_AT_ONCE_MS: Final = 30


class Replaying(QObject):
    """Undoes and redoes steps of the project, and shows the image the last of them was on.

    `problem` carries a sentence when that could not be done, or not to the end; each step is replayed whole or not at
    all. `progress` says how many steps of a way are replayed, of how many; both are 0 once it is over. `turned` carries
    what a single step was, where it was on another image than the one that was shown.
    """

    problem = Signal(str)
    progress = Signal(int, int)
    turned = Signal(str)

    def __init__(self, bridge: StoreBridge, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = bridge.store
        self._workspace = workspace
        self._steps = 0  # of the way, negative where they are undone
        self._done = 0
        self._images: set[ImageId] = set()  # that the last step which was on any was on
        self._said = ""  # of the step, should it be on another image
        self._is_replaying = False
        self._turn = QTimer(self, singleShot=True, interval=0)
        self._turn.timeout.connect(self._go_on)
        bridge.changed.connect(self._follow)

    @property
    def is_running(self) -> bool:
        """Whether there are steps of a way still to come."""
        return self._steps != 0

    def undo(self) -> None:
        """Undo the last step and show the image it was on."""
        self.go(-1, f"Undone here: {self._store.undo_label}.")

    def redo(self) -> None:
        """Redo the step undone last and show the image it is on."""
        self.go(1, f"Redone here: {self._store.redo_label}.")

    def go(self, steps: int, said: str = "") -> None:
        """Redo so many steps, or undo them where the number is negative; a way that was not at its end ends here.

        `said` is for `turned`.
        """
        self.stop()
        if is_written_beside(self._store):
            # A panel that floats is not blocked by the dialog of an import: the verb would wait, and both freeze.
            self.problem.emit("Labels are being imported, or images searched for. Try again when that has ended.")
            return
        self._steps, self._done, self._said = steps, 0, said
        self._go_on()

    @Slot()
    def stop(self) -> None:
        """Stay at the step that is reached."""
        if not self._steps:
            return
        self._turn.stop()
        self._steps = 0
        self.progress.emit(0, 0)
        self._reveal()

    @Slot()
    def _go_on(self) -> None:
        clock = QElapsedTimer()
        clock.start()
        while self._done < abs(self._steps):
            if not attempt(self._replay_next, self.problem.emit):
                self.stop()
                return
            if clock.elapsed() >= _AT_ONCE_MS:
                break
        if self._done < abs(self._steps):
            self.progress.emit(self._done, abs(self._steps))
            self._turn.start()
        else:
            self.stop()

    def _replay_next(self) -> None:
        self._is_replaying = True
        try:
            changes = self._store.undo() if self._steps < 0 else self._store.redo()
        finally:
            self._is_replaying = False
        self._done = abs(self._steps) if changes is None else self._done + 1
        self._images = _images_of(changes) or self._images if changes is not None else self._images

    @Slot(object)
    def _follow(self, changes: ChangeSet) -> None:
        """End the way where somebody else changes the project: the steps ahead may be others then."""
        if not self._steps or self._is_replaying or changes.kind is ChangeKind.FACTS:
            return
        done, count = self._done, abs(self._steps)
        self.stop()
        self.problem.emit(
            f"Stopped after {done:,} of {count:,} steps: the project was changed meanwhile. "
            "Choose the state in the history again to go on."
        )

    def _reveal(self) -> None:
        images, self._images = self._images & {image.id for image in self._store.images()}, set()
        if images and self._workspace.image_id not in images:
            self._workspace.set_image(min(images))
            if self._said:
                self.turned.emit(self._said)


def _images_of(changes: ChangeSet) -> set[ImageId]:
    """Give the images on which instances, or which themselves, were changed."""
    rows = (row for change in changes.changes if change.table == "instances" for row in (change.after, change.before))
    on = {ImageId(row["image_id"]) for row in rows if row is not None}
    images = (each for each in changes.changes if each.table == "images")
    return on | {ImageId(image.row_id) for image in images if image.before and image.after}
