"""A mask explains clicks in the middle of itself, or in the middle of where it differs from what was shown."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from sam3_annotator.model.builtin.explanation import distance_to_border, explain

SIDE = 64


def square(left: int, right: int) -> NDArray[np.bool_]:
    """Rows 10 to 30, and these columns."""
    mask = np.zeros((SIDE, SIDE), np.bool_)
    mask[10:30, left:right] = True
    return mask


def test_the_first_click_is_expected_in_the_middle_of_the_mask() -> None:
    in_the_middle, near_the_border = (20.0, 20.0, True), (11.5, 20.0, True)

    found = explain(square(10, 30), [in_the_middle, near_the_border], [None, None])

    assert found.centredness == pytest.approx([1.0, 0.2], abs=0.1)
    assert found.width == pytest.approx(10, abs=1)


def test_a_negative_first_click_is_not_explained() -> None:
    assert explain(square(10, 30), [(20.0, 20.0, False)], [None]).centredness == [0.0]


def test_a_later_click_is_expected_where_most_is_missing_or_too_much() -> None:
    shown = square(10, 50)
    too_much = (40.0, 20.0, False)

    assert explain(square(10, 30), [too_much], [shown]).centredness == pytest.approx([1.0], abs=0.01)
    # If the object were the right half, the click would be on it.
    assert explain(square(30, 50), [too_much], [shown]).centredness == [0.0]
    # If it were a little smaller than what is shown, one would click there.
    assert explain(square(10, 48), [too_much], [shown]).centredness == [0.0]


def test_of_two_errors_the_wider_one_is_expected_to_be_clicked() -> None:
    shown = square(10, 26)
    shown[40:46, 10:60] = True  # a strip of 6 rows, elsewhere
    mask = square(10, 40)  # of which 14 columns are missing

    on_the_missing, on_the_strip = (33.0, 20.0, True), (30.0, 43.0, False)
    found = explain(mask, [on_the_missing, on_the_strip], [shown, shown])

    assert found.centredness == pytest.approx([1.0, 3 / 7], abs=0.1)
    assert found.width == pytest.approx(7, abs=0.6)


def test_a_click_out_of_view_says_nothing() -> None:
    for x, y in ((-3.0, 20.0), (64.0, 20.0), (20.0, -0.1), (20.0, 64.0)):
        assert explain(square(10, 30), [(x, y, True)], [None]).centredness == [None]
    for x, y in ((0.0, 20.0), (63.9, 20.0), (20.0, 0.0), (20.0, 63.9)):
        assert explain(square(10, 30), [(x, y, True)], [None]).centredness == [0.0]


def test_the_border_of_an_area_is_also_where_the_view_ends() -> None:
    depth = distance_to_border(np.ones((3, 5), np.bool_))

    assert np.round(depth).tolist() == [[1, 1, 1, 1, 1], [1, 2, 2, 2, 1], [1, 1, 1, 1, 1]]


def test_a_mask_like_the_one_shown_explains_no_click() -> None:
    found = explain(square(10, 30), [(20.0, 20.0, False)], [square(10, 30)])

    assert found.centredness == [0.0]
    assert found.width == 0
