"""Reads the images of a project one after the other, for the commands that send them through a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project import ImageRecord, ImageUnreadable, Progress, ProjectStore, hash_file, read_image
from sam3_annotator.project.words import counted, first_names


class Pictures:
    """Reads images one after the other, and counts them; those that cannot be read are passed over.

    `unreadable` holds these, each with the error that tells why.
    """

    def __init__(self, store: ProjectStore, images: Sequence[ImageRecord]) -> None:
        self._store = store
        self._images = images
        self.unreadable: list[tuple[ImageRecord, ImageUnreadable]] = []
        self.count = 0

    def read(self, progress: Progress) -> Iterator[tuple[ImageRecord, str, NDArray[np.uint8]]]:
        """Give each image with the hash of its file and its pixels, `(H, W, 3)` RGB."""
        for number, image in enumerate(self._images):
            progress(number, len(self._images))
            file = self._store.image_file(image.id)
            try:
                key, pixels = hash_file(file), read_image(file)
            except ImageUnreadable as error:
                self.unreadable.append((image, error))
                continue
            yield image, key, pixels
            self.count += 1
        progress(len(self._images), len(self._images))

    @property
    def in_words(self) -> str:
        """How many images were gone through, and which could not be read."""
        words = counted(self.count, "image")
        return f"{words}; {self.unreadable_in_words}" if self.unreadable else words

    @property
    def unreadable_in_words(self) -> str:
        """Which images could not be read."""
        some = first_names([image.path for image, _ in self.unreadable])
        return f"{counted(len(self.unreadable), 'image')} cannot be read: {some}"
