"""The rows of the proposals: thumbnails only where somebody looks, marks only where they mean something."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRect
from PySide6.QtGui import QColor, QHelpEvent, QImage
from PySide6.QtWidgets import QApplication, QListView, QToolTip
from pytestqt.qtbot import QtBot

from sam3_annotator.project import Polygon, Region
from sam3_annotator.ui.canvas.proposals import Proposal
from sam3_annotator.ui.item_delegates import proposal_thumbnails
from sam3_annotator.ui.item_delegates.proposal_delegate import ProposalDelegate, accept_rect, reject_rect, row_height
from sam3_annotator.ui.item_delegates.proposal_thumbnails import ProposalThumbnails
from sam3_annotator.ui.item_models.proposal_model import ProposalModel
from sam3_annotator.ui.keyboard.key_map import KeyMap

PIXELS = np.full((300, 400, 3), 128, dtype=np.uint8)


@pytest.fixture
def thumbnails() -> ProposalThumbnails:
    made = ProposalThumbnails()
    made.show(PIXELS, QColor("red"))
    return made


@pytest.fixture
def view(qtbot: QtBot, thumbnails: ProposalThumbnails) -> QListView:
    """Give a list of 200 proposals of which five can be seen."""
    model = ProposalModel()
    region = Region((Polygon([(10, 10), (90, 10), (90, 50)]),))
    model.show([Proposal((float(number), 0.0, 9.0, 9.0), region, 0.9, 0.98) for number in range(200)])
    made = QListView()
    qtbot.addWidget(made)
    model.setParent(made)
    made.setModel(model)
    made.setItemDelegate(ProposalDelegate(thumbnails, KeyMap(), made))
    made.resize(260, 5 * row_height())
    return made


def row(view: QListView, number: int) -> QRect:
    return view.visualRect(view.model().index(number, 0))


def has_marks(picture: QImage, row: QRect) -> bool:
    places = (rect(row) for rect in (accept_rect, reject_rect))
    return all(
        len({picture.pixel(x, y) for x in range(mark.left(), mark.right()) for y in range(mark.top(), mark.bottom())})
        > 1
        for mark in places
    )


def test_thumbnails_are_made_of_rows_that_are_seen(monkeypatch: pytest.MonkeyPatch, view: QListView) -> None:
    drawn: list[Region] = []
    draw = proposal_thumbnails.draw_thumbnail

    def record(pixels: NDArray[np.uint8], region: Region, color: QColor, pixel_ratio: float) -> QImage:
        drawn.append(region)
        return draw(pixels, region, color, pixel_ratio)

    monkeypatch.setattr(proposal_thumbnails, "draw_thumbnail", record)

    view.grab()

    assert 3 < len(drawn) < 8


def test_marks_show_on_the_current_row_only(view: QListView) -> None:
    view.setCurrentIndex(view.model().index(1, 0))
    picture = view.viewport().grab().toImage()

    assert [has_marks(picture, row(view, number)) for number in range(3)] == [False, True, False]


def test_rows_without_pixels_are_painted_too(view: QListView, thumbnails: ProposalThumbnails) -> None:
    before = view.viewport().grab().toImage()
    thumbnails.show(None, QColor("red"))

    assert view.viewport().grab().toImage() != before


def test_marks_tell_their_keys_and_the_row_its_score(view: QListView) -> None:
    view.grab()
    first = row(view, 0)
    for place, words in (
        (accept_rect(first).center(), "Accept\N{NO-BREAK SPACE}(Enter)"),
        (reject_rect(first).center(), "Reject\N{NO-BREAK SPACE}(Backspace)"),
        (first.center(), "score 0.90"),
    ):
        help_wanted = QHelpEvent(QEvent.Type.ToolTip, place, view.viewport().mapToGlobal(place))
        QApplication.sendEvent(view.viewport(), help_wanted)
        assert QToolTip.text().startswith(words)
    QToolTip.hideText()
