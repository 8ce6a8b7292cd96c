"""Propagating many instances takes a while: the user sees how far it is, and can give it up."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from sam3_annotator.ui.assistance.finder import Finder
from tests.workflows.sequences import SHIFT, propagate


@pytest.fixture
def activity(sequence):
    """Give the part of the status line that tells of long work."""
    return sequence.window.status_line._activity


@pytest.fixture
def hold(sequence, fake_session, activity, qtbot):
    """Begin to propagate two instances; the model stops after the first, until it is released."""

    def begin() -> None:
        fake_session.hold()
        sequence.press(Qt.Key.Key_P, SHIFT)
        qtbot.waitUntil(activity.isVisible)

    return begin


def test_how_far_it_is_stands_in_the_status_line_until_it_is_over(sequence, fake_session, hold, activity) -> None:
    hold()

    assert activity._text.text() == "Propagating, 1 of 2 instances"
    assert activity._bar.value() == 500
    assert sequence.proposals == []
    fake_session.release()
    sequence.settle()
    assert len(sequence.proposals) == 2
    assert not activity.isVisible()


@pytest.mark.parametrize("way", ["Esc", "the cross", "the next image"])
def test_it_is_given_up(sequence, fake_session, hold, activity, way) -> None:
    hold()

    match way:
        case "Esc":
            sequence.press(Qt.Key.Key_Escape)
        case "the cross":
            QTest.mouseClick(activity._cancel, Qt.MouseButton.LeftButton)
        case _:
            sequence.press(Qt.Key.Key_D)

    assert not activity.isVisible()
    fake_session.release()
    sequence.settle()
    assert sequence.proposals == []
    assert not activity.isVisible()
    assert sequence.window.findChild(Finder).proposals is None


def test_what_takes_a_moment_only_does_not_flicker(sequence, activity) -> None:
    shown = []
    show = sequence.window.set_activity
    sequence.window.set_activity = lambda *told, **more: (shown.append(told), show(*told, **more))

    propagate(sequence)

    assert len(sequence.proposals) == 2
    assert shown == []


def test_a_phrase_in_its_place_is_not_told_as_propagating(finding_session, sequence, hold, activity) -> None:
    hold()

    sequence.type_phrase("cat")

    assert not activity.isVisible()
    finding_session.release()
    sequence.settle()
