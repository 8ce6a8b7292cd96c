"""Images are gone through one after the other: one is looked at, the next one is read meanwhile, no more than that."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QObject

from sam3_annotator.model import OutOfMemory, Slot
from sam3_annotator.project import ImageUnreadable, StorageFull
from sam3_annotator.ui.verbs.image_walk import ImageWalk

EMBEDDING_BYTES = 1000  # of the fake session


@pytest.fixture
def begun() -> list[int]:
    """Collect the images whose reading has begun."""
    return []


@pytest.fixture
def make_walk(qtbot, engine, begun):
    """Make a walk over the images 1 to 4, each read as its name; `odd` says what comes of some instead."""
    owner = QObject()

    def make(odd: dict[int, object] | None = None) -> ImageWalk:
        def work(image_id: int) -> object:
            outcome = (odd or {}).get(image_id, f"image {image_id}")
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        def read(image_id: int):
            begun.append(image_id)
            return lambda _progress: work(image_id)

        walk = ImageWalk([1, 2, 3, 4], read, engine, Slot.AUDIT, lambda: "shown", owner)
        walk.told = []
        for name in ("came", "answered", "unreadable", "failed", "ended"):
            getattr(walk, name).connect(lambda *values, name=name: walk.told.append((name, *values)))
        return walk

    yield make
    owner.deleteLater()


def wait_for(qtbot, walk: ImageWalk, name: str) -> None:
    qtbot.waitUntil(lambda: name in [told[0] for told in walk.told])


def test_the_next_image_is_read_while_one_is_looked_at_and_no_other(make_walk, begun, qtbot):
    walk = make_walk()

    walk.start()
    qtbot.waitUntil(lambda: walk._waiting is not None)
    assert (walk.told, begun, walk.done) == ([("came", "image 1")], [1, 2], set())

    walk.go_on()
    qtbot.waitUntil(lambda: walk._waiting is not None)
    assert (walk.told, begun, walk.done) == ([("came", "image 1"), ("came", "image 2")], [1, 2, 3], {1})


def test_it_ends_when_all_are_done(make_walk, qtbot):
    walk = make_walk()
    walk.came.connect(walk.go_on)

    walk.start()
    wait_for(qtbot, walk, "ended")

    assert walk.told == [*(("came", f"image {number}") for number in (1, 2, 3, 4)), ("ended",)]
    assert (walk.done, walk.total) == ({1, 2, 3, 4}, 4)


def test_what_is_nothing_or_cannot_be_read_is_passed_over(make_walk, qtbot):
    unreadable = ImageUnreadable("It is damaged.")
    walk = make_walk({1: None, 2: unreadable, 4: None})
    walk.came.connect(walk.go_on)

    walk.start()
    wait_for(qtbot, walk, "ended")

    assert walk.told == [("unreadable", 2, unreadable), ("came", "image 3"), ("ended",)]
    assert walk.done == {1, 2, 3, 4}


@pytest.mark.parametrize("in_one_turn", [1, 500])
def test_images_whose_turn_brings_no_work_are_passed_over(engine, qtbot, monkeypatch, in_one_turn):
    monkeypatch.setattr("sam3_annotator.ui.verbs.image_walk.MOST_PASSED_OVER", in_one_turn)
    owner = QObject()

    def read(image_id: int):
        return (lambda _progress: "three") if image_id == 3 else None

    walk = ImageWalk([1, 2, 3, 4], read, engine, Slot.AUDIT, lambda: None, owner)
    came = []
    walk.came.connect(came.append)
    walk.came.connect(walk.go_on)

    with qtbot.waitSignal(walk.ended):
        walk.start()

    assert came == ["three"]
    assert walk.done == {1, 2, 3, 4}


def test_what_else_goes_wrong_is_told(make_walk, qtbot):
    full = StorageFull("The disk is full.")
    walk = make_walk({1: full})

    walk.start()
    wait_for(qtbot, walk, "failed")

    assert walk.told == [("failed", full)]


def test_the_model_is_asked_as_often_as_need_be(make_walk, qtbot):
    walk = make_walk()
    walk.start()
    wait_for(qtbot, walk, "came")

    def fail(_bench: object) -> None:
        raise OutOfMemory("It does not fit.")

    for number in (1, 2):
        with qtbot.waitSignal(walk.answered):
            walk.ask(lambda _bench, number=number: number, "key")
    with qtbot.waitSignal(walk.failed):
        walk.ask(fail, "key")

    assert [told[1] for told in walk.told if told[0] == "answered"] == [1, 2]
    assert walk.done == set()


def test_what_the_user_works_on_stays_at_hand(make_walk, engine, qtbot):
    def embed(key: str):
        return lambda bench: bench.embed(key, lambda: np.zeros((4, 4, 3), np.uint8))

    def kept(bench) -> list[str]:
        return [key for key in ("shown", "another", "asked about") if key in bench.embeddings.device]

    walk = make_walk()
    walk.start()
    wait_for(qtbot, walk, "came")
    engine.submit(Slot.PREFETCH, lambda bench: setattr(bench.embeddings.device, "budget_bytes", 2 * EMBEDDING_BYTES))
    for key in ("shown", "another"):
        with qtbot.waitSignal(engine.answered):
            engine.submit(Slot.EMBED, embed(key))
        qtbot.waitUntil(lambda: engine.is_idle)

    with qtbot.waitSignal(walk.answered) as answered:
        walk.ask(lambda bench: (embed("asked about")(bench), kept(bench))[1], "asked about")

    assert answered.args[0] == ["shown", "asked about"]


def test_once_closed_it_tells_nothing_and_reads_nothing(make_walk, begun, engine, fake_session, qtbot):
    walk = make_walk()
    walk.start()
    wait_for(qtbot, walk, "came")
    answered = []
    walk.answered.connect(answered.append)
    walk.ask(lambda _bench: 1, "key")

    with qtbot.waitSignal(walk.destroyed):
        walk.close()
    qtbot.waitUntil(lambda: engine.is_idle)

    assert answered == []
    assert begun in ([1], [1, 2])
