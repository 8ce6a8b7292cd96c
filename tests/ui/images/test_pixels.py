"""Pixels come off the GUI thread and stay within their budget."""

from __future__ import annotations

import threading

import pytest
import shiboken6

from sam3_annotator.project import ImageId, hash_file
from sam3_annotator.ui.background import background_is_idle
from sam3_annotator.ui.images.pixels import PixelLoader

FIRST, SECOND = ImageId(1), ImageId(2)


@pytest.fixture
def loader(qapp):
    made = PixelLoader()
    yield made
    made.close()


def test_a_file_is_decoded_once_and_then_at_hand(loader, make_image, qtbot):
    path = make_image("a.png", width=64, height=48)

    with qtbot.waitSignal(loader.loaded) as loaded:
        loader.request(FIRST, path)

    assert loaded.args[0] == FIRST
    assert loaded.args[1].pixels.shape == (48, 64, 3)
    assert loaded.args[1].is_prepared
    assert loader.get(FIRST) is loaded.args[1]
    path.unlink()
    with qtbot.waitSignal(loader.loaded):
        loader.request(FIRST, path)


def test_what_cannot_be_read_is_an_error_with_a_sentence(loader, tmp_path, qtbot):
    with qtbot.waitSignal(loader.failed) as failed:
        loader.request(FIRST, tmp_path / "gone.png")

    assert "gone.png" in str(failed.args[1])
    assert loader.is_idle


def test_the_least_recently_used_go_first(qapp, make_image, qtbot):
    one_image = 64 * 48 * 3
    loader = PixelLoader(budget_bytes=one_image)
    for image_id in (FIRST, SECOND):
        with qtbot.waitSignal(loader.loaded):
            loader.request(image_id, make_image(f"{image_id}.png"))

    assert loader.get(FIRST) is None
    assert loader.get(SECOND) is not None
    loader.close()


def test_a_forgotten_image_is_read_again(loader, make_image, qtbot):
    path = make_image("a.png", width=64)
    with qtbot.waitSignal(loader.loaded):
        loader.request(FIRST, path)
    make_image("a.png", width=32)

    loader.forget(FIRST)
    with qtbot.waitSignal(loader.loaded) as loaded:
        loader.request(FIRST, path)

    assert loaded.args[1].width == 32


def test_the_content_of_a_file_is_told_by_its_bytes_as_they_were_read(loader, make_image, qtbot):
    path = make_image("a.png", seed=1)
    same = path.with_name("moved.png")
    same.write_bytes(path.read_bytes())
    for image_id, place in ((FIRST, path), (SECOND, same)):
        with qtbot.waitSignal(loader.loaded):
            loader.request(image_id, place)
    before = loader.content_hash(FIRST)
    make_image("a.png", seed=2)

    loader.forget(FIRST)
    with qtbot.waitSignal(loader.loaded):
        loader.request(FIRST, path)

    assert before == loader.content_hash(SECOND) == hash_file(same)
    assert loader.content_hash(FIRST) == hash_file(path) != before


def test_what_the_user_has_gone_on_from_is_not_read_first(loader, make_image, qtbot, monkeypatch):
    gate = threading.Event()
    monkeypatch.setattr("sam3_annotator.ui.images.pixels.hash_file", lambda path: gate.wait(5) and hash_file(path))
    loaded = []
    loader.loaded.connect(lambda image_id, _image: loaded.append(image_id))
    for number in range(10):
        loader.request(ImageId(number), make_image(f"{number}.png"))

    loader.drop_waiting()
    loader.request(ImageId(10), make_image("10.png"))
    gate.set()

    qtbot.waitUntil(lambda: loader.is_idle)
    assert set(loaded) == {0, 1, 10}  # two were being read


def test_a_loader_may_go_while_a_file_is_read(qapp, make_image, qtbot, monkeypatch):
    is_reading = threading.Event()
    monkeypatch.setattr(
        "sam3_annotator.ui.images.pixels.hash_file", lambda path: (is_reading.set(), hash_file(path))[1]
    )
    loader = PixelLoader()
    loader.request(FIRST, make_image("a.png"))
    assert is_reading.wait(5)

    loader.close()
    shiboken6.delete(loader)

    qtbot.waitUntil(background_is_idle)  # an outcome given to a loader that is gone would raise
