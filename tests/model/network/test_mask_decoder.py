"""Embedded prompts become candidate masks, of which the right ones are chosen."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import Tensor

from sam3_annotator.model.network.config import InteractiveConfig, Sam3Config
from sam3_annotator.model.network.mask_decoder import (
    InteractiveFeatures,
    MaskDecoder,
    MaskDecoderOutput,
    select_masks,
    stability,
)
from sam3_annotator.model.network.prompt_encoder import PromptEncoder


class Head:
    """Prompt encoder and mask decoder on the features of one image."""

    def __init__(self, config: Sam3Config) -> None:
        torch.manual_seed(0)
        self.prompts = PromptEncoder(config).eval().requires_grad_(False)
        self.decoder = MaskDecoder(config).eval().requires_grad_(False)
        for parameter in self.decoder.parameters():
            parameter += 0.1 * torch.randn_like(parameter)
        width, side = config.width, config.vision.grid_side
        self.maps = [torch.randn(1, width, scale * side, scale * side) for scale in (4, 2, 1)]

    def __call__(self, *prompts: Tensor | None) -> MaskDecoderOutput:
        return self.decoder(self.features, self.prompts(*prompts))

    @property
    def features(self) -> InteractiveFeatures:
        fine, middle, coarse = self.maps
        s0, s1 = self.decoder.conv_s0(fine), self.decoder.conv_s1(middle)
        return self.decoder.prepare(s0, s1, coarse, self.prompts.no_mask_embed, self.prompts.dense_positions())


@pytest.fixture
def head(tiny_config: Sam3Config) -> Head:
    return Head(tiny_config)


POINT, LABEL = torch.tensor([[[30.0, 70.0]]]), torch.tensor([[1]])
BOX = torch.tensor([[10.0, 20.0, 60.0, 90.0]])


def test_an_answer_has_a_single_mask_three_candidates_and_an_object_logit(head: Head) -> None:
    found = head(POINT, LABEL)

    assert found.masks.shape == (1, 4, 32, 32)
    assert found.iou.shape == (1, 4)
    assert found.object_logit.shape == (1, 1)
    assert all(value.isfinite().all() for value in found)


def test_objects_of_a_batch_are_answered_as_if_alone(head: Head) -> None:
    points, labels = torch.rand(3, 2, 2) * 112, torch.tensor([[1, 0], [1, -1], [0, 1]])
    boxes, masks = torch.rand(3, 4) * 112, torch.randn(3, 1, 32, 32)

    together = head(points, labels, boxes, masks)

    for i in range(3):
        alone = head(points[i : i + 1], labels[i : i + 1], boxes[i : i + 1], masks[i : i + 1])
        for batched, single in zip(together, alone, strict=True):
            torch.testing.assert_close(batched[i : i + 1], single, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param((POINT + 40, LABEL, BOX, None), id="click moved"),
        pytest.param((POINT, 1 - LABEL, BOX, None), id="click negative"),
        pytest.param((POINT, LABEL, BOX + 20, None), id="box moved"),
        pytest.param((POINT, LABEL, None, None), id="box gone"),
        pytest.param((POINT, LABEL, BOX, torch.ones(1, 1, 32, 32)), id="mask given"),
    ],
)
def test_another_prompt_gives_another_answer(head: Head, other: tuple[Tensor | None, ...]) -> None:
    before, after = head(POINT, LABEL, BOX), head(*other)

    for old, new in zip(before, after, strict=True):
        assert (new - old).abs().max() > 1e-4 * old.abs().max()


def test_finer_features_shape_the_mask_but_not_the_scores(head: Head) -> None:
    before = head(POINT, LABEL)
    for finer in (0, 1):
        plain = head.maps[finer]
        head.maps[finer] = plain.flip(1)
        after = head(POINT, LABEL)
        head.maps[finer] = plain

        assert (after.masks - before.masks).abs().max() > 1e-3
        assert torch.equal(after.iou, before.iou)


def test_what_is_known_of_the_image_beforehand_changes_nothing(head: Head) -> None:
    prompts = head.prompts(POINT, LABEL)
    no_mask = head.prompts.no_mask_embed[..., None, None].expand(-1, -1, 8, 8)

    known = head.decoder(head.features, prompts)
    anew = head.decoder(head.features, prompts._replace(dense=no_mask))

    for before, after in zip(known, anew, strict=True):
        torch.testing.assert_close(before, after, atol=1e-5, rtol=1e-5)


def test_predicted_iou_is_the_sigmoid_of_the_head_unless_raw(tiny_config: Sam3Config) -> None:
    raw = dataclasses.replace(tiny_config.interactive, has_raw_iou=True)

    bounded = Head(tiny_config)(POINT, LABEL)
    unbounded = Head(dataclasses.replace(tiny_config, interactive=raw))(POINT, LABEL)

    torch.testing.assert_close(bounded.iou, unbounded.iou.sigmoid())
    assert torch.equal(bounded.masks, unbounded.masks)


def test_everything_works_in_bfloat16(head: Head) -> None:
    exact = head(POINT, LABEL, BOX)
    head.prompts.bfloat16()
    head.decoder.bfloat16()
    head.maps = [value.bfloat16() for value in head.maps]

    found = head(POINT, LABEL, BOX)

    assert found.masks.dtype == torch.bfloat16
    assert (found.masks.float() - exact.masks).std() < 0.2 * exact.masks.std()


def test_sizes_are_those_of_the_released_model() -> None:
    with torch.device("meta"):
        head = Head(Sam3Config())
        found = head(torch.zeros(2, 1, 2), torch.zeros(2, 1))

    assert sum(parameter.numel() for parameter in head.decoder.parameters()) == 4_215_109
    assert found.masks.shape == (2, 4, 288, 288)
    assert InteractiveConfig().candidates == 3


def mask_of(inner: int, between: int = 0) -> Tensor:
    """Make logits of 10 x 20 pixels: so many clearly on, so many within 0.05 of the threshold, the rest off."""
    logits = torch.full((200,), -8.0)
    logits[:inner] = 8.0
    logits[inner : inner + between] = 0.02
    return logits.view(10, 20)


def output_of(*single_masks: Tensor, iou: list[list[float]]) -> MaskDecoderOutput:
    candidates = [mask_of(count) for count in (10, 20, 30)]
    masks = torch.stack([torch.stack([single, *candidates]) for single in single_masks])
    return MaskDecoderOutput(masks, torch.tensor(iou), torch.zeros(len(single_masks), 1))


def test_stability_is_the_area_above_the_threshold_in_that_around_it() -> None:
    assert stability(mask_of(98, 2)).item() == pytest.approx(0.98)
    assert stability(mask_of(0, 5)).item() == 0
    assert stability(mask_of(0)).item() == 1  # an empty mask does not waver


@pytest.mark.parametrize(("logit", "expected"), [(0.051, 1), (0.049, 0.5), (-0.049, 0.5), (-0.051, 1)])
def test_pixels_waver_within_a_twentieth_of_the_threshold(logit: float, expected: float) -> None:
    logits = mask_of(100)
    logits[logits < 0] = logit

    assert stability(logits).item() == pytest.approx(expected)


def test_several_masks_are_the_candidates_without_the_single_one() -> None:
    output = output_of(mask_of(98, 2), iou=[[0.9, 0.3, 0.8, 0.5]])

    chosen = select_masks(output, multimask=True)

    assert torch.equal(chosen.logits, output.masks[:, 1:])
    assert torch.equal(chosen.iou, output.iou[:, 1:])


def test_a_stable_single_mask_is_kept_also_at_the_limit() -> None:
    output = output_of(mask_of(98, 2), iou=[[0.1, 0.3, 0.8, 0.5]])

    chosen = select_masks(output, multimask=False)

    assert torch.equal(chosen.logits, output.masks[:, :1])
    assert torch.equal(chosen.iou, output.iou[:, :1])


def test_an_unstable_single_mask_gives_way_to_the_best_candidate() -> None:
    output = output_of(mask_of(97, 3), iou=[[0.9, 0.3, 0.8, 0.5]])

    chosen = select_masks(output, multimask=False)

    assert torch.equal(chosen.logits, output.masks[:, 2:3])
    assert torch.equal(chosen.iou, output.iou[:, 2:3])


def test_each_object_is_judged_by_itself() -> None:
    iou = [[0.9, 0.3, 0.8, 0.5], [0.9, 0.3, 0.8, 0.5], [0.9, 0.1, 0.2, 0.7]]
    output = output_of(mask_of(50, 50), mask_of(100), mask_of(50, 50), iou=iou)

    chosen = select_masks(output, multimask=False)

    assert chosen.iou.flatten().tolist() == pytest.approx([0.8, 0.9, 0.7])
    assert [int((mask > 0).sum()) for mask in chosen.logits] == [20, 100, 30]
