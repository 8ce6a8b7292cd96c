"""The model's thread ends with the window that started it, or with the process."""

from __future__ import annotations

import subprocess
import sys

UNCLOSED = """
from types import SimpleNamespace

from PySide6.QtCore import QCoreApplication
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge

app = QCoreApplication([])
bridge = EngineBridge(lambda: SimpleNamespace(name="Model", device="CPU", capabilities=frozenset()))
bridge.start()
"""


def test_a_process_whose_window_was_never_closed_ends_as_any_other():
    ended = subprocess.run([sys.executable, "-c", UNCLOSED], capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stderr) == (0, "")
