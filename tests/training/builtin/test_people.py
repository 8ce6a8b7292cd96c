"""Simulated people: their prompts say what the target is, and correct what is wrong with an answer."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from sam3_annotator.model.builtin.prompt_maps import draw_prompt_maps
from training.builtin.people import BOTH, People, depth_inside, spoil


def make_targets(count: int, side: int = 32) -> torch.Tensor:
    """Rectangles of several sizes and places, `(B, side, side)` bool."""
    targets = torch.zeros(count, side, side, dtype=torch.bool)
    for index in range(count):
        top, left = 3 + index % 7, 2 + index % 5
        targets[index, top : top + 6 + index % 11, left : left + 5 + index % 13] = True
    return targets


def make_people(count: int = 64) -> People:
    return People(make_targets(count), torch.Generator().manual_seed(0), box_chance=0.18)


def places(layer: torch.Tensor) -> tuple[torch.Tensor, ...]:
    return torch.nonzero(layer, as_tuple=True)


def test_depth_is_near_the_distance_to_the_outside() -> None:
    area = np.zeros((61, 61), np.uint8)
    cv2.circle(area, (24, 30), 20, 1, cv2.FILLED)
    area[:, 50:] = 1  # up to the edge of the view

    depth = depth_inside(torch.from_numpy(area > 0)[None])[0].numpy()

    distance = cv2.distanceTransform(np.pad(area, 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    assert not depth[area == 0].any()
    assert np.abs(depth - distance).max() < 2.5
    assert np.argwhere(depth[:, :50] == depth[:, :50].max()).mean(0) == pytest.approx((30, 24), abs=0.5)


def test_everyone_begins_with_something_about_the_target() -> None:
    people = make_people()
    people.begin()

    assert people.maps.flatten(1).any(1).all()
    sample, row, column = places(people.maps[:, 0] * (people.maps[:, 2] > 0.995))
    assert people._target[sample, row // 2, column // 2].all()


def test_all_kinds_of_beginnings_occur() -> None:
    people = make_people()
    people.begin()

    has_click, has_box = people.maps[:, 2].flatten(1).any(1), people.maps[:, 4].flatten(1).any(1)
    has_mask = people.maps[:, 5].flatten(1).any(1)
    assert (has_click & ~has_box & ~has_mask).any()
    assert (has_box & ~has_click).any()
    assert (has_box & has_click).any()
    assert (has_mask & ~has_box).any()
    assert not (has_mask & has_box).any()


@pytest.mark.parametrize("chance", [0.0, 0.5])
def test_people_begin_with_boxes_as_often_as_is_said(chance: float) -> None:
    people = People(make_targets(400), torch.Generator().manual_seed(0), chance)
    people.begin()

    has_box, has_click = people.maps[:, 4].flatten(1).any(1), people.maps[:, 2].flatten(1).any(1)
    assert (has_box & ~has_click).float().mean().item() == pytest.approx(chance, abs=0.06)
    assert (has_box & has_click).float().mean().item() == pytest.approx(BOTH, abs=0.04)


def test_boxes_are_about_the_targets() -> None:
    people = make_people()
    people._put_boxes(torch.ones(64, dtype=torch.bool))

    boxes, targets = people.maps[:, 4], people._target.repeat_interleave(2, 1).repeat_interleave(2, 2).float()
    overlap = (boxes * targets).sum((1, 2)) / torch.maximum(boxes, targets).sum((1, 2))
    assert overlap.min() > 0.35
    assert overlap.median() > 0.7


def test_points_are_drawn_as_the_program_draws_them() -> None:
    people = make_people(2)
    people._draw_points(
        torch.tensor([20.5, 7.0]), torch.tensor([11.5, 40.0]), torch.tensor([True, False]), torch.ones(2).bool()
    )

    for index, point in enumerate([(20.5, 11.5, True), (7.0, 40.0, False)]):
        np.testing.assert_allclose(people.maps[index].numpy(), draw_prompt_maps(64, [point]), atol=1e-6)


def test_a_correction_is_on_the_error_and_of_its_kind() -> None:
    people = make_people()
    target = people._target
    guess = target.clone()
    guess[::2, :, 16:] = True  # too much
    guess[1::2, :, :6] = False  # too little

    people._correct(guess, torch.ones(64, dtype=torch.bool))

    sample, row, column = places((people.maps[:, 2:4].amax(1) > 0.997) & (people.maps[:, :2].amax(1) > 0))
    is_wrong = (guess != target)[sample, row // 2, column // 2]
    assert is_wrong.float().mean() > 0.9  # a disc's rim can reach beyond a thin error
    assert not people.maps[::2, 0].any()
    assert not people.maps[1::2, 1].any()


def test_a_right_answer_gets_no_correction() -> None:
    people = make_people()

    people._correct(people._target, torch.ones(64, dtype=torch.bool))

    assert not people.maps.any()


def test_an_answer_is_mostly_fed_back() -> None:
    people = make_people()
    chance = people._target.repeat_interleave(2, 1).repeat_interleave(2, 2).float() * 0.98 + 0.01

    people.go_on(chance)

    fed_back = people.maps[:, 5].flatten(1).any(1)
    exact = (people.maps[:, 5] == chance * 2 - 1).flatten(1).all(1)
    assert 0.8 < fed_back.float().mean() < 1
    assert 0.5 < exact.float().mean() < 0.95


def test_spoilt_answers_are_partly_wrong() -> None:
    target = make_targets(64)

    earlier = spoil(target, torch.Generator().manual_seed(0)) > 0.5

    truth = target.repeat_interleave(2, 1).repeat_interleave(2, 2)
    overlap = (earlier & truth).sum((1, 2)) / (earlier | truth).sum((1, 2))
    assert 0.4 < overlap.median() < 0.95


def test_the_same_seed_gives_the_same_people() -> None:
    first, second = make_people(), make_people()
    first.begin()
    second.begin()

    assert torch.equal(first.maps, second.maps)
