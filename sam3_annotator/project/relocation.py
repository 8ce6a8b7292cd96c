"""Finds the images of a project again after their folder was moved or renamed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sam3_annotator.project.entities import ImageId
from sam3_annotator.project.file_access import is_there
from sam3_annotator.project.image_files import find_moved
from sam3_annotator.project.image_paths import stored_path
from sam3_annotator.project.store import ProjectStore


@dataclass(frozen=True, slots=True)
class Relocation:
    """Which missing images were found in another folder, and which still are missing."""

    found: tuple[ImageId, ...]
    missing: tuple[ImageId, ...]


def missing_images(store: ProjectStore) -> tuple[ImageId, ...]:
    """Return the images whose file is not where it should be."""
    return tuple(image.id for image in store.images() if not is_there(store.image_file(image.id)))


def relocate_images(store: ProjectStore, folder: Path) -> Relocation:
    """Look in `folder` and below for all missing images, by size and content, and take over where they are.

    One undo step. A file that the project has under another record is left alone. Raises ImageUnreadable if the
    folder cannot be listed.
    """
    from sam3_annotator.project.images import read_facts  # Pillow: see images.py

    missing = missing_images(store)
    taken = {image.path for image in store.images()}
    found = find_moved(
        {image_id: store.image(image_id).facts for image_id in missing},
        folder,
        lambda file: stored_path(file.absolute(), store.path.parent) not in taken,
    )
    with store.edit("Find moved images") as edit:
        for image_id, path in found.items():
            edit.update_image(image_id, path=path.absolute())
    troubled = [image_id for image_id in found if store.image(image_id).facts.problem]
    store.set_image_facts({image_id: read_facts(found[image_id]) for image_id in troubled})
    return Relocation(tuple(found), tuple(image_id for image_id in missing if image_id not in found))
