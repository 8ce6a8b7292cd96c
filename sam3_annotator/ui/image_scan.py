"""Looks off the GUI thread which image files of a project are missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sam3_annotator.project import ImageId, Progress, ProjectStore
from sam3_annotator.ui.background import BackgroundTask


@dataclass(frozen=True, slots=True)
class MissingFiles:
    """Which images were looked for, and a sentence for each whose file is not there."""

    checked: tuple[ImageId, ...]
    problems: Mapping[ImageId, str]


def scan_images(store: ProjectStore) -> BackgroundTask:
    """Give a task, not yet started, whose result is the `MissingFiles` of the project."""
    # Paths are put together here from what the store has in memory; following links is left to the disk.
    folder = store.path.parent
    return BackgroundTask(partial(missing_files, {image.id: folder / image.path for image in store.images()}))


def missing_files(paths: Mapping[ImageId, Path], progress: Progress) -> MissingFiles:
    """Look which files are missing."""
    problems = {}
    for done, (image_id, path) in enumerate(paths.items()):
        progress(done, len(paths))
        try:
            is_there = path.is_file()
        except (OSError, ValueError):  # a path that this system cannot even ask for
            is_there = False
        if not is_there:
            problems[image_id] = missing_sentence(path)
    return MissingFiles(tuple(paths), problems)


def missing_sentence(path: Path) -> str:
    """Say that an image file is missing, in the words the project has for it."""
    return f"“{path.name}” is missing from “{path.parent}”; put it back, or find the moved folder."
