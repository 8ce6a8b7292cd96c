"""A look is told by traits that do not depend on the image's size alone, and ranked by them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from sam3_annotator.model import PointPrompt
from sam3_annotator.model.builtin.asked import Asked, read_prompts
from sam3_annotator.model.builtin.heads import RankingHead
from sam3_annotator.model.builtin.looks import Look, StemArrays, View
from sam3_annotator.model.builtin.ranking import TRAITS, Ranking, describe
from sam3_annotator.model.builtin.zoom import ViewWindow

SIZE = (400, 600)
WINDOW = ViewWindow(100.0, 100.0, 200.0)
SIDE = 64


def look(chance: NDArray[np.float32], window: ViewWindow = WINDOW, score: float = 0.8) -> Look:
    pixels = np.zeros((SIDE, SIDE, 3), np.uint8)
    view = View(window, pixels, StemArrays(np.empty(0, np.float32), np.empty(0, np.float32)))
    return Look(view, np.stack([chance] * 4), np.array([score, 0.5, 0.6, 0.4], np.float32))


def square(left: int = 16, right: int = 48, level: float = 0.9) -> NDArray[np.float32]:
    chance = np.full((SIDE, SIDE), 0.05, np.float32)
    chance[16:48, left:right] = level
    return chance


def asked(*points: tuple[float, float, bool]) -> Asked:
    return read_prompts([PointPrompt(*point) for point in points], SIZE)


INSIDE = (200.0, 200.0, True)


def traits(shown: Look, prompts: Asked | None = None, *, goes_on: bool = False) -> list[float]:
    found = describe(shown, prompts or asked(INSIDE), SIZE, goes_on=goes_on, is_close=True)
    assert found.shape == (TRAITS,)
    assert np.isfinite(found).all()
    return [float(value) for value in found]


def test_predicted_ious_come_first_as_logits() -> None:
    first, second, *_ = traits(look(square(), score=0.8))

    assert first == pytest.approx(np.log(4), abs=1e-5)
    assert second == pytest.approx(np.log(1.5), abs=1e-5)


def test_a_certain_mask_differs_from_a_doubtful_one() -> None:
    certain, doubtful = traits(look(square(level=0.99))), traits(look(square(level=0.6)))

    assert certain[3] > doubtful[3]
    assert certain[4] < doubtful[4]
    assert (certain[5], doubtful[5]) == (1.0, 0.0)


def test_extent_is_told_in_parts_of_the_window() -> None:
    assert traits(look(square()))[8] == pytest.approx(0.5)


def test_an_object_cut_by_its_window_is_told_from_one_that_ends_with_the_image() -> None:
    at_the_border = ViewWindow(0.0, 100.0, 200.0)

    assert traits(look(square(0, 40)))[9] == 1
    assert traits(look(square(0, 40), at_the_border), asked((50.0, 200.0, True)))[9] == 0
    assert traits(look(square()))[9] == 0


def test_clicks_that_a_mask_ignores_count_against_it() -> None:
    ignored_negative = asked(INSIDE, (190.0, 190.0, False))

    obeyed, ignoring = traits(look(square())), traits(look(square()), ignored_negative)

    assert obeyed[11] > 0 > ignoring[11]
    assert ignoring[11] < ignoring[12] < obeyed[12]


def test_clicks_out_of_the_window_are_counted() -> None:
    assert traits(look(square()), asked(INSIDE, (500.0, 50.0, True)))[14] == 0.5


def test_a_look_that_shows_nothing_has_traits_too() -> None:
    assert traits(look(np.zeros((SIDE, SIDE), np.float32)))[8] == 0
    assert traits(look(square()), goes_on=True)[10] == 1


def test_before_it_is_fitted_a_ranking_is_the_predicted_iou() -> None:
    looks = [look(square(), score=score) for score in (0.3, 0.9, 0.6)]

    unfitted = {f"ranking.{name}": value.numpy() for name, value in RankingHead().state_dict().items()}

    expected = Ranking(unfitted).rank(
        [describe(one, asked(INSIDE), SIZE, goes_on=False, is_close=False) for one in looks]
    )

    assert expected == pytest.approx([0.3, 0.9, 0.6], abs=1e-5)
