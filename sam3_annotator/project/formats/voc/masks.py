"""The instances in the masks of Pascal VOC, and which object of the XML file each of them is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from sam3_annotator.project.errors import FormatError
from sam3_annotator.project.formats.plan import PlannedInstance
from sam3_annotator.project.formats.value_masks.colors import VOID, pack_colors, voc_colormap
from sam3_annotator.project.formats.value_masks.files import MaskFile, read_mask_file
from sam3_annotator.project.formats.value_masks.names import ValueNames
from sam3_annotator.project.formats.voc.objects import VocObject
from sam3_annotator.project.pixel_edges import region_of_runs
from sam3_annotator.project.regions import Region
from sam3_annotator.project.runs import Runs, box_mask_of_runs, runs_by_value

Box = tuple[float, float, float, float]

_NOBODY = 0


@dataclass(frozen=True, slots=True)
class MaskedInstances:
    """The instances of an image in the order of its objects, the size of its masks, and what the user should know."""

    instances: tuple[PlannedInstance, ...]
    width: int
    height: int
    problems: tuple[str, ...]


def read_masked_instances(
    object_mask: Path, class_mask: Path, objects: Sequence[VocObject | None], names: ValueNames
) -> MaskedInstances:
    """Read each value of the object mask as an instance, of the category that most of its pixels in the other have.

    Masks may be palette images, grey, or painted in the colours of VOC or of `names`. An object of the XML file that is
    none of these instances is one too, with its box. Where a value of the class mask has no name, the object of the
    XML file tells it. Raises FormatError or ImageUnreadable if a mask is none, and FormatError if sizes differ.
    """
    numbers, classes = read_mask_file(object_mask), read_mask_file(class_mask)
    height, width = numbers.values.shape
    if classes.values.shape != numbers.values.shape:
        raise FormatError(f"The masks of “{object_mask.name}” have two sizes.")
    found = {_index(numbers, value): runs for value, runs in runs_by_value(numbers.values).items()}
    found.pop(_NOBODY, None)
    indexes: dict[int, int] = {}
    said = {}
    for number, runs in found.items():
        said[number], indexes[number] = _category(classes, runs, names)
    boxes = {number: _box(runs) for number, runs in found.items()}
    owners = _owners(said, boxes, objects)
    instances: list[tuple[int, PlannedInstance]] = []
    problems: list[str] = []
    for number, runs in found.items():
        owner = objects[owners[number]] if number in owners else None
        name = said[number] or (owner.name if owner else "")
        if name or indexes[number]:
            name = name or f"category {indexes[number]}"
            seen = planned_instance(name, region_of_runs(runs), owner)
            whole_box = owner.box.box_xyxy if owner else None
            instances.append((owners.get(number, number - 1), replace(seen, whole_box=whole_box)))
        else:
            problems.append(f"“{object_mask.name}”: value {number} belongs to no category, so it was left out.")
    for place, other in enumerate(objects):
        if other is not None and place not in owners.values():
            unseen = planned_instance(other.name, other.polygon or other.box, other)
            is_hidden = other.polygon is None
            instances.append((place, replace(unseen, whole_box=other.box.box_xyxy, is_hidden=is_hidden)))
    instances.sort(key=lambda entry: entry[0])
    ordered = tuple(instance for _, instance in instances)
    return MaskedInstances(ordered, width, height, tuple(problems))


def planned_instance(name: str, region: Region, owner: VocObject | None) -> PlannedInstance:
    """Return an instance with what the object that it is, if there is one, says of it."""
    if owner is None:
        return PlannedInstance(name, region)
    return PlannedInstance(name, region, owner.is_crowd, attributes=owner.attributes)


def _index(mask: MaskFile, value: int) -> int:
    """Return the number that a value stands for in VOC, 0 for background and void."""
    # A colour of its own is at least as good as a number.
    index = _indexes_by_color().get(value, value) if mask.is_color else value
    return _NOBODY if index == VOID and not mask.is_deep else index


@cache
def _indexes_by_color() -> dict[int, int]:
    return {color: index for index, color in enumerate(pack_colors(voc_colormap()).tolist())}


def _category(mask: MaskFile, runs: Runs, names: ValueNames) -> tuple[str, int]:
    """Return the name, empty if there is none, and the number of the value that most pixels have; 0 for none."""
    box = mask.values[runs.y0 : runs.y0 + runs.height, runs.x0 : runs.x0 + runs.width]
    values, counts = np.unique(box[box_mask_of_runs(runs)], return_counts=True)
    for place in np.argsort(-counts, kind="stable").tolist():
        value = int(values[place])
        index = _index(mask, value)
        if index:
            return _name(mask, value, index, names), index
    return "", _NOBODY


def _name(mask: MaskFile, value: int, index: int, names: ValueNames) -> str:
    color = value if mask.is_color else None
    if mask.palette is not None:
        color = int(pack_colors(mask.palette[value]))
    by_color = names.by_color.get(color) if color is not None else None
    return by_color or names.by_value.get(index, "")


def _box(runs: Runs) -> Box:
    x, y, width, height = runs.box_xywh
    return (x, y, x + width, y + height)


def _owners(said: dict[int, str], boxes: dict[int, Box], objects: Sequence[VocObject | None]) -> dict[int, int]:
    """Return the place in `objects` by the value in the mask.

    By VOC's rule the n-th object has the value n. Where its box or its category says otherwise, the best box does.
    """
    owners = {
        number: number - 1
        for number in said
        if number <= len(objects) and _overlap(said[number], boxes[number], objects[number - 1]) > 0
    }
    pairs = [
        (_overlap(said[number], boxes[number], other), number, place)
        for number in said
        if number not in owners
        for place, other in enumerate(objects)
    ]
    for overlap, number, place in sorted(pairs, key=lambda pair: -pair[0]):
        if overlap > 0 and number not in owners and place not in owners.values():
            owners[number] = place
    return owners


def _overlap(category: str, box: Box, other: VocObject | None) -> float:
    """Return the IoU of a box with that of an object, 0 if the categories differ."""
    if other is None or category not in ("", other.name):
        return 0.0
    theirs = other.box.box_xyxy
    width = min(box[2], theirs[2]) - max(box[0], theirs[0])
    height = min(box[3], theirs[3]) - max(box[1], theirs[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = sum((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in (box, theirs))
    return width * height / (areas - width * height)
