"""Instances and drafts as the canvas shows them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from sam3_annotator.model import BoxPrompt, PointPrompt
from sam3_annotator.project import CategoryId, ImageId, Instance, InstanceId, rectangle
from sam3_annotator.ui.canvas.draft import Candidate, Draft
from sam3_annotator.ui.canvas.scene import CanvasInstance
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.tokens import DARK

BLUE = QColor("#0000ff")
MakeInstance = Callable[..., CanvasInstance]


def shown(canvas: CanvasView) -> QImage:
    return canvas.viewport().grab().toImage()


def color_at(canvas: CanvasView, x: float, y: float, image: QImage | None = None) -> QColor:
    at = canvas.viewport_from_image(QPointF(x, y)).toPoint()
    return (image or shown(canvas)).pixelColor(at)


def is_near(color: QColor, wanted: tuple[int, int, int], tolerance: int = 6) -> bool:
    return (color.red(), color.green(), color.blue()) == pytest.approx(wanted, abs=tolerance)


@pytest.fixture
def draft() -> Draft:
    asked = Draft(ImageId(1)).with_prompt(PointPrompt(100, 100))
    return asked.with_candidates([Candidate(rectangle(50, 50, 150, 150), 0.9, 0.99)])


def test_an_instance_is_filled_by_a_quarter_and_its_hole_is_not(
    canvas: CanvasView, make_instance: MakeInstance
) -> None:
    canvas.set_instances([make_instance(1, (20, 20, 180, 180), hole=(60, 60, 140, 140), color="#ff00ff")])

    image = shown(canvas)
    assert is_near(color_at(canvas, 40, 40, image), (40 + 215 // 4, 30, 40 + 215 // 4))
    assert is_near(color_at(canvas, 100, 100, image), (100, 100, 40), 0)
    assert color_at(canvas, 20, 100, image).blue() > 180


def test_the_fill_can_be_stronger_or_not_there(canvas: CanvasView, make_instance: MakeInstance) -> None:
    canvas.set_instances([make_instance(1, (20, 20, 180, 180), color="#0000ff")])

    canvas.set_fill_opacity(0.0)
    assert is_near(color_at(canvas, 100, 100), (100, 100, 40), 1)

    canvas.set_fill_opacity(1.0)
    assert is_near(color_at(canvas, 100, 100), (0, 0, 255), 1)


def test_a_selected_instance_is_outlined_in_white_and_others_step_back(
    canvas: CanvasView, make_instance: MakeInstance
) -> None:
    canvas.set_instances([make_instance(n, (20 + 150 * n, 50, 120 + 150 * n, 150), color="#0000ff") for n in (0, 1)])
    before = color_at(canvas, 70, 100).blue()

    canvas.set_selection([InstanceId(1)])

    image = shown(canvas)
    assert is_near(color_at(canvas, 170, 75, image), (255, 255, 255), 60)
    assert 40 < color_at(canvas, 70, 100, image).blue() < before


def test_deselecting_shows_everything_as_before(canvas: CanvasView, make_instance: MakeInstance) -> None:
    canvas.set_instances([make_instance(n, (20 + 150 * n, 50, 120 + 150 * n, 150)) for n in (0, 1)])
    before = shown(canvas)

    canvas.set_selection([InstanceId(1)])
    shown(canvas)
    canvas.set_selection([])

    assert shown(canvas) == before


def test_hidden_instances_are_not_shown(canvas: CanvasView, make_instance: MakeInstance) -> None:
    without = shown(canvas)
    canvas.set_instances([make_instance(1, (20, 20, 180, 180))])

    canvas.set_hidden([InstanceId(1)])
    assert shown(canvas) == without

    canvas.set_hidden([])
    assert shown(canvas) != without


def test_changed_and_removed_instances_are_repainted(canvas: CanvasView, make_instance: MakeInstance) -> None:
    without = shown(canvas)
    canvas.set_instances([make_instance(1, (20, 20, 60, 60)), make_instance(2, (200, 100, 250, 150))])
    shown(canvas)

    canvas.update_instances([make_instance(1, (100, 200, 160, 260), color="#0000ff")], [InstanceId(2)])

    image = shown(canvas)
    assert is_near(color_at(canvas, 40, 40, image), (40, 40, 40), 0)
    assert is_near(color_at(canvas, 220, 120, image), (220, 120, 40), 0)
    assert color_at(canvas, 130, 230, image).blue() > 80
    canvas.update_instances([], [InstanceId(1)])
    assert shown(canvas) == without


def test_an_instance_keeps_its_place_at_any_zoom(canvas: CanvasView, make_instance: MakeInstance) -> None:
    canvas.set_instances([make_instance(1, (100, 100, 140, 140), color="#0000ff")])

    for zoom in (0.3, 1.7, 9.0, 64.0):
        canvas.set_zoom(zoom, canvas.viewport_from_image(QPointF(100, 100)))
        image = shown(canvas)
        inside, outside = (canvas.viewport_from_image(QPointF(100, 110)).toPoint().x() + step for step in (5, -6))
        y = canvas.viewport_from_image(QPointF(100, 100 + min(20, 100 / zoom))).toPoint().y()
        assert image.pixelColor(inside, y).blue() > 80, zoom
        assert image.pixelColor(outside, y).blue() <= 41, zoom


def test_many_instances_are_all_shown_once_the_canvas_has_settled(
    qtbot: QtBot, canvas: CanvasView, make_instance: MakeInstance
) -> None:
    boxes = [(8.0 * i, 8.0 * j, 8.0 * i + 6, 8.0 * j + 6) for j in range(37) for i in range(50)]
    canvas.set_instances([make_instance(n, box, color="#0000ff") for n, box in enumerate(boxes, 1)])
    canvas.fit()

    shown(canvas)
    qtbot.waitUntil(lambda: canvas.is_settled)

    image = shown(canvas)
    assert all(color_at(canvas, box[0] + 3, box[1] + 3, image).blue() > 70 for box in boxes[::37])


def test_a_draft_is_shown_in_its_colour_and_goes_again(canvas: CanvasView, draft: Draft) -> None:
    without = shown(canvas)

    canvas.set_draft(draft, BLUE)
    assert color_at(canvas, 70, 130).blue() > 90

    canvas.set_draft(None, BLUE)
    assert shown(canvas) == without


def test_a_draft_stands_in_place_of_the_instance_that_it_corrects(
    canvas: CanvasView, make_instance: MakeInstance
) -> None:
    instance = make_instance(7, (60, 120, 160, 220), color="#ff0000")
    canvas.set_instances([instance])
    canvas.set_selection([instance.id])
    with_instance = shown(canvas)
    correction = Draft(ImageId(1)).correcting(
        Instance(instance.id, ImageId(1), CategoryId(1), instance.region), CategoryId(1)
    )

    canvas.set_draft(correction, BLUE)
    image = shown(canvas)
    assert color_at(canvas, 110, 170, image).red() < color_at(canvas, 110, 170, with_instance).red()
    assert color_at(canvas, 110, 170, image).blue() > color_at(canvas, 110, 170, with_instance).blue()
    canvas.set_hidden([])
    assert canvas.scene.stack_at(110, 170, 0) == []  # nothing that the mouse could take

    canvas.set_draft(None, BLUE)
    assert shown(canvas) == with_instance


def test_prompts_are_told_apart_by_shape_and_colour(canvas: CanvasView) -> None:
    prompts = Draft(ImageId(1)).with_prompt(PointPrompt(100.5, 100.5)).with_prompt(PointPrompt(200.5, 100.5, False))

    canvas.set_draft(prompts, BLUE)

    image = shown(canvas)
    at = [canvas.viewport_from_image(QPointF(x, 100)).toPoint() for x in (100, 200)]
    assert is_near(image.pixelColor(at[0].x() + 2, at[0].y() + 2), QColor(DARK["success"]).toTuple()[:3], 60)
    assert is_near(image.pixelColor(at[1].x() + 2, at[1].y() + 2), QColor(DARK["danger"]).toTuple()[:3], 60)
    # The corner of the square is rimmed in white, where the disc has none.
    assert image.pixelColor(at[1].x() - 5, at[1].y() - 5).lightness() > 200
    assert image.pixelColor(at[0].x() - 5, at[0].y() - 5).lightness() < 150


def test_a_prompt_shows_at_once_while_its_answer_is_awaited(canvas: CanvasView, draft: Draft) -> None:
    canvas.set_draft(draft, BLUE)
    before = shown(canvas)

    canvas.set_draft(draft.with_prompt(BoxPrompt(40, 200, 300, 280)), BLUE)

    image = shown(canvas)
    assert color_at(canvas, 40, 200, image) != color_at(canvas, 40, 200, before)
    assert color_at(canvas, 170, 200, image) != color_at(canvas, 170, 200, before)


def test_the_dashes_of_a_draft_move(qtbot: QtBot, canvas: CanvasView, draft: Draft) -> None:
    canvas.set_draft(draft, BLUE)
    before = shown(canvas)

    qtbot.waitUntil(lambda: shown(canvas) != before)


def test_nothing_moves_with_reduced_motion(canvas: CanvasView, draft: Draft) -> None:
    canvas.set_draft(draft.with_prompt(PointPrompt(5, 5)), BLUE)

    canvas.set_reduced_motion(True)

    assert not canvas._animation.isActive()
    canvas.set_reduced_motion(False)
    assert canvas._animation.isActive()
    canvas.set_draft(None, BLUE)
    assert not canvas._animation.isActive()


def test_chips_name_what_is_there_and_give_way_to_the_selected_one(
    canvas: CanvasView, make_instance: MakeInstance
) -> None:
    bare = shown(canvas)
    above = [(30, 100 - 12), (180, 100 - 12)]
    canvas.set_instances([make_instance(n, (20 + 150 * n, 100, 120 + 150 * n, 200)) for n in (0, 1)])

    def has_chip() -> list[bool]:
        image = shown(canvas)
        return [color_at(canvas, *at, image) != color_at(canvas, *at, bare) for at in above]

    assert has_chip() == [True, True]

    canvas.set_selection([InstanceId(1)])
    assert has_chip() == [False, True]
