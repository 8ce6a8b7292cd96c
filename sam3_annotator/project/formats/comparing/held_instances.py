"""The instances of an image as far as a format can hold them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sam3_annotator.project.attributes import NO_ATTRIBUTES, Attributes
from sam3_annotator.project.formats.comparing.areas import Area, PixelArea, TurnedBox, pixels_of_region, pixels_of_runs
from sam3_annotator.project.formats.images.selection import ChosenImage
from sam3_annotator.project.formats.value_masks.colors import VOID
from sam3_annotator.project.formats.value_masks.painting import MOST_VALUES, Painted, paint
from sam3_annotator.project.formats.yolo.oriented_boxes import move_into_image, oriented_box
from sam3_annotator.project.reading import ProjectReader
from sam3_annotator.project.regions import Region, rectangle
from sam3_annotator.project.runs import Runs, runs_by_value, runs_of_region

_VOC_VALUES = VOID - 1


@dataclass(frozen=True, slots=True, eq=False)
class WholeInstance:
    """An instance of the project with its pixels, of which there are some, and the place of its category from 1 on."""

    category: str
    number: int
    region: Region
    runs: Runs
    is_crowd: bool
    attributes: Attributes


@dataclass(frozen=True, slots=True, eq=False)
class HeldInstance:
    """An instance as it is compared: its category, what there is of its area, whether it is a crowd, its attributes.

    `is_box` says that its box is all that there is, `is_covered` that others hide a part of it. `whole` is the instance
    of the project.
    """

    category: str
    area: Area
    is_crowd: bool = False
    is_box: bool = False
    is_covered: bool = False
    attributes: Attributes = field(default_factory=lambda: NO_ATTRIBUTES)
    whole: WholeInstance | None = None


def size_of_image(image: ChosenImage) -> tuple[int, int]:
    """Return height and width."""
    return image.record.facts.height, image.record.facts.width


def whole_instances(store: ProjectReader, image: ChosenImage) -> list[WholeInstance]:
    """Return the instances of an image that any format can hold, in their order."""
    places = {category.id: (category.name, number) for number, category in enumerate(store.categories(), start=1)}
    found = (
        WholeInstance(
            *places[instance.category_id],
            instance.region,
            runs_of_region(instance.region, *size_of_image(image)),
            instance.is_crowd,
            instance.attributes,
        )
        for instance in store.instances(image.record.id)
    )
    return [whole for whole in found if whole.runs.area]


def outlined(known: Sequence[WholeInstance], image: ChosenImage) -> list[HeldInstance]:
    """Return instances as they are where they are written as outlines, crowds to the pixel."""
    width = image.record.facts.width
    return [
        HeldInstance(
            whole.category,
            pixels_of_runs(whole.runs, width, None if whole.is_crowd else whole.region),
            whole.is_crowd,
            attributes=whole.attributes,
            whole=whole,
        )
        for whole in known
    ]


def exact(known: Sequence[WholeInstance], image: ChosenImage) -> list[HeldInstance]:
    """Return instances as they are where they are written to the pixel."""
    width = image.record.facts.width
    return [
        HeldInstance(whole.category, pixels_of_runs(whole.runs, width), whole.is_crowd, attributes=whole.attributes)
        for whole in known
    ]


def without_crowds(known: Sequence[WholeInstance], image: ChosenImage) -> list[HeldInstance]:
    """Return instances as they are where they are written as outlines and crowds are left out."""
    return [instance for instance in outlined(known, image) if not instance.is_crowd]


def boxes(known: Sequence[WholeInstance], image: ChosenImage) -> list[HeldInstance]:
    """Return the boxes of instances, without crowds."""
    return [HeldInstance(whole.category, _box(whole.runs, image), is_box=True) for whole in known if not whole.is_crowd]


def turned_boxes(known: Sequence[WholeInstance], image: ChosenImage) -> list[HeldInstance]:
    """Return the oriented boxes of instances, without crowds."""
    height, width = size_of_image(image)
    return [
        HeldInstance(
            whole.category, TurnedBox(move_into_image(oriented_box(whole.runs), width, height)[0]), is_box=True
        )
        for whole in known
        if not whole.is_crowd
    ]


def turned_box(region: Region, height: int, width: int) -> TurnedBox:
    """Return what a region of four corners is compared as."""
    del height, width
    return TurnedBox(region.polygons[0].outer)


def visible(known: Sequence[WholeInstance], image: ChosenImage) -> list[HeldInstance]:
    """Return what is seen of instances in a mask; those that others cover wholly are not in it."""
    painted = _shown([whole.runs for whole in known], image)
    return [_seen(whole, painted[value], image) for value, whole in enumerate(known, start=1) if value in painted]


def visible_or_boxes(known: Sequence[WholeInstance], image: ChosenImage) -> list[HeldInstance]:
    """Return what is seen of instances in the masks of VOC, and the boxes of those that the masks do not show."""
    painted = _shown(
        [whole.runs if whole.number <= _VOC_VALUES else None for whole in known[:_VOC_VALUES]],
        image,
    )
    return [
        _seen(whole, painted[value], image)
        if value in painted
        else HeldInstance(
            whole.category, _box(whole.runs, image), whole.is_crowd, is_box=True, attributes=whole.attributes
        )
        for value, whole in enumerate(known, start=1)
    ]


def paint_instances(runs: Sequence[Runs | None], image: ChosenImage) -> Painted:
    """Paint runs on an image, as `paint` does, but no more than a mask holds."""
    return paint(runs[:MOST_VALUES], *size_of_image(image))


def _box(runs: Runs, image: ChosenImage) -> PixelArea:
    x, y, width, height = runs.box_xywh
    return pixels_of_region(rectangle(x, y, x + width, y + height), *size_of_image(image))


def _shown(runs: Sequence[Runs | None], image: ChosenImage) -> dict[int, Runs]:
    return runs_by_value(paint_instances(runs, image).values)


def _seen(whole: WholeInstance, seen: Runs, image: ChosenImage) -> HeldInstance:
    area, is_covered = pixels_of_runs(seen, image.record.facts.width), seen.area < whole.runs.area
    return HeldInstance(whole.category, area, whole.is_crowd, is_covered=is_covered, attributes=whole.attributes)
