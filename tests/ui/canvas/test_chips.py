"""Where label chips go."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QApplication

from sam3_annotator.ui.canvas.chips import ChipFace, instance_face, place_chips
from sam3_annotator.ui.canvas.scene import CanvasInstance

ROOM = QRectF(0, 0, 800, 600)
MakeInstance = Callable[..., CanvasInstance]


@pytest.fixture
def cat(qapp: QApplication) -> ChipFace:
    return ChipFace("cat", "#e69f00")


def test_a_chip_says_category_and_score(qapp: QApplication, make_instance: MakeInstance) -> None:
    assert instance_face(make_instance(1, (0, 0, 1, 1), label="cat")).text == "cat"
    assert instance_face(make_instance(1, (0, 0, 1, 1), label="cat", score=0.934)).text == "cat  0.93"


def test_a_long_name_is_cut_and_its_score_is_not(qapp: QApplication, make_instance: MakeInstance) -> None:
    name = "a very long category name that goes on and on"
    face = instance_face(make_instance(1, (0, 0, 1, 1), label=name, score=0.5))
    (chip,) = place_chips([(face, (100, 100, 500, 200))], ROOM)

    assert chip.rect.width() < 200
    assert "…" in face.text
    assert face.text.endswith("0.50")


def test_a_chip_is_above_its_box_and_outside_it(cat: ChipFace) -> None:
    (chip,) = place_chips([(cat, (100, 100, 300, 200))], ROOM)

    assert chip.rect.bottom() < 100
    assert chip.rect.left() == 100


def test_without_room_above_it_goes_below(cat: ChipFace) -> None:
    (chip,) = place_chips([(cat, (100, 5, 300, 200))], ROOM)

    assert chip.rect.top() > 200


def test_without_room_above_and_below_there_is_none(cat: ChipFace) -> None:
    assert place_chips([(cat, (100, -50, 300, 700))], ROOM) == []


def test_an_object_smaller_than_its_chip_goes_without(cat: ChipFace) -> None:
    assert place_chips([(cat, (100, 100, 115, 115))], ROOM) == []


def test_chips_stay_on_the_canvas(cat: ChipFace) -> None:
    (left,) = place_chips([(cat, (-200, 100, 100, 200))], ROOM)
    (right,) = place_chips([(cat, (780, 100, 1000, 200))], ROOM)

    assert ROOM.contains(left.rect)
    assert ROOM.contains(right.rect)
    assert place_chips([(cat, (900, 100, 1000, 200))], ROOM) == []


def test_chips_do_not_cover_each_other(cat: ChipFace) -> None:
    chips = place_chips([(cat, (100, 100, 300, 200)), (cat, (105, 102, 250, 400))], ROOM)

    assert len(chips) == 2
    assert not chips[0].rect.intersects(chips[1].rect)


def test_chips_do_not_cover_what_is_occupied(cat: ChipFace) -> None:
    above, below = QRectF(90, 70, 40, 30), QRectF(90, 200, 40, 30)

    (chip,) = place_chips([(cat, (100, 100, 300, 200))], ROOM, [above])

    assert chip.rect.top() > 200
    assert place_chips([(cat, (100, 100, 300, 200))], ROOM, [above, below]) == []


def test_a_chip_without_swatch_is_narrower(cat: ChipFace) -> None:
    with_swatch, without = place_chips([(cat, (100, 100, 300, 200)), (ChipFace("cat"), (400, 100, 600, 200))], ROOM)

    assert without.rect.width() < with_swatch.rect.width()
