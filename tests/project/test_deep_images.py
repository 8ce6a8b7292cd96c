"""Images of science and of maps: many bits, floats and bands become the 8 bits that show what is in them."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from sam3_annotator.project.errors import ImageUnreadable
from sam3_annotator.project.images import make_thumbnail, read_deep_values, read_facts, read_image
from tests.made_images import png_file, tiff_file

RGB = {"t262": 2}
RAMP = np.arange(256, dtype=np.uint8)


def _save(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def _ramps(samples: int, dtype: str = "<u2") -> np.ndarray:
    """Make samples that all run from 0 on, each steeper than the one before."""
    row = np.stack([np.arange(256) * (place + 1) for place in range(samples)], axis=1)
    return np.tile(row, (4, 1, 1)).astype(dtype)


def test_16_bit_colour_of_a_12_bit_camera_is_not_black(tmp_path: Path) -> None:
    values = _ramps(3) * 5  # blue up to 3825: 14 of 255 if the upper eight bits were taken
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    for path in (
        _save(tmp_path / "a.tif", tiff_file(values, **RGB)),
        _save(tmp_path / "a.png", png_file(256, 4, 16, zlib.compress(rows))),
    ):
        pixels = read_image(path)

        assert np.abs(pixels[0, :, 2].astype(int) - RAMP).max() <= 2
        assert np.abs(pixels[0, :, 0].astype(int) - RAMP / 3).max() <= 2  # the colours keep their proportions
        assert make_thumbnail(path, 64).max() > 240


def test_a_jpeg_2000_of_more_than_8_bits_is_not_black(tmp_path: Path) -> None:
    values = np.tile(_ramps(3) * 5, (16, 1, 1))
    is_written, data = cv2.imencode(".jp2", values[:, :, ::-1], [cv2.IMWRITE_JPEG2000_COMPRESSION_X1000, 1000])
    assert is_written

    pixels = read_image(_save(tmp_path / "a.jp2", data.tobytes()))

    assert np.abs(pixels[0, :, 2].astype(int) - RAMP).max() <= 2
    assert np.abs(pixels[0, :, 0].astype(int) - RAMP / 3).max() <= 2


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("is_planar", [False, True])
def test_colours_of_16_bits_come_from_their_planes(tmp_path: Path, order: str, is_planar: bool) -> None:
    values = np.zeros((6, 8, 3), dtype=f"{order}u2")
    values[:3, :, 0], values[3:, :, 1], values[:, 4:, 2] = 65535, 32896, 257
    path = _save(tmp_path / "a.tif", tiff_file(values, is_planar=is_planar, **RGB))

    assert np.array_equal(read_image(path), values >> 8)


@pytest.mark.parametrize(("samples", "shown"), [(2, (0, 0, 0)), (4, (0, 1, 2)), (8, (0, 1, 2))])
def test_of_several_bands_the_first_three_are_red_green_and_blue(
    tmp_path: Path, samples: int, shown: tuple[int, ...]
) -> None:
    values = _ramps(samples) * 30
    whole = tiff_file(values)
    planes = tiff_file(values, is_planar=True)

    pixels = read_image(_save(tmp_path / "a.tif", whole))

    brightest = values[:, :, max(shown)].max()
    assert np.abs(pixels - values[:, :, shown] * (255 / brightest)).max() <= 2
    assert np.array_equal(read_image(_save(tmp_path / "b.tif", planes)), pixels)


@pytest.mark.parametrize("dtype", ["<f2", "<f4", "<f8", ">f8"])
@pytest.mark.parametrize("samples", [1, 3])
def test_floats_of_any_size_are_read(tmp_path: Path, dtype: str, samples: int) -> None:
    values = np.tile((RAMP / 255)[np.newaxis, :, np.newaxis], (4, 1, samples)).astype(dtype)

    pixels = read_image(_save(tmp_path / "a.tif", tiff_file(values)))

    assert np.abs(pixels[0].astype(int) - RAMP[:, np.newaxis]).max() <= 1


@pytest.mark.parametrize("dtype", ["i1", "<i2", "<i4", "<u4", "<i8"])
def test_whole_numbers_below_zero_and_of_many_bits_keep_their_order(tmp_path: Path, dtype: str) -> None:
    info = np.iinfo(dtype)
    values = np.linspace(info.min, info.max, 256, dtype=np.float64).clip(info.min, info.max * 0.999)
    stored = np.tile(values.astype(dtype)[np.newaxis, :, np.newaxis], (4, 1, 1))

    shown = read_image(_save(tmp_path / "a.tif", tiff_file(stored)))[0, :, 0].astype(int)

    assert (np.diff(shown) >= 0).all()
    assert (shown[0], shown[-1]) == (0, 255)


def test_where_zero_is_white_16_bits_are_not_shown_as_a_negative(tmp_path: Path) -> None:
    values = _ramps(1) * 257

    pixels = read_image(_save(tmp_path / "xray.tif", tiff_file(values, t262=0)))

    assert pixels[0, :, 0].tolist() == RAMP[::-1].tolist()


def test_differences_are_added_up(tmp_path: Path) -> None:
    values = np.random.default_rng(0).integers(0, 65536, (9, 40, 3)).astype("<u2")
    values[0, :2] = ((0, 0, 0), (65535, 65535, 65535))
    steps = np.diff(values, axis=1, prepend=np.zeros((9, 1, 3), dtype="<u2"))
    packed = zlib.compress(steps.astype("<u2").tobytes())

    pixels = read_image(_save(tmp_path / "a.tif", tiff_file(values, packed=packed, t259=8, t317=2, **RGB)))

    assert np.abs(pixels.astype(int) - values / 257).max() <= 1


def test_differences_between_the_bytes_of_floats_are_added_up(tmp_path: Path) -> None:
    values = np.tile((RAMP / 255)[np.newaxis, :, np.newaxis], (4, 1, 1)).astype("<f4")
    planes = values.astype(">f4").view(np.uint8).reshape(4, 256, 4).swapaxes(1, 2).reshape(4, 1024)
    steps = np.diff(planes, axis=1, prepend=np.zeros((4, 1), dtype=np.uint8))

    data = tiff_file(values, packed=zlib.compress(steps.tobytes()), t259=8, t317=3)

    assert np.abs(read_image(_save(tmp_path / "a.tif", data))[0, :, 0].astype(int) - RAMP).max() <= 1


@pytest.mark.parametrize(
    ("dtype", "nothing", "tags"),
    [
        ("<f4", np.nan, {}),
        ("<f4", np.finfo(np.float32).min, {}),
        ("<f4", -9999, {"t42113": b"-9999\0"}),
        ("<f4", 1e20, {"t42113": b"1e+20\0"}),
        ("<f2", -np.inf, {"t42113": b"-1.7976931348623157e+308\0"}),
        ("<u2", 65535, {"t42113": b"65535\0"}),
        ("<i2", -32768, {"t42113": b"-32768 \0"}),
    ],
)
def test_what_stands_for_no_value_leaves_the_others_their_contrast(
    tmp_path: Path, dtype: str, nothing: float, tags: dict[str, bytes]
) -> None:
    heights = np.tile((1000 + np.arange(256))[np.newaxis, :, np.newaxis], (8, 1, 1)).astype(dtype)
    heights[4:] = nothing

    pixels = read_image(_save(tmp_path / "terrain.tif", tiff_file(heights, **tags)))

    assert np.abs(pixels[0, :, 0].astype(int) - RAMP).max() <= 2
    assert (pixels[4:] == 0).all()


def test_an_image_of_no_values_at_all_is_black(tmp_path: Path) -> None:
    values = np.full((4, 4, 1), np.nan, dtype="<f4")

    assert (read_image(_save(tmp_path / "a.tif", tiff_file(values))) == 0).all()


def test_a_fourth_band_is_no_transparency_unless_the_file_says_so(tmp_path: Path) -> None:
    values = np.full((4, 4, 4), 65535, dtype="<u2")
    values[..., :3] = 32896
    values[0, :, 3] = 0
    infrared = tiff_file(values, t338=0, **RGB)
    alpha = tiff_file(values, t338=2, **RGB)

    assert (read_image(_save(tmp_path / "infrared.tif", infrared)) == 128).all()
    laid_on_white = read_image(_save(tmp_path / "alpha.tif", alpha))
    assert (laid_on_white[0] == 255).all()
    assert (laid_on_white[1:] == 128).all()


def test_transparency_of_a_16_bit_png_is_laid_on_white(tmp_path: Path) -> None:
    row = b"\0" + struct.pack(">4H", 65535, 0, 0, 65535) + struct.pack(">4H", 65535, 0, 0, 0)
    path = _save(tmp_path / "a.png", png_file(2, 1, 16, zlib.compress(row), color_type=6))

    assert read_image(path).tolist() == [[[255, 0, 0], [255, 255, 255]]]


def test_deep_images_are_turned_as_they_say(tmp_path: Path) -> None:
    values = np.zeros((2, 3, 3), dtype="<u2")
    values[0, 0] = 65535
    path = _save(tmp_path / "a.tif", tiff_file(values, t274=6, **RGB))

    facts = read_facts(path)

    assert read_image(path)[:, :, 0].tolist() == [[0, 255], [0, 0], [0, 0]]
    assert (facts.width, facts.height, facts.problem) == (2, 3, "")


def test_more_bytes_than_pillow_would_take_for_an_attack_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _save(tmp_path / "a.tif", tiff_file(_ramps(3, "<f8")))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)

    assert read_image(path).shape == (4, 256, 3)


def test_a_size_above_the_limit_is_told(tmp_path: Path) -> None:
    path = _save(tmp_path / "scan.tif", tiff_file(_ramps(1), t256=60_000, t257=50_000))

    with pytest.raises(ImageUnreadable, match=r"“scan.tif” is 60000 x 50000 pixels .* above the limit"):
        read_image(path)
    assert "above the limit" in read_facts(path).problem


@pytest.mark.parametrize("compression", [None, "lzw", "zlib", "packbits", "lzma", "zstd"])
@pytest.mark.parametrize("pieces", [{"rowsperstrip": 7}, {"rowsperstrip": 50}, {"tile": (16, 32)}])
def test_values_are_those_that_were_packed_and_a_file_that_is_cut_off_is_told(
    tmp_path: Path, compression: str | None, pieces: dict[str, Any]
) -> None:
    values = np.random.default_rng(0).integers(0, 4096, (50, 70)).astype(np.float32)
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, values, compression=compression, predictor=compression is not None, bigtiff=True, **pieces)
    whole = path.read_bytes()

    read = read_deep_values(path)

    assert read is not None
    assert np.array_equal(read, values)
    for end in (-1, -900, len(whole) // 2):
        path.write_bytes(whole[:end])
        with pytest.raises(ImageUnreadable, match="damaged or cut off"):
            read_image(path)


def test_strips_that_hold_less_than_they_should_or_are_missing_are_told(tmp_path: Path) -> None:
    values = _ramps(1)
    short = tiff_file(values, packed=zlib.compress(values.tobytes()[:-300]), t259=8)
    missing = tiff_file(values, packed=zlib.compress(values[:2].tobytes()), t259=8, t278=2)

    for data in (short, missing):
        with pytest.raises(ImageUnreadable, match="damaged or cut off"):
            read_image(_save(tmp_path / "a.tif", data))


def test_a_small_image_that_claims_a_vast_tile_is_told(tmp_path: Path) -> None:
    packed = zlib.compress(bytes(1000))
    data = tiff_file(_ramps(1), packed=packed, t259=8, t322=1 << 17, t323=1 << 17, t324=8, t325=len(packed))

    with pytest.raises(ImageUnreadable, match="damaged"):
        read_image(_save(tmp_path / "a.tif", data))


def test_oddities_of_a_file_are_not_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = _save(tmp_path / "a.tif", tiff_file(_ramps(1), t42113=b"none\0"))

    assert read_image(path).shape == (4, 256, 3)
    assert caplog.records == []


def test_damage_gives_pixels_or_a_sentence(tmp_path: Path) -> None:
    whole = tiff_file(_ramps(4), t317=2)
    rng = np.random.default_rng(7)
    for number in range(200):
        damaged = bytearray(whole if number % 2 else whole[: rng.integers(8, len(whole))])
        for place in rng.integers(len(damaged) - 200 if len(damaged) > 200 else 0, len(damaged), 4):
            damaged[place] = rng.integers(0, 256)
        path = _save(tmp_path / "a.tif", bytes(damaged))

        try:
            assert read_image(path).dtype == np.uint8
        except ImageUnreadable as error:
            assert str(error).endswith(".")  # noqa: PT017 - either is right
