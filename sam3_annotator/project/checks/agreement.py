"""How far a model, given the box of an instance, agrees with its outline, and which outlines it does not agree with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project.checks.findings import Box, Finding, FindingKind
from sam3_annotator.project.entities import CategoryId, ImageId, ImageRecord, InstanceId
from sam3_annotator.project.reading import ProjectReader
from sam3_annotator.project.regions import Region
from sam3_annotator.project.runs import box_mask_of_runs, runs_of_region

LEAST_SHARE: Final = 0.8
"""Of the median agreement: outlines that agree less are told. `benchmarks/audit.py` measures what that finds."""

LEAST_AGREEMENT: Final = 0.4
"""And outlines that agree less than this, whatever is usual: where all are wrong, that is usual."""

ENOUGH: Final = 5
"""Instances a category needs for a median of its own; with fewer, that of all instances counts."""


@dataclass(frozen=True, slots=True)
class ComparedInstance:
    """What is to be told of an instance that a model was asked about: `box_xyxy` is around all its pixels on the image.

    Its outline is not kept: those of all instances of a project take a gigabyte.
    """

    id: InstanceId
    image_id: ImageId
    image_path: str
    category_id: CategoryId
    category_name: str
    box_xyxy: Box


@dataclass(frozen=True, slots=True)
class OutlinedInstance:
    """An instance that a model can be asked about, with its outline."""

    instance: ComparedInstance
    region: Region


@dataclass(frozen=True, slots=True)
class Agreement:
    """How much of an instance's outline a model confirms: the IoU, 0 to 1, of both masks at image pixels."""

    instance: ComparedInstance
    iou: float


def outlined_instances(
    store: ProjectReader, image: ImageRecord, height: int, width: int
) -> tuple[OutlinedInstance, ...]:
    """Give the instances of an image of so many pixels that a model can be asked about.

    Crowds are left out, whose outline is no object's, and what has no pixel on the image. Raises NotAProject if a
    region is damaged.
    """
    names = {category.id: category.name for category in store.categories()}
    outlined = []
    for each in store.instances(image.id):
        x, y, box_width, box_height = runs_of_region(each.region, height, width).box_xywh
        if box_width and not each.is_crowd:
            box = (float(x), float(y), float(x + box_width), float(y + box_height))
            name = names[each.category_id]
            instance = ComparedInstance(each.id, image.id, image.path, each.category_id, name, box)
            outlined.append(OutlinedInstance(instance, each.region))
    return tuple(outlined)


def compare_outlines(
    instances: Sequence[OutlinedInstance], draw: Callable[[Box], NDArray[np.bool_]]
) -> Iterator[Agreement]:
    """Compare outlines, one by one, with what a model draws in their boxes: `draw` gives a `(H, W)` mask for a box."""
    for each in instances:
        yield Agreement(each.instance, agreement_with(each.region, draw(each.instance.box_xyxy)))


def agreement_with(region: Region, mask: NDArray[np.bool_]) -> float:
    """Return the IoU of a region and a `(H, W)` mask of its image, counted in pixels; 1 if both are empty."""
    runs = runs_of_region(region, *mask.shape)
    within = mask[runs.y0 : runs.y0 + runs.height, runs.x0 : runs.x0 + runs.width]
    shared = int(np.count_nonzero(box_mask_of_runs(runs) & within))
    covered = runs.area + int(np.count_nonzero(mask)) - shared
    return shared / covered if covered else 1.0


def least_agreement(ious: Sequence[float]) -> float:
    """Return the agreement that outlines need not to be told, of these IoUs of their like, at least one."""
    return max(LEAST_AGREEMENT, LEAST_SHARE * float(np.median(ious)))


def find_disagreements(agreements: Sequence[Agreement], least: float | None = None) -> list[Finding]:
    """Find the outlines that agree less with a model than is usual in their category, or than `least` if it is given.

    The lowest agreement comes first.
    """
    every = [each.iou for each in agreements]
    by_category: dict[CategoryId, list[float]] = {}
    for each in agreements:
        by_category.setdefault(each.instance.category_id, []).append(each.iou)
    likes = {category: ious if len(ious) >= ENOUGH else every for category, ious in by_category.items()}
    leasts = {category: least_agreement(ious) if least is None else least for category, ious in likes.items()}
    low = [each for each in agreements if each.iou < leasts[each.instance.category_id]]
    medians = {category: float(np.median(ious)) for category, ious in likes.items()}
    return [_finding(each, medians[each.instance.category_id]) for each in sorted(low, key=lambda each: each.iou)]


def _finding(agreement: Agreement, median: float) -> Finding:
    instance = agreement.instance
    found, usual = f"{100 * agreement.iou:.0f} %", f"{100 * median:.0f} %"
    sentence = (
        f"{instance.image_path}: instance {instance.id} ({instance.category_name}) agrees to {found} with the model"
        f"{f', where {usual} is usual' if usual != found else ''}; correct its outline, unless the model is "
        "wrong."
    )
    return Finding(
        FindingKind.OUTLINE_DISAGREES,
        sentence,
        instance.image_id,
        instance_ids=(instance.id,),
        category_ids=(instance.category_id,),
        box_xyxy=instance.box_xyxy,
        agreement=agreement.iou,
    )
