"""Reading images: whatever is inside the file, upright 8-bit RGB or a sentence."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sam3_annotator.project.entities import ImageFacts
from sam3_annotator.project.image_files import list_image_files
from sam3_annotator.project.images import current_facts, make_thumbnail, read_facts, read_image, read_reduced
from tests.made_images import corners, png_file, save

MakeImage = Callable[..., Path]
ORIENTATION = 0x0112


def _stored(upright: np.ndarray, orientation: int) -> np.ndarray:
    """Turn upright pixels into those a camera stores with this orientation (EXIF's own table, inverted)."""
    if orientation >= 5:
        upright = upright.swapaxes(0, 1)
    # Of the stored rows and columns: which run backwards in the upright picture.
    backwards_rows = orientation in (3, 4, 7, 8)
    backwards_columns = orientation in (2, 3, 6, 7)
    if orientation >= 5:
        backwards_rows, backwards_columns = orientation in (6, 7), orientation in (7, 8)
    return upright[:: -1 if backwards_rows else 1, :: -1 if backwards_columns else 1]


def test_pixels_come_back_exactly_and_writable(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", corners())

    pixels = read_image(path)

    assert np.array_equal(pixels, corners())
    assert (pixels.dtype, pixels.flags.c_contiguous, pixels.flags.writeable) == (np.uint8, True, True)
    assert np.array_equal(read_image(str(path)), pixels)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tiff", "avif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_is_shown_upright(tmp_path: Path, orientation: int, suffix: str) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    stored = np.ascontiguousarray(_stored(corners(), orientation))
    path = save(tmp_path / f"photo.{suffix}", stored, exif=exif)

    pixels = read_image(path)
    thumbnail = make_thumbnail(path, 24)
    facts = read_facts(path)

    assert pixels.shape == (32, 48, 3)
    assert np.abs(pixels[4:-4:8, 4:-4:8].astype(int) - corners()[4:-4:8, 4:-4:8]).max() < 40
    assert thumbnail.shape == (16, 24, 3)
    assert np.abs(thumbnail[3::10, 3::18].astype(int) - corners()[3::26, 3::42]).max() < 60
    assert (facts.width, facts.height, facts.problem) == (48, 32, "")


def test_orientation_of_a_phone_photo_turns_it_clockwise(tmp_path: Path) -> None:
    # Independent of the tables: 6 is "turn by 90 degrees clockwise to see it upright".
    stored = np.arange(6, dtype=np.uint8).reshape(2, 3, 1).repeat(3, axis=2)
    exif = Image.Exif()
    exif[ORIENTATION] = 6

    path = save(tmp_path / "phone.png", stored, exif=exif)

    assert read_image(path)[:, :, 0].tolist() == [[3, 0], [4, 1], [5, 2]]


def test_exif_behind_the_pixels_of_a_png_counts(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 8
    data = save(tmp_path / "a.png", corners(), exif=exif).read_bytes()
    start = data.index(b"eXIf") - 4
    end = start + 12 + struct.unpack(">I", data[start : start + 4])[0]
    iend = data.index(b"IEND") - 4
    path = tmp_path / "late.png"
    path.write_bytes(data[:start] + data[end:iend] + data[start:end] + data[iend:])

    assert read_image(path).shape == (48, 32, 3)
    assert (read_facts(path).width, read_facts(path).height) == (32, 48)


@pytest.mark.parametrize("value", [0, 9, 77])
def test_an_unknown_orientation_is_ignored(tmp_path: Path, value: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = value

    path = save(tmp_path / "a.png", corners(), exif=exif)

    assert np.array_equal(read_image(path), corners())


@pytest.mark.parametrize("broken", [b"", b"II*\0", b"MM\0*\0\0\0\x08\0\x09", b"nonsense" * 9, b"II*\0\xff\xff\xff\xff"])
@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
def test_broken_exif_does_not_hide_the_image(tmp_path: Path, broken: bytes, suffix: str) -> None:
    path = save(tmp_path / f"a.{suffix}", corners(), exif=b"Exif\0\0" + broken)

    assert read_image(path).shape == (32, 48, 3)
    assert read_facts(path).problem == ""


@pytest.mark.parametrize(
    "suffix", ["jpg", "jpeg", "png", "bmp", "gif", "webp", "tif", "tiff", "avif", "jp2", "j2k", "dib", "ppm", "pnm"]
)
def test_every_format_is_read_and_listed(tmp_path: Path, suffix: str) -> None:
    path = save(tmp_path / f"a.{suffix}", corners())

    assert np.abs(read_image(path)[8, 8].astype(int) - (255, 0, 0)).max() < 30
    assert max(make_thumbnail(path, 12).shape) == 12
    assert list_image_files(tmp_path) == [path]


@pytest.mark.parametrize("suffix", ["pgm", "pbm"])
def test_grey_and_black_and_white_formats_are_read_and_listed(tmp_path: Path, suffix: str) -> None:
    path = save(tmp_path / f"a.{suffix}", corners(), "1" if suffix == "pbm" else "L")

    assert read_image(path)[24, 40].tolist() == [255, 255, 255]
    assert list_image_files(tmp_path) == [path]


def test_the_content_decides_not_the_suffix(tmp_path: Path) -> None:
    path = save(tmp_path / "really_a_png.jpg", corners(), format="PNG")

    assert np.array_equal(read_image(path), corners())


def test_a_multi_picture_photo_is_read_and_shrunk(tmp_path: Path) -> None:
    second = Image.fromarray(corners(400, 300))
    path = tmp_path / "a.jpg"
    Image.fromarray(corners(800, 600)).save(path, format="MPO", save_all=True, append_images=[second])

    assert read_image(path).shape == (600, 800, 3)
    assert make_thumbnail(path, 40).shape == (30, 40, 3)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("L", 120), ("1", 255), ("P", 153), ("LA", 120), ("RGBA", 120), ("CMYK", 120), ("YCbCr", 120)],
)
def test_every_mode_becomes_rgb(tmp_path: Path, mode: str, expected: int) -> None:
    # 153 is the entry of Pillow's palette that is nearest to 120.
    grey = np.full((8, 8, 3), 120, dtype=np.uint8)
    grey[:, 4:] = 0
    if mode == "1":
        grey[:, :4] = 255
    path = save(tmp_path / "a.tiff", grey, mode)

    pixels = read_image(path)

    assert pixels.shape == (8, 8, 3)
    assert np.abs(pixels[2, 1].astype(int) - expected).max() <= 2
    assert pixels[2, 6].max() <= 2


def test_a_cmyk_jpeg_keeps_its_colours(tmp_path: Path) -> None:
    path = save(tmp_path / "a.jpg", corners(), "CMYK", quality=95)

    assert np.abs(read_image(path)[8, 8].astype(int) - (255, 0, 0)).max() < 20


def test_transparency_is_laid_on_white(tmp_path: Path) -> None:
    rgba = np.zeros((4, 4, 4), dtype=np.uint8)
    rgba[:2] = (200, 0, 0, 255)
    rgba[2] = (0, 0, 0, 128)
    with_alpha = save(tmp_path / "rgba.png", rgba)
    grey_alpha = save(tmp_path / "la.png", rgba, "LA")

    assert read_image(with_alpha)[:, 0].tolist() == [[200, 0, 0], [200, 0, 0], [127, 127, 127], [255, 255, 255]]
    assert read_image(grey_alpha)[3, 0].tolist() == [255, 255, 255]


def test_a_transparent_palette_entry_is_laid_on_white(tmp_path: Path) -> None:
    image = Image.new("P", (4, 4), 1)
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.putpixel((0, 0), 0)
    image.save(tmp_path / "one.png", transparency=0)
    image.save(tmp_path / "bytes.png", transparency=b"\x00\xff")
    image.save(tmp_path / "a.gif", transparency=0)

    for name in ("one.png", "bytes.png", "a.gif"):
        pixels = read_image(tmp_path / name)
        assert pixels[0, 0].tolist() == [255, 255, 255]
        assert pixels[1, 1].tolist() == [40, 50, 60]


@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_16_bits_over_the_full_range_keep_their_proportions(tmp_path: Path, suffix: str) -> None:
    ramp = np.tile(np.arange(256, dtype=np.uint16) * 257, (4, 1))
    path = save(tmp_path / f"a.{suffix}", ramp)

    pixels = read_image(path)

    assert pixels[0, :, 0].tolist() == list(range(256))
    assert (pixels == pixels[:, :, :1]).all()


@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_16_bits_of_a_12_bit_camera_are_not_black(tmp_path: Path, suffix: str) -> None:
    ramp = np.tile(np.linspace(500, 4000, 256).astype(np.uint16), (4, 1))
    path = save(tmp_path / f"a.{suffix}", ramp)

    pixels = read_image(path)

    assert pixels.min() == 0
    assert pixels.max() == 255
    assert make_thumbnail(path, 16).max() > 200


def test_16_bits_of_one_value_keep_its_brightness(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", np.full((4, 4), 32896, dtype=np.uint16))

    assert (read_image(path) == 128).all()


def test_16_bit_colour_keeps_its_colours(tmp_path: Path) -> None:
    # Pillow writes no 16-bit colour, so this PNG is put together by hand.
    row = b"\0" + struct.pack(">3H", 65535, 32896, 0) * 4
    path = tmp_path / "a.png"
    path.write_bytes(png_file(4, 2, 16, zlib.compress(row * 2)))

    assert read_image(path)[1, 2].tolist() == [255, 128, 0]


def test_float_tiffs_are_scaled_and_nan_is_black(tmp_path: Path) -> None:
    unit = np.tile(np.linspace(0, 1, 256, dtype=np.float32), (4, 1))
    metres = unit * 900 - 300
    metres[0, 255] = np.nan
    of_unit = read_image(save(tmp_path / "unit.tiff", unit))
    of_metres = read_image(save(tmp_path / "metres.tiff", metres))

    assert np.abs(of_unit[0, :, 0].astype(int) - np.arange(256)).max() <= 1
    assert (of_metres.min(), of_metres.max()) == (0, 255)
    assert np.abs(of_metres[1, :, 0].astype(int) - np.arange(256)).max() <= 2


def test_the_first_frame_of_an_animation_is_shown(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "lime", "blue")]
    for suffix in ("gif", "webp", "png", "tiff"):
        path = tmp_path / f"a.{suffix}"
        frames[0].save(path, save_all=True, append_images=frames[1:])

        assert np.abs(read_image(path)[4, 4].astype(int) - (255, 0, 0)).max() < 10, suffix


@pytest.mark.parametrize(
    "name",
    [
        "café, 写真 🐈.png",
        " spaces  in it .png",
        pytest.param(
            "tab\tand'quote\".png", marks=pytest.mark.skipif(os.name == "nt", reason="files have no such names there")
        ),
        "a" * 240 + ".png",
    ],
)
def test_any_file_name_works(tmp_path: Path, name: str) -> None:
    path = save(tmp_path / name, corners())

    assert read_image(path).shape == (32, 48, 3)
    assert read_facts(path).problem == ""


def test_a_very_long_path_works(tmp_path: Path) -> None:
    folder = tmp_path
    while len(str(folder)) < 1500:
        folder = folder / ("long" * 20)
    folder.mkdir(parents=True)
    path = save(folder / "a.png", corners())

    assert read_image(path).shape == (32, 48, 3)


def test_facts_tell_size_and_identity(tmp_path: Path) -> None:
    path = save(tmp_path / "a.jpg", corners())
    copy = tmp_path / "copy.jpg"
    copy.write_bytes(path.read_bytes())

    facts = read_facts(path)

    assert (facts.width, facts.height, facts.byte_size) == (48, 32, path.stat().st_size)
    assert facts == read_facts(copy)
    assert facts.content_hash != read_facts(save(tmp_path / "b.jpg", corners()[::-1])).content_hash


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 3000), (3000, 1), (300, 200), (10, 10)])
def test_thumbnails_fit_and_never_grow(tmp_path: Path, make_image: MakeImage, width: int, height: int) -> None:
    path = make_image("a.png", width=width, height=height)

    for thumbnail in (make_thumbnail(path, 100), make_thumbnail(read_image(path), 100)):
        assert thumbnail.dtype == np.uint8
        assert max(thumbnail.shape[:2]) == min(100, max(width, height))
        assert min(thumbnail.shape[:2]) >= 1


