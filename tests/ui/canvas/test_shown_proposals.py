"""Which proposals are on the canvas, and which is under the cursor."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sam3_annotator.ui.canvas.proposals import Proposal, Proposals
from sam3_annotator.ui.canvas.shown_proposals import ShownProposals

BLUE, RED = "#0000ff", "#ff0000"
LARGE, SMALL, APART = (0.0, 0.0, 100.0, 100.0), (40.0, 40.0, 60.0, 60.0), (200.0, 0.0, 250.0, 50.0)


@pytest.fixture
def proposals(make_proposals: Callable[..., Proposals]) -> Proposals:
    return make_proposals(LARGE, SMALL, APART)


@pytest.fixture
def shown(proposals: Proposals) -> ShownProposals:
    shown = ShownProposals()
    shown.show(proposals, BLUE)
    return shown


def box_of(proposal: Proposal | None) -> tuple[float, float, float, float] | None:
    return None if proposal is None else proposal.region.box_xyxy


def test_only_what_has_changed_needs_painting(shown: ShownProposals, proposals: Proposals) -> None:
    assert shown.show(proposals, BLUE) == []
    assert shown.show(proposals.with_focus_moved(1), BLUE) == []
    assert shown.show(proposals.with_rejected([proposals.found[1].box_xyxy]), BLUE) == [SMALL]
    assert shown.show(proposals, BLUE) == [SMALL]
    assert sorted(shown.show(proposals, RED)) == sorted([LARGE, SMALL, APART])


def test_an_answer_that_keeps_some_is_painted_where_it_differs(shown: ShownProposals, proposals: Proposals) -> None:
    fewer = proposals.with_found(proposals.found[:2])

    assert shown.show(fewer, BLUE) == [APART]
    assert sorted(shown.show(None, BLUE)) == sorted([LARGE, SMALL])
    assert shown.open == ()


def test_the_smallest_under_the_cursor_is_found(shown: ShownProposals) -> None:
    assert box_of(shown.at(50, 50, 1)) == SMALL
    assert box_of(shown.at(20, 20, 1)) == LARGE
    assert box_of(shown.at(251, 20, 2)) == APART
    assert shown.at(150, 20, 2) is None


def test_what_is_settled_is_not_found(shown: ShownProposals, proposals: Proposals) -> None:
    shown.show(proposals.with_rejected([proposals.found[1].box_xyxy]), BLUE)

    assert box_of(shown.at(50, 50, 1)) == LARGE


def test_hovered_goes_when_it_is_no_longer_open(shown: ShownProposals, proposals: Proposals) -> None:
    small = proposals.found[1].box_xyxy
    assert shown.turn_to(small)
    assert not shown.turn_to(small)

    shown.show(proposals.with_focus_moved(1), BLUE)
    assert box_of(shown.hovered) == SMALL

    shown.show(proposals.with_rejected([small]), BLUE)
    assert shown.hovered is None


def test_wide_ones_in_sight_are_given_best_first(shown: ShownProposals) -> None:
    assert [box for _, box in shown.wide_in((0, 0, 300, 300), 0.0)] == [LARGE, SMALL, APART]
    assert [box for _, box in shown.wide_in((0, 0, 300, 300), 30.0)] == [LARGE, APART]
    assert [box for _, box in shown.wide_in((110, 0, 300, 300), 0.0)] == [APART]
    assert ShownProposals().wide_in((0, 0, 300, 300), 0.0) == []


def test_the_best_is_painted_last(shown: ShownProposals) -> None:
    assert shown.rows_in((0, 0, 100, 100)).tolist() == [1, 0]
