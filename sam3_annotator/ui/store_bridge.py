"""Re-emits the store's change notices as a Qt signal, so that every view hears of edit, undo and redo alike."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from sam3_annotator.project import ChangeSet, ProjectStore


class StoreBridge(QObject):
    """The project store on the GUI thread and the signal of its changes."""

    changed = Signal(object)  # ChangeSet

    def __init__(self, store: ProjectStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.store = store
        self._unsubscribe = store.subscribe(self._announce)

    def _announce(self, changes: ChangeSet) -> None:
        self.changed.emit(changes)

    def close(self) -> None:
        """Stop listening and close the store."""
        self._unsubscribe()
        self.store.close()
