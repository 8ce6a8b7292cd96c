"""The exemplars' chip: says how many of either kind, in words too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from PySide6.QtCore import Qt

from sam3_annotator.model import Exemplar
from sam3_annotator.ui.phrase_bar.exemplar_chip import ExemplarChip

PLUS, MINUS = Exemplar(0, 0, 9, 9), Exemplar(20, 0, 29, 9, positive=False)


@pytest.fixture
def chip(qtbot: Any) -> ExemplarChip:
    created = ExemplarChip()
    qtbot.addWidget(created)
    return created


@pytest.mark.parametrize(
    ("exemplars", "words"),
    [
        ([PLUS], "1 example of what to find"),
        ([PLUS, PLUS, MINUS], "2 examples of what to find, 1 of what not to find"),
        ([MINUS], "1 example of what not to find"),
    ],
)
def test_both_kinds_are_counted_in_words(exemplars: Sequence[Exemplar], words: str, chip: ExemplarChip) -> None:
    chip.show_exemplars(exemplars)

    assert chip.accessibleName() == chip.toolTip() == words


def test_each_kind_takes_its_room_only_when_there_is_one(chip: ExemplarChip) -> None:
    chip.show_exemplars([PLUS])
    one = chip.sizeHint().width()
    chip.show_exemplars([PLUS, MINUS])

    assert chip.sizeHint().width() > one


def test_cross_takes_the_last_one_back(chip: ExemplarChip, qtbot: Any) -> None:
    chip.show_exemplars([PLUS, MINUS])

    with qtbot.waitSignal(chip.removed):
        qtbot.mouseClick(chip.cross, Qt.MouseButton.LeftButton)
