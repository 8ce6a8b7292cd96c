"""Thumbnails: made once, kept, the latest wish first, and a sentence where there can be none."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from sam3_annotator.project import ImageId, ImageUnreadable, hash_file, no_progress
from sam3_annotator.ui.images import thumbnails
from sam3_annotator.ui.images.thumbnails import (
    MEMORY_LIMIT,
    QUEUE_LIMIT,
    THUMBNAIL_SIZE,
    ThumbnailLoader,
    ThumbnailSource,
    cover,
    load_thumbnail,
    prune_thumbnails,
    thumbnail_key,
)

MakeImage = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "thumbnails"


@pytest.fixture
def loader(qapp: object, folder: Path) -> ThumbnailLoader:
    return ThumbnailLoader(folder)


def test_thumbnail_has_the_size_of_the_list(qtbot: QtBot, loader: ThumbnailLoader, make_image: MakeImage) -> None:
    source = ThumbnailSource(make_image("tall.png", width=100, height=400))

    with qtbot.waitSignal(loader.ready) as blocker:
        loader.request(ImageId(1), source)

    assert blocker.args == [ImageId(1)]
    pixmap = loader.pixmap(ImageId(1))
    assert pixmap is not None
    assert pixmap.size() == THUMBNAIL_SIZE


def test_screen_with_two_pixels_per_point_gets_twice_the_pixels(
    qtbot: QtBot, folder: Path, make_image: MakeImage
) -> None:
    loader = ThumbnailLoader(folder, pixel_ratio=2.0)

    with qtbot.waitSignal(loader.ready):
        loader.request(ImageId(1), ThumbnailSource(make_image(width=300, height=300)))

    pixmap = loader.pixmap(ImageId(1))
    assert pixmap is not None
    assert pixmap.size() == THUMBNAIL_SIZE * 2
    assert pixmap.deviceIndependentSize().toSize() == THUMBNAIL_SIZE


def test_second_time_the_image_is_not_read(
    folder: Path, make_image: MakeImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = ThumbnailSource(make_image())
    first = load_thumbnail(source, folder, THUMBNAIL_SIZE, no_progress)
    monkeypatch.setattr(thumbnails, "make_thumbnail", lambda *_: pytest.fail("read again"))

    second = load_thumbnail(source, folder, THUMBNAIL_SIZE, no_progress)

    assert second.size() == first.size() == THUMBNAIL_SIZE


def test_thumbnail_that_may_only_be_read_is_shown(
    qapp: object, folder: Path, make_image: MakeImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    source = ThumbnailSource(make_image())
    load_thumbnail(source, folder, THUMBNAIL_SIZE, no_progress)
    monkeypatch.setattr(Path, "touch", refuse)

    assert load_thumbnail(source, folder, THUMBNAIL_SIZE, no_progress).size() == THUMBNAIL_SIZE


def test_same_content_elsewhere_has_the_same_thumbnail(make_image: MakeImage) -> None:
    one, other = make_image("a.png"), make_image("b/moved.png")
    content, size = hash_file(one), one.stat().st_size

    assert thumbnail_key(ThumbnailSource(one, content, size)) == thumbnail_key(ThumbnailSource(other, content, size))
    assert thumbnail_key(ThumbnailSource(one)) != thumbnail_key(ThumbnailSource(other))


def test_changed_file_gets_another_thumbnail(make_image: MakeImage) -> None:
    path = make_image()
    source = ThumbnailSource(path, "0123", path.stat().st_size)
    before, unknown_before = thumbnail_key(source), thumbnail_key(ThumbnailSource(path))

    make_image(width=70, height=70, seed=3)
    os.utime(path, ns=(1, 1))

    assert thumbnail_key(source) != before
    assert thumbnail_key(ThumbnailSource(path)) != unknown_before


def test_missing_image_is_told_with_a_sentence(qtbot: QtBot, loader: ThumbnailLoader, tmp_path: Path) -> None:
    with qtbot.waitSignal(loader.problem_found) as blocker:
        loader.request(ImageId(3), ThumbnailSource(tmp_path / "gone.png"))

    assert blocker.args == [
        ImageId(3),
        f"“gone.png” is missing from “{tmp_path}”; put it back, or find the moved folder.",
    ]
    assert loader.pixmap(ImageId(3)) is None


def test_unreadable_image_is_tried_once_until_its_file_changes(
    qtbot: QtBot, loader: ThumbnailLoader, tmp_path: Path, make_image: MakeImage
) -> None:
    path = tmp_path / "image.png"
    path.write_bytes(b"no image")
    with qtbot.waitSignal(loader.problem_found):
        loader.request(ImageId(1), ThumbnailSource(path))
    qtbot.waitUntil(lambda: loader.is_idle)

    loader.request(ImageId(1), ThumbnailSource(path))
    assert loader.is_idle

    make_image("image.png")
    loader.forget(ImageId(1))
    with qtbot.waitSignal(loader.ready):
        loader.request(ImageId(1), ThumbnailSource(path))


def test_latest_wish_is_served_first_and_rows_scrolled_past_are_dropped(
    qtbot: QtBot, loader: ThumbnailLoader, make_image: MakeImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_image()
    served: list[ImageId] = []
    loader.ready.connect(served.append)
    may_go, is_waiting = threading.Event(), threading.Event()
    make = thumbnails.make_thumbnail

    def make_when_let(source: Path, size: int) -> object:
        is_waiting.set()
        assert may_go.wait(10)
        return make(source, size)

    monkeypatch.setattr(thumbnails, "make_thumbnail", make_when_let)
    monkeypatch.setattr(thumbnails, "THREADS", 1)  # one after the other, so that the order can be seen
    early = [ImageId(number) for number in range(100, 100 + QUEUE_LIMIT)]
    late = [ImageId(number) for number in range(10)]
    for image_id in early:
        loader.request(image_id, ThumbnailSource(path))
    qtbot.waitUntil(is_waiting.is_set)

    for image_id in late:
        loader.request(image_id, ThumbnailSource(path))
    turn = QTimer(singleShot=True, interval=0)
    with qtbot.waitSignal(turn.timeout):  # the requests are put in line in the same turn, before this
        turn.start()
    may_go.set()
    qtbot.waitUntil(lambda: loader.is_idle)

    assert served[: 1 + len(late)] == [early[0], *late]
    assert len(served) == 1 + QUEUE_LIMIT
    assert early[-1] not in served


def test_memory_holds_the_thumbnails_used_last(
    qtbot: QtBot, loader: ThumbnailLoader, make_image: MakeImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thumbnails, "MEMORY_LIMIT", 2)
    source = ThumbnailSource(make_image())
    for number in range(3):
        with qtbot.waitSignal(loader.ready):
            loader.request(ImageId(number), source)
        loader.pixmap(ImageId(0))

    assert [loader.pixmap(ImageId(number)) is not None for number in range(3)] == [True, False, True]
    assert MEMORY_LIMIT > 2


def test_thumbnails_are_made_though_the_cache_folder_cannot_be(
    qtbot: QtBot, tmp_path: Path, make_image: MakeImage
) -> None:
    (tmp_path / "file").write_text("in the way")
    loader = ThumbnailLoader(tmp_path / "file" / "thumbnails")

    with qtbot.waitSignal(loader.ready):
        loader.request(ImageId(1), ThumbnailSource(make_image()))


def test_cover_cuts_evenly_on_both_sides(qapp: object) -> None:
    image = QImage(300, 100, QImage.Format.Format_RGB888)
    image.fill(QColor("red"))
    for x in range(100, 200):
        for y in range(100):
            image.setPixelColor(x, y, QColor("blue"))

    covered = cover(image, QSize(50, 50))

    assert covered.size() == QSize(50, 50)
    assert covered.pixelColor(25, 25) == QColor("blue")
    assert covered.pixelColor(2, 25) == covered.pixelColor(47, 25)


def test_oldest_thumbnails_go_first(tmp_path: Path) -> None:
    for age in range(4):
        file = tmp_path / f"{age}.jpg"
        file.write_bytes(b"x" * 100)
        os.utime(file, (1000 - age, 1000 - age))

    assert prune_thumbnails(tmp_path, limit_bytes=250) == 2
    assert sorted(file.name for file in tmp_path.iterdir()) == ["0.jpg", "1.jpg"]
    assert prune_thumbnails(tmp_path / "none") == 0


@pytest.mark.skipif(sys.platform == "win32", reason="links need the rights of an administrator there")
def test_thumbnails_that_another_window_deletes_meanwhile_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nowhere")
    (tmp_path / "0.jpg").write_bytes(b"x" * 100)

    assert prune_thumbnails(tmp_path, limit_bytes=50) == 1


def test_missing_file_has_no_key(tmp_path: Path) -> None:
    with pytest.raises(ImageUnreadable, match="missing"):
        thumbnail_key(ThumbnailSource(tmp_path / "gone.png"))
