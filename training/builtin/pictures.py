"""Reads pictures with label maps: `SOURCE/NAME.jpg`, `NAME.png` (uint16, 0 = not annotated), `NAME.1.png`, ...."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Target:
    """One region of a picture: the label `number` of map `map_index`, its area and box in pixels."""

    map_index: int
    number: int
    area: int
    box_xyxy: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Pixels `(H, W, 3)` uint8 RGB, label maps `(H, W)` uint16, and the regions in them."""

    pixels: NDArray[np.uint8]
    maps: tuple[NDArray[np.uint16], ...]
    targets: tuple[Target, ...]

    def mask(self, target: Target) -> NDArray[np.uint8]:
        """`(H, W)` uint8, 255 on the region."""
        return np.where(self.maps[target.map_index] == target.number, np.uint8(255), np.uint8(0))


@dataclass(frozen=True, slots=True)
class PictureFile:
    """Where a picture lies, and the source that it belongs to."""

    source: str
    path: Path

    def load(self) -> Picture:
        """Decode the picture and its label maps."""
        pixels = np.asarray(cv2.cvtColor(_decode(self.path, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB), np.uint8)
        stem = self.path.name[: -len(self.path.suffix)]
        paths = [self.path.with_name(f"{stem}.png")]
        paths += [p for n in range(1, 10) if (p := self.path.with_name(f"{stem}.{n}.png")).exists()]
        maps = tuple(_decode(path, cv2.IMREAD_UNCHANGED).astype(np.uint16) for path in paths)
        return Picture(pixels, maps, find_targets(maps))


def _decode(path: Path, flags: int) -> MatLike:
    pixels = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), flags)
    if pixels is None:
        raise ValueError(f"{path} is not a picture that OpenCV can read.")
    return pixels


def find_targets(maps: Sequence[NDArray[np.uint16]], smallest_area: int = 60) -> tuple[Target, ...]:
    """List the regions of label maps that are large enough to click on."""
    targets = []
    for map_index, labels in enumerate(maps):
        rows, columns = np.nonzero(labels)
        numbers = labels[rows, columns]
        count = int(labels.max()) + 1
        areas = np.bincount(numbers, minlength=count)
        in_row = np.zeros((count, labels.shape[0]), bool)
        in_column = np.zeros((count, labels.shape[1]), bool)
        in_row[numbers, rows] = True
        in_column[numbers, columns] = True
        for number in np.flatnonzero(areas >= smallest_area):
            down, across = np.flatnonzero(in_row[number]), np.flatnonzero(in_column[number])
            box = (int(across[0]), int(down[0]), int(across[-1]) + 1, int(down[-1]) + 1)
            targets.append(Target(map_index, int(number), int(areas[number]), box))
    return tuple(targets)


def list_pictures(folder: Path) -> list[PictureFile]:
    """List the pictures of a folder of sources, in a fixed order."""
    return [PictureFile(path.parent.name, path) for path in sorted(folder.glob("*/*.jpg"))]


def split_pictures(files: Iterable[PictureFile], share: float) -> tuple[list[PictureFile], list[PictureFile]]:
    """Split by a hash of the picture's name, never by region: (to train on, to validate on)."""
    train: list[PictureFile] = []
    validation: list[PictureFile] = []
    for file in files:
        digest = hashlib.blake2b(f"{file.source}/{file.path.name}".encode(), digest_size=4).digest()
        (validation if int.from_bytes(digest) / 2**32 < share else train).append(file)
    return train, validation


class PictureCache:
    """Decoded pictures by index, as many as fit the budget."""

    def __init__(self, files: Sequence[PictureFile], budget_bytes: int = 4 << 30) -> None:
        self.files = list(files)
        self._loaded: dict[int, Picture] = {}
        self._budget = budget_bytes

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is decoded, which another process decodes faster than it is sent."""
        kept = sum(_nbytes(picture) for picture in self._loaded.values())
        return {"files": self.files, "_loaded": {}, "_budget": self._budget + kept}

    def preload(self, threads: int) -> None:
        """Decode all that fits."""
        with ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(lambda index: self._budget > 0 and self.picture(index), range(len(self.files))):
                pass  # an unreadable picture is told here

    def picture(self, index: int) -> Picture:
        """Give the picture of `files[index]`."""
        found = self._loaded.get(index)
        if found is None:
            found = self.files[index].load()
            self._budget -= _nbytes(found)
            if self._budget > 0:
                self._loaded[index] = found
        return found


def _nbytes(picture: Picture) -> int:
    return picture.pixels.nbytes + sum(labels.nbytes for labels in picture.maps)
