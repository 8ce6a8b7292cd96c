"""Makes a project file that is there complete or not at all, and fills it with the images of folders."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from sam3_annotator.patience import replace
from sam3_annotator.project.database import Database, create_database
from sam3_annotator.project.edit import Edit
from sam3_annotator.project.entities import ImageId
from sam3_annotator.project.errors import KnownError, ProjectReadOnly
from sam3_annotator.project.image_files import list_image_files
from sam3_annotator.project.image_paths import absolute_path
from sam3_annotator.project.progress import Progress, no_progress

PART_SUFFIX = ".part"
_READERS = 4  # hashing and headers are disk and C code, so threads help also on two cores
_AHEAD = 64  # images read ahead of the one that is being added


def require_place(path: Path) -> None:
    """Raise KnownError unless a new project can be made at `path`."""
    if not path.parent.is_dir():
        raise KnownError(f"There is no folder {path.parent} to make {path.name} in.")
    if os.path.lexists(path):
        raise KnownError(f"There is a file {path} already. Open it, or choose another name for the new project.")
    if os.path.lexists(_log_of(path)):
        # SQLite would take the changes of the lost project for ones of the new.
        raise KnownError(
            f"{_log_of(path).name} in {path.parent} holds changes of an earlier project of this name. Bring that "
            "project back or move the file away, or choose another name for the new project."
        )
    if not os.access(path.parent, os.W_OK):
        raise ProjectReadOnly(f"The folder {path.parent} cannot be written. Choose another place for the project.")


@contextmanager
def new_file(path: Path) -> Iterator[Database]:
    """Make an empty project to be filled; it gets its name when the block ends and is deleted if that raises."""
    part = path.with_name(path.name + PART_SUFFIX)
    _remove(part)  # left by a process that was killed
    try:
        database = create_database(part)
        try:
            yield database
        finally:
            database.close()
        replace(part, path)
    except BaseException:
        _remove(part)
        raise
    _flush_folder(path.parent)


def add_image_files(
    edit: Edit, roots: Sequence[str | os.PathLike[str]], progress: Progress | None = None
) -> tuple[ImageId, ...]:
    """Add the image files of folders, in natural order, with what they tell; ones that are there already stay as is.

    A root may also be an image file itself. Returns the ids of the added images. Unreadable images are added too,
    with their problem; raises ImageUnreadable if a folder cannot be listed.
    """
    # Not needed by a start that opens a project.
    from concurrent.futures import ThreadPoolExecutor

    from sam3_annotator.project.images import read_facts

    report = progress or no_progress
    # Made absolute here: an edit takes a relative path from the folder of the project, not from the current one.
    files = [
        file for root in map(absolute_path, roots) for file in ([root] if root.is_file() else list_image_files(root))
    ]
    new_files = [file for file in dict.fromkeys(files) if edit.find_image(file) is None]
    report(0, len(new_files))
    added = []
    with ThreadPoolExecutor(_READERS) as pool:
        for start in range(0, len(new_files), _AHEAD):
            batch = new_files[start : start + _AHEAD]
            for file, facts in zip(batch, pool.map(read_facts, batch), strict=True):
                added.append(edit.add_image(file, facts))
                report(len(added), len(new_files))
    return tuple(added)


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _remove(path: Path) -> None:
    for name in (path.name, path.name + "-wal", path.name + "-shm"):
        path.with_name(name).unlink(missing_ok=True)


def _flush_folder(folder: Path) -> None:
    """Make sure that the new name survives a power cut; Windows does so by itself, and some shared disks cannot."""
    if os.name != "nt":
        with suppress(OSError):  # the project is made all the same
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
