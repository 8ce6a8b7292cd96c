"""Instances of unusual size are found by what is usual in their category."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from sam3_annotator.project import FindingKind, ImageFacts, rectangle


@pytest.fixture
def wide(sound: Any) -> Any:
    """Let the images of the sound project be 4000 x 3000 pixels, by record and without their files."""
    for number, image in enumerate(sound.images):
        sound.file(number).unlink()
        sound.store.set_image_facts({image: ImageFacts(4000, 3000, 1, f"{number:0128}")})
    return sound


def _fill(project: Any, sides: Sequence[float]) -> list[int]:
    """Add squares of a new category, side by side; returns their ids."""
    with project.store.edit("Fill") as edit:
        category = edit.add_category("square")
        ids = []
        for number, side in enumerate(sides):
            image = project.images[number % 4]
            x = 100 * (number // 4)
            ids.append(edit.add_instance(image, category, rectangle(x, 500, x + side, 500 + side)))
    return ids


def _unusual(project: Any) -> list[Any]:
    return [finding for finding in project.findings() if finding.kind is FindingKind.UNUSUAL_SIZE]


def test_far_larger_and_far_smaller_instances_are_noted(wide: Any) -> None:
    ids = _fill(wide, [*([50, 52] * 12), 5, 300])

    smaller, larger = _unusual(wide)

    assert (smaller.instance_ids, larger.instance_ids) == ((ids[-2],), (ids[-1],))
    assert larger.box_xyxy == (600, 500, 900, 800)
    assert larger.image_id == wide.images[1]
    assert "times smaller than the median" in smaller.sentence
    assert "35 times larger than the median" in larger.sentence


def test_few_instances_have_no_usual_size(wide: Any) -> None:
    _fill(wide, [*([50] * 18), 300])

    assert _unusual(wide) == []


def test_where_sizes_differ_widely_a_far_one_is_usual(wide: Any) -> None:
    _fill(wide, [10 * 1.15**number for number in range(36)])

    assert _unusual(wide) == []


def test_sizes_are_compared_as_shares_of_their_images(wide: Any) -> None:
    ids = _fill(wide, [50] * 24)
    wide.store.set_image_facts({wide.images[0]: ImageFacts(40_000, 30_000, 1, f"{0:0128}")})

    assert {finding.instance_ids[0] for finding in _unusual(wide)} == set(ids[::4])


def test_crowds_are_as_large_as_they_are(wide: Any) -> None:
    ids = _fill(wide, [*([50] * 24), 300])
    with wide.store.edit("Mark") as edit:
        edit.update_instance(ids[-1], is_crowd=True)

    assert _unusual(wide) == []
