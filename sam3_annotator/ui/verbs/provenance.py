"""Says where regions come from that a model made, as it is kept with their instances."""

from __future__ import annotations

from collections.abc import Callable

from sam3_annotator.model import BoxPrompt, PointPrompt, Prompt
from sam3_annotator.project import Origin, PromptRecord, Provenance, timestamp
from sam3_annotator.ui.canvas.draft import Draft
from sam3_annotator.ui.canvas.proposals import Proposal, Proposals


def provenance_of(draft: Draft, describe_model: Callable[[str], str]) -> Provenance:
    """Say where a draft's region comes from, as it will be kept with the instance.

    `describe_model` turns what people call a model into what tells it from all others.
    """
    candidate = draft.candidates[draft.index]
    return Provenance(
        origin=Origin.MODEL,
        model=describe_model(candidate.model),
        prompts=tuple(record for prompt in draft.prompts if (record := _record_of(prompt)) is not None),
        predicted_iou=candidate.predicted_iou,
        simplification_iou=candidate.simplification_iou,
        created_at=timestamp(),
    )


def _record_of(prompt: Prompt) -> PromptRecord | None:
    if isinstance(prompt, PointPrompt):
        return PromptRecord("point", (prompt.x, prompt.y), prompt.positive)
    if isinstance(prompt, BoxPrompt):
        return PromptRecord("box", (prompt.x0, prompt.y0, prompt.x1, prompt.y1))
    return None


def provenances_of(
    proposals: Proposals, chosen: tuple[Proposal, ...], threshold: float, describe_model: Callable[[str], str]
) -> tuple[Provenance, ...]:
    """Say where the regions of proposals come from, as it will be kept with the instances.

    `describe_model` turns what people call a model into what tells it from all others.
    """
    concept = proposals.concept
    records = tuple(
        PromptRecord("exemplar", (exemplar.x0, exemplar.y0, exemplar.x1, exemplar.y1), exemplar.positive)
        for exemplar in concept.exemplars
    )
    now = timestamp()
    return tuple(
        Provenance(
            origin=Origin.MODEL,
            model=describe_model(proposal.model),
            prompts=records,
            phrase=concept.phrase,
            threshold=threshold,
            simplification_iou=proposal.simplification_iou,
            created_at=now,
        )
        for proposal in chosen
    )
