"""The verbs of the File menu: open, add images, import, export."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from sam3_annotator.paths import PROJECT_SUFFIX
from sam3_annotator.project import (
    IMAGE_SUFFIXES,
    KnownError,
    counted,
    is_folder,
    list_image_files,
    why_no_image,
    why_no_images,
)
from sam3_annotator.ui.dialogs.task_dialog import TaskDialog
from sam3_annotator.ui.start.opening import is_model
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.window.main_window import MainWindow
from sam3_annotator.ui.window.message_bar import MessageAction, Severity

# What labels of other programs may be dropped as.
_LABEL_SUFFIXES: Final = frozenset({".json", ".xml", ".yaml", ".yml", ".zip"})
# Key of the message that offers them.
LABELS: Final = "labels"


class ProjectVerbs(QObject):
    """What the user does with a project as a whole; dialogs are made when they are needed."""

    open_wanted = Signal(object)  # Path
    model_dropped = Signal(object)  # Path of a checkpoint

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._store = window.store

    def new_project(self) -> None:
        """Open the dialog that makes a project, and open what it has made."""
        from sam3_annotator.ui.dialogs.new_project import NewProjectDialog  # not needed at the start

        dialog = NewProjectDialog(parent=self._window)
        dialog.created.connect(self.open_wanted)
        self._show(dialog)

    def open_folder(self) -> None:
        """Ask for a folder of images and open it."""
        if folder := QFileDialog.getExistingDirectory(self._window, "Open a folder of images", self._start()):
            self.open_wanted.emit(Path(folder))

    def open_project(self) -> None:
        """Ask for a project file and open it."""
        kinds = f"Projects (*{PROJECT_SUFFIX})"
        file, _ = QFileDialog.getOpenFileName(self._window, "Open a project", self._start(), kinds)
        if file:
            self.open_wanted.emit(Path(file))

    def add_images(self) -> None:
        """Ask for image files and add them to the project."""
        kinds = f"Images ({' '.join(f'*{suffix}' for suffix in sorted(IMAGE_SUFFIXES))})"
        files, _ = QFileDialog.getOpenFileNames(self._window, "Add images", self._start(), kinds)
        if files:
            self._add([Path(file) for file in files])

    def take_dropped(self, paths: list[Path]) -> None:
        """Open a project dropped on the window, import labels, add images and folders of them, models to the models."""
        projects = [path for path in paths if path.suffix.lower() == PROJECT_SUFFIX]
        if projects:
            self.open_wanted.emit(projects[0])
            return
        models = [path for path in paths if is_model(path)]
        if models:
            self.model_dropped.emit(models[0])
        labels = [path for path in paths if path.suffix.lower() in _LABEL_SUFFIXES]
        if labels:
            self.import_annotations(labels[0])
        rest = [path for path in paths if path not in models and path not in labels]
        masks = [path for path in rest if self._are_masks(path)]
        if images := [path for path in rest if path not in masks]:
            self._add(images)
        for folder in images:
            self.offer_labels(folder)
        for folder in masks:
            self._offer_masks(folder)

    def export(self) -> None:
        """Open the export dialog."""
        from sam3_annotator.ui.dialogs.export_dialog import ExportDialog  # not needed at the start

        self._show(ExportDialog(self._window.bridge, self._window))

    def divide_images(self) -> None:
        """Open the dialog that divides the images into splits."""
        from sam3_annotator.ui.dialogs.divide_dialog import DivideDialog  # not needed at the start

        self._show(DivideDialog(self._window.bridge, self._window))

    def import_annotations(self, source: Path | None = None) -> None:
        """Open the import dialog, with the labels of `source` chosen."""
        from sam3_annotator.ui.dialogs.import_dialog import ImportDialog  # not needed at the start

        dialog = ImportDialog(self._window.bridge, self._window)
        dialog.source.set_path(source)
        self._show(dialog)

    def offer_labels(self, folder: Path) -> None:
        """Offer to import the labels of other programs that lie in a folder of images."""
        if not self._has_labels(folder):
            return
        self._window.messages.show_message(
            f"There are labels of another program in {folder.name}.",
            Severity.INFO,
            actions=(MessageAction("Import…", lambda: self.import_annotations(folder)),),
            key=LABELS,
        )

    def _offer_masks(self, folder: Path) -> None:
        self._window.messages.show_message(
            f"What is in {folder.name} looks like masks of the images of this project.",
            Severity.INFO,
            actions=(
                MessageAction("Import…", lambda: self.import_annotations(folder)),
                MessageAction("Add as images", lambda: self._add([folder])),
            ),
            key=LABELS,
            stays=True,
        )

    def _show(self, dialog: TaskDialog) -> None:
        self._window.closing.connect(dialog.stop)
        dialog.open()

    def _add(self, paths: Sequence[Path]) -> None:
        messages = self._window.messages
        try:
            files = [file for path in paths for file in (list_image_files(path) if is_folder(path) else [path])]
            images = [file for file in files if file.suffix.lower() in IMAGE_SUFFIXES]
            count = operations.add_images(self._store, images)
        except KnownError as error:
            messages.show_message(str(error))
            return
        if count:
            messages.show_message(f"{counted(count, 'image')} added.", Severity.INFO)
        elif not images and any(self._has_labels(path) for path in paths):
            pass  # which are offered: nobody wanted to add images
        elif not images and is_folder(paths[0]):
            messages.show_message(why_no_images(paths[0]))
        elif not images:
            messages.show_message(why_no_image(paths[0]))
        else:
            messages.show_message(
                "No new images there; those the project has already are not added twice.", Severity.INFO
            )

    def _has_labels(self, folder: Path) -> bool:
        """Tell whether labels of another program lie in a folder, and could be imported."""
        from sam3_annotator.project.formats.recognition import recognise_format  # not needed at the start

        return not self._store.is_read_only and is_folder(folder) and recognise_format(folder) is not None

    def _are_masks(self, folder: Path) -> bool:
        """Tell whether a folder seems to hold masks of the project's images, and they could be imported."""
        from sam3_annotator.project.formats.registry import are_masks_of_images  # not needed at the start

        if self._store.is_read_only or not is_folder(folder):
            return False
        try:
            return are_masks_of_images(folder, self._store)
        except KnownError:
            return False  # adding them says why

    def _start(self) -> str:
        return str(self._store.path.parent)
