"""The status line says why the brush cannot paint, as long as that is so."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from sam3_annotator.ui.actions.action_state import ActionState
from sam3_annotator.ui.canvas.brush_in_hand import BrushInHand
from sam3_annotator.ui.window.brush_refusals import BrushRefusals
from sam3_annotator.ui.window.status_line import StatusLine


@pytest.fixture
def brush(qapp) -> BrushInHand:
    return BrushInHand()


@pytest.fixture
def status_line(qtbot: QtBot) -> StatusLine:
    line = StatusLine()
    qtbot.addWidget(line)
    return line


@pytest.fixture
def refusals(brush: BrushInHand, status_line: StatusLine) -> BrushRefusals:
    return BrushRefusals(brush, status_line)


def test_why_it_cannot_paint_is_said_until_the_situation_is_another(
    refusals: BrushRefusals, brush: BrushInHand, status_line: StatusLine
) -> None:
    brush.refused.emit("Select the instance to erase from first.")
    assert status_line._hint.text() == "Select the instance to erase from first."

    refusals.follow(ActionState())

    assert status_line._hint.text() == ""


def test_the_words_of_a_draft_are_left_to_the_draft(
    refusals: BrushRefusals, brush: BrushInHand, status_line: StatusLine
) -> None:
    brush.refused.emit("Accept the draft with Enter.")
    status_line.set_hint("Draft: 1 prompt")

    refusals.follow(ActionState(has_draft=True))
    refusals.follow(ActionState())

    assert status_line._hint.text() == "Draft: 1 prompt"
