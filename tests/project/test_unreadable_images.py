"""Image files that cannot be read: always a sentence with the name of the file."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sam3_annotator.project import images
from sam3_annotator.project.errors import ImageUnreadable
from sam3_annotator.project.images import make_thumbnail, read_facts, read_image
from tests.made_images import corners, png_file, save

MakeImage = Callable[..., Path]
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


def _sentence(path: Path) -> str:
    with pytest.raises(ImageUnreadable) as caught:
        read_image(path)
    with pytest.raises(ImageUnreadable):
        make_thumbnail(path, 16)
    sentence = str(caught.value)
    assert f"“{path.name[:60]}" in sentence
    assert sentence.endswith(".")
    assert "Traceback" not in sentence
    assert "<_io" not in sentence
    return sentence


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    sentence = _sentence(tmp_path / "photos" / "gone.jpg")

    assert "missing" in sentence
    assert str(tmp_path / "photos") in sentence


def test_an_empty_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "zero.jpg"
    path.touch()

    assert "empty (0 bytes)" in _sentence(path)
    assert read_facts(path).problem == _sentence(path)


def test_a_folder_instead_of_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "folder.jpg").mkdir()

    assert "is a folder" in _sentence(tmp_path / "folder.jpg")
    assert _sentence(Path()).startswith("“.” is a folder")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_is_told_and_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")

    assert "pipe" in _sentence(tmp_path / "pipe.jpg")


def test_something_else_than_an_image_is_told(tmp_path: Path) -> None:
    path = tmp_path / "letter.jpg"
    path.write_bytes(b"Dear labeler,\n" * 50)

    assert "no image of a kind that can be read" in _sentence(path)
    facts = read_facts(path)
    assert facts.problem == _sentence(path)
    assert facts.byte_size == 14 * 50
    assert len(facts.content_hash) == 128


@pytest.mark.parametrize("suffix", ["jpg", "png", "bmp", "gif", "webp", "tiff", "avif", "jp2"])
@pytest.mark.parametrize("kept", [0.02, 0.3, 0.8])
def test_a_truncated_file_is_told(tmp_path: Path, suffix: str, kept: float) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    path = save(tmp_path / f"cut.{suffix}", noise)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])

    sentence = _sentence(path)

    assert "damaged" in sentence
    if suffix in {"jpg", "png"}:  # whose header alone looks sound
        assert read_facts(path).problem == sentence


@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_what_other_programs_wrote_behind_an_image_is_no_trouble(tmp_path: Path, suffix: str) -> None:
    path = save(tmp_path / f"motion.{suffix}", corners())
    path.write_bytes(path.read_bytes() + bytes(range(200)) * 50)

    facts = read_facts(path)

    assert not facts.problem
    assert (facts.width, facts.height) == (corners().shape[1], corners().shape[0])


@pytest.mark.parametrize("suffix", ["jpg", "png", "gif", "webp", "tiff", "avif", "jp2", "bmp"])
def test_random_damage_gives_pixels_or_a_sentence(tmp_path: Path, suffix: str) -> None:
    whole = save(tmp_path / f"whole.{suffix}", corners()).read_bytes()
    rng = np.random.default_rng(7)
    for number in range(60):
        damaged = bytearray(whole)
        for place in rng.integers(0, len(whole), 6):
            damaged[place] = rng.integers(0, 256)
        path = tmp_path / f"{number}.{suffix}"
        path.write_bytes(damaged)

        try:
            pixels = read_image(path)
        except ImageUnreadable:
            continue
        assert pixels.ndim == 3
        assert pixels.dtype == np.uint8


def test_a_decompression_bomb_is_refused_with_its_size_and_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(png_file(60_000, 50_000, 8, b""))  # the header claims it; the pixels need not be there

    sentence = _sentence(path)

    assert "60000 x 50000 pixels (3000 megapixels)" in sentence
    assert "limit of 500 megapixels" in sentence
    assert read_facts(path).problem == sentence


def test_the_limit_of_size_can_be_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path / "a.png", corners())
    monkeypatch.setattr(images, "MAX_PIXELS", 1000)

    assert "48 x 32 pixels (0.001536 megapixels), above the limit of 0.001 megapixels" in _sentence(path)


def test_images_above_pillows_own_limit_are_not_refused(tmp_path: Path) -> None:
    path = tmp_path / "wide.png"
    path.write_bytes(png_file(20_000, 24_000, 8, b""))

    facts = read_facts(path)

    assert (facts.width, facts.height, facts.problem) == (20_000, 24_000, "")


@pytest.mark.skipif(IS_ROOT or sys.platform == "win32", reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    path = save(tmp_path / "secret.png", corners())
    path.chmod(0)

    assert "not allowed to read" in _sentence(path)
    assert "not allowed to read" in read_facts(path).problem


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_to_itself_is_told(tmp_path: Path) -> None:
    (tmp_path / "loop.png").symlink_to(tmp_path / "loop.png")

    assert "leads to itself" in _sentence(tmp_path / "loop.png")


@pytest.mark.skipif(sys.platform == "win32", reason="no file is there, says the system of such names")
def test_a_name_too_long_for_the_system_is_told(tmp_path: Path) -> None:
    assert "too long" in _sentence(tmp_path / ("a" * 300 + ".png"))


def test_a_name_that_is_no_name_is_told(tmp_path: Path) -> None:
    assert "no name of a file" in _sentence(tmp_path / "nul\0.png")


def test_the_file_is_closed_again_also_after_a_failure(tmp_path: Path) -> None:
    good = save(tmp_path / "good.png", corners())
    animated = tmp_path / "a.gif"
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "lime")]
    frames[0].save(animated, save_all=True, append_images=frames[1:])
    bad = tmp_path / "bad.png"
    bad.write_bytes(good.read_bytes()[:-40])

    # An open file would warn when it is dropped, and warnings are errors here; on Windows it could not be deleted.
    for path in (good, animated, bad):
        read_facts(path)
        for read in (read_image, lambda path: make_thumbnail(path, 8)):
            if path is bad:
                with pytest.raises(ImageUnreadable):
                    read(path)
            else:
                read(path)
        path.unlink()
    if sys.platform == "linux":
        assert not [fd for fd in Path("/proc/self/fd").iterdir() if str(tmp_path) in str(fd.resolve())]
