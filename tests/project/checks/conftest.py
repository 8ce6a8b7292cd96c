"""What the tests of checks share: a project that nothing is wrong with, and what is found in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sam3_annotator.project import (
    CategoryId,
    Finding,
    FindingKind,
    ImageId,
    InstanceId,
    ProjectStore,
    Region,
    Split,
    check_project,
    rectangle,
)


@dataclass(frozen=True)
class SoundProject:
    """A project of four images with files, 64 x 48 pixels or more, each with a cat and a dog on it, all checks content.

    The first two images are in train, the others in val; nothing touches the area right of x = 30.
    """

    store: ProjectStore
    images: tuple[ImageId, ...]
    cat: CategoryId
    dog: CategoryId

    def add(self, region: Region, category: CategoryId | None = None, image: int = 0, **facts: Any) -> InstanceId:
        """Add an instance, a cat on the first image unless told otherwise."""
        with self.store.edit("Add") as edit:
            return edit.add_instance(self.images[image], category or self.cat, region, **facts)

    def update(self, image: int, **facts: Any) -> None:
        """Change the record of an image."""
        with self.store.edit("Change") as edit:
            edit.update_image(self.images[image], **facts)

    def file(self, image: int) -> Path:
        """Return the file of an image."""
        return self.store.image_file(self.images[image])

    def findings(self) -> list[Finding]:
        """Return all that is found."""
        return list(check_project(self.store))

    def kinds(self) -> list[FindingKind]:
        """Return the kinds of all that is found."""
        return [finding.kind for finding in self.findings()]


@pytest.fixture
def sound(store: ProjectStore) -> SoundProject:
    """Make the project that nothing is wrong with."""
    images = tuple(image.id for image in store.images())
    with store.edit("Set up", undoable=False) as edit:
        cat, dog = edit.add_category("cat"), edit.add_category("dog")
        for number, image in enumerate(images):
            edit.add_instance(image, cat, rectangle(2, 2, 12, 12))
            edit.add_instance(image, dog, rectangle(15, 2, 27, 14))
            edit.update_image(image, split=Split.TRAIN if number < 2 else Split.VAL)
    return SoundProject(store, images, cat, dog)
