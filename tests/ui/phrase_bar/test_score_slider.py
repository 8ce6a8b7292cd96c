"""The slider for the threshold: exact by key, quick by mouse, silent about what it was told."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt

from sam3_annotator.ui.phrase_bar.score_slider import ScoreSlider
from sam3_annotator.ui.settings import LEAST_THRESHOLD


@pytest.fixture
def slider(qtbot: Any) -> ScoreSlider:
    created = ScoreSlider()
    qtbot.addWidget(created)
    created.set_score(0.5)
    created.show()
    return created


@pytest.fixture
def moves(slider: ScoreSlider) -> list[float]:
    told: list[float] = []
    slider.moved.connect(told.append)
    return told


@pytest.mark.parametrize(("key", "score"), [(Qt.Key.Key_Right, 0.51), (Qt.Key.Key_PageDown, 0.45)])
def test_keys_move_by_a_hundredth_and_pages_by_five(
    key: Qt.Key, score: float, slider: ScoreSlider, moves: list[float], qtbot: Any
) -> None:
    qtbot.keyClick(slider.handle, key)

    assert moves == [score]
    assert slider.score == score


@pytest.mark.parametrize(("end", "score"), [(0, LEAST_THRESHOLD), (1, 1.0)])
def test_click_on_the_groove_takes_the_handle_there(
    end: int, score: float, slider: ScoreSlider, moves: list[float], qtbot: Any
) -> None:
    at = QPoint(end * (slider.handle.width() - 1), slider.handle.height() // 2)
    qtbot.mouseClick(slider.handle, Qt.MouseButton.LeftButton, pos=at)

    assert moves == [score]


def test_click_on_the_handle_leaves_it_where_it_is(slider: ScoreSlider, moves: list[float], qtbot: Any) -> None:
    qtbot.mouseClick(slider.handle, Qt.MouseButton.LeftButton, pos=slider.handle.rect().center())

    assert moves == []


def test_score_from_elsewhere_is_shown_and_not_told_back(slider: ScoreSlider, moves: list[float]) -> None:
    slider.set_score(0.35)

    assert slider.score == 0.35
    assert slider.toolTip() == "Find what scores at least 0.35"
    assert moves == []
