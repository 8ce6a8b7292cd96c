"""Which masks are offered, and in which order."""

from __future__ import annotations

import torch
from torch import Tensor

from sam3_annotator.model.network.mask_decoder import MaskDecoderOutput
from sam3_annotator.model.sam3.candidates import choose_candidates

WHOLE, LEFT, TOP, NOTHING = range(4)


def _mask(kind: int, level: float = 5.0) -> Tensor:
    logits = torch.full((16, 16), -level)
    if kind == WHOLE:
        logits[:] = level
    elif kind == LEFT:
        logits[:, :8] = level
    elif kind == TOP:
        logits[:8] = level
    return logits


def _decoded(masks: list[Tensor], iou: list[float]) -> MaskDecoderOutput:
    return MaskDecoderOutput(torch.stack(masks)[None], torch.tensor([iou]), torch.zeros(1, 1))


def test_after_an_ambiguous_click_the_candidates_come_best_first() -> None:
    masks = [_mask(NOTHING), _mask(WHOLE), _mask(LEFT), _mask(TOP)]

    chosen = choose_candidates(_decoded(masks, [0.99, 0.2, 0.9, 0.5]), multimask=True, is_ambiguous=True)

    torch.testing.assert_close(torch.from_numpy(chosen.logits), torch.stack([masks[2], masks[3], masks[1]]))
    torch.testing.assert_close(torch.from_numpy(chosen.predicted_iou), torch.tensor([0.9, 0.5, 0.2]))


def test_after_more_prompts_the_single_mask_comes_first_and_no_other_is_called_better() -> None:
    masks = [_mask(TOP), _mask(WHOLE), _mask(LEFT), _mask(TOP)]

    chosen = choose_candidates(_decoded(masks, [0.6, 0.2, 0.9, 0.8]), multimask=True, is_ambiguous=False)

    torch.testing.assert_close(torch.from_numpy(chosen.logits), torch.stack([masks[0], masks[2], masks[1]]))
    torch.testing.assert_close(torch.from_numpy(chosen.predicted_iou), torch.tensor([0.6, 0.6, 0.2]))


def test_the_best_candidate_stands_in_for_an_unstable_single_mask() -> None:
    masks = [_mask(TOP, level=0.01), _mask(WHOLE), _mask(LEFT), _mask(TOP)]

    chosen = choose_candidates(_decoded(masks, [0.6, 0.2, 0.9, 0.8]), multimask=False, is_ambiguous=False)

    torch.testing.assert_close(torch.from_numpy(chosen.logits), masks[2][None])
    torch.testing.assert_close(torch.from_numpy(chosen.predicted_iou), torch.tensor([0.9]))


def test_one_mask_is_asked_for_by_the_single_rule_after_a_click_too() -> None:
    masks = [_mask(TOP), _mask(WHOLE), _mask(LEFT), _mask(TOP)]

    chosen = choose_candidates(_decoded(masks, [0.6, 0.2, 0.9, 0.8]), multimask=False, is_ambiguous=True)

    torch.testing.assert_close(torch.from_numpy(chosen.logits), masks[0][None])


def test_of_candidates_that_look_alike_the_better_is_offered() -> None:
    alike = _mask(WHOLE)
    alike[0, 0] = -5

    chosen = choose_candidates(
        _decoded([_mask(NOTHING), _mask(WHOLE), alike, _mask(TOP)], [0, 0.2, 0.9, 0.5]),
        multimask=True,
        is_ambiguous=True,
    )

    torch.testing.assert_close(torch.from_numpy(chosen.logits), torch.stack([alike, _mask(TOP)]))


def test_empty_candidates_are_offered_only_where_all_are() -> None:
    some = _decoded([_mask(TOP), _mask(NOTHING), _mask(LEFT), _mask(NOTHING)], [0.1, 0.9, 0.5, 0.4])
    none = _decoded([_mask(NOTHING)] * 4, [0.1, 0.9, 0.5, 0.4])

    assert len(choose_candidates(some, multimask=True, is_ambiguous=True).logits) == 1
    empty = choose_candidates(none, multimask=True, is_ambiguous=True)
    assert empty.logits.shape == (1, 16, 16)
    assert empty.predicted_iou.shape == (1,)
    assert choose_candidates(none, multimask=False, is_ambiguous=True).logits.shape == (1, 16, 16)


def test_unbounded_predictions_are_kept_within_zero_and_one() -> None:
    masks = [_mask(NOTHING), _mask(WHOLE), _mask(LEFT), _mask(TOP)]

    chosen = choose_candidates(_decoded(masks, [0, 1.2, 0.9, -0.1]), multimask=True, is_ambiguous=True)

    torch.testing.assert_close(torch.from_numpy(chosen.predicted_iou), torch.tensor([1.0, 0.9, 0.0]))
