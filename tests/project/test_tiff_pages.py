"""TIFF stacks: pages are counted, and become files of their own with the very values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from sam3_annotator.project.errors import Cancelled, ImageUnreadable, KnownError
from sam3_annotator.project.images import read_image
from sam3_annotator.project.tiff_pages import count_pages, split_pages
from tests.made_images import corners, save, tiff_file


def _stack(path: Path, pages: list[np.ndarray], **options: object) -> Path:
    first, *others = [Image.fromarray(page) for page in pages]
    first.save(path, save_all=True, append_images=others, **options)
    return path


def _slices(count: int) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 4096, (30, 41), dtype=np.uint16) for _ in range(count)]


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate"])
@pytest.mark.parametrize("big_tiff", [False, True])
def test_every_page_becomes_a_file_with_the_very_values(tmp_path: Path, compression: str, big_tiff: bool) -> None:
    slices = _slices(11)
    stack = _stack(tmp_path / "embryo.tif", slices, compression=compression, big_tiff=big_tiff)
    before = stack.read_bytes()

    files = split_pages(stack)

    assert count_pages(stack) == 11
    assert [file.name for file in files[::5]] == ["embryo_01.tif", "embryo_06.tif", "embryo_11.tif"]
    assert {file.parent for file in files} == {tmp_path / "embryo pages"}
    for file, values in zip(files, slices, strict=True):
        with Image.open(file) as image:
            assert np.array_equal(np.asarray(image), values)
        assert count_pages(file) == 1
    assert stack.read_bytes() == before


@pytest.mark.parametrize(("mode", "compression"), [("RGB", "jpeg"), ("P", "packbits"), ("1", "group4")])
def test_pages_of_other_kinds_look_as_they_did(tmp_path: Path, mode: str, compression: str) -> None:
    pages = [Image.fromarray(np.roll(corners(), 9 * number, axis=1)).convert(mode) for number in range(3)]
    stack = tmp_path / "a.tif"
    pages[0].save(stack, save_all=True, append_images=pages[1:], compression=compression)

    files = split_pages(stack)

    with Image.open(stack) as image:
        for number, file in enumerate(files):
            image.seek(number)
            with Image.open(file) as alone:
                assert np.array_equal(np.asarray(alone.convert("RGB")), np.asarray(image.convert("RGB")))


@pytest.mark.parametrize("shape", [(30, 41, 5), (5, 30, 41), (4, 3)])
def test_what_the_values_mean_is_kept(tmp_path: Path, shape: tuple[int, ...]) -> None:
    stack = tmp_path / "a.tif"
    values = np.arange(np.prod(shape)).reshape(shape).astype(">f4")
    kept: dict[str, Any] = {"photometric": 0, "planarconfig": 2 if shape[0] == 5 else 1}
    kept |= {"resolution": (2.5, 4), "resolutionunit": 3}
    tags = [(274, "H", 1, 6, True), (33550, "d", 3, (0.5, 0.5, 0.0), True), (42113, "s", 0, "-9999", True)]
    with tifffile.TiffWriter(stack, byteorder=">") as writer:
        for _ in range(2):
            writer.write(values, compression="lzw", predictor=True, metadata=None, extratags=tags, **kept)

    with tifffile.TiffFile(split_pages(stack)[1]) as alone:
        page = alone.pages.first
        assert np.array_equal(page.asarray(), values)
        assert {name: getattr(page, name) for name in kept} == kept
        assert [page.tags.valueof(code) for code, *_ in tags] == [6, (0.5, 0.5, 0.0), "-9999"]


@pytest.mark.parametrize("bits", [2, 4, 12])
def test_pages_of_other_numbers_of_bits_are_written(tmp_path: Path, bits: int) -> None:
    slices = np.stack([values % 2**bits for values in _slices(2)]).astype(np.uint8 if bits < 8 else np.uint16)
    stack = tmp_path / "a.tif"
    tifffile.imwrite(stack, slices, photometric="minisblack", bitspersample=bits, metadata=None)

    for file, values in zip(split_pages(stack), slices, strict=True):
        assert np.array_equal(tifffile.imread(file), values)
        assert read_image(file).max() >= 250  # and none of them is dark


def test_pages_that_no_codec_is_known_for_are_told(tmp_path: Path) -> None:
    page = tiff_file(np.zeros((8, 8, 1), dtype="<u2"), t259=34661)
    stack = tmp_path / "a.tif"
    stack.write_bytes(page)

    with pytest.raises(ImageUnreadable, match="packed in a way that is not known here"):
        split_pages(stack)
    assert list(tmp_path.iterdir()) == [stack]


def test_smaller_copies_of_a_page_are_no_pages(tmp_path: Path) -> None:
    pyramid = _stack(tmp_path / "slide.tif", [corners(400, 300), corners(200, 150), corners(100, 75)])

    assert count_pages(pyramid) == 1


def test_what_is_no_stack_has_one_page(tmp_path: Path) -> None:
    (tmp_path / "letter.tif").write_text("Dear labeler,\n" * 50)

    assert count_pages(save(tmp_path / "a.png", corners())) == 1
    assert count_pages(save(tmp_path / "a.tif", corners())) == 1
    assert count_pages(tmp_path / "letter.tif") == 1
    assert count_pages(tmp_path / "missing.tif") == 1


def test_a_list_of_pages_that_goes_round_ends(tmp_path: Path) -> None:
    data = bytearray(_stack(tmp_path / "a.tif", _slices(2), compression="raw").read_bytes())
    start = int.from_bytes(data[4:8], "little")
    entries = int.from_bytes(data[start : start + 2], "little")
    link = start + 2 + 12 * entries
    data[link : link + 4] = data[4:8]  # the first page says that the next one is the first
    (tmp_path / "round.tif").write_bytes(data)

    assert count_pages(tmp_path / "round.tif") == 1


def test_splitting_again_gives_the_files_that_are_there(tmp_path: Path) -> None:
    stack = _stack(tmp_path / "a.tif", _slices(3))
    files = split_pages(stack)
    written = files[0].stat().st_mtime_ns

    assert split_pages(stack) == files
    assert files[0].stat().st_mtime_ns == written


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    stack = _stack(tmp_path / "a.tif", _slices(3))
    (tmp_path / "a pages").mkdir()
    save(tmp_path / "a pages" / "mine.png", corners())

    with pytest.raises(KnownError, match="“a pages” already"):
        split_pages(stack)
    assert [file.name for file in (tmp_path / "a pages").iterdir()] == ["mine.png"]


def test_given_up_or_failed_nothing_is_left_behind(tmp_path: Path) -> None:
    stack = _stack(tmp_path / "a.tif", _slices(4))

    def give_up(done: int, _total: int) -> None:
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        split_pages(stack, give_up)
    stack.write_bytes(stack.read_bytes()[:-100])
    with pytest.raises(ImageUnreadable, match="cut off"):
        split_pages(stack)
    with pytest.raises(ImageUnreadable):
        split_pages(tmp_path / "missing.tif")
    assert list(tmp_path.iterdir()) == [stack]
