"""The dialog that brings in what another program has annotated."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from sam3_annotator.project import KnownError, Progress, ProjectStore, is_folder, is_there, list_image_files
from sam3_annotator.project.formats.plan import ImportReport
from sam3_annotator.ui.dialogs.format_box import FormatBox
from sam3_annotator.ui.dialogs.format_choices import IMPORT_CHOICES
from sam3_annotator.ui.dialogs.path_field import PathField, ask_file, ask_folder
from sam3_annotator.ui.dialogs.report import Report
from sam3_annotator.ui.dialogs.task_dialog import TaskDialog
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs.beside import Written, announce, beside

_KINDS = "Labels (*.json *.xml *.zip *.yaml *.yml *.txt);;All files (*)"


class ImportDialog(TaskDialog):
    """Blocks the window while it is open: an import writes to the project in one long step."""

    is_blocking = True

    def __init__(self, bridge: StoreBridge, parent: QWidget | None = None) -> None:
        super().__init__("Import annotations", "Import", "The import", parent)
        self._store = bridge.store
        self.source = PathField("Labels", ask_file(_KINDS), takes_folder=True)
        self.source.line.setPlaceholderText("A file or a folder")
        self.formats = FormatBox(IMPORT_CHOICES)
        self.images = PathField("Images folder", ask_folder)
        self.images.line.setPlaceholderText("Where the labels say")
        self.add_row("Labels", self.source)
        self.add_row("Format", self.formats)
        self.add_row("Images", self.images)
        self.source.changed.connect(self.refresh)
        self.source.settled.connect(self._recognise)
        self.formats.changed.connect(self.refresh)
        self.images.changed.connect(self.refresh)
        self.refresh()

    def describe(self) -> None:
        """Say what is missing."""
        source, images = self.source.path, self.images.path
        self.primary.setEnabled(False)
        if self._store.is_read_only:
            self.say("This project is open for reading only, so nothing can be imported", "warning")
        elif source is None:
            self.say("Choose the labels to import")
        elif not (is_there(source) or is_folder(source)):
            self.say("There is no such file or folder")
        elif images is not None and not is_folder(images):
            self.say("There is no such folder of images")
        else:
            self.say("Categories of the same name are joined; images are matched by their file names")
            self.primary.setEnabled(True)

    def _recognise(self) -> None:
        """Choose the format that the labels seem to have; the user may know better afterwards."""
        from sam3_annotator.project.formats.recognition import recognise_format

        source = self.source.path
        name = recognise_format(source) if source is not None else None
        if name is None and source is not None and _holds_images(source):
            name = "masks"  # labels that are images can be nothing else
        if name in {choice.name for choice in IMPORT_CHOICES}:
            self.formats.choose(str(name))
        self.refresh()

    def begin(self) -> None:
        """Import."""
        source, images, format_name = self.source.path, self.images.path, self.formats.choice.name
        if source is None:
            return

        def work(store: ProjectStore, progress: Progress) -> object:
            from sam3_annotator.project.formats.registry import import_project  # not needed before

            return import_project(store, source, format_name, images, progress)

        self.run(beside(self._store, work))

    def conclude(self, value: object) -> Report:
        """Show the window what came in, and say it."""
        assert isinstance(value, Written)
        report: ImportReport = announce(self._store, value)
        note = "It is one step in the history: undo takes back all of it." if value.changes else ""
        return Report(str(report), None, report.warnings, note)


def _holds_images(folder: Path) -> bool:
    try:
        return is_folder(folder) and bool(list_image_files(folder, recursive=False))
    except KnownError:  # reading it will say why
        return False
