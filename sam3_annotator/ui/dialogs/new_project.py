"""The dialog that makes a project: a folder of images, a file, the first categories."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from sam3_annotator.paths import FOLDER_PROJECT_NAME, PROJECT_SUFFIX
from sam3_annotator.project import (
    KnownError,
    Progress,
    ProjectStore,
    counted,
    is_export,
    is_folder,
    is_there,
    list_image_files,
)
from sam3_annotator.ui.background import BackgroundTask
from sam3_annotator.ui.dialogs.path_field import PathField, ask_folder, ask_new_file
from sam3_annotator.ui.dialogs.report import Report
from sam3_annotator.ui.dialogs.task_dialog import TaskDialog
from sam3_annotator.ui.theme import SPACE_XS
from sam3_annotator.ui.verbs import operations


class NewProjectDialog(TaskDialog):
    """Emits `created` with the path of a project that is complete and can be opened."""

    created = Signal(object)  # Path

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("New project", "Create", "Creating the project", parent)
        self.images = PathField("Images folder", ask_folder)
        self.file = PathField("Project file", ask_new_file(f"Projects (*{PROJECT_SUFFIX})"))
        self.categories = QLineEdit()
        self.categories.setPlaceholderText("person, car, …")
        self.categories.setAccessibleName("First categories")
        hint = QLabel("Separated by commas. More can be added any time.")
        hint.setProperty("tone", "dim")
        column = QVBoxLayout()
        column.setSpacing(SPACE_XS)
        column.addWidget(self.categories)
        column.addWidget(hint)
        self.add_row("Images", self.images)
        self.add_row("Project file", self.file)
        self.add_row("Categories", column)
        self._is_file_chosen = False
        self._count: int | None = None
        self._problem = ""
        self._counting: BackgroundTask | None = None
        self.images.changed.connect(self._follow_folder)
        self.images.settled.connect(self._count_images)
        self.file.line.textEdited.connect(self._keep_file)
        self.file.changed.connect(self.refresh)
        self.refresh()

    @property
    def names(self) -> tuple[str, ...]:
        """The categories typed, each once, in order."""
        typed = (" ".join(name.split()) for name in self.categories.text().split(","))
        return tuple(dict.fromkeys(name for name in typed if name))

    def describe(self) -> None:
        """Say how many images there are, or what is missing."""
        folder, file = self.images.path, self.file.path
        exists = file is not None and is_there(file)
        self.primary.setText("Open" if exists else "Create")
        self.primary.setEnabled(file is not None and (exists or (folder is not None and is_folder(folder))))
        if folder is None:
            self.say("Choose the folder your images are in")
        elif not is_folder(folder):
            self.say("There is no such folder")
        elif self._problem:
            self.say(self._problem, "danger")
        elif exists and file is not None:
            self.say(f"{file.name} is there already; it will be opened as it is.", "warning")
        elif self._count is None:
            self.say("")
        elif not self._count and is_export(folder):
            self.say("This folder is an export, whose images count as copies; import it afterwards.", "warning")
        elif not self._count:
            self.say("No images in this folder yet; they can be added later.", "warning")
        else:
            self.say(f"{counted(self._count, 'image')} found")

    def begin(self) -> None:
        """Create the project, or hand over the one that is there."""
        file, folder = self.file.path, self.images.path
        if file is None or folder is None:
            return
        if file.suffix != PROJECT_SUFFIX:
            file = file.with_name(file.name + PROJECT_SUFFIX)
        if is_there(file):
            self._hand_over(file)
            return
        names = self.names
        self.run(lambda progress: create_project(file, folder, names, progress))

    def conclude(self, value: object) -> Report:
        """Hand the project over; there is nothing to read first."""
        self._hand_over(value)
        return Report("The project is ready.")

    def _hand_over(self, path: object) -> None:
        self.created.emit(path)
        self.accept()

    def _keep_file(self) -> None:
        self._is_file_chosen = bool(self.file.line.text())

    def _follow_folder(self) -> None:
        folder = self.images.path
        if not self._is_file_chosen:
            self.file.set_path(None if folder is None else folder / FOLDER_PROJECT_NAME)
        self._count, self._problem = None, ""
        self.refresh()

    def _count_images(self) -> None:
        """Count once the folder is settled: while a path is being typed, its beginnings may be whole disks."""
        folder = self.images.path
        if folder is not None and is_folder(folder) and self._count is None:
            self.say("Counting the images…")
            self._counting = BackgroundTask(lambda _progress: (folder, len(list_image_files(folder))), owner=self)
            self._counting.result.connect(self._take_count)
            self._counting.failed.connect(self._take_problem)
            self._counting.start()

    def _take_count(self, counted: tuple[Path, int]) -> None:
        folder, count = counted
        if folder == self.images.path:
            self._count = count
            self.refresh_quietly()

    def _take_problem(self, error: Exception) -> None:
        if isinstance(error, KnownError) and self.sender() is self._counting:
            self._problem = str(error)
            self.refresh_quietly()


def create_project(file: Path, folder: Path, names: Sequence[str], progress: Progress) -> Path:
    """Make a project of the images in a folder, with categories, and close it.

    Raises as `ProjectStore.create`, and what `progress` raises; there is no project then.

    The images are only listed: reading thousands of them is left to the open project, which can be used meanwhile.
    """
    images = list_image_files(folder)
    progress(0, len(images))
    store = ProjectStore.create(file)
    try:
        with store:
            operations.add_images(store, images, undoable=False)
            for name in names:
                operations.add_category(store, name)
        progress(len(images), len(images))
    except BaseException:  # whatever it is, also that it is not wanted any more
        file.unlink(missing_ok=True)
        raise
    return file
