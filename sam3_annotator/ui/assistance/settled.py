"""Which open proposals are settled: by instances that are the same thing, or by what was decided before."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sam3_annotator.project import LABELLED_IOU, CategoryId, Instance, InstanceId, Placed, Region, near_each, region_iou
from sam3_annotator.ui.assistance.proposing import SAME_IOU
from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.proposals import Proposal, Proposals


def without_labelled(proposals: Proposals, instances: Sequence[Instance]) -> Proposals:
    """Settle those that are one of the instances, also those that score too little to be shown now."""
    if proposals.propagated_from is not None:
        return proposals.with_labelled(settled_one_each(proposals.unsettled, instances))
    return _settled_as(proposals, [(instance.id, instance.region) for instance in instances], LABELLED_IOU)


def without_decided(proposals: Proposals, before: Proposals, settled: Collection[BoxXyxy]) -> Proposals:
    """Settle those that are the same thing as one `before` that has been settled since others were `settled`."""
    decided = [
        (before.settled[each.box_xyxy], each.region)
        for each in before.known
        if each.box_xyxy in before.settled and each.box_xyxy not in settled
    ]
    return _settled_as(proposals, decided, SAME_IOU)


def settled_one_each(unsettled: Sequence[Proposal], instances: Sequence[Instance]) -> dict[BoxXyxy, InstanceId | None]:
    """Let each instance settle the one that it is most likely to be, of its category if there is such a one.

    Those of an image before are things of their own, however much they overlap: a rider, and the horse below.
    """
    settled, others = _accepted(unsettled, instances)
    if not others or len(settled) == len(unsettled):
        return settled
    placed = [Placed.of(proposal.region) for proposal in unsettled]
    things = [Placed.of(instance.region) for instance in others]
    for instance, thing, near in zip(others, things, near_each(things, placed), strict=True):
        there = [
            unsettled[each]
            for each in near
            if unsettled[each].box_xyxy not in settled and placed[each].overlaps(thing, LABELLED_IOU)
        ]
        if len(there) > 1:
            there.sort(key=lambda one: _likeness(one, instance))
        if there:
            settled[there[-1].box_xyxy] = instance.id
    return settled


def _accepted(
    unsettled: Sequence[Proposal], instances: Sequence[Instance]
) -> tuple[dict[BoxXyxy, InstanceId | None], list[Instance]]:
    """Settle what was just accepted, to the last vertex, by whatever has become of it; also give all other instances.

    Thousands that are accepted at once need not be measured for that.
    """
    by_region: dict[tuple[CategoryId | None, Region], list[Proposal]] = {}
    for proposal in unsettled:
        by_region.setdefault((proposal.category_id, proposal.region), []).append(proposal)
    settled: dict[BoxXyxy, InstanceId | None] = {}
    others = []
    for instance in instances:
        if alike := by_region.get((instance.category_id, instance.region)):
            settled[alike.pop().box_xyxy] = instance.id
        else:
            others.append(instance)
    return settled, others


def _settled_as(
    proposals: Proposals, things: Sequence[tuple[InstanceId | None, Region]], least_iou: float
) -> Proposals:
    unsettled = proposals.unsettled
    if not things or not unsettled:
        return proposals
    placed = [Placed.of(region) for _, region in things]
    owns = [Placed.of(proposal.region) for proposal in unsettled]
    settled: dict[BoxXyxy, InstanceId | None] = {}
    for proposal, own, near in zip(unsettled, owns, near_each(owns, placed), strict=True):
        for each in near:
            if own.overlaps(placed[each], least_iou):
                settled[proposal.box_xyxy] = things[each][0]
                break
    return proposals.with_labelled(settled)


def _likeness(proposal: Proposal, instance: Instance) -> tuple[bool, float]:
    is_same = proposal.region == instance.region
    iou = 1.0 if is_same else region_iou(proposal.region, instance.region)
    return proposal.category_id == instance.category_id, iou
