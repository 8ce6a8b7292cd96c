"""Has the model draw anew what was moved to the later image."""

from __future__ import annotations

from sam3_annotator.model.distinct import overlap
from sam3_annotator.model.packed_masks import PackedMask, PackedMasks
from sam3_annotator.model.prompts import BoxPrompt, MaskPrompt, Prompt
from sam3_annotator.model.session import Check, Embedding, Session
from sam3_annotator.model.trail import leaving_no_trace

AGREED_IOU = 0.7
"""The model's outline is taken if it agrees so much with the mask that was moved; else it means something else."""


def redraw(session: Session, embedding: Embedding | None, mask: PackedMask, check: Check) -> PackedMask:
    """Give what the model makes of a mask on its image; the mask itself if it takes none, or draws something else."""
    if embedding is None or "masks" not in session.capabilities:
        return mask
    whole = PackedMasks(embedding.image_size, (mask,)).whole()[0]
    prompts: list[Prompt] = [MaskPrompt(whole)]
    if "boxes" in session.capabilities:
        prompts.insert(0, BoxPrompt(*map(float, mask.box_xyxy)))
    with leaving_no_trace():  # many answers, from which nobody goes on, would push out those of a draft
        drawn = session.segment(embedding, prompts, multimask=False, check=check).masks[0]
    redrawn = PackedMask.of(drawn)
    if not redrawn.width:
        return mask
    (left, top, right, bottom), (x0, y0, x1, y1) = mask.box_xyxy, redrawn.box_xyxy
    around = slice(min(top, y0), max(bottom, y1)), slice(min(left, x0), max(right, x1))
    return redrawn if overlap(whole[around], drawn[around]) >= AGREED_IOU else mask
