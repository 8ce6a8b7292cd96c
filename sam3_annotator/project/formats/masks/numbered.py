"""Tells masks whose values number the objects, as programs for microscopy write them, from masks of categories."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from sam3_annotator.project.regions import Region

# What such programs put behind the name of the image.
_ENDING: Final = re.compile(r"[-_. ](cp_masks|masks?|labels?|label_image|instances|seg)$", re.IGNORECASE)

_MANY_VALUES: Final = 10
_ONE_PART_SHARE: Final = 0.9


def number_objects(masks: Sequence[Mapping[int, Region]], *, are_deep: bool) -> bool:
    """Whether the values of masks, each with all its pixels, stand for objects and not for categories.

    Nearly every value of every mask is then one connected part. What is so by chance with a few categories is not
    with ten on one image; and nobody takes more than 8 bits (`are_deep`) for a few categories.
    """
    regions = [region for mask in masks for region in mask.values()]
    single = sum(len(region.polygons) == 1 for region in regions)
    most = max((len(mask) for mask in masks), default=0)
    return bool(regions) and single >= _ONE_PART_SHARE * len(regions) and (are_deep or most >= _MANY_VALUES)


def ending_of_masks(files: Sequence[Path]) -> str:
    """Give what stands behind the names of the images in those of their masks, as `_cp_masks`; "" if nothing does.

    All files have it, or all that have not are the images.
    """
    found = [match.group() for file in files if (match := _ENDING.search(file.stem))]
    if len(set(found)) != 1:
        return ""
    ending = found[0]
    bare = {file.with_suffix("") for file in files if not file.stem.endswith(ending)}
    images = {file.with_name(file.stem.removesuffix(ending)) for file in files if file.stem.endswith(ending)}
    return ending if bare <= images else ""
