"""Looks for the instances of an image on a later one, and makes instances of what is found of them there."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model import ConceptPrompt, PackedMask, UnsupportedPrompt, Workbench, propagate
from sam3_annotator.project import (
    CategoryId,
    ImageId,
    Instance,
    InstanceCopy,
    InstanceId,
    ProjectStore,
    Region,
    Simplified,
    clip_region,
    outline_mask,
    region_to_mask,
)
from sam3_annotator.ui.assistance.settled import settled_one_each
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.proposals import Proposal, Proposals
from sam3_annotator.ui.canvas.shifting import Size
from sam3_annotator.ui.verbs import copy_operations
from sam3_annotator.ui.verbs.copy_operations import Pasted
from sam3_annotator.ui.verbs.provenance import provenances_of

Original = tuple[CategoryId, InstanceCopy]
"""An instance of the image before, with its category."""


def original_of(store: ProjectStore, instance: Instance) -> Original:
    """Take an instance as it is now."""
    return instance.category_id, copy_operations.copy_of(store, instance)


def search_again(
    bench: Workbench, image: ShownImage, before: NDArray[np.uint8], originals: Sequence[Original], tolerance: float
) -> list[Proposal | None]:
    """Look for instances of the image `before`, `(H, W, 3)` RGB, on another; None stands for what is not found again.

    No two have the same box; outlines stray by `tolerance` pixels. On the model thread; raises `UnsupportedPrompt` if
    the model answers nothing at all.
    """
    capabilities = bench.session.capabilities
    if not capabilities:
        raise UnsupportedPrompt(f"{bench.model_name} takes no prompts at all; choose another model to propagate.")
    masks = []
    for _, copy in originals:
        bench.check()
        masks.append(_mask_of(copy.region, (before.shape[1], before.shape[0])))
    found: list[Proposal | None] = [None] * len(originals)
    there = [place for place, mask in enumerate(masks) if mask.width]
    if not there:
        return found
    embedding = image.embed(bench) if "masks" in capabilities else None
    asked = [masks[place] for place in there]
    taken: set[BoxXyxy] = set()
    for place, answer in zip(
        there,
        propagate(bench.session, embedding, before, image.pixels, asked, bench.check, bench.tell),
        strict=True,
    ):
        bench.check()
        if answer is not None and not (outline := _outline(answer.mask, tolerance)).region.is_empty:
            box = _box_of_its_own(outline.region.box_xyxy, taken)
            category_id, copy = originals[place]
            found[place] = Proposal(box, outline.region, answer.score, outline.iou, bench.model_name, copy, category_id)
    return found


def labelled_as(found: Mapping[InstanceId, Proposal], there: Sequence[Instance]) -> dict[InstanceId, InstanceId]:
    """Say which of the instances that were found again are labelled already, as which of those `there`."""
    settled = settled_one_each(list(found.values()), there)
    known = {instance_id: settled.get(proposal.box_xyxy) for instance_id, proposal in found.items()}
    return {instance_id: known_id for instance_id, known_id in known.items() if known_id is not None}


def store_found_again(
    store: ProjectStore,
    image_id: ImageId,
    chosen: Sequence[Proposal],
    threshold: float,
    describe_model: Callable[[str], str] = str,
    since: int | None = None,
) -> Pasted:
    """Make instances of what was found again, all in one step, with category, attributes and crowd mark of each.

    Categories that the project does not have any more are added again. `describe_model` as in `provenances_of`,
    `since` as in `store.edit`.
    """
    provenances = provenances_of(Proposals(image_id, ConceptPrompt()), tuple(chosen), threshold, describe_model)
    copies = [
        replace(proposal.copy_of, region=proposal.region, score=proposal.score, provenance=provenance)
        for proposal, provenance in zip(chosen, provenances, strict=True)
        if proposal.copy_of is not None
    ]
    return copy_operations.add_copies(store, image_id, copies, "Propagate", since)


def _mask_of(region: Region, size: Size) -> PackedMask:
    """Give the pixels of a region that are on an image of this width and height."""
    cut = clip_region(region, *size)
    x0, y0, x1, y1 = (0.0, 0.0, 1.0, 1.0) if cut.is_empty else cut.box_xyxy
    left, top = math.floor(x0), math.floor(y0)
    inside = region_to_mask(cut.translated(-left, -top), math.ceil(y1) - top, math.ceil(x1) - left)
    return PackedMask.of(inside, left, top)


def _outline(mask: PackedMask, tolerance: float) -> Simplified:
    return outline_mask(mask.inside, tolerance, mask.left, mask.top)


def _box_of_its_own(box_xyxy: BoxXyxy, taken: set[BoxXyxy]) -> BoxXyxy:
    """Tell two instances in the same box apart, as a part that fills its whole: by less than anybody sees."""
    x0, y0, x1, y1 = box_xyxy
    while (x0, y0, x1, y1) in taken:
        x1 = math.nextafter(x1, math.inf)
    taken.add((x0, y0, x1, y1))
    return x0, y0, x1, y1
