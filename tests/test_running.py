"""The process is set up as its system wants it."""

from __future__ import annotations

import ctypes
import sys
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
