"""The chip of the image before: names it, however long its name is, and takes it back."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt

from sam3_annotator.model import ConceptPrompt
from sam3_annotator.project import ImageId
from sam3_annotator.ui.canvas.proposals import PropagatedFrom, Proposals
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.phrase_bar.bar import MAX_WIDTH, PhraseBar
from sam3_annotator.ui.phrase_bar.exemplar_chip import ExemplarChip
from sam3_annotator.ui.phrase_bar.source_chip import SourceChip

ASKED = Proposals(ImageId(2), ConceptPrompt("coin"))
PROPAGATED = ASKED.with_propagated(PropagatedFrom(ImageId(1), "IMG_0012.jpg", 4)).waiting()


@pytest.fixture
def chip(qtbot: Any) -> SourceChip:
    created = SourceChip()
    qtbot.addWidget(created)
    return created


@pytest.fixture
def bar(qtbot: Any) -> PhraseBar:
    created = PhraseBar(KeyMap())
    qtbot.addWidget(created)
    created.resize(MAX_WIDTH, created.sizeHint().height())
    created.show()
    return created


def test_a_long_name_takes_little_more_room_than_a_short_one_and_is_told_in_full(chip: SourceChip) -> None:
    chip.show_source("camera/west/IMG_0012.jpg")
    usual = chip.sizeHint().width()
    name = f"{'camera' * 20}_0012.jpg"
    chip.show_source(name)

    assert chip.sizeHint().width() <= usual + 20
    assert name in chip.toolTip()
    assert name in chip.accessibleName()


def test_the_bar_shows_where_they_come_from_as_long_as_they_do(bar: PhraseBar) -> None:
    source, exemplars = bar.findChild(SourceChip), bar.findChild(ExemplarChip)
    bar.show_proposals(ASKED)
    assert not source.isVisible()

    bar.show_proposals(PROPAGATED)
    assert source.isVisible()
    assert "IMG_0012.jpg" in source.toolTip()
    assert not exemplars.isVisible()
    assert bar.field.text() == ""

    bar.show_proposals(PROPAGATED.with_concept(ConceptPrompt("coin")))
    assert not source.isVisible()


def test_the_cross_drops_them(bar: PhraseBar, qtbot: Any) -> None:
    bar.show_proposals(PROPAGATED)

    with qtbot.waitSignal(bar.cleared):
        qtbot.mouseClick(bar.findChild(SourceChip).cross, Qt.MouseButton.LeftButton)


def test_a_narrow_bar_leaves_the_chip_out(bar: PhraseBar) -> None:
    bar.show_proposals(PROPAGATED)
    bar.resize(220, bar.height())

    assert not bar.findChild(SourceChip).isVisible()
