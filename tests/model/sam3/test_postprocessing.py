"""Masks at image size are those of the whole logits; holes, scores and thresholds are the official ones."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st
from numpy.typing import NDArray
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model import Cancelled, Detection
from sam3_annotator.model.network.preprocessing import InputFrame
from sam3_annotator.model.sam3.postprocessing import ConceptAnswer, fill_holes, full_size_masks, packed_masks

Floats = NDArray[np.float32]


def _resized(logits: Floats, image_size: tuple[int, int]) -> Floats:
    """Resize all of the logits, the long way."""
    whole = F.interpolate(torch.from_numpy(logits)[None], image_size, mode="bilinear", align_corners=False)
    return whole[0].numpy()


def _discs(count: int = 3, side: int = 96) -> Floats:
    """Make `count` discs of logits that vary smoothly, each elsewhere; the first touches the corner."""
    ys, xs = np.mgrid[:side, :side].astype(np.float32)
    centres = [(0, 0), (side * 0.3, side * 0.7), (side - 9, side * 0.2)][:count]
    return np.stack([side / 7 - np.hypot(ys - y, xs - x) for y, x in centres]).astype(np.float32)


@pytest.mark.parametrize("image_size", [(1200, 1600), (96, 96), (1, 1), (40, 1000), (997, 31), (50, 64)])
def test_masks_are_those_of_resizing_everything(image_size: tuple[int, int]) -> None:
    logits = _discs()

    masks = full_size_masks(logits, image_size)

    assert masks.dtype == np.bool_
    np.testing.assert_array_equal(masks, _resized(logits, image_size) > 0)


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    low_size=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    image_size=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    bias=st.floats(-3, 3),
)
def test_masks_of_any_logits_are_those_of_resizing_everything(
    seed: int, low_size: tuple[int, int], image_size: tuple[int, int], bias: float
) -> None:
    logits = (np.random.default_rng(seed).normal(size=(2, *low_size)) + bias).astype(np.float32)

    masks = full_size_masks(logits, image_size)

    whole = _resized(logits, image_size)
    is_clear = np.abs(whole) > 1e-6  # nearer to zero the order of summation decides
    np.testing.assert_array_equal(masks[is_clear], whole[is_clear] > 0)


def test_logits_without_an_object_give_an_empty_mask() -> None:
    assert not full_size_masks(np.full((1, 8, 8), -1, np.float32), (300, 200)).any()
    assert not full_size_masks(np.zeros((1, 8, 8), np.float32), (300, 200)).any()


def test_a_pixel_at_the_very_zero_is_not_on() -> None:
    rises = np.array([[-1, 1], [-1, 1]], np.float32)

    for logits in (rises, -rises, rises.T.copy(), -rises.T):
        masks = full_size_masks(logits[None], (3, 3))

        assert masks.sum() == 3
        np.testing.assert_array_equal(masks, _resized(logits[None], (3, 3)) > 0)


@pytest.mark.parametrize("image_size", [(2, 20), (20, 2)])
def test_an_object_between_the_pixels_of_a_smaller_image_is_not_there(image_size: tuple[int, int]) -> None:
    logits = np.full((1, 20, 20), -1, np.float32)
    logits[0, 9:11, 9:11] = 1

    masks = full_size_masks(logits, image_size)

    assert not _resized(logits, image_size).max() > 0
    assert not masks.any()


def test_no_candidates_give_no_masks() -> None:
    assert full_size_masks(np.zeros((0, 8, 8), np.float32), (30, 20)).shape == (0, 30, 20)


def test_a_mask_of_twelve_megapixels_takes_no_floats_of_that_size() -> None:
    logits = np.full((1, 288, 288), 5, np.float32)
    tracemalloc.start()
    try:
        masks = full_size_masks(logits, (3000, 4000))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert masks.all()
    assert peak - masks.nbytes < masks.size * 4 / 2


@pytest.mark.parametrize("image_size", [(300, 400), (96, 96), (1, 1), (2, 20)])
def test_packed_masks_are_those_of_full_size(image_size: tuple[int, int]) -> None:
    logits = np.concatenate((_discs(), np.full((1, 96, 96), -1, np.float32), _discs(1)))

    packed = packed_masks(logits, image_size)

    np.testing.assert_array_equal(packed.whole(), full_size_masks(logits, image_size))


def _find_above_half(answer: ConceptAnswer) -> tuple[Detection, int]:
    """Give what scores more than 0.5, and the bytes that finding it took at most."""
    tracemalloc.start()
    try:
        return answer.above(0.5), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_threshold_above_all_clears_no_memory_of_the_images_size() -> None:
    discs = torch.from_numpy(_discs(1))
    score, box = np.full(1, 0.2, np.float32), np.zeros((1, 4), np.float32)
    answer = ConceptAnswer(score, box, lambda _: discs, 0.9, (3000, 4000))
    found, peak = _find_above_half(answer)

    assert found.packed.image_size == (3000, 4000)
    assert len(found.packed) == 0
    assert peak < 3000 * 4000 / 10


def test_many_masks_of_twelve_megapixels_take_the_memory_of_a_few() -> None:
    discs = torch.from_numpy(_discs(1)).expand(40, -1, -1)
    scores, boxes = np.full(40, 0.9, np.float32), np.zeros((40, 4), np.float32)
    answer = ConceptAnswer(scores, boxes, lambda queries: discs[queries], 0.9, (3000, 4000))
    found, peak = _find_above_half(answer)

    assert len(found.packed) == 40
    assert peak < 5 * 3000 * 4000


class CancelSecond:
    """A check that lets the first mask pass."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1
        if self.count == 2:
            raise Cancelled


