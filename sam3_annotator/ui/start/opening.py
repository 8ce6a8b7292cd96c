"""From a path the user gives to an open project: a project file, a folder of images or one image."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from sam3_annotator.model import looks_like_weights
from sam3_annotator.paths import FOLDER_PROJECT_NAME, PROJECT_SUFFIX
from sam3_annotator.project import (
    ImageId,
    KnownError,
    ProjectInUse,
    ProjectReadOnly,
    ProjectStore,
    StorageFull,
    absolute_path,
    images_in_use,
    is_folder,
    is_one_file,
    list_image_files,
    why_no_image,
    why_no_images,
)
from sam3_annotator.ui.verbs import operations


@dataclass(frozen=True)
class Opened:
    """An open project, the image to show first (None: as the window thinks best), and a sentence if it is limited.

    `new_of` is the folder of images that the project has just been made of, None if it was there before.
    """

    store: ProjectStore
    image_id: ImageId | None = None
    limitation: str = ""
    new_of: Path | None = None


def project_file_of(path: Path) -> Path:
    """Say which project file `open_path` would open or make."""
    path = absolute_path(path)
    if path.suffix.lower() == PROJECT_SUFFIX and not is_folder(path):
        return path
    return (path if is_folder(path) else path.parent) / FOLDER_PROJECT_NAME


def open_path(path: Path) -> Opened:
    """Open what lies at `path`.

    A folder, or the folder of an image file, has its project in `annotations.sam3proj`; images that have come into
    the folder since are added. A project that cannot be written, or is open elsewhere, is opened for reading.
    Raises `KnownError` with a sentence for everything else.
    """
    path = absolute_path(path)
    if not _exists(path):
        raise KnownError(f"There is nothing at {path}. It may have been moved or renamed.")
    if is_model(path):
        raise KnownError(
            f"{path.name} is a checkpoint of a model. Open your photos first, then add it in Model > Choose a model…."
        )
    if path.is_dir():
        return _open_folder(path)
    if path.suffix.lower() == PROJECT_SUFFIX:
        return _open_project(path)
    if not any(is_one_file(path, file) for file in list_image_files(path.parent, recursive=False)):
        raise KnownError(why_no_image(path))
    opened = _open_folder(path.parent)
    store = opened.store
    shown = next((image.id for image in store.images() if is_one_file(path, store.image_file(image.id))), None)
    return replace(opened, image_id=shown)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:  # on a share that wants a password, or in a folder of somebody else
        reason = error.strerror or error
        raise KnownError(f"{path} cannot be reached ({reason}). Check its drive, and your access to it.") from error


def is_model(path: Path) -> bool:
    """Say whether what lies at `path` is a checkpoint of a model, or a folder with one and without images."""
    if not looks_like_weights(path):
        return False
    try:
        return not path.is_dir() or not list_image_files(path)
    except KnownError:
        return False


def _open_project(path: Path) -> Opened:
    try:
        return Opened(ProjectStore.open(path))
    except (ProjectInUse, ProjectReadOnly, StorageFull) as error:
        return Opened(ProjectStore.open(path, read_only=True), limitation=f"{error} You can look, but change nothing.")


def _open_folder(folder: Path) -> Opened:
    project = project_file_of(folder)
    files = list_image_files(folder)
    if project.exists():
        opened = _open_project(project)
        if not opened.store.is_read_only:
            operations.add_images(opened.store, files)
        return opened
    if not files:
        raise KnownError(why_no_images(folder))
    store = ProjectStore.create(project)
    operations.add_images(store, files, undoable=False)
    return Opened(store, new_of=folder)


def first_unfinished(store: ProjectStore) -> ImageId | None:
    """Choose the image to begin with: the first that is not finished, else the first, one not left out if there is."""
    images = images_in_use(store) or store.images()
    unfinished = (image.id for image in images if image.state.is_open)
    return next(unfinished, images[0].id if images else None)
