"""A sentence fits in whatever room there is, and is there as a whole."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from pytestqt.qtbot import QtBot

from sam3_annotator.ui.sentence_label import SentenceLabel

NAME = "my_finetuned_checkpoint_of_the_night_before_last_with_the_best_loss_so_far.safetensors"


@pytest.fixture
def label(qtbot: QtBot) -> SentenceLabel:
    made = SentenceLabel(f"photos/2024/{NAME} is damaged.")
    qtbot.addWidget(made)
    made.resize(200, 100)
    with qtbot.waitExposed(made):
        made.show()
    return made


def widest(label: SentenceLabel) -> int:
    room = QRect(0, 0, label.width(), 10_000)
    return label.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, label.text()).width()


def test_what_is_too_long_for_a_line_is_shortened_in_its_middle(label: SentenceLabel) -> None:
    assert widest(label) <= 200
    assert "…" in label.text()
    assert label.text().endswith("safetensors is damaged.")
    assert label.toolTip() == label.sentence == f"photos/2024/{NAME} is damaged."


def test_more_room_shows_more(label: SentenceLabel) -> None:
    label.resize(2000, 100)

    assert label.text() == label.sentence
    assert label.toolTip() == ""


def test_another_sentence_is_fitted_at_once(label: SentenceLabel) -> None:
    label.set_sentence(NAME)

    assert widest(label) <= 200
    assert label.sentence == NAME
