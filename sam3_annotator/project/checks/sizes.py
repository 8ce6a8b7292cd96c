"""Instances far larger or smaller than is usual in their category."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project.checks.findings import Finding, FindingKind
from sam3_annotator.project.checks.labelled_image import LabelledImage
from sam3_annotator.project.entities import CategoryId, InstanceId
from sam3_annotator.project.reading import ProjectReader

UNUSUAL_FACTOR = 20.0
"""How many times larger or smaller than the median an instance is to be told of."""

UNUSUAL_DEVIATIONS = 4.0
"""And how many deviations from it, as logarithms: where sizes differ widely, a far one is usual."""

ENOUGH = 20
"""Instances a category needs before anything is usual in it."""

_MAD_TO_DEVIATION = 1.4826  # what the median absolute deviation is multiplied by to be that of a normal distribution


class Sizes:
    """The areas of all instances seen so far, as shares of their image: 16 bytes for each."""

    def __init__(self) -> None:
        self._ids: dict[int, array[int]] = {}
        self._shares: dict[int, array[float]] = {}

    def add(self, image: LabelledImage) -> None:
        """Take the instances of an image in, but for crowds, whose size means nothing, and what has no area."""
        if not image.has_size:
            return
        shares = image.areas / (image.facts.width * image.facts.height)
        for at in np.flatnonzero(~image.is_crowd & (image.areas > 0)).tolist():
            category = int(image.category_ids[at])
            self._ids.setdefault(category, array("q")).append(image.instance_ids[at])
            self._shares.setdefault(category, array("d")).append(float(shares[at]))

    def find_unusual(self, store: ProjectReader, names: Mapping[CategoryId, str]) -> Iterator[Finding]:
        """Find the instances whose size is unusual in their category."""
        for category, values in self._shares.items():
            shares = np.array(values)
            if len(shares) < ENOUGH:
                continue
            median = float(np.median(shares))
            for at in np.flatnonzero(_is_unusual(shares, median)):
                instance_id = InstanceId(self._ids[category][at])
                yield _finding(store, instance_id, names[CategoryId(category)], shares[at], median)


def _is_unusual(shares: NDArray[np.float64], median: float) -> NDArray[np.bool_]:
    distances = np.abs(np.log(shares / median))
    deviation = _MAD_TO_DEVIATION * np.median(distances)
    unusual: NDArray[np.bool_] = distances > max(np.log(UNUSUAL_FACTOR), UNUSUAL_DEVIATIONS * deviation)
    return unusual


def _finding(store: ProjectReader, instance_id: InstanceId, name: str, share: float, median: float) -> Finding:
    instance = store.instance(instance_id)
    path = store.image(instance.image_id).path
    than = f"{share / median:.0f} times larger" if share > median else f"{median / share:.0f} times smaller"
    sentence = (
        f"{path}: instance {instance_id} ({name}) is {than} than the median of its category; "
        "see whether it is of another, or drawn wrong."
    )
    return Finding(
        FindingKind.UNUSUAL_SIZE,
        sentence,
        instance.image_id,
        instance_ids=(instance_id,),
        category_ids=(instance.category_id,),
        box_xyxy=instance.region.box_xyxy,
    )
