"""The trail: a next click goes on from the answer before it."""

from __future__ import annotations

import numpy as np

from sam3_annotator.model import MaskPrompt, PointPrompt
from sam3_annotator.model.builtin.trail import Trail
from sam3_annotator.model.builtin.zoom import Belief


def make_belief() -> Belief:
    return Belief(np.ones((2, 2), np.float32), (0, 0, 2, 2))


def test_the_longest_true_beginning_is_recalled() -> None:
    first, second, third = PointPrompt(1, 1), PointPrompt(2, 2), PointPrompt(3, 3)
    trail, short, long = Trail(), make_belief(), make_belief()
    trail.remember([first], short)
    trail.remember([first, second], long)

    assert trail.recall([first, second, third]) is long
    assert trail.recall([first, third]) is short
    assert trail.recall([first]) is None
    assert trail.recall([second, third]) is None


def test_a_mask_is_known_by_its_content() -> None:
    trail, belief, point = Trail(), make_belief(), PointPrompt(1, 1)
    trail.remember([MaskPrompt(np.eye(3, dtype=np.bool_))], belief)

    assert trail.recall([MaskPrompt(np.eye(3, dtype=np.bool_)), point]) is belief
    assert trail.recall([MaskPrompt(np.ones((3, 3), np.bool_)), point]) is None


def test_the_oldest_is_forgotten_first() -> None:
    points = [PointPrompt(number, 0) for number in range(4)]
    trail = Trail(capacity=2)
    for point in points[:3]:
        trail.remember([point], make_belief())

    assert trail.recall([points[0], points[3]]) is None
    assert trail.recall([points[2], points[3]]) is not None