def test_enlarging_stops_between_candidates_when_cancelled() -> None:
    with pytest.raises(Cancelled):
        full_size_masks(_discs(3), (100, 100), check=CancelSecond())
    with pytest.raises(Cancelled):
        _answer([3.0, 3.0], presence_logit=3.0).above(0.5, check=CancelSecond())


def test_holes_up_to_256_pixels_are_filled_and_larger_ones_are_not() -> None:
    logits = np.full((1, 64, 64), 3, np.float32)
    logits[0, 5:21, 5:21] = -2  # 256 pixels
    logits[0, 30:47, 30:47] = 0  # 289 pixels

    filled = fill_holes(logits)

    assert (filled[0, 5:21, 5:21] == 10).all()
    assert (filled[0, 30:47, 30:47] == 0).all()
    assert (filled == 3).sum() == 64 * 64 - 256 - 289


def test_pixels_that_are_barely_on_are_no_hole() -> None:
    logits = np.full((1, 64, 64), 3, np.float32)
    logits[0, 5:9, 5:9] = 1e-3

    np.testing.assert_array_equal(fill_holes(logits), logits)


def test_pixels_that_touch_at_corners_are_one_hole() -> None:
    logits = np.full((1, 64, 64), 3, np.float32)
    logits[0, 5:21, 5:21] = -2
    logits[0, 21, 21] = -2  # 257 now

    assert (fill_holes(logits) == logits).all()


def test_a_small_gap_at_the_border_counts_as_a_hole() -> None:
    logits = np.full((1, 64, 64), 3, np.float32)
    logits[0, 0:4, 60:] = -2

    assert (fill_holes(logits) > 0).all()


def test_small_islands_stay() -> None:
    logits = np.full((1, 64, 64), -3, np.float32)
    logits[0, 10, 10] = 4

    assert (fill_holes(logits) == logits).all()


def test_filling_leaves_the_given_logits_as_they_are() -> None:
    logits = np.full((2, 64, 64), 3, np.float32)
    logits[:, 5, 5] = -1
    before = logits.copy()

    fill_holes(logits)

    np.testing.assert_array_equal(logits, before)


