"""The process is set up as its system wants it."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest

from sam3_annotator.app import running


def test_windows_is_told_whose_windows_these_are_before_there_are_any(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    shell32 = SimpleNamespace(SetCurrentProcessExplicitAppUserModelID=calls.append)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(shell32=shell32), raising=False)
    monkeypatch.setattr(running, "Application", lambda _: calls.append("application") or MagicMock())

    running.make_application()

    assert calls == ["sam3-annotator", "application"]


def test_what_the_command_line_opens_is_not_opened_once_more_on_a_mac(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[list[str]] = []
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(sys, "argv", ["__main__.py", "--debug", "open", "cats"])
    monkeypatch.setattr(sys, "orig_argv", ["python3", "-P", "-m", "sam3_annotator", "--debug", "open", "cats"])
    monkeypatch.setattr(running, "Application", lambda words: made.append(words) or MagicMock())
    monkeypatch.chdir(tmp_path)

    running.make_application()

    assert made[0][0] == "__main__.py"
    assert {"sam3_annotator", "open", "cats", str(tmp_path / "cats")} <= set(made[0])
    assert not [word for word in made[0] if word.startswith("-")]
