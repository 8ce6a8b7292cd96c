"""Shows the note of the image that is worked on, and keeps what is written."""

from __future__ import annotations

from contextlib import suppress

from PySide6.QtCore import QObject, Slot

from sam3_annotator.project import ChangeSet, ImageId
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.attempt import attempt
from sam3_annotator.ui.window.main_window import MainWindow


class NoteDisplay(QObject):
    """Binds the line of the note to project, image and actions of its window; a note is one undo step."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._line = window.area.note_line
        self._image_id: ImageId | None = None  # whose note is shown
        self._line.written.connect(self._write)
        self._line.left.connect(window.focus_canvas)
        window.workspace.image_changed.connect(self._follow_image)
        window.bridge.changed.connect(self._follow_store)
        window.window_actions.bind({"note": self._line.begin})
        window.closing.connect(self._line.keep)

    @Slot(object)
    def _follow_image(self, image_id: ImageId | None) -> None:
        self._line.keep()  # what is being written belongs to the image that it was begun on
        self._image_id = image_id
        self._show()

    @Slot(object)
    def _follow_store(self, changes: ChangeSet) -> None:
        if self._image_id in changes.touched("images"):
            self._show()

    def _show(self) -> None:
        note = ""
        with suppress(KeyError):  # an image taken out of the project is the shown one for a moment more
            note = "" if self._image_id is None else self._window.store.image(self._image_id).note
        self._line.show_note(note)

    @Slot(str)
    def _write(self, note: str) -> None:
        if self._image_id is not None:
            image_id, store = self._image_id, self._window.store
            attempt(lambda: operations.set_image_note(store, image_id, note), self._window.show_problem)
            self._show()  # also where it could not be written
