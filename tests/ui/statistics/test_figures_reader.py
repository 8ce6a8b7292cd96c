"""Figures follow the project while somebody looks at them, and are never those of an earlier moment for long."""

from __future__ import annotations

import gc
import threading
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from sam3_annotator.project import NotAProject, rectangle
from sam3_annotator.ui.background import BackgroundTask
from sam3_annotator.ui.statistics import figures_reader
from sam3_annotator.ui.statistics.figures_reader import FiguresReader
from sam3_annotator.ui.store_bridge import StoreBridge


@pytest.fixture
def reader(labelled: Any, bridge: StoreBridge) -> FiguresReader:
    return FiguresReader(bridge)


def counted(reader: FiguresReader) -> int:
    return -1 if reader.figures is None else reader.figures.numbers.instances


def watch(qtbot: QtBot, reader: FiguresReader) -> None:
    reader.set_watched(True)
    qtbot.waitUntil(lambda: reader.is_idle)


def test_nothing_is_read_until_somebody_looks(reader: FiguresReader, labelled: Any, qtbot: QtBot) -> None:
    labelled.add_dog()
    assert (reader.is_idle, reader.figures) == (True, None)

    watch(qtbot, reader)

    assert counted(reader) == 6


def test_figures_come_first_and_sizes_after(reader: FiguresReader, labelled: Any, qtbot: QtBot) -> None:
    told: list[tuple[int, int]] = []
    reader.changed.connect(lambda: told.append((counted(reader), len(reader.sizes))))

    watch(qtbot, reader)

    assert told == [(5, 0), (5, 3)]


def test_many_changes_are_read_in_one_go(reader: FiguresReader, labelled: Any, qtbot: QtBot) -> None:
    watch(qtbot, reader)
    told: list[int] = []
    reader.changed.connect(lambda: told.append(counted(reader)))

    for _ in range(3):
        labelled.add_dog()
    qtbot.waitUntil(lambda: reader.is_idle)

    assert told == [8, 8]


def test_what_changes_while_it_is_read_is_read_once_more(
    reader: FiguresReader, labelled: Any, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_read, may_go_on, read = threading.Event(), threading.Event(), figures_reader.read_figures

    def hold(path: Any) -> Any:
        figures = read(path)
        has_read.set()
        may_go_on.wait(20)
        return figures

    monkeypatch.setattr(figures_reader, "read_figures", hold)
    reader.set_watched(True)
    qtbot.waitUntil(has_read.is_set)
    labelled.add_dog()
    may_go_on.set()
    qtbot.waitUntil(lambda: reader.is_idle)

    assert counted(reader) == 6
    assert len(reader.sizes) == 3


def test_an_outline_that_has_changed_is_measured_anew(reader: FiguresReader, labelled: Any, qtbot: QtBot) -> None:
    watch(qtbot, reader)
    (dog,) = labelled.store.instances(labelled.images[1])

    with labelled.store.edit("Reshape") as edit:
        edit.update_instance(dog.id, region=rectangle(0, 0, 5, 5))
    qtbot.waitUntil(lambda: reader.is_idle)

    assert reader.sizes[labelled.dog] == 5.0


def test_what_changes_while_nobody_looks_is_read_when_somebody_does(
    reader: FiguresReader, labelled: Any, qtbot: QtBot
) -> None:
    watch(qtbot, reader)
    reader.set_watched(False)
    labelled.add_dog()
    assert reader.is_idle
    assert counted(reader) == 5

    watch(qtbot, reader)

    assert counted(reader) == 6


@pytest.mark.parametrize(("looks_again", "expected"), [(False, 6), (True, 5)])
def test_a_project_that_cannot_be_read_is_told_of_and_read_after_the_next_change_or_look(
    reader: FiguresReader,
    labelled: Any,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    looks_again: bool,
    expected: int,
) -> None:
    def refuse(_path: object) -> None:
        raise NotAProject("The project file is damaged; restore it from a backup.")

    with monkeypatch.context() as patch, qtbot.waitSignal(reader.failed):
        patch.setattr(figures_reader, "read_figures", refuse)
        reader.set_watched(True)
    qtbot.waitUntil(lambda: reader.is_idle)

    if looks_again:
        reader.set_watched(False)
        reader.set_watched(True)
    else:
        labelled.add_dog()
    qtbot.waitUntil(lambda: reader.is_idle)

    assert counted(reader) == expected


def test_one_that_is_closed_reads_no_more(reader: FiguresReader, labelled: Any, qtbot: QtBot) -> None:
    watch(qtbot, reader)
    reader.close()

    labelled.add_dog()

    assert reader.is_idle
    assert counted(reader) == 5


def test_nothing_is_kept_of_a_reading_that_is_over(reader: FiguresReader, labelled: Any, qtbot: QtBot) -> None:
    def tasks() -> int:
        gc.collect()
        # Not `isinstance`, at which what torch has deprecated warns.
        return sum(type(each) is BackgroundTask for each in gc.get_objects())

    watch(qtbot, reader)
    before = tasks()

    for _ in range(3):
        labelled.add_dog()
        qtbot.waitUntil(lambda: reader.is_idle)

    assert tasks() <= before
