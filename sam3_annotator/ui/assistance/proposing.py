"""What a model has found of a concept, as proposals: outlined, best first, without what is labelled already."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from sam3_annotator.model import Check, ConceptPrompt, Detection, Job, Workbench, never_cancelled
from sam3_annotator.project import LABELLED_IOU, Placed, Region, outline_mask
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.proposals import Proposal, Proposals

# What overlaps a better proposal so much is that proposal.
SAME_IOU = 0.7


def detect_job(
    image: ShownImage,
    concept: ConceptPrompt,
    threshold: float,
    labelled: Sequence[Region],
    earlier: Proposals,
    tolerance: float,
) -> Job:
    """Make the job that finds what is not labelled yet, best first, no two with the same box, nothing that is cut.

    What is known of the concept from `earlier` is found again as it is, though it may have been labelled since.
    """

    def job(bench: Workbench) -> tuple[Proposal, ...]:
        embedding = image.embed(bench)
        asked = image.place_concept(concept)
        found = bench.session.detect(embedding, asked, threshold=threshold, check=bench.check)
        proposals = proposals_of(found, labelled, tolerance, bench.model_name, earlier.known, bench.check, image)
        is_closer = image.window is not None
        return join_proposals(proposals, earlier.beside, earlier.settled, bench.check, is_closer=is_closer)

    return job


def proposals_of(
    found: Detection,
    labelled: Sequence[Region],
    tolerance: float,
    model: str,
    known: Sequence[Proposal] = (),
    check: Check = never_cancelled,
    image: ShownImage | None = None,
) -> tuple[Proposal, ...]:
    """Give what is not labelled yet, best first, no two with the same box; outlines stray by `tolerance` pixels.

    What is `known` of the concept is found again as it is, though it may have been labelled since. What was found in
    the window of an `image` is placed in the image, and left out where the window cuts it.
    """
    left, top = image.offset if image is not None else (0, 0)
    before = {proposal.box_xyxy: proposal for proposal in known}
    instances = [Placed.of(region) for region in labelled]
    kept: dict[BoxXyxy, tuple[Proposal, Placed]] = {}
    for index in np.argsort(-found.scores, kind="stable"):
        check()
        x0, y0, x1, y1 = (float(edge) for edge in found.boxes_xyxy[index])
        box = (x0 + left, y0 + top, x1 + left, y1 + top)
        proposal = before.get(box)
        if proposal is None:
            mask = found.packed.each[index]
            simplified = outline_mask(mask.inside, tolerance, mask.left + left, mask.top + top)
            proposal = Proposal(box, simplified.region, float(found.scores[index]), simplified.iou, model)
        placed = Placed.of(proposal.region)
        if proposal.region.is_empty or (image is not None and image.cuts(placed.box_xyxy)):
            continue
        is_new = box in before or not _is_one_of(placed, instances, LABELLED_IOU)
        is_other = box not in kept and not _is_one_of(placed, [other for _, other in kept.values()], SAME_IOU)
        if is_new and is_other:
            kept[box] = proposal, placed
    return tuple(proposal for proposal, _ in kept.values())


def join_proposals(
    found: Sequence[Proposal],
    beside: Sequence[Proposal],
    settled: Collection[BoxXyxy],
    check: Check = never_cancelled,
    *,
    is_closer: bool,
) -> tuple[Proposal, ...]:
    """Give what is found now together with what was found before elsewhere on the image, best first.

    If two are the same thing, one stays: the one that is `settled` already, else the one of the closer look, which is
    the one found now if that look `is_closer`.
    """
    before = [(proposal, Placed.of(proposal.region)) for proposal in beside]
    decided = [placed for proposal, placed in before if not is_closer or proposal.box_xyxy in settled]
    kept = []
    for proposal in found:
        check()
        placed = Placed.of(proposal.region)
        if not _is_one_of(placed, decided, SAME_IOU):
            kept.append((proposal, placed))
    news = [placed for _, placed in kept]
    others = [proposal for proposal, placed in before if not _is_one_of(placed, news, SAME_IOU)]
    return tuple(sorted([*(proposal for proposal, _ in kept), *others], key=lambda one: -one.score))


def not_labelled(
    proposals: Sequence[Proposal], labelled: Sequence[Region], check: Check = never_cancelled
) -> tuple[Proposal, ...]:
    """Give those that are none of what has been labelled by now."""
    instances, news = [Placed.of(region) for region in labelled], []
    for proposal in proposals:
        check()
        if not _is_one_of(Placed.of(proposal.region), instances, LABELLED_IOU):
            news.append(proposal)
    return tuple(news)


def _is_one_of(placed: Placed, others: Sequence[Placed], least_iou: float) -> bool:
    return any(placed.overlaps(other, least_iou) for other in others)
