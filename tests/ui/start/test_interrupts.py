"""Ctrl+C in the terminal closes the window as its close button does."""

from __future__ import annotations

import os
import signal
import stat
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from sam3_annotator.ui.start.interrupts import Interrupts


@pytest.fixture
def interrupts(qtbot: QtBot) -> Iterator[Interrupts]:
    """Watch for Ctrl+C during the test."""
    watching = Interrupts()
    yield watching
    watching.close()


def test_interrupt_closes_the_window(interrupts: Interrupts, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()

    signal.raise_signal(signal.SIGINT)

    qtbot.waitUntil(lambda: not window.isVisible())


@pytest.mark.skipif(sys.platform == "win32", reason="sockets are no files there, but nothing else would be taken")
def test_what_is_watched_is_a_socket_as_windows_wants(monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    descriptors = []
    watch = signal.set_wakeup_fd

    def remember(descriptor: int, **words: bool) -> int:
        descriptors.append(descriptor)
        return watch(descriptor, **words)

    monkeypatch.setattr(signal, "set_wakeup_fd", remember)
    watching = Interrupts()

    assert stat.S_ISSOCK(os.fstat(descriptors[0]).st_mode)
    watching.close()


def test_second_interrupt_is_left_to_the_system(interrupts: Interrupts, qtbot: QtBot) -> None:
    signal.raise_signal(signal.SIGINT)

    qtbot.waitUntil(lambda: signal.getsignal(signal.SIGINT) is signal.SIG_DFL)


def test_interrupt_means_again_what_it_did_once_nobody_watches(qtbot: QtBot) -> None:
    before = signal.getsignal(signal.SIGINT)

    Interrupts().close()

    assert signal.getsignal(signal.SIGINT) is before
    assert signal.set_wakeup_fd(-1) == -1
