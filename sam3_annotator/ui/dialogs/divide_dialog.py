"""The dialog that draws which images train, validate and test, and keeps that in the project."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QWidget

from sam3_annotator.project import Progress, ProjectStore, counted, divide_images, division_in_words, images_in_use
from sam3_annotator.ui.dialogs.report import Report
from sam3_annotator.ui.dialogs.share_field import ShareField
from sam3_annotator.ui.dialogs.task_dialog import TaskDialog
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs.beside import Written, announce, beside


class DivideDialog(TaskDialog):
    """Blocks the window while it is open: images that look alike have to be read before anything is written."""

    is_blocking = True

    def __init__(self, bridge: StoreBridge, parent: QWidget | None = None) -> None:
        super().__init__("Divide into splits", "Divide", "Dividing the images", parent)
        self._store = bridge.store
        self.division = ShareField()
        self.anew = QCheckBox("Also images that are in a split already")
        self.add_row("Shares", self.division)
        self.add_row("", self.anew)
        self.add_explanation(
            "Each image keeps its split from then on, for checks and all exports; new images can be divided later. "
            "A right click in the list of images puts single ones into another split."
        )
        self.division.changed.connect(self.refresh)
        self.anew.toggled.connect(self.refresh)
        bridge.changed.connect(self.refresh_quietly)
        self.refresh()

    def describe(self) -> None:
        """Say how many images would be divided, or what is in the way."""
        images = images_in_use(self._store)
        without = sum(image.split is None for image in images)
        wanted = len(images) if self.anew.isChecked() else without
        self.primary.setEnabled(wanted > 0 and not self._store.is_read_only)
        if self._store.is_read_only:
            self.say("This project is open for reading only, so nothing can be divided", "warning")
        elif not images:
            self.say("There are no images to divide yet", "warning")
        elif not wanted:
            self.say("All images are in a split already")
        elif without == len(images):
            self.say(f"{counted(wanted, 'image')}, in no split yet")
        elif self.anew.isChecked():
            self.say(f"{counted(wanted, 'image')}, {wanted - without:,} of them in a split already")
        else:
            self.say(f"{wanted:,} of {counted(len(images), 'image')}, in no split yet; shares are of all of them")

    def begin(self) -> None:
        """Divide the images."""
        shares, seed = self.division.shares, self.division.seed
        alike_together, is_anew = self.division.alike_together.isChecked(), self.anew.isChecked()

        def work(store: ProjectStore, progress: Progress) -> object:
            return divide_images(store, shares, seed, alike_together=alike_together, is_anew=is_anew, progress=progress)

        self.run(beside(self._store, work))

    def progress_words(self, done: int, total: int) -> str:
        """Say how many images have been read."""
        return f"{done:,} of {total:,} images read"

    def conclude(self, value: object) -> Report:
        """Show the window what has changed, and say it."""
        assert isinstance(value, Written)
        changed: int = announce(self._store, value)
        note = "It is one step in the history: undo takes back all of it." if changed else "Nothing had to change."
        words = division_in_words(self._store, changed, is_anew=self.anew.isChecked())
        return Report(f"{words}.", note=note)
