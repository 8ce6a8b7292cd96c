"""The trail: a next click goes on from the answer before it."""

from __future__ import annotations

import numpy as np

from sam3_annotator.model import MaskPrompt, PointPrompt
from sam3_annotator.model.trail import Trail, leaving_no_trace


def test_the_longest_true_beginning_is_recalled() -> None:
    first, second, third = PointPrompt(1, 1), PointPrompt(2, 2), PointPrompt(3, 3)
    trail: Trail[str] = Trail()
    trail.remember([first], "short")
    trail.remember([first, second], "long")

    assert trail.recall([first, second, third]) == "long"
    assert trail.recall([first, third]) == "short"
    assert trail.recall([first]) is None
    assert trail.recall([second, third]) is None


def test_a_mask_is_known_by_its_content() -> None:
    trail: Trail[str] = Trail()
    point = PointPrompt(1, 1)
    trail.remember([MaskPrompt(np.eye(3, dtype=np.bool_))], "eye")

    assert trail.recall([MaskPrompt(np.eye(3, dtype=np.bool_)), point]) == "eye"
    assert trail.recall([MaskPrompt(np.ones((3, 3), np.bool_)), point]) is None


def test_a_mask_is_known_however_it_lies_in_memory() -> None:
    mask = np.tri(4, 3, dtype=np.bool_)

    assert MaskPrompt(np.asfortranarray(mask)).content == MaskPrompt(mask).content
    assert MaskPrompt(mask.T).content != MaskPrompt(mask).content


def test_a_mask_hides_the_answers_from_before_it() -> None:
    first, mask, second = PointPrompt(1, 1), MaskPrompt(np.eye(3, dtype=np.bool_)), PointPrompt(2, 2)
    trail: Trail[str] = Trail()
    trail.remember([first], "before")

    assert trail.recall([first, mask, second]) is None

    trail.remember([first, mask, second], "after")

    assert trail.recall([first, mask, second, PointPrompt(3, 3)]) == "after"


def test_the_oldest_is_forgotten_first() -> None:
    points = [PointPrompt(number, 0) for number in range(4)]
    trail: Trail[int] = Trail(capacity=2)
    for number, point in enumerate(points[:3]):
        trail.remember([point], number)

    assert trail.recall([points[0], points[3]]) is None
    assert trail.recall([points[2], points[3]]) == 2


def test_what_is_asked_without_a_trace_is_not_remembered_and_forgets_nothing() -> None:
    first, second = PointPrompt(1, 1), PointPrompt(2, 2)
    trail: Trail[str] = Trail(capacity=1)
    trail.remember([first], "kept")

    with leaving_no_trace():
        trail.remember([second], "preview")

    assert trail.recall([first, second]) == "kept"
    assert trail.recall([second, first]) is None
    trail.remember([second], "asked")
    assert trail.recall([second, first]) == "asked"
