"""The loader: one read for each image, only of what is in view, within its memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from sam3_annotator.project import InstanceId, ListedInstance, Progress, Region, listed_instances, rectangle
from sam3_annotator.ui.gallery import crop_loader
from sam3_annotator.ui.gallery.crop_loader import CropLoader
from sam3_annotator.ui.gallery.crops import Crop, read_crops

SIDE = 64


class Reads:
    """Every read of an image file, by its name and the instances; while the gate is shut, each waits."""

    def __init__(self) -> None:
        self.made: list[tuple[str, list[InstanceId]]] = []
        self.gate = threading.Event()
        self.gate.set()

    def read(
        self, path: Path, regions: dict[InstanceId, Region], side: int, image_side: float, progress: Progress
    ) -> dict[InstanceId, Crop]:
        self.made.append((path.name, list(regions)))
        assert self.gate.wait(20)
        return read_crops(path, regions, side, image_side, progress)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[Reads]:
    made = Reads()
    monkeypatch.setattr(crop_loader, "read_crops", made.read)
    monkeypatch.setattr(crop_loader, "thread_count", lambda: 1)
    yield made
    made.gate.set()


@pytest.fixture
def entries(labelled: Any) -> list[ListedInstance]:
    return listed_instances(labelled.store)


@pytest.fixture
def settle(qtbot: QtBot, loader: CropLoader) -> Callable[[], None]:
    return lambda: qtbot.waitUntil(lambda: loader.is_idle)


def test_instances_of_one_image_are_cut_from_one_read(
    loader: CropLoader, labelled: Any, entries: list[ListedInstance], reads: Reads, settle: Callable[[], None]
) -> None:
    loader.want(entries, SIDE)
    settle()

    a, b, c, d, e = labelled.ids
    assert reads.made == [("1.png", [a, c]), ("2.png", [b, d]), ("3.png", [e])]
    assert all(loader.crop(id_).side == SIDE for id_ in labelled.ids)


def test_what_is_there_is_not_read_again_unless_it_is_to_be_larger(
    loader: CropLoader, entries: list[ListedInstance], reads: Reads, settle: Callable[[], None]
) -> None:
    for side in (SIDE, SIDE, 2 * SIDE):
        loader.want(entries[:1], side)
        settle()

    assert len(reads.made) == 2
    assert loader.crop(entries[0].id).side == 2 * SIDE


def test_what_is_scrolled_past_is_not_read(
    qtbot: QtBot, loader: CropLoader, entries: list[ListedInstance], reads: Reads, settle: Callable[[], None]
) -> None:
    reads.gate.clear()
    loader.want(entries, SIDE)
    qtbot.waitUntil(lambda: bool(reads.made))

    loader.want(entries[4:], SIDE)
    reads.gate.set()
    settle()

    assert [name for name, _ in reads.made] == ["1.png", "3.png"]
    assert loader.crop(entries[0].id) is None
    assert loader.crop(entries[4].id) is not None


def test_an_outline_changed_meanwhile_is_cut_anew(
    qtbot: QtBot,
    loader: CropLoader,
    labelled: Any,
    entries: list[ListedInstance],
    reads: Reads,
    settle: Callable[[], None],
) -> None:
    reads.gate.clear()
    loader.want(entries[:1], SIDE)
    qtbot.waitUntil(lambda: bool(reads.made))
    with labelled.store.edit("Reshape") as edit:
        edit.update_instance(entries[0].id, region=rectangle(0, 0, 60, 60))

    loader.forget([entries[0].id])
    reads.gate.set()
    settle()
    assert loader.crop(entries[0].id) is None
    loader.want(entries[:1], SIDE)
    settle()

    assert len(reads.made) == 2
    assert loader.crop(entries[0].id) is not None


def test_a_missing_image_is_told_and_tried_again_when_asked(
    qtbot: QtBot, loader: CropLoader, labelled: Any, entries: list[ListedInstance], settle: Callable[[], None]
) -> None:
    path = labelled.store.image_file(labelled.images[2])
    content = path.read_bytes()
    path.unlink()

    with qtbot.waitSignal(loader.ready) as told:
        loader.want(entries[4:], SIDE)
    settle()
    assert told.args == [frozenset({entries[4].id})]
    assert "is missing" in loader.problem(labelled.images[2])
    assert loader.problem(labelled.images[0]) == ""

    path.write_bytes(content)
    loader.want(entries[4:], SIDE)
    assert loader.is_idle
    loader.retry()
    loader.want(entries[4:], SIDE)
    settle()
    assert loader.crop(entries[4].id) is not None


def test_memory_has_a_limit_but_what_is_in_view_is_kept(
    bridge: Any, labelled: Any, entries: list[ListedInstance], qtbot: QtBot
) -> None:
    small = CropLoader(bridge.store, budget_bytes=2 * 2 * SIDE * SIDE * 4 + 1000)
    for entry in entries:
        small.want([entry], SIDE)
        qtbot.waitUntil(lambda: small.is_idle)
    kept = [entry.id for entry in entries if small.crop(entry.id) is not None]
    assert kept == [entry.id for entry in entries[3:]]
    assert small.nbytes <= 2 * 2 * SIDE * SIDE * 4 + 1000

    small.want(entries, SIDE)
    qtbot.waitUntil(lambda: small.is_idle)

    assert all(small.crop(entry.id) is not None for entry in entries)


def test_an_instance_that_is_gone_by_now_is_passed_over(
    loader: CropLoader, labelled: Any, entries: list[ListedInstance], settle: Callable[[], None]
) -> None:
    with labelled.store.edit("Delete") as edit:
        edit.delete_instance(entries[0].id)

    loader.want(entries[:1], SIDE)
    settle()

    assert loader.crop(entries[0].id) is None
    assert loader.is_idle
