"""The writer: nobody waits for it, and it loses nothing that it has the time for."""

from __future__ import annotations

import logging
import threading

import pytest

from sam3_annotator.model.embedding_cache.background_writer import BackgroundWriter

TIMEOUT_S = 20.0


def test_work_is_done_in_order_before_the_close() -> None:
    writer, done = BackgroundWriter(), list[int]()

    for number in range(10):
        assert writer.submit(lambda number=number: done.append(number))  # type: ignore[misc] # bound per turn

    assert writer.close(TIMEOUT_S)
    assert done == list(range(10))


def test_a_slow_disk_holds_up_neither_the_giver_nor_the_close() -> None:
    writer, gate, started = BackgroundWriter(most_waiting=2), threading.Event(), threading.Event()

    def write_slowly() -> None:
        started.set()
        assert gate.wait(TIMEOUT_S)

    writer.submit(write_slowly)
    assert started.wait(TIMEOUT_S)
    taken = [writer.submit(lambda: None) for _ in range(3)]
    is_done = writer.close(0.01)
    gate.set()

    assert taken == [True, True, False]
    assert not is_done
    assert writer.close(TIMEOUT_S)  # a program that lives on leaves no thread behind


def test_a_failure_does_not_end_the_work(caplog: pytest.LogCaptureFixture) -> None:
    writer, done = BackgroundWriter(), list[str]()

    def fail() -> None:
        raise RuntimeError("broken")

    with caplog.at_level(logging.ERROR):
        writer.submit(fail)
        writer.submit(lambda: done.append("next"))
        writer.close(TIMEOUT_S)

    assert done == ["next"]
    assert "could not be kept" in caplog.text


def test_nothing_is_taken_after_the_close() -> None:
    writer = BackgroundWriter()

    assert writer.close(TIMEOUT_S)
    assert not writer.submit(lambda: None)
