"""Proposals and exemplars as the canvas shows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from sam3_annotator.model import ConceptPrompt, Exemplar
from sam3_annotator.project import ImageId, InstanceCopy
from sam3_annotator.ui.canvas.proposals import Proposals
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.tokens import DARK

BLUE = QColor("#0000ff")
LEFT_ONE, RIGHT_ONE = (40.0, 100.0, 140.0, 200.0), (220.0, 100.0, 320.0, 200.0)
MakeProposals = Callable[..., Proposals]


@pytest.fixture
def shown(qtbot: QtBot, canvas: CanvasView) -> Callable[[], QImage]:
    """Give the canvas once everything is painted sharply."""

    def grab() -> QImage:
        canvas.viewport().grab()
        qtbot.waitUntil(lambda: canvas.is_settled)
        return canvas.viewport().grab().toImage()

    return grab


@pytest.fixture
def two(canvas: CanvasView, make_proposals: MakeProposals) -> Proposals:
    """Show two proposals beside each other; the one to the left is in focus."""
    canvas.set_tool("exemplar")
    proposals = make_proposals(LEFT_ONE, RIGHT_ONE)
    canvas.set_proposals(proposals, BLUE)
    return proposals


def blues_along(canvas: CanvasView, image: QImage, start: tuple[float, float], end: tuple[float, float]) -> list[int]:
    """Give the blue of the pixels between two image points on a line along an axis."""
    (x0, y0), (x1, y1) = (canvas.viewport_from_image(QPointF(*at)).toPoint().toTuple() for at in (start, end))
    return [image.pixelColor(x, y).blue() for x in range(x0, x1 + 1) for y in range(y0, y1 + 1)]


def test_a_proposal_is_dotted_and_not_filled(canvas: CanvasView, two: Proposals, shown: Callable[[], QImage]) -> None:
    image = shown()

    edge = blues_along(canvas, image, (220, 120), (220, 180))
    assert max(edge) > 200
    assert min(edge) < 60
    assert set(blues_along(canvas, image, (230, 150), (310, 150))) == {40}


def test_the_focused_proposal_is_filled_and_its_outline_whole(
    canvas: CanvasView, two: Proposals, shown: Callable[[], QImage]
) -> None:
    image = shown()

    assert min(blues_along(canvas, image, (40, 120), (40, 180))) > 200
    assert min(blues_along(canvas, image, (50, 150), (130, 150))) > 80

    canvas.set_proposals(two.with_focus_moved(1), BLUE)
    image = shown()

    assert min(blues_along(canvas, image, (230, 150), (310, 150))) > 80
    assert set(blues_along(canvas, image, (50, 150), (130, 150))) == {40}


def test_the_hovered_proposal_is_filled_as_long_as_the_cursor_is_on_it(
    canvas: CanvasView, hand: Any, two: Proposals, shown: Callable[[], QImage]
) -> None:
    hand.move(270, 150)
    assert min(blues_along(canvas, shown(), (230, 130), (310, 130))) > 60

    hand.move(180, 250)
    assert set(blues_along(canvas, shown(), (230, 130), (310, 130))) == {40}


def test_hover_and_focus_leave_what_is_kept_as_tiles_alone(
    canvas: CanvasView, hand: Any, two: Proposals, shown: Callable[[], QImage], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown()
    painted: list[object] = []
    layers = type(canvas._layers)
    paint = layers._paint_layers
    monkeypatch.setattr(layers, "_paint_layers", lambda *args, **words: (painted.append(args), paint(*args, **words)))

    hand.move(270, 150)
    canvas.set_proposals(two.with_focus_moved(1), BLUE)
    shown()
    assert painted == []

    canvas.set_proposals(two.with_rejected([two.found[0].box_xyxy]), BLUE)
    shown()
    assert painted != []


def test_settled_and_dropped_proposals_are_not_shown(
    canvas: CanvasView, make_proposals: MakeProposals, shown: Callable[[], QImage]
) -> None:
    bare = shown()
    proposals = make_proposals(LEFT_ONE, RIGHT_ONE)
    canvas.set_proposals(proposals, BLUE)
    both = shown()

    canvas.set_proposals(proposals.with_rejected([proposals.found[1].box_xyxy]), BLUE)
    one = shown()
    assert max(blues_along(canvas, one, (220, 120), (220, 180))) == 40
    assert one != bare

    canvas.set_proposals(proposals, BLUE)
    assert shown() == both
    canvas.set_proposals(None, BLUE)
    assert shown() == bare


@pytest.mark.parametrize("zoom", [0.9, 1.0, 3.7])
def test_what_is_left_at_another_threshold_looks_as_painted_anew(
    canvas: CanvasView, make_proposals: MakeProposals, shown: Callable[[], QImage], zoom: float
) -> None:
    rng = np.random.default_rng(0)
    corners, sides = rng.uniform(0, 250, (60, 2)), rng.uniform(3, 50, (60, 2))
    proposals = make_proposals(*np.hstack((corners, corners + sides)).tolist())
    canvas.set_zoom(zoom)
    canvas.set_proposals(proposals, BLUE)
    shown()

    for rejected in (proposals.found[2:5], proposals.found[2:3], ()):
        canvas.set_proposals(proposals.with_rejected(each.box_xyxy for each in rejected), BLUE)
        image = shown()

        canvas._layers._proposals.invalidate()
        canvas._layers.forget_colors()
        canvas.refresh()
        assert shown() == image


def test_proposals_take_another_colour(canvas: CanvasView, two: Proposals, shown: Callable[[], QImage]) -> None:
    shown()

    canvas.set_proposals(two, QColor("#ff00ff"))

    image = shown()
    x, y0 = canvas.viewport_from_image(QPointF(220, 120)).toPoint().toTuple()
    assert max(image.pixelColor(x, y).red() for y in range(y0, y0 + 60)) > 240


def test_many_proposals_are_all_shown_at_any_zoom(
    qtbot: QtBot, canvas: CanvasView, make_proposals: MakeProposals, shown: Callable[[], QImage]
) -> None:
    boxes = [(10.0 + 20 * i, 10.0 + 20 * j, 24.0 + 20 * i, 24.0 + 20 * j) for i in range(18) for j in range(11)]
    canvas.set_proposals(make_proposals(*boxes), BLUE)

    for zoom in (1.0, 1.9):
        canvas.set_zoom(zoom)
        canvas.fit()
        image = shown()
        assert all(max(blues_along(canvas, image, (x0, y0 + 2), (x0, y1 - 2))) > 150 for x0, y0, _, y1 in boxes)


def test_scores_are_beside_and_give_way_where_they_are_too_many(
    canvas: CanvasView, make_proposals: MakeProposals, shown: Callable[[], QImage]
) -> None:
    bare = shown()

    def has_chip(x0: float, y0: float) -> bool:
        at = canvas.viewport_from_image(QPointF(x0 + 6, y0 - 14)).toPoint()
        return image.pixelColor(at) != bare.pixelColor(at)

    canvas.set_proposals(make_proposals(LEFT_ONE, RIGHT_ONE), BLUE)
    image = shown()
    assert [has_chip(40, 100), has_chip(220, 100)] == [True, True]

    stacked = [(40.0, 100.0 + 0.1 * n, 140.0, 200.0) for n in range(45)]
    canvas.set_proposals(make_proposals(LEFT_ONE, RIGHT_ONE, *stacked), BLUE)
    image = shown()
    assert [has_chip(40, 100), has_chip(220, 100)] == [True, False]  # the first is in focus


def test_a_score_does_not_cover_another_proposal(
    canvas: CanvasView, make_proposals: MakeProposals, shown: Callable[[], QImage]
) -> None:
    above = (40.0, 20.0, 140.0, 95.0)
    canvas.set_proposals(make_proposals(RIGHT_ONE, LEFT_ONE, above), BLUE)

    image = shown()

    assert set(blues_along(canvas, image, (50, 84), (130, 84))) == {40}
    assert set(blues_along(canvas, image, (42, 210), (60, 210))) != {40}  # it is below its own


def test_exemplars_are_told_apart_by_colour_and_sign(canvas: CanvasView, shown: Callable[[], QImage]) -> None:
    exemplars = Exemplar(50, 60, 150, 120), Exemplar(200, 60, 300, 120, False)

    canvas.set_proposals(Proposals(ImageId(1), ConceptPrompt("", exemplars)), BLUE)

    image = shown()
    for exemplar, role, has_upright in zip(exemplars, ("success", "danger"), (True, False), strict=True):
        at = canvas.viewport_from_image(QPointF(exemplar.x0, exemplar.y0)).toPoint()
        edge = image.pixelColor(at.x(), at.y() + 30)
        assert (edge.red(), edge.green(), edge.blue()) == pytest.approx(QColor(DARK[role]).toTuple()[:3], abs=60)
        middle_x, middle_y = at.x() + 7, at.y() - 8
        assert image.pixelColor(middle_x + 3, middle_y).lightness() > 180
        assert (image.pixelColor(middle_x, middle_y - 3).lightness() > 180) is has_upright


def test_the_tag_of_an_exemplar_at_the_upper_edge_is_in_it(canvas: CanvasView, shown: Callable[[], QImage]) -> None:
    canvas.set_zoom(4.0, QPointF(0, 0))
    canvas._set_view(canvas.view.panned(-canvas.view.offset_x, -canvas.view.offset_y))
    bare = shown()

    canvas.set_proposals(Proposals(ImageId(1), ConceptPrompt("", (Exemplar(50, 0, 150, 120),))), BLUE)

    assert shown().pixelColor(203, 12) != bare.pixelColor(203, 12)


def test_that_an_answer_is_awaited_is_seen_on_the_last_exemplar(
    qtbot: QtBot, canvas: CanvasView, shown: Callable[[], QImage]
) -> None:
    asked = Proposals(ImageId(1), ConceptPrompt("", (Exemplar(50, 60, 150, 160),)))
    canvas.set_proposals(asked, BLUE)
    before = shown()

    canvas.set_proposals(asked.waiting(), BLUE)

    waiting = shown()
    assert waiting != before
    qtbot.waitUntil(lambda: shown() != waiting)
    canvas.set_proposals(asked.with_found(()), BLUE)
    assert shown() == before
    assert not canvas._animation.isActive()


def test_waiting_for_a_phrase_alone_moves_nothing(canvas: CanvasView) -> None:
    canvas.set_proposals(Proposals(ImageId(1), ConceptPrompt("cat")).waiting(), BLUE)

    assert not canvas._animation.isActive()


def test_focus_comes_into_sight(canvas: CanvasView, make_proposals: MakeProposals) -> None:
    proposals = make_proposals((0, 0, 20, 20), (380, 280, 400, 300))
    canvas.set_proposals(proposals, BLUE)
    canvas.set_zoom(8.0, canvas.viewport_from_image(QPointF(0, 0)))
    before = canvas.view

    canvas.set_proposals(proposals.with_focus_moved(1), BLUE)

    assert canvas.zoom == before.zoom
    x0, y0, x1, y1 = canvas.view.box_to_canvas((380, 280, 400, 300))
    assert min(x0, y0, 800 - x1, 600 - y1) >= 0


def test_an_answer_leaves_the_view_alone(canvas: CanvasView, make_proposals: MakeProposals) -> None:
    canvas.set_proposals(make_proposals((0, 0, 20, 20)), BLUE)
    canvas.set_zoom(8.0, canvas.viewport_from_image(QPointF(0, 0)))
    before = canvas.view

    canvas.set_proposals(make_proposals((380, 280, 400, 300)), BLUE)

    assert canvas.view == before


def test_tab_stays_on_the_canvas_while_there_is_an_image(canvas: CanvasView) -> None:
    assert canvas.focusNextPrevChild(True)
    canvas.show_message("", "2.png", busy=True)
    assert canvas.focusNextPrevChild(True)

    canvas.show_image(None)
    assert not canvas.focusNextPrevChild(True)


@pytest.mark.parametrize("in_focus", [0, 1])
def test_what_has_a_category_of_its_own_has_its_colour(
    canvas: CanvasView, two: Proposals, shown: Callable[[], QImage], in_focus: int
) -> None:
    left, right = two.open
    own = replace(right, copy_of=InstanceCopy("dog", "#ff0000", right.region))
    proposals = two.with_found((left, own)).with_focus_moved(in_focus)
    canvas.set_proposals(proposals, BLUE)
    image = shown()

    edge = canvas.viewport_from_image(QPointF(220, 150)).toPoint()
    colors = [image.pixelColor(edge.x() + dx, edge.y() + dy) for dx in (-1, 0, 1) for dy in range(-9, 10)]
    assert max(color.red() for color in colors) > 200
    assert max(color.blue() - color.red() for color in colors) < 60
