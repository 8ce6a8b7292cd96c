"""Sizes and hashes of images follow in the background."""

from __future__ import annotations

import pytest

from sam3_annotator.project import ProjectStore
from sam3_annotator.ui.images import fact_reader
from sam3_annotator.ui.images.fact_reader import FactReader
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs import operations


@pytest.fixture
def bridge(qapp, tmp_path):
    made = StoreBridge(ProjectStore.create(tmp_path / "fresh.sam3proj"))
    yield made
    made.close()


def all_read(store) -> bool:
    return all(image.facts.content_hash or image.facts.problem for image in store.images())


def test_facts_of_all_images_are_read_and_undo_does_not_know(bridge, image_folder, qtbot, monkeypatch):
    monkeypatch.setattr(fact_reader, "FILES_AT_A_TIME", 3)
    operations.add_images(bridge.store, sorted(image_folder.iterdir()), undoable=False)
    reader = FactReader(bridge)

    reader.start()
    qtbot.waitUntil(lambda: reader.is_idle and all_read(bridge.store))

    assert {(image.facts.width, image.facts.height) for image in bridge.store.images()} == {(80, 60), (64, 48)}
    assert bridge.store.undo_label is None


def test_images_added_later_are_read_too(bridge, image_folder, qtbot):
    reader = FactReader(bridge)
    reader.start()
    assert reader.is_idle

    operations.add_images(bridge.store, [image_folder / "1.png"])

    qtbot.waitUntil(lambda: reader.is_idle and all_read(bridge.store))


def test_a_file_that_cannot_be_read_has_its_problem_in_words(bridge, tmp_path, qtbot):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no image")
    operations.add_images(bridge.store, [broken])
    reader = FactReader(bridge)

    reader.start()
    qtbot.waitUntil(lambda: reader.is_idle and all_read(bridge.store))

    assert "broken.png" in bridge.store.images()[0].facts.problem


def test_progress_ends_at_the_number_of_images(bridge, image_folder, qtbot):
    operations.add_images(bridge.store, sorted(image_folder.iterdir()))
    reader = FactReader(bridge)
    seen = []
    reader.progress.connect(lambda done, total: seen.append((done, total)))

    reader.start()
    qtbot.waitUntil(lambda: reader.is_idle and bool(seen) and seen[-1] == (4, 4))

    assert seen[0] == (0, 4)
