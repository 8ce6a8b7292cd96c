"""What a session has held is let go of, whatever else the program is doing."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from sam3_annotator.model.freeing import return_memory


def test_memory_is_returned_while_another_thread_is_importing_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", ModuleType("torch"))  # it has no parts yet

    return_memory()
