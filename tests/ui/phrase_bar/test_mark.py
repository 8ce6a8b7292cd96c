"""The mark of the phrase bar: a sign of work for what takes long, and none that flashes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtGui import QImage

from sam3_annotator.ui.phrase_bar.mark import PhraseMark


@pytest.fixture
def mark(qtbot: Any) -> PhraseMark:
    created = PhraseMark()
    created.set_key("/")
    qtbot.addWidget(created)
    created.show()
    return created


def picture(mark: PhraseMark) -> QImage:
    return mark.grab().toImage()


def test_long_wait_turns_a_ring_until_the_answer_comes(mark: PhraseMark, qtbot: Any) -> None:
    mark.set_state(is_waiting=True, has_failed=False)
    qtbot.waitUntil(lambda: mark.is_busy)
    first = picture(mark)
    qtbot.waitUntil(lambda: picture(mark) != first)

    mark.set_state(is_waiting=False, has_failed=False)

    assert not mark.is_busy
    assert not mark._turn.isActive()


def test_short_wait_shows_no_ring(mark: PhraseMark) -> None:
    mark.set_state(is_waiting=True, has_failed=False)
    assert not mark.is_busy

    mark.set_state(is_waiting=False, has_failed=False)

    assert not mark._delay.isActive()


@pytest.mark.parametrize("is_set_while_busy", [False, True])
def test_ring_stands_with_reduced_motion(is_set_while_busy: bool, mark: PhraseMark, qtbot: Any) -> None:
    mark.set_reduced_motion(not is_set_while_busy)
    mark.set_state(is_waiting=True, has_failed=False)
    qtbot.waitUntil(lambda: mark.is_busy)
    mark.set_reduced_motion(True)

    assert not mark._turn.isActive()


@pytest.mark.parametrize(
    "change",
    [
        lambda mark: mark.set_key("E"),
        lambda mark: mark.set_typing(True),
        lambda mark: mark.set_state(is_waiting=False, has_failed=True),
    ],
)
def test_each_state_looks_its_own(change: Callable[[PhraseMark], None], mark: PhraseMark) -> None:
    before = picture(mark)
    change(mark)

    assert picture(mark) != before


def test_a_key_too_long_for_the_cap_and_none_at_all_show_the_same_sign(mark: PhraseMark) -> None:
    short = picture(mark)
    mark.set_key("Ctrl+Shift+F")
    long = picture(mark)
    mark.set_key("")

    assert picture(mark) == long != short
