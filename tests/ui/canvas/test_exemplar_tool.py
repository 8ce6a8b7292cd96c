"""Exemplars given with the mouse, and clicks on proposals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from sam3_annotator.model import Exemplar
from sam3_annotator.project import InstanceId
from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.proposals import Proposals
from sam3_annotator.ui.canvas.scene import CanvasInstance
from sam3_annotator.ui.canvas.view import CanvasView

RIGHT, LEFT = Qt.MouseButton.RightButton, Qt.MouseButton.LeftButton
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
BLUE = QColor("#0000ff")
HAND, CROSS, ARROW = (
    Qt.CursorShape.PointingHandCursor,
    Qt.CursorShape.CrossCursor,
    Qt.CursorShape.ArrowCursor,
)


@pytest.fixture
def exemplars(canvas: CanvasView) -> list[Exemplar]:
    """Collect the exemplars the canvas announces."""
    collected: list[Exemplar] = []
    canvas.exemplar_added.connect(collected.append)
    return collected


@pytest.fixture
def clicked(canvas: CanvasView) -> list[BoxXyxy]:
    """Collect the proposals that are clicked on."""
    collected: list[BoxXyxy] = []
    canvas.proposal_clicked.connect(collected.append)
    return collected


@pytest.fixture
def proposals(canvas: CanvasView, make_proposals: Callable[..., Proposals]) -> Proposals:
    """Show a large proposal (0) with a small one in it (1)."""
    proposals = make_proposals((50, 50, 250, 250), (100, 100, 140, 140))
    canvas.set_proposals(proposals, BLUE)
    return proposals


def cursor(canvas: CanvasView) -> Qt.CursorShape:
    return canvas.viewport().cursor().shape()


class TestExemplarTool:
    @pytest.fixture(autouse=True)
    def _tool(self, canvas: CanvasView) -> None:
        canvas.set_tool("exemplar")

    def test_left_is_positive_right_and_shift_are_negative(self, hand: Any, exemplars: list) -> None:
        hand.drag((50, 60), (150, 120))
        hand.drag((50, 60), (150, 120), button=RIGHT)
        hand.drag((50, 60), (150, 120), SHIFT)

        box = (50, 60, 150, 120)
        assert exemplars == [Exemplar(*box), Exemplar(*box, False), Exemplar(*box, False)]

    def test_an_exemplar_ends_at_the_border_of_the_image(self, hand: Any, exemplars: list) -> None:
        hand.drag((300, 200), (450, 340))

        assert exemplars == [Exemplar(300, 200, 400, 300)]

    def test_another_button_during_the_drag_changes_nothing(self, hand: Any, exemplars: list) -> None:
        hand.begin_drag((50, 60), (100, 90))
        hand.press(100, 90, RIGHT)
        hand.release(120, 100, RIGHT)
        hand.move(150, 120)
        hand.release(150, 120)

        assert exemplars == [Exemplar(50, 60, 150, 120)]

    def test_no_menu_opens(self, qtbot: QtBot, canvas: CanvasView, hand: Any) -> None:
        with qtbot.assertNotEmitted(canvas.context_menu_requested):
            hand.drag((50, 60), (150, 120), button=RIGHT)
            hand.click(100, 100, RIGHT)

    def test_escape_drops_the_box(self, hand: Any, exemplars: list) -> None:
        hand.begin_drag((50, 60), (150, 120))
        hand.key(Qt.Key.Key_Escape)
        hand.release(150, 120)

        assert exemplars == []

    @pytest.mark.usefixtures("proposals")
    def test_a_drag_from_within_a_proposal_is_an_exemplar(self, hand: Any, exemplars: list, clicked: list) -> None:
        hand.drag((110, 110), (160, 170))

        assert exemplars == [Exemplar(110, 110, 160, 170)]
        assert clicked == []

    def test_a_click_takes_the_smallest_proposal(
        self, hand: Any, proposals: Proposals, exemplars: list, clicked: list
    ) -> None:
        hand.click(120, 120)
        hand.click(200, 200)

        assert clicked == [proposals.found[1].box_xyxy, proposals.found[0].box_xyxy]
        assert exemplars == []

    @pytest.mark.usefixtures("proposals")
    def test_other_clicks_mean_nothing(self, hand: Any, exemplars: list, clicked: list) -> None:
        hand.click(300, 200)
        hand.click(120, 120, RIGHT)
        hand.click(120, 120, LEFT, SHIFT)
        hand.drag((300, 200), (350, 201))

        assert clicked == []
        assert exemplars == []

    def test_settled_proposals_are_not_clicked(
        self, canvas: CanvasView, hand: Any, proposals: Proposals, clicked: list
    ) -> None:
        canvas.set_proposals(proposals.with_rejected([proposals.found[1].box_xyxy]), BLUE)

        hand.click(120, 120)

        assert clicked == [proposals.found[0].box_xyxy]

    @pytest.mark.usefixtures("proposals")
    def test_the_cursor_says_what_a_click_would_take(self, canvas: CanvasView, hand: Any) -> None:
        hand.move(10, 10)
        hand.move(120, 120)
        assert cursor(canvas) is HAND

        hand.move(300, 200)
        assert cursor(canvas) is CROSS

    @pytest.mark.usefixtures("proposals")
    def test_the_cursor_means_nothing_once_its_proposal_is_gone(self, canvas: CanvasView, hand: Any) -> None:
        hand.move(10, 10)
        hand.move(200, 200)
        assert cursor(canvas) is HAND
        canvas.set_proposals(None, BLUE)

        assert cursor(canvas) is CROSS

    @pytest.mark.usefixtures("proposals")
    def test_guides_follow_the_cursor_beside_proposals(self, canvas: CanvasView, hand: Any) -> None:
        before = canvas.viewport().grab().toImage()

        hand.move(300, 200)
        beside = canvas.viewport().grab().toImage()
        hand.move(200, 200)
        over = canvas.viewport().grab().toImage()

        at = hand.at(350, 200)
        assert beside.pixelColor(at) != before.pixelColor(at)
        assert over.pixelColor(at) == before.pixelColor(at)

    @pytest.mark.usefixtures("proposals")
    def test_nothing_happens_without_an_image(
        self, canvas: CanvasView, hand: Any, exemplars: list, clicked: list
    ) -> None:
        canvas.show_image(None)

        hand.drag((50, 60), (150, 120))
        hand.click(120, 120)

        assert (exemplars, clicked) == ([], [])


class TestSelectTool:
    def test_a_click_takes_a_proposal_where_no_instance_is(
        self, canvas: CanvasView, hand: Any, proposals: Proposals, clicked: list, make_instance: Callable
    ) -> None:
        canvas.set_instances([make_instance(1, (90, 90, 150, 150))])

        hand.click(120, 120)
        assert (clicked, canvas.scene.selection) == ([], {InstanceId(1)})

        hand.click(200, 200)
        assert (clicked, canvas.scene.selection) == ([proposals.found[0].box_xyxy], set())

    @pytest.mark.usefixtures("proposals")
    @pytest.mark.usefixtures("proposals")
    def test_a_click_on_a_handle_is_not_for_the_proposal_around_it(
        self, canvas: CanvasView, hand: Any, clicked: list, make_instance: Callable
    ) -> None:
        canvas.set_instances([make_instance(1, (90, 90, 150, 150))])
        canvas.set_selection([InstanceId(1)])

        hand.click(154, 154)

        assert clicked == []

    def test_a_band_or_a_click_for_more_is_not_for_a_proposal(self, hand: Any, clicked: list) -> None:
        hand.drag((200, 200), (240, 240))
        hand.click(200, 200, LEFT, CTRL)

        assert clicked == []

    @pytest.mark.usefixtures("proposals")
    def test_the_cursor_says_what_a_click_would_take(self, canvas: CanvasView, hand: Any) -> None:
        hand.move(10, 10)
        hand.move(200, 200)
        assert cursor(canvas) is HAND

        hand.move(300, 200)
        assert cursor(canvas) is ARROW


@pytest.mark.parametrize("tool", ["points", "box"])
def test_other_tools_take_no_proposal(
    canvas: CanvasView, hand: Any, proposals: Proposals, clicked: list, tool: str
) -> None:
    canvas.set_tool(tool)

    hand.click(200, 200)

    assert clicked == []
    assert cursor(canvas) is CROSS


def test_instances_are_what_they_were_beside_proposals(
    canvas: CanvasView, hand: Any, proposals: Proposals, make_instance: Callable[..., CanvasInstance]
) -> None:
    canvas.set_instances([make_instance(1, (90, 90, 150, 150)), make_instance(2, (95, 95, 145, 145))])

    hand.click(120, 120)
    hand.click(120, 120)

    assert canvas.scene.selection == {InstanceId(1)}
