"""Memory of tensors is kept, where the C library can be told so."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from sam3_annotator.model.machine import allocator

FAULTS = """
import resource, sys, threading
from sam3_annotator.model.machine.allocator import keep_freed_memory
if sys.argv[1] == "kept":
    assert keep_freed_memory()

def work():
    def fill():
        for _ in range(3):
            first, second = bytearray(40 << 20), bytearray(90 << 20)
    fill()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    fill()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)

thread = threading.Thread(target=work)
thread.start()
thread.join()
"""


def page_faults(how: str) -> int:
    """Count the page faults of a thread that fills and frees 130 MB thrice, after a first time."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    ended = subprocess.run(
        [sys.executable, "-c", FAULTS, how], env=environment, capture_output=True, text=True, check=True
    )
    return int(ended.stdout)


@pytest.mark.skipif(not allocator._is_glibc(), reason="only glibc gives memory back at once")
def test_a_thread_reuses_large_blocks_without_page_faults() -> None:
    assert page_faults("kept") < page_faults("left alone") / 10


@pytest.fixture
def unset(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forget that the limits were set, and let nothing really be set."""
    monkeypatch.setattr(allocator.ctypes, "CDLL", _refuse)
    allocator.keep_freed_memory.cache_clear()
    yield
    allocator.keep_freed_memory.cache_clear()


def _refuse(name: None) -> None:
    raise AssertionError("The C library was asked.")


@pytest.mark.usefixtures("unset")
def test_other_c_libraries_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allocator, "_is_glibc", lambda: False)

    assert not allocator.keep_freed_memory()


@pytest.mark.usefixtures("unset")
def test_the_environment_s_own_limits_are_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MALLOC_ARENA_MAX", "2")

    assert not allocator.keep_freed_memory()


@pytest.mark.usefixtures("unset")
@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_other_systems_are_left_alone(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allocator.sys, "platform", platform)

    assert not allocator.keep_freed_memory()
