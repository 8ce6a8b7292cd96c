"""Packed masks are the very masks they were made of, in little memory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from sam3_annotator.model import Detection
from sam3_annotator.model.packed_masks import PackedMask, PackedMasks


@given(
    seed=st.integers(0, 2**32 - 1),
    shape=st.tuples(st.integers(0, 3), st.integers(1, 40), st.integers(1, 40)),
    share=st.sampled_from([0.0, 0.002, 0.5, 1.0]),
)
def test_masks_come_back_as_they_were(seed: int, shape: tuple[int, int, int], share: float) -> None:
    masks = np.random.default_rng(seed).random(shape) < share

    packed = PackedMasks.of(masks)

    assert packed.whole().dtype == np.bool_
    np.testing.assert_array_equal(packed.whole(), masks)
    assert [mask.tolist() for mask in packed] == masks.tolist()


def test_the_box_is_the_smallest_around_what_is_on() -> None:
    mask = np.zeros((30, 40), np.bool_)
    mask[5:9, 11:24] = True
    mask[6, 12] = False

    of_all, of_a_part = PackedMask.of(mask), PackedMask.of(mask[3:20, 4:30], left=4, top=3)

    assert of_all.box_xyxy == of_a_part.box_xyxy == (11, 5, 24, 9)
    for packed in (of_all, of_a_part):
        np.testing.assert_array_equal(packed.inside, mask[5:9, 11:24])


def test_an_empty_mask_has_a_box_without_area() -> None:
    packed = PackedMask.of(np.zeros((30, 40), np.bool_))

    assert packed.box_xyxy == (0, 0, 0, 0)
    assert packed.inside.size == 0


def test_a_byte_holds_eight_pixels_of_the_box() -> None:
    mask = np.zeros((3000, 4000), np.bool_)
    mask[1000:1800, 500:1300] = True

    assert PackedMask.of(mask).bits.nbytes == 800 * 800 / 8


@pytest.mark.parametrize("count", [0, 2])
def test_a_detection_gives_whole_masks_however_it_got_them(count: int) -> None:
    masks = np.zeros((count, 20, 30), np.bool_)
    masks[:, 4:9, 3:17] = True
    rest = np.zeros((count, 4), np.float32), np.zeros(count, np.float32), 0.5

    for found in (Detection(masks, *rest), Detection(PackedMasks.of(masks), *rest)):
        np.testing.assert_array_equal(found.masks, masks)
        assert found.masks is found.masks
