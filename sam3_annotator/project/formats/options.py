"""What a user chooses about an export, and what it tells afterwards."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sam3_annotator.project.entities import Split
from sam3_annotator.project.errors import KnownError
from sam3_annotator.project.splitting import counted_in_splits

SEGMENTATIONS = ("polygon", "rle")
IMAGE_MODES = ("copy", "link", "none")


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """How to export.

    `segmentation` (COCO only): `polygon`, which every trainer reads, or `rle`, which is exact for every mask.
    `split`: shares of the images by `train`, `val`, `test`, of any sum; images that have a split keep it, the
    others are drawn with `seed`. None: images keep the split they have; if none has one, there is one set.
    `alike_together`: draw images that look alike, as the frames of a burst, into one split.
    `images`: `copy` or `link` them beside the labels, or write the labels only (`none`).
    `include_unannotated`: also write images nobody has looked at to the end, as if they were known to be empty.
    Raises KnownError on other values.
    """

    segmentation: str = "polygon"
    split: Mapping[str, float] | None = None
    seed: int = 0
    alike_together: bool = False
    images: str = "copy"
    include_unannotated: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be done."""
        _require(self.segmentation, SEGMENTATIONS, "way to write areas")
        _require(self.images, IMAGE_MODES, "way to deal with images")
        if self.split is None:
            return
        for name, share in self.split.items():
            _require(name, tuple(Split), "split")
            if not (math.isfinite(share) and share >= 0):
                raise KnownError(f"The share of the split {name} is {share}; it has to be 0 or more.")
        if not sum(self.split.values()) > 0:
            raise KnownError("The shares of the splits are all 0; give at least one a share of the images.")


def _require(value: str, allowed: tuple[str, ...], what: str) -> None:
    if value not in allowed:
        raise KnownError(f"“{value}” is no {what}; choose {', '.join(allowed[:-1])} or {allowed[-1]}.")


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export has written.

    `files` are all files, absolute, without the images; `warnings` are sentences about what a user may not expect.
    `splits` counts the images of each split, if there are any, `train` before `val` before `test`.
    """

    images: int
    instances: int
    files: tuple[Path, ...]
    warnings: tuple[str, ...] = ()
    splits: Mapping[str, int] = field(default_factory=dict)

    @property
    def image_words(self) -> str:
        """Say how many images there are, and how many in each split, as `8 images (6 in train, 2 in val)`."""
        return counted_in_splits(self.images, self.splits)
