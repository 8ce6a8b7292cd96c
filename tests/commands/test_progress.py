"""Ctrl+C ends long work where it can clean up after itself; the bar is drawn only for somebody to see."""

from __future__ import annotations

import io
import os
import signal
import sys

import pytest

from sam3_annotator.commands.progress import progress_bar
from sam3_annotator.project import Cancelled


class Terminal(io.StringIO):
    """Standard error as a terminal sees it."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_first_interrupt_cancels_at_the_next_step(number: signal.Signals) -> None:
    with progress_bar("Working") as progress:
        progress(1, 3)
        signal.raise_signal(number)

        with pytest.raises(Cancelled):
            progress(2, 3)


def test_second_interrupt_ends_work_that_does_not_look() -> None:
    with progress_bar("Working"):
        signal.raise_signal(signal.SIGINT)

        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_has_its_usual_meaning_again_afterwards(number: signal.Signals) -> None:
    before = signal.getsignal(number)

    with progress_bar("Working"):
        assert signal.getsignal(number) is not before

    assert signal.getsignal(number) is before


def test_bar_is_drawn_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    with progress_bar("Exporting") as progress:
        progress(0, 2)
        progress(2, 2)

    assert "Exporting" in terminal.getvalue()


@pytest.mark.skipif(sys.platform == "win32", reason="opens a terminal of Unix")
def test_bar_is_drawn_on_a_terminal_that_does_not_tell_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.openpty()
    os.set_blocking(reader, False)

    with os.fdopen(writer, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        with progress_bar("Exporting") as progress:
            progress(1, 2)
        shown = os.read(reader, 10_000)

    os.close(reader)
    assert b"Exporting" in shown


def test_bar_says_what_is_being_done(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    with progress_bar("Loading the model", unit="B") as progress:
        progress(0, 0, "Building the network")
        progress(1, 2, "Filling 1 of 2 weights")
        progress(2, 2, "Filling 2 of 2 weights")

    assert "Building the network" in terminal.getvalue()


def test_nothing_is_drawn_into_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("Exporting") as progress:
        progress(0, 2)
        progress(2, 2)

    assert capsys.readouterr() == ("", "")