def test_each_mask_has_holes_of_its_own() -> None:
    logits = np.full((2, 64, 64), 3, np.float32)
    logits[0, 5, 5] = logits[1, 50, 50] = -1

    assert (fill_holes(logits) > 0).all()


def _answer(class_logits: list[float], presence_logit: float, image_size: tuple[int, int] = (60, 80)) -> ConceptAnswer:
    count = len(class_logits)
    masks = torch.full((count, 16, 16), -1.0)
    for query in range(count):
        masks[query, query] = 1.0
    return ConceptAnswer.read(
        torch.tensor(class_logits)[:, None],
        torch.tensor([[0.5, 0.5, 0.25, 0.5]]).repeat(count, 1),
        torch.tensor([presence_logit]),
        lambda queries: masks[queries],
        InputFrame(image_size),
    )


def test_a_score_is_that_of_the_query_times_presence() -> None:
    answer = _answer([0.0, 2.0], presence_logit=1.0)

    np.testing.assert_allclose(answer.scores, torch.tensor([0.0, 2.0]).sigmoid() * torch.tensor(1.0).sigmoid())
    assert answer.presence == pytest.approx(0.7310586)


def test_detections_come_in_the_order_of_the_queries() -> None:
    found = _answer([1.0, -9.0, 3.0, 2.0], presence_logit=9.0, image_size=(64, 80)).above(0.5)

    assert (np.diff(found.scores) > 0).tolist() == [True, False]
    assert [int(np.flatnonzero(mask.any(1)).mean()) // 4 for mask in found.masks] == [0, 2, 3]
    assert found.masks.shape == (3, 64, 80)


def test_a_score_at_the_threshold_is_not_above_it() -> None:
    answer = _answer([0.0], presence_logit=0.0)

    assert len(answer.above(0.25).scores) == 0
    assert len(answer.above(0.2499).scores) == 1


def test_candidates_above_the_floor_are_drawn_at_once_and_lower_ones_when_asked_for() -> None:
    drawn: list[list[int]] = []

    def draw(queries: list[int]) -> torch.Tensor:
        drawn.append(queries)
        return torch.ones(len(queries), 4, 4)

    scores = torch.tensor([0.9, 0.05, 0.3, 0.02, 0.6])
    answer = ConceptAnswer.read(
        scores.logit()[:, None], torch.rand(5, 4), torch.tensor([50.0]), draw, InputFrame((8, 8))
    )

    counts = [len(answer.above(threshold).masks) for threshold in (0.5, 0.2, 0.5, 0.04, 0.01)]

    assert counts == [2, 3, 2, 4, 5]
    assert drawn == [[0, 2, 4], [1], [3]]


def test_boxes_are_in_image_pixels() -> None:
    found = _answer([5.0], presence_logit=5.0, image_size=(60, 80)).above(0.5)

    assert found.boxes_xyxy.tolist() == [[30, 15, 50, 45]]
    assert found.boxes_xyxy.dtype == np.float32


def test_detections_of_a_concept_are_neither_filled_nor_suppressed() -> None:
    masks = torch.full((2, 64, 64), 3.0)
    masks[:, 5, 5] = -200.0
    answer = ConceptAnswer.read(
        torch.full((2, 1), 9.0),
        torch.rand(2, 4),
        torch.tensor([9.0]),
        lambda queries: masks[queries],
        InputFrame((64, 64)),
    )

    found = answer.above(0.5)

    assert len(found.masks) == 2
    assert not found.masks[:, 5, 5].any()


def test_the_answer_of_a_bfloat16_network_is_read() -> None:
    answer = ConceptAnswer.read(
        torch.ones(2, 1, dtype=torch.bfloat16),
        torch.full((2, 4), 0.5, dtype=torch.bfloat16),
        torch.ones(1, dtype=torch.bfloat16),
        lambda queries: torch.ones(len(queries), 8, 8, dtype=torch.bfloat16),
        InputFrame((20, 30)),
    )

    found = answer.above(0.5)

    assert found.scores.dtype == np.float32
    assert found.masks.all()
