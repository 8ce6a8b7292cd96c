"""Images that look alike are known by their fingerprints, whatever was done to their files; others are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps

from sam3_annotator.paths import samples_dir
from sam3_annotator.project.fingerprints import SIDE, alike_groups, most_alike, read_fingerprint

SAMPLES = sorted(samples_dir().glob("*.jpg"))


@pytest.fixture(scope="module")
def samples() -> list[bytes]:
    """Give the fingerprints of the sample photographs."""
    return [read_fingerprint(path) for path in SAMPLES]


def _halved(image: Image.Image) -> Image.Image:
    return image.reduce(2)


def _brightened(image: Image.Image) -> Image.Image:
    return ImageEnhance.Brightness(image).enhance(1.25)


def _grey(image: Image.Image) -> Image.Image:
    return image.convert("L")


def _turned(image: Image.Image) -> Image.Image:
    """Turn by a degree, as between two frames of a burst."""
    return image.rotate(1, Image.Resampling.BILINEAR)


@pytest.mark.parametrize("change", [_halved, _brightened, _grey, _turned])
@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_changed_copies_look_like_their_original_and_no_other(
    tmp_path: Path, samples: list[bytes], change: Any, suffix: str
) -> None:
    changed = []
    for number, path in enumerate(SAMPLES):
        target = tmp_path / f"{number}{suffix}"
        with Image.open(path) as image:
            change(ImageOps.exif_transpose(image)).save(target, quality=40)
        changed.append(read_fingerprint(target))

    assert most_alike(changed, samples) == {number: number for number in range(len(SAMPLES))}


def test_photographs_are_unlike_each_other(samples: list[bytes]) -> None:
    assert all(len(fingerprint) == SIDE * SIDE for fingerprint in samples)
    assert alike_groups(samples) == []
    assert most_alike(samples[:4], samples[4:]) == {}


def _faded(fingerprint: bytes, other: bytes, share: float) -> bytes:
    """Mix two images, as when one fades into the other."""
    mixed = (np.frombuffer(data, np.uint8).astype(float) for data in (fingerprint, other))
    return ((1 - share) * next(mixed) + share * next(mixed)).round().astype(np.uint8).tobytes()


@pytest.mark.parametrize("block", [3, 40, 1 << 24])
def test_what_looks_like_something_alike_is_of_its_group(
    samples: list[bytes], block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sam3_annotator.project.fingerprints._BLOCK", block)
    a, b, *others = samples
    fading = [_faded(a, b, step / 10) for step in (10, 2, 8, 5, 6, 0, 4, 9, 1, 7, 3)]

    assert most_alike(fading[:1], fading[1:]) == {0: 6}
    assert most_alike(fading[:1], [a]) == {}
    assert alike_groups([*fading, *others, others[2]]) == [[*range(11)], [13, 17]]


def test_of_several_it_is_the_most_alike(samples: list[bytes]) -> None:
    a, b = samples[:2]

    assert most_alike([a], [_faded(a, b, 0.2), _faded(a, b, 0.05), _faded(a, b, 0.1)]) == {0: 1}


def test_nothing_is_like_nothing(samples: list[bytes]) -> None:
    assert alike_groups([]) == []
    assert most_alike(samples, []) == most_alike([], samples) == {}


@pytest.mark.parametrize("grey", [0, 200, 255])
def test_images_of_one_grey_have_no_fingerprint(tmp_path: Path, grey: int) -> None:
    noise = np.random.default_rng(0).integers(-3, 4, (300, 400, 1))
    pixels = np.clip(grey + noise, 0, 255).astype(np.uint8).repeat(3, axis=2)
    Image.fromarray(pixels).save(tmp_path / "grey.png")

    assert read_fingerprint(tmp_path / "grey.png") == b""


def test_what_cannot_be_read_has_no_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("This is no image.")

    assert read_fingerprint(tmp_path / "text.jpg") == read_fingerprint(tmp_path / "missing.jpg") == b""


def test_what_exif_turns_looks_as_it_is_seen(tmp_path: Path, samples: list[bytes]) -> None:
    with Image.open(SAMPLES[0]) as image:
        exif = Image.Exif()
        exif[0x0112] = 6
        image.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "turned.jpg", exif=exif, quality=90)

    assert most_alike([read_fingerprint(tmp_path / "turned.jpg")], samples) == {0: 0}
