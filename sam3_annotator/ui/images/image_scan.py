"""Looks off the GUI thread which image files of a project are missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from sam3_annotator.project import (
    ImageFacts,
    ImageId,
    ImageRecord,
    Progress,
    ProjectStore,
    is_there,
    missing_sentence,
    read_facts,
)
from sam3_annotator.ui.background import BackgroundTask


@dataclass(frozen=True, slots=True)
class ImageScan:
    """What a look at the image files of a project told.

    `checked` were looked for; `problems` has a sentence for each whose file is not there; `facts` are those of
    images that had a problem and are there now.
    """

    checked: tuple[ImageId, ...]
    problems: Mapping[ImageId, str]
    facts: Mapping[ImageId, ImageFacts]


def scan_images(store: ProjectStore, owner: QObject) -> BackgroundTask:
    """Give a task, not yet started, whose result is the `ImageScan` of the project; it ends with its `owner`."""
    return BackgroundTask(partial(_scan, store.images(), store.path.parent), owner=owner)


def _scan(images: Sequence[ImageRecord], folder: Path, progress: Progress) -> ImageScan:
    problems: dict[ImageId, str] = {}
    facts: dict[ImageId, ImageFacts] = {}
    for done, image in enumerate(images):
        progress(done, len(images))
        path = folder / image.path  # the system follows links and dots by itself
        if not is_there(path):
            problems[image.id] = missing_sentence(path)
        elif image.facts.problem:
            facts[image.id] = read_facts(path)
    return ImageScan(tuple(image.id for image in images), problems, facts)
