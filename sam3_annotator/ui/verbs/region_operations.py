"""What combining and reshaping do to the project: each is one edit, hence one undo step."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from sam3_annotator.project import (
    Instance,
    InstanceId,
    ProjectStore,
    Provenance,
    Region,
    Simplified,
    cut_out,
    merge_regions,
    parts_of,
)
from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.verbs.operations import step_on


def reshape_instances(
    store: ProjectStore, regions: Mapping[InstanceId, Region], label: str, *, merge_key: str | None = None
) -> None:
    """Give instances other regions, all in one step, and count the change in their provenance.

    One whose region is empty is deleted. Steps in a row with the same `merge_key` become one.
    """
    if not regions:
        return
    provenances = {instance_id: _edited(store.instance(instance_id).provenance) for instance_id in regions}
    with store.edit(label, merge_key=merge_key) as edit:
        for instance_id, region in regions.items():
            if region.is_empty:
                edit.delete_instance(instance_id)
            else:
                edit.update_instance(instance_id, region=region, provenance=provenances[instance_id])


def simplify_instances(store: ProjectStore, simplified: Mapping[InstanceId, Simplified]) -> None:
    """Give instances simpler regions, all in one step, and count the change in their provenance.

    Their IoU is kept with those that were not simplified before: of others nobody has the mask any more.
    """
    provenances = {}
    for instance_id, result in simplified.items():
        before = store.instance(instance_id).provenance
        iou = result.iou if before.simplification_iou is None else before.simplification_iou
        provenances[instance_id] = replace(_edited(before), simplification_iou=iou)
    with store.edit("Simplify") as edit:
        for instance_id, result in simplified.items():
            edit.update_instance(instance_id, region=result.region, provenance=provenances[instance_id])


def merge_instances(store: ProjectStore, instance_ids: Collection[InstanceId]) -> Instance:
    """Make two or more instances of one image one, in one step: the largest, which gets the area of all.

    Category, score and where it comes from stay those of the largest, and so do its attributes, with those that only
    others have; the others are deleted.
    """
    instances = [store.instance(instance_id) for instance_id in sorted(instance_ids)]
    largest = max(instances, key=lambda instance: instance.region.area)
    region = merge_regions([instance.region for instance in instances])
    attributes = dict(chain.from_iterable(each.attributes.items() for each in (*reversed(instances), largest)))
    with store.edit(step_on("Merge", len(instances))) as edit:
        provenance = _edited(largest.provenance)
        edit.update_instance(largest.id, region=region, provenance=provenance, attributes=attributes)
        for instance in instances:
            if instance.id != largest.id:
                edit.delete_instance(instance.id)
    return store.instance(largest.id)


def split_instances(store: ProjectStore, instance_ids: Collection[InstanceId]) -> tuple[InstanceId, ...]:
    """Make each part of instances an instance like the whole one, all in one step; return those there are then.

    The largest part keeps the id. Instances of one part stay as they are.
    """
    instances = [store.instance(instance_id) for instance_id in sorted(instance_ids)]
    split = [instance for instance in instances if len(instance.region.polygons) > 1]
    if not split:
        return tuple(instance.id for instance in instances)
    made: list[InstanceId] = []
    with store.edit(step_on("Split", len(split))) as edit:
        for instance in split:
            largest, *others = parts_of(instance.region)
            provenance = _edited(instance.provenance)
            edit.update_instance(instance.id, region=largest, provenance=provenance)
            made += [
                edit.add_instance(
                    instance.image_id,
                    instance.category_id,
                    part,
                    score=instance.score,
                    is_crowd=instance.is_crowd,
                    provenance=provenance,
                    attributes=instance.attributes,
                )
                for part in others
            ]
    return (*(instance.id for instance in instances), *made)


def cut_by(instances: Sequence[Instance], cutters: Sequence[Instance]) -> dict[InstanceId, Region]:
    """Return the regions of the instances that share a pixel with a cutter, without its area; empty if all is gone."""
    boxes = [cutter.region.box_xyxy for cutter in cutters]
    regions = {}
    for instance in instances:
        box = instance.region.box_xyxy
        near = [cutter.region for cutter, other in zip(cutters, boxes, strict=True) if _boxes_meet(box, other)]
        rest = cut_out(instance.region, near)
        if rest is not instance.region:
            regions[instance.id] = rest
    return regions


def _boxes_meet(a: BoxXyxy, b: BoxXyxy) -> bool:
    return min(a[2], b[2]) > max(a[0], b[0]) and min(a[3], b[3]) > max(a[1], b[1])


def _edited(provenance: Provenance) -> Provenance:
    return replace(provenance, edit_count=provenance.edit_count + 1)
