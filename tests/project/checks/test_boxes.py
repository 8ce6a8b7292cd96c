"""Boxes are found where outlines are usual."""

from __future__ import annotations

from typing import Any

import pytest

from sam3_annotator.project import Finding, FindingKind, Polygon, Region, findings_that_hold, rectangle

KIND = FindingKind.BOX_AMONG_OUTLINES
BOX = rectangle(32, 4, 44, 14)
WITH_A_CORNER_MORE = Region((Polygon([(32, 4), (38, 4), (44, 4), (44, 14), (32, 14)]),))
CUT = Region((Polygon([(32, 4), (44, 4), (44, 12), (42, 14), (32, 14)]),))
HOLED = Region((Polygon([(32, 4), (44, 4), (44, 14), (32, 14)], [[(35, 7), (40, 7), (40, 11), (35, 11)]]),))
TURNED = Region((Polygon([(38, 2), (45, 9), (38, 16), (31, 9)]),))


def _found(sound: Any) -> list[Finding]:
    return [finding for finding in sound.findings() if finding.kind is KIND]


@pytest.fixture
def leaf(sound: Any) -> Any:
    """Add a category of nine outlines, in two sizes."""
    with sound.store.edit("Fill") as edit:
        category = edit.add_category("leaf")
        for number in range(9):
            x, y = 32 + 7 * (number % 4), 20 + 7 * (number // 4)
            edit.add_instance(sound.images[1], category, Region((Polygon([(x, y), (x + 6, y), (x + 3, y + 6)]),)))
    return category


@pytest.mark.parametrize(
    ("region", "is_told"),
    [(BOX, True), (WITH_A_CORNER_MORE, True), (CUT, False), (HOLED, False), (TURNED, False)],
)
def test_only_what_is_a_box_is_told(sound: Any, leaf: Any, region: Region, is_told: bool) -> None:
    box = sound.add(region, leaf)

    found = _found(sound)

    assert [each.instance_ids for each in found] == ([(box,)] if is_told else [])


def test_it_says_what_is_usual_and_what_to_do(sound: Any, leaf: Any) -> None:
    box = sound.add(BOX, leaf)

    (finding,) = _found(sound)

    assert finding.sentence == (
        f"photos/1.png: instance {box} (leaf) is a box, while 9 of 10 in its category have outlines; "
        "have the model outline it (Instance > Outline from boxes)."
    )
    assert (finding.image_id, finding.category_ids, finding.box_xyxy) == (sound.images[0], (leaf,), (32, 4, 44, 14))


def test_a_category_of_boxes_is_fine(sound: Any, leaf: Any) -> None:
    for _ in range(9):
        sound.add(BOX, leaf, image=2)

    assert _found(sound) == []


def test_small_things_and_crowds_may_be_boxes(sound: Any, leaf: Any) -> None:
    sound.add(rectangle(32, 4, 39, 14), leaf)
    sound.add(BOX, leaf, image=2, is_crowd=True)
    sound.add(TURNED, leaf, image=3)

    assert _found(sound) == []


def test_few_instances_have_nothing_usual(sound: Any, leaf: Any) -> None:
    with sound.store.edit("Delete") as edit:
        edit.delete_instance(sound.store.instances(sound.images[1])[-1].id)
    sound.add(BOX, leaf)

    assert _found(sound) == []


def test_what_has_been_outlined_is_no_box_any_more(sound: Any, leaf: Any) -> None:
    box = sound.add(BOX, leaf)
    found = _found(sound)
    assert findings_that_hold(sound.store, found, sound.images) == tuple(found)

    with sound.store.edit("Outline") as edit:
        edit.update_instance(box, region=CUT)

    assert findings_that_hold(sound.store, found, sound.images) == ()
