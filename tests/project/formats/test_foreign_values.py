"""Values in the files of other programs."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sam3_annotator.project.formats.foreign_values import (
    are_coordinates,
    mask_value_of,
    numbers_of,
    size_of,
    storable,
    storable_color,
    storable_score,
    storable_text,
    whole_lengths,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [(" a b ", "a b"), (0, "0"), (2.5, "2.5"), ("\ud800x", "?x"), (None, ""), (True, ""), ({"a": 1}, ""), ([], "")],
)
def test_only_words_and_numbers_are_text(value: object, text: str) -> None:
    assert storable_text(value) == text


def test_names_of_files_keep_their_spaces() -> None:
    assert storable(" a\udcff.png ") == " a?.png "


@pytest.mark.parametrize(
    ("value", "score"),
    [(0, 0.0), (1, 1.0), (0.25, 0.25), (-0.1, None), (1.1, None), (math.nan, None), ("0.5", None), (True, None)],
)
def test_scores_are_numbers_from_0_to_1(value: object, score: float | None) -> None:
    assert storable_score(value) == score


@pytest.mark.parametrize(
    ("value", "color"),
    [("#FF8000", "#ff8000"), (" #ff8000 ", "#ff8000"), ("ff8000", None), ("#ff80", None), (7, None), (None, None)],
)
def test_colours_are_six_digits(value: object, color: str | None) -> None:
    assert storable_color(value) == color


@pytest.mark.parametrize(
    ("value", "size"),
    [(640, 640), (640.0, 640), ("640.0", 640), ("9" * 5000, 0), (0, 0), (-5, 0), ("x", 0), (math.nan, 0), (True, 0)],
)
def test_sizes_are_numbers_of_pixels_or_unknown(value: object, size: int) -> None:
    assert size_of(value) == size


@pytest.mark.parametrize(
    ("value", "number"), [(7, 7), ("7", 7), ("70000000", 0), ("7.5", 0), (7.5, 0), (True, 0), (None, 0)]
)
def test_values_of_masks_are_whole_numbers_or_background(value: object, number: int) -> None:
    assert mask_value_of(value) == number


@pytest.mark.parametrize("number", [1e7, -1e7, math.inf, math.nan])
def test_coordinates_are_finite_and_not_absurd(number: float) -> None:
    assert are_coordinates(np.array([-9.9e6, 0.5]))
    assert not are_coordinates(np.array([1.0, number]))


@pytest.mark.parametrize("length", [-1.0, 0.5, math.nan, math.inf, 2.0**31])
def test_run_lengths_are_whole_numbers(length: float) -> None:
    assert whole_lengths(np.array([0.0, 3.0])).tolist() == [0, 3]
    with pytest.raises(ValueError, match="no whole numbers from 0 on"):
        whole_lengths(np.array([1.0, length]))


@pytest.mark.parametrize(
    ("values", "numbers"),
    [
        ([1, 2.5], [1.0, 2.5]),
        ([[1, 2], [3, 4]], [[1.0, 2.0], [3.0, 4.0]]),
        ([], []),
        ([10**400, 1], [math.inf, math.inf]),
        ([-(2**63), 0], [-(2.0**63), 0.0]),
        ([[1, 2], [3]], None),
        ([1, "2"], None),
        ([1, None], None),
        ([True], None),
        ([[1, True]], None),
        ([1, [2]], None),
        ([[10**400, 1], [2, 3]], [[math.inf, math.inf]] * 2),
        ({"x": 1}, None),
        (7, None),
    ],
)
def test_lists_of_numbers_are_arrays(values: object, numbers: object) -> None:
    found = numbers_of(values)

    assert (None if found is None else found.tolist()) == numbers
