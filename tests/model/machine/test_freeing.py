"""What a session has held is let go of, whatever else the program is doing."""

from __future__ import annotations

import os
import subprocess
import sys
from types import ModuleType, SimpleNamespace

import pytest

from sam3_annotator.model.machine import allocator
from sam3_annotator.model.machine.freeing import return_memory

UNLOADING = """
from pathlib import Path
from sam3_annotator.model.machine.allocator import keep_freed_memory
from sam3_annotator.model.machine import allocator
from sam3_annotator.model.machine.freeing import return_memory

def resident_mib():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 >> 20

keep_freed_memory()
weights = [b"1" * (20 << 20) for _ in range(30)]
later = b"1" * (1 << 20)  # what the heap cannot shrink below
del weights
before = resident_mib()
return_memory()
print(before - resident_mib())
"""


@pytest.mark.skipif(not allocator._is_glibc(), reason="other C libraries are left alone")
def test_what_was_freed_below_something_still_in_use_is_returned() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    ended = subprocess.run(
        [sys.executable, "-c", UNLOADING], env=environment, capture_output=True, text=True, check=True
    )

    assert int(ended.stdout) > 550  # of 600


def test_memory_is_returned_while_another_thread_is_importing_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", ModuleType("torch"))  # it has no parts yet

    return_memory()


@pytest.mark.parametrize("is_there", [True, False])
def test_what_apples_devices_keep_for_later_is_returned(monkeypatch: pytest.MonkeyPatch, is_there: bool) -> None:
    emptied = []
    torch = ModuleType("torch")
    torch.mps = SimpleNamespace(empty_cache=lambda: emptied.append("mps"))
    torch.backends = SimpleNamespace(mps=SimpleNamespace(is_available=lambda: is_there))
    monkeypatch.setitem(sys.modules, "torch", torch)

    return_memory()

    assert emptied == ["mps"] * is_there
