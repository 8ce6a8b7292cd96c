"""Run-length code, against pycocotools."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings, strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from sam3_annotator.project.masks import mask_to_region, region_to_mask
from sam3_annotator.project.regions import Polygon, Region
from sam3_annotator.project.rle import (
    Rle,
    coco_string_to_counts,
    mask_to_rle,
    rle_to_coco_string,
    rle_to_region,
    runs_to_rle,
)
from sam3_annotator.project.runs import runs_of_region

Mask = NDArray[np.bool_]
masks = arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=20))
FULL = np.ones((4, 3), dtype=np.bool_)
EMPTY = np.zeros((4, 3), dtype=np.bool_)


# Of pycocotools with NumPy 2.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def decoded(rle: Rle) -> Mask:
    """Return the mask of a code, as pycocotools reads it."""
    counts = rle_to_coco_string(rle).encode("ascii")
    return coco_mask.decode({"size": [rle.height, rle.width], "counts": counts}).astype(np.bool_)


@settings(max_examples=200)
@given(masks)
@example(FULL)
@example(EMPTY)
def test_string_is_the_one_pycocotools_writes(mask: Mask) -> None:
    theirs = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))

    rle = mask_to_rle(mask)

    assert rle_to_coco_string(rle) == theirs["counts"].decode("ascii")
    assert rle.area == int(coco_mask.area(theirs)) == mask.sum()
    assert np.array_equal(coco_string_to_counts(theirs["counts"].decode("ascii")), rle.counts)


@settings(max_examples=100)
@given(masks)
@example(FULL)
@example(EMPTY)
def test_code_gives_mask_and_region_back(mask: Mask) -> None:
    rle = mask_to_rle(mask)

    assert np.array_equal(decoded(rle), mask)
    assert rle_to_region(rle) == mask_to_region(mask)
    runs = runs_of_region(mask_to_region(mask), *mask.shape)
    assert np.array_equal(runs_to_rle(runs, *mask.shape).counts, rle.counts)


def test_long_runs_take_several_characters() -> None:
    mask = np.zeros((3000, 4000), dtype=np.bool_)
    mask[7:2900, 11:3990] = True
    mask[500:600, 50:60] = False

    string = rle_to_coco_string(mask_to_rle(mask))

    assert string == coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))["counts"].decode("ascii")


def test_region_reaching_out_of_the_image_is_coded_as_its_mask() -> None:
    region = Region((Polygon([(-3.2, 1.7), (9.4, -2), (14, 9.9), (2, 30)]),))

    rle = runs_to_rle(runs_of_region(region, 12, 10), 12, 10)

    assert np.array_equal(decoded(rle), region_to_mask(region, 12, 10))


@pytest.mark.parametrize("counts", [[0, 2, 0, 1, 3, 0], [0, 0, 3, 3], [3, 0, 0, 3, 0, 0]])
def test_runs_of_no_length_are_taken_anywhere(counts: list[int]) -> None:
    rle = Rle(2, 3, np.array(counts, dtype=np.uint32))

    assert rle_to_region(rle) == mask_to_region(decoded(rle))
    assert rle.area == 3


@pytest.mark.parametrize("counts", [[5], [3, 4], []])
def test_counts_of_another_mask_are_refused(counts: list[int]) -> None:
    with pytest.raises(ValueError, match="pixels"):
        Rle(2, 3, np.array(counts, dtype=np.uint32))


@pytest.mark.parametrize(
    ("string", "reason"),
    [
        ("\x20\x20", "characters"),
        ("6/", "characters"),
        ("6p", "characters"),
        ("6é", "characters"),
        ("6\N{GRINNING FACE}", "characters"),
        ("6P", "cut off"),
        ("oooooooooo0", "too large"),
        ("PPPPPPP1", "too large"),
        ("O", "negative"),
        ("PPPPPP2", "absurd"),
    ],
)
def test_string_that_is_no_code_is_refused_with_the_reason(string: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        coco_string_to_counts(string)


def test_the_longest_run_that_there_is_comes_back() -> None:
    string = rle_to_coco_string(Rle(1, 2**31 - 1, np.array([2**31 - 1], dtype=np.uint32)))

    assert coco_string_to_counts(string).tolist() == [2**31 - 1]


@given(st.text(st.characters(min_codepoint=32, max_codepoint=130), max_size=12))
def test_any_string_is_decoded_or_refused(string: str) -> None:
    try:
        counts = coco_string_to_counts(string)
    except ValueError:
        return
    assert counts.dtype == np.uint32
