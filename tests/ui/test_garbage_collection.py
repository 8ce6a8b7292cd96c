"""Garbage that holds what is Qt's is collected on the GUI thread, whichever thread makes objects or asks."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from sam3_annotator.model.machine import freeing
from sam3_annotator.model.machine.freeing import collect_garbage
from sam3_annotator.ui import garbage_collection
from sam3_annotator.ui.garbage_collection import GarbageCollection


@pytest.fixture
def collection(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[GarbageCollection]:
    """Make one whose timer does not keep a test waiting, in place of the one that all tests have."""
    was_enabled = gc.isenabled()
    monkeypatch.setattr(freeing, "_collect", freeing._collect)
    monkeypatch.setattr(garbage_collection, "INTERVAL_MS", 10)
    made = GarbageCollection()
    yield made
    made.close()
    if not was_enabled:
        gc.disable()


class Cyclic(QObject):
    """An object that only a search for garbage frees; it notes on which thread."""

    def __init__(self, freed_on: list[threading.Thread]) -> None:
        super().__init__()
        self.itself = self
        self._freed_on = freed_on

    def __del__(self) -> None:
        self._freed_on.append(threading.current_thread())


def test_another_thread_that_makes_objects_collects_none(qtbot: QtBot, collection: GarbageCollection) -> None:
    freed_on: list[threading.Thread] = []
    Cyclic(freed_on)
    kept: list[list[int]] = []
    thread = threading.Thread(target=lambda: kept.extend([number] for number in range(20_000)))
    thread.start()
    thread.join()
    assert freed_on == []

    qtbot.waitUntil(lambda: freed_on == [threading.main_thread()])


def test_what_another_thread_asks_for_is_done_on_the_gui_thread(qtbot: QtBot, collection: GarbageCollection) -> None:
    freed_on: list[threading.Thread] = []
    Cyclic(freed_on)
    thread = threading.Thread(target=collect_garbage)

    thread.start()
    qtbot.waitUntil(lambda: not thread.is_alive())

    assert freed_on == [threading.main_thread()]


def test_a_thread_that_the_gui_thread_waits_for_does_not_wait_for_ever(
    collection: GarbageCollection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(garbage_collection, "PATIENCE_S", 0.05)
    thread = threading.Thread(target=collect_garbage)

    thread.start()
    thread.join(10)

    assert not thread.is_alive()


def test_what_has_lived_long_is_collected_once_much_has_been_made(qtbot: QtBot, collection: GarbageCollection) -> None:
    collection.collect()
    freed_on: list[threading.Thread] = []
    old = Cyclic(freed_on)
    gc.collect(1)
    gc.collect(1)
    del old

    kept = []
    while not freed_on and len(kept) < 100:
        kept.append([[] for _ in range(20_000)])
        collection.collect_due()

    assert freed_on == [threading.main_thread()]
    assert len(kept) > 1  # not at each pass


def test_python_collects_again_afterwards(collection: GarbageCollection) -> None:
    assert not gc.isenabled()

    collection.close()

    assert gc.isenabled()
    assert freeing._collect is gc.collect
