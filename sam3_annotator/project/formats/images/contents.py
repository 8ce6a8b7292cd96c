"""Compares files with the images of a project by content, and reads only those whose length leaves it open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sam3_annotator.project.entities import ImageId
from sam3_annotator.project.errors import ImageUnreadable
from sam3_annotator.project.file_access import require_file
from sam3_annotator.project.image_files import hash_file
from sam3_annotator.project.images import is_as_known
from sam3_annotator.project.reading import ProjectReader


class Contents:
    """The contents of the images of a project; `about_to_read` is called before a file is read, and may raise."""

    def __init__(self, store: ProjectReader, about_to_read: Callable[[], None]) -> None:
        self._store = store
        self._about_to_read = about_to_read
        self._hashes: dict[Path, str] = {}
        self._ids_by_size: dict[int, list[ImageId]] | None = None

    def differs(self, file: Path, image_id: ImageId) -> bool:
        """Whether a file has another content than an image of the project; False if one of them cannot be read."""
        image, facts = self._store.image_file(image_id), self._store.image(image_id).facts
        sizes = {_byte_size(file), facts.byte_size if is_as_known(image, facts) else _byte_size(image)}
        if 0 in sizes:
            return False
        if len(sizes) == 2:
            return True
        hashes = {self._hash(file), self._hash_of_image(image_id)}
        return len(hashes) == 2 and "" not in hashes

    def images_like(self, file: Path) -> list[ImageId]:
        """Return the images of the project that a file is a copy of, in the order of the project."""
        size = _byte_size(file)
        of_size = self._by_size().get(size, []) if size else []
        code = self._hash(file) if of_size else ""
        return [image_id for image_id in of_size if code and self._hash_of_image(image_id) == code]

    def _by_size(self) -> dict[int, list[ImageId]]:
        if self._ids_by_size is None:
            self._ids_by_size = {}
            for image in self._store.images():
                # Where a length is known it is believed: to ask for those of all images takes long on a network.
                is_known = bool(image.facts.content_hash)
                size = image.facts.byte_size if is_known else _byte_size(self._store.image_file(image.id))
                self._ids_by_size.setdefault(size, []).append(image.id)
        return self._ids_by_size

    def _hash_of_image(self, image_id: ImageId) -> str:
        file, facts = self._store.image_file(image_id), self._store.image(image_id).facts
        return facts.content_hash if is_as_known(file, facts) else self._hash(file)

    def _hash(self, file: Path) -> str:
        """Return the hash of a file, empty if it cannot be read."""
        if file not in self._hashes:
            self._about_to_read()
            try:
                self._hashes[file] = hash_file(file)
            except ImageUnreadable:
                self._hashes[file] = ""
        return self._hashes[file]


def _byte_size(file: Path) -> int:
    """Return how many bytes an image file has, 0 if it is none."""
    try:
        return require_file(file).st_size
    except ImageUnreadable:
        return 0
