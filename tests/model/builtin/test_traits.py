"""A guess is told by traits that do not depend on the image's size alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from sam3_annotator.model import BoxPrompt, PointPrompt
from sam3_annotator.model.builtin.asked import Asked, read_prompts
from sam3_annotator.model.builtin.looks import Guess
from sam3_annotator.model.builtin.traits import TRAITS, describe
from sam3_annotator.model.builtin.zoom import ViewWindow

Bools = NDArray[np.bool_]

SIZE = (400, 600)
WINDOW = ViewWindow(100.0, 100.0, 200.0)
SIDE = 64
PIXELS = np.zeros((SIDE, SIDE, 3), np.uint8)


def square(left: int = 16, right: int = 48, level: float = 0.9) -> NDArray[np.float32]:
    chance = np.full((SIDE, SIDE), 0.05, np.float32)
    chance[16:48, left:right] = level
    return chance


def guess(chance: NDArray[np.float32], window: ViewWindow = WINDOW, index: int = 0) -> Guess:
    return Guess(chance, PIXELS, window, np.array([0.8, 0.5, 0.6, 0.4], np.float32), index, 0.7)


def asked(*points: tuple[float, float, bool]) -> Asked:
    return read_prompts([PointPrompt(*point) for point in points], SIZE)


INSIDE = (200.0, 200.0, True)


def traits(
    one: Guess, prompts: Asked | None = None, shown: Sequence[Bools | None] = (), start: Bools | None = None
) -> list[float]:
    found = describe(one, prompts or asked(INSIDE), shown, SIZE, start=start, goes_on=True, is_close=False)
    assert found.shape == (TRAITS,)
    assert np.isfinite(found).all()
    return [float(value) for value in found]


def test_predicted_ious_come_first_as_logits() -> None:
    own, best_other, merged, is_merged, *_ = traits(guess(square(), index=2))

    assert (own, best_other, merged) == pytest.approx((np.log(1.5), np.log(4), np.log(4)), abs=1e-5)
    assert is_merged == 0
    assert traits(guess(square()))[3] == 1


def test_a_certain_mask_differs_from_a_doubtful_one() -> None:
    certain, doubtful = traits(guess(square(level=0.99))), traits(guess(square(level=0.6)))

    assert certain[5] > doubtful[5]
    assert certain[6] < doubtful[6]
    assert (certain[7], doubtful[7]) == (1.0, 0.0)


def test_certainty_is_told_by_what_the_probabilities_add_up_to() -> None:
    on, off = 0.9 * 32 * 32, 0.05 * (64 * 64 - 32 * 32)
    wavering = on * 0.1 + off * 0.95

    found = traits(guess(square()))[4:8]

    expected = [(on + off) / 64**2, on / (32 * 32 + off), wavering / (on + off + 1), 1]
    assert found == pytest.approx(expected, rel=1e-5)


def test_extent_is_told_in_parts_of_image_and_window() -> None:
    assert traits(guess(square()))[8:11] == pytest.approx([np.log(200 / 600), np.log(200 / 200), 0.5])


@pytest.mark.parametrize(
    ("corner", "sides"),
    [((100, 100), 4), ((0, 100), 3), ((100, 0), 3), ((400, 100), 3), ((100, 200), 3), ((400, 0), 2)],
)
def test_sides_that_cut_an_object_are_counted(corner: tuple[int, int], sides: int) -> None:
    everywhere = guess(np.full((SIDE, SIDE), 0.9, np.float32), ViewWindow(*corner, 200.0))

    assert traits(everywhere, asked((corner[0] + 100.0, corner[1] + 100.0, True)))[11] == sides


def test_without_clicks_there_is_nothing_to_tell_of_them() -> None:
    box = read_prompts([BoxPrompt(150.0, 150.0, 250.0, 250.0)], SIZE)

    assert traits(guess(square()), box)[12:18] == [0, 0, 0, 0, 0, 0]


def test_an_object_cut_by_its_window_is_told_from_one_that_ends_with_the_image() -> None:
    at_the_border = ViewWindow(0.0, 100.0, 200.0)

    assert traits(guess(square(0, 40)))[11] == 1
    assert traits(guess(square(0, 40), at_the_border), asked((50.0, 200.0, True)))[11] == 0
    assert traits(guess(square()))[11] == 0


def test_clicks_that_a_mask_ignores_count_against_it() -> None:
    ignored_negative = asked(INSIDE, (190.0, 190.0, False))

    obeyed, ignoring = traits(guess(square())), traits(guess(square()), ignored_negative)

    assert obeyed[12] > 0 > ignoring[12]
    assert ignoring[12] < ignoring[13] < obeyed[13]


def test_clicks_are_counted_and_told_apart() -> None:
    found = traits(guess(square()), asked(INSIDE, (500.0, 50.0, False)))

    assert found[14] == pytest.approx(2 / 3)
    assert found[15] == 0.5  # in the window
    assert (found[16], found[17]) == (0, 0.5)  # the last is negative; half are positive
    many = asked(*[INSIDE] * 9)
    assert traits(guess(square()), many)[14] == pytest.approx(5 / 3)


def test_it_is_told_how_well_a_mask_explains_the_clicks() -> None:
    prompts = asked(INSIDE, (225.0, 200.0, False))  # the middle of the right quarter of the square
    shown = (None, square() > 0.5)

    explains = traits(guess(square(right=32)), prompts, shown)
    does_not = traits(guess(square(left=32)), prompts, shown)

    assert explains[18] > 0.9 > 0.1 > does_not[18]
    assert traits(guess(square()), prompts, shown)[21] == 1  # the first click was in the middle of all of it
    assert max(explains[21], does_not[21]) < 0.2  # and at the edge of either half
    assert explains[22] == does_not[22] == 0  # the last click is in view
    assert explains[23] == pytest.approx(0.5, abs=0.03)  # IoU with what was shown


def test_where_nothing_is_known_of_what_was_shown_nothing_is_explained() -> None:
    found = traits(guess(square()), asked(INSIDE), shown=())

    assert found[18:25] == [0, 0, 0, 0, 1, 0, 0]


def test_shape_is_told() -> None:
    two = square(16, 24) + square(40, 48)

    whole, apart = traits(guess(square())), traits(guess(two))

    assert whole[25] == pytest.approx(np.log(100 * 100 / (400 * 600)), abs=0.01)
    assert (np.exp(whole[26]), np.exp(apart[26])) == pytest.approx((2, 3))  # parts, and what is around them
    assert (whole[27], apart[27]) == (1, 0.5)
    assert apart[28] > whole[28]


def test_what_a_look_started_from_is_compared() -> None:
    same, half = square() > 0.5, square(right=32) > 0.5

    assert traits(guess(square()), start=same)[30:32] == [1, 1]
    assert traits(guess(square()), start=half)[30:32] == pytest.approx([0.5, 1], abs=0.03)
    assert traits(guess(square()))[29:34] == pytest.approx([0.7, 0, 0, 1, 0])


def test_bounds_are_compared_with_the_box_asked_for() -> None:
    box = read_prompts([BoxPrompt(150.0, 150.0, 250.0, 250.0)], SIZE)

    assert traits(guess(square()), box)[34:36] == pytest.approx([1, 1])
    assert traits(guess(square(right=32)), box)[34:36] == pytest.approx([0.5, 1])
    assert traits(guess(square()))[34:36] == [0, 0]


def test_a_guess_that_shows_nothing_has_traits_too() -> None:
    nothing = guess(np.zeros((SIDE, SIDE), np.float32))

    assert traits(nothing)[10] == 0
    assert traits(nothing, read_prompts([BoxPrompt(150.0, 150.0, 250.0, 250.0)], SIZE))[34] == 0


def test_a_mask_that_runs_around_a_negative_click_is_told_from_one_beside_it() -> None:
    prompts = asked((170.0, 200.0, True), (225.0, 200.0, False))
    with_hole = square()
    with_hole[28:36, 36:44] = 0.05

    around, beside = traits(guess(with_hole), prompts)[36:], traits(guess(square(right=32)), prompts)[36:]

    assert around[0] == beside[0] == pytest.approx(1 / 3)  # negative clicks
    assert around[1] < beside[1]  # how far they are, measured by the object
    assert around[2] < 0.95 < beside[2]  # what of the mask is not farther from the click on it
    assert around[3:5] == [1, 1]
    assert beside[3:5] == [0, 0]
    assert 0 < around[5] < beside[5]


def test_negative_clicks_out_of_view_are_not_inside() -> None:
    found = traits(guess(square()), asked(INSIDE, (500.0, 50.0, False), (101.0, 390.0, False)))

    assert found[36] == pytest.approx(2 / 3)
    assert found[38:41] == [1, 0, 0]


def test_without_negative_clicks_nothing_is_told_of_them() -> None:
    assert traits(guess(square()))[36:] == [0, 0, 1, 0, 0, 0]
    nothing = guess(np.zeros((SIDE, SIDE), np.float32))
    assert traits(nothing, asked(INSIDE, (225.0, 200.0, False)))[36:] == pytest.approx([1 / 3, 0, 1, 0, 0, 0])