def test_a_thumbnail_of_a_jpeg_looks_like_the_image(tmp_path: Path) -> None:
    path = save(tmp_path / "a.jpg", corners(1600, 1200), quality=95)

    quick = make_thumbnail(path, 64).astype(int)
    careful = make_thumbnail(corners(1600, 1200), 64).astype(int)

    assert quick.shape == careful.shape
    assert np.abs(quick - careful).mean() < 4


@pytest.mark.parametrize(
    ("least_scale", "scale"), [(1.0, 1.0), (0.6, 1.0), (0.5, 0.5), (0.3, 0.5), (0.2, 0.25), (0.01, 0.125)]
)
def test_a_jpeg_is_read_as_small_as_is_enough(tmp_path: Path, least_scale: float, scale: float) -> None:
    path = save(tmp_path / "a.jpg", corners(1601, 1200), quality=95)

    pixels, found = read_reduced(path, least_scale)

    assert found == scale
    assert pixels.shape == (np.ceil(1200 * scale), np.ceil(1601 * scale), 3)
    assert np.abs(pixels[round(300 * scale) :: round(600 * scale)].astype(int) - corners(len(pixels[0]), 2)).mean() < 8


def test_what_is_read_smaller_is_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = save(tmp_path / "a.jpg", corners(480, 320), quality=95, exif=exif)

    pixels, scale = read_reduced(path, 0.25)

    assert (pixels.shape, scale) == ((120, 80, 3), 0.25)
    assert np.abs(pixels[20, 60].astype(int) - read_image(path)[80, 240]).max() < 8


def test_other_formats_are_read_whole(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", corners(480, 320))

    pixels, scale = read_reduced(path, 0.1)

    assert scale == 1.0
    assert (pixels == read_image(path)).all()


def test_facts_of_an_unchanged_or_missing_file_stand(make_image: MakeImage) -> None:
    path = make_image()
    known = read_facts(path)

    assert current_facts(path, known) is known
    path.unlink()
    assert current_facts(path, known) is known


@pytest.mark.parametrize("known", [ImageFacts(), ImageFacts(9, 9, 1, "f" * 128), ImageFacts(problem="It was missing.")])
def test_facts_of_a_file_that_is_new_replaced_or_back_are_read(make_image: MakeImage, known: ImageFacts) -> None:
    path = make_image()

    assert current_facts(path, known) == read_facts(path)


def test_facts_of_a_missing_file_that_nobody_has_read_tell_the_problem(tmp_path: Path) -> None:
    assert "is missing" in current_facts(tmp_path / "a.png", ImageFacts()).problem


def test_size_that_was_known_before_a_problem_stands_while_the_problem_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"no image")
    known = ImageFacts(64, 48, 8, "f" * 128, "It may not be read.")

    assert current_facts(path, known) is known
