"""Reading prompts: what counts, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from sam3_annotator.model import BoxPrompt, ConceptPrompt, MaskPrompt, PointPrompt, UnsupportedPrompt
from sam3_annotator.model.builtin.asked import read_prompts
from sam3_annotator.model.builtin.zoom import ViewWindow


def test_points_outside_are_moved_to_the_border() -> None:
    asked = read_prompts([PointPrompt(-5, 500)], (100, 200))

    assert asked.points == ((0.0, 99.99, True),)


def test_several_boxes_become_the_one_around_them() -> None:
    asked = read_prompts([BoxPrompt(10, 10, 20, 20), BoxPrompt(50, 5, 300, 15)], (100, 200))

    assert asked.box == (10, 5, 200, 20)


def test_a_box_is_widened_to_the_positive_points_only() -> None:
    asked = read_prompts([BoxPrompt(10, 10, 20, 20), PointPrompt(40, 15), PointPrompt(90, 90, False)], (100, 100))

    assert asked.widened(None) == (10, 10, 40, 20)
    assert asked.widened((0, 12, 5, 18)) == (0, 10, 40, 20)


def test_only_points_in_the_window_are_placed() -> None:
    asked = read_prompts([PointPrompt(50, 50), PointPrompt(95, 95, False)], (100, 100))

    assert asked.points_in(ViewWindow(40, 40, 20), 40) == [(20.0, 20.0, True)]


@pytest.mark.parametrize("dtype", [np.bool_, np.float32])
def test_a_mask_becomes_a_belief(dtype: type) -> None:
    mask = np.full((100, 200), -5, np.float32)
    mask[20:60, 50:90] = 5

    asked = read_prompts([MaskPrompt(mask > 0 if dtype is np.bool_ else mask)], (100, 200))

    assert asked.belief is not None
    assert asked.belief.box() == pytest.approx((50, 20, 90, 60), abs=1.5)


@pytest.mark.parametrize(
    "prompts",
    [
        [],
        [PointPrompt(5, 5, False)],
        [ConceptPrompt("cat")],
        [MaskPrompt(np.zeros((3, 3), np.bool_))],
        [MaskPrompt(np.zeros((1, 3, 3), np.bool_))],
        [MaskPrompt(np.zeros((100, 200), np.bool_))],
    ],
)
def test_prompts_that_say_nothing_of_where_are_refused(prompts: list[object]) -> None:
    with pytest.raises(UnsupportedPrompt):
        read_prompts(prompts, (100, 200))  # type: ignore[arg-type]  # a concept is wrong on purpose
