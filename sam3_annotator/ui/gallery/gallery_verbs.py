"""What can be done with the selected instances of the gallery; each is one undo step of the project."""

from __future__ import annotations

from collections.abc import Callable, Collection

from PySide6.QtCore import QObject, Signal

from sam3_annotator.project import Category, ChangeSet, InstanceId, ProjectStore, counted
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.attempt import attempt
from sam3_annotator.ui.verbs.beside import is_written_beside


class GalleryVerbs(QObject):
    """Writes to the project; `problem` carries a sentence when something could not be done, `notice` what was."""

    problem = Signal(str)
    notice = Signal(str)

    def __init__(self, store: ProjectStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store

    def set_category(self, instance_ids: Collection[InstanceId], category: Category) -> None:
        """Give instances another category, and say so: they may go from view by that."""
        words = f"{counted(len(instance_ids), 'instance')} given the category {category.name}."
        self._write(words, lambda: operations.set_instances_category(self._store, instance_ids, category.id))

    def delete(self, instance_ids: Collection[InstanceId]) -> None:
        """Delete instances, and say how many."""
        words = f"{counted(len(instance_ids), 'instance')} deleted."
        self._write(words, lambda: operations.delete_instances(self._store, instance_ids))

    def undo(self) -> None:
        """Take back the last step, whatever window it was made in, and say what that was: it may not be in view."""
        self._attempt(lambda: self._tell("Undone", self._store.undo()))

    def redo(self) -> None:
        """Do the step undone last again."""
        self._attempt(lambda: self._tell("Done again", self._store.redo()))

    def _tell(self, word: str, changes: ChangeSet | None) -> None:
        if changes is not None:
            self.notice.emit(f"{word}: {changes.label[:1].lower()}{changes.label[1:]}")

    def _write(self, words: str, operation: Callable[[], object]) -> None:
        if self._attempt(operation):
            self.notice.emit(words)

    def _attempt(self, verb: Callable[[], object]) -> bool:
        # The dialog of an import blocks the main window, but not this one: the verb would wait for it, and both freeze.
        if is_written_beside(self._store):
            self.problem.emit("Labels are being imported, or images searched for. Try again when that has ended.")
            return False
        return attempt(verb, self.problem.emit)
