"""What copying and pasting do to the project: each is one edit, hence one undo step."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sam3_annotator.project import (
    CategoryId,
    Edit,
    ImageId,
    Instance,
    InstanceCopy,
    InstanceId,
    ProjectStore,
    Region,
    clip_region,
    copy_instance,
    region_pixel_area,
    timestamp,
)
from sam3_annotator.ui.canvas.shifting import Shift, Size, side_shift
from sam3_annotator.ui.verbs.operations import step_on


@dataclass(frozen=True, slots=True)
class Pasted:
    """The instances made; how many copies were left out as lying outside the image, or as being there already."""

    instance_ids: tuple[InstanceId, ...] = ()
    outside_count: int = 0
    known_count: int = 0
    new_categories: tuple[str, ...] = ()


def copies_of(store: ProjectStore, instance_ids: Collection[InstanceId]) -> tuple[InstanceCopy, ...]:
    """Copy instances, the lowest first."""
    return tuple(copy_of(store, store.instance(instance_id)) for instance_id in sorted(instance_ids))


def copy_of(store: ProjectStore, instance: Instance) -> InstanceCopy:
    """Copy an instance, with the category as it is now."""
    return copy_instance(instance, store.category(instance.category_id))


def paste_instances(
    store: ProjectStore, image_id: ImageId, copies: Sequence[InstanceCopy], image_size: Size, distance: int
) -> Pasted:
    """Put copies on an image of `(width, height)` pixels, all in one step, and cut them at its border.

    They come to the pixels they were copied from, whatever the sizes of the two images. Where that would put one
    exactly over an instance like it, all are moved aside by `distance` pixels, or as often as needed.
    Categories that the project does not know by name are added, with their colours unless these are taken.
    """
    shift = _free_shift(store, image_id, copies, image_size, distance)
    return _put(store, image_id, _moved(copies, shift), image_size, "Paste")


def duplicate_instances(
    store: ProjectStore, instance_ids: Collection[InstanceId], image_size: Size, distance: int
) -> Pasted:
    """Put copies of instances of one image beside them, moved as `paste_instances` does."""
    if not instance_ids:
        return Pasted()
    copies = copies_of(store, instance_ids)
    image_id = store.instance(min(instance_ids)).image_id
    shift = _free_shift(store, image_id, copies, image_size, distance)
    return _put(store, image_id, _moved(copies, shift), image_size, "Duplicate")


def copy_from_image(store: ProjectStore, source_id: ImageId, target_id: ImageId, image_size: Size) -> Pasted:
    """Put copies of all instances of an image on another of `(width, height)` pixels, in one step.

    They come to the same pixels and are cut at its border. Those it has already, of the same category and region to
    the last vertex, are left out.
    """
    there = {(store.category(each.category_id).name, each.region) for each in store.instances(target_id)}
    copies = copies_of(store, [instance.id for instance in store.instances(source_id)])
    wanted = [copy for copy in copies if (copy.category_name, clip_region(copy.region, *image_size)) not in there]
    pasted = _put(store, target_id, wanted, image_size, "Copy")
    return replace(pasted, known_count=len(copies) - len(wanted))


def _free_shift(
    store: ProjectStore, image_id: ImageId, copies: Sequence[InstanceCopy], image_size: Size, distance: int
) -> Shift:
    """Find how far copies must move, together, so that none lies exactly over an instance like it."""
    there = {(store.category(each.category_id).name, each.region) for each in store.instances(image_id)}
    boxes = [copy.region.box_xyxy for copy in copies]
    x0, y0 = min(box[0] for box in boxes), min(box[1] for box in boxes)
    x1, y1 = max(box[2] for box in boxes), max(box[3] for box in boxes)
    shift, before = (0, 0), None
    while shift != before and any((copy.category_name, copy.region) in there for copy in _moved(copies, shift)):
        before = shift
        farther = max(map(abs, shift)) + distance
        shift = side_shift(farther, (x0, y0, x1, y1), image_size)
    return shift


def _moved(copies: Sequence[InstanceCopy], shift: Shift) -> list[InstanceCopy]:
    if shift == (0, 0):
        return list(copies)
    return [replace(copy, region=copy.region.translated(*shift)) for copy in copies]


def _put(store: ProjectStore, image_id: ImageId, copies: Sequence[InstanceCopy], image_size: Size, verb: str) -> Pasted:
    cut = [(copy, _cut(copy.region, image_size)) for copy in copies]
    now = timestamp()
    inside = [
        replace(copy, region=region, provenance=replace(copy.provenance, created_at=now))
        for copy, region in cut
        if region is not None
    ]
    if not inside:
        return Pasted(outside_count=len(copies))
    return replace(add_copies(store, image_id, inside, verb), outside_count=len(copies) - len(inside))


def add_copies(
    store: ProjectStore, image_id: ImageId, copies: Sequence[InstanceCopy], verb: str, since: int | None = None
) -> Pasted:
    """Put copies on an image as they are, all in one step that the verb names; `since` as in `store.edit`.

    Categories that the project does not know by name are added, as `paste_instances` does.
    """
    known = {category.name: category.id for category in store.categories()}
    with store.edit(step_on(verb, len(copies)), since=since) as edit:
        added = _add_categories(store, edit, [copy for copy in copies if copy.category_name.strip() not in known])
        category_ids = known | added
        made = tuple(
            edit.add_instance(
                image_id,
                category_ids[copy.category_name.strip()],
                copy.region,
                score=copy.score,
                is_crowd=copy.is_crowd,
                provenance=copy.provenance,
                attributes=copy.attributes,
            )
            for copy in copies
        )
    return Pasted(made, new_categories=tuple(added))


def _cut(region: Region, image_size: Size) -> Region | None:
    """Cut a region at the border of an image; None if no pixel of what was cut is on it."""
    width, height = image_size
    cut = clip_region(region, width, height)
    return cut if cut is region or region_pixel_area(cut, height, width) else None


def _add_categories(store: ProjectStore, edit: Edit, copies: Sequence[InstanceCopy]) -> dict[str, CategoryId]:
    taken = {category.color for category in store.categories()}
    added: dict[str, CategoryId] = {}
    for copy in copies:
        name, color = copy.category_name.strip(), copy.category_color.lower()
        if name not in added:
            added[name] = edit.add_category(
                name, color=None if color in taken else color, supercategory=copy.supercategory
            )
            taken.add(color)
    return added
