"""`segment` writes the mask of the object that the prompts mean, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from sam3_annotator import cli
from sam3_annotator.paths import samples_dir

WIDTH, HEIGHT = 240, 160
DISC = (70.0, 80.0, 40.0)  # centre x, y, radius


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Write a red disc on a blue ground."""
    pixels = np.full((HEIGHT, WIDTH, 3), (30, 60, 160), dtype=np.uint8)
    pixels[_disc()] = (220, 60, 40)
    noise = np.random.default_rng(0).integers(0, 12, pixels.shape, dtype=np.uint8)
    path = tmp_path / "disc photo é.png"
    Image.fromarray(pixels + noise).save(path)
    return path


def _disc() -> NDArray[np.bool_]:
    ys, xs = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    x, y, radius = DISC
    return np.asarray((xs - x) ** 2 + (ys - y) ** 2 < radius**2)


def _mask(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        assert (image.format, image.mode) == ("PNG", "L")
        return np.asarray(image)


def _iou(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    return float((a & b).sum() / (a | b).sum())


@pytest.mark.parametrize(
    "prompts", [["--box", "25,35,115,125"], ["--box", "115,125,25,35", "--point", "70,80", "--negative", "200,20"]]
)
def test_mask_is_the_object(prompts: list[str], photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = photo.with_name("mask.png")

    assert cli.run(["segment", str(photo), "--out", str(out), *prompts]) == 0

    mask = _mask(out)
    assert mask.shape == (HEIGHT, WIDTH)
    assert set(np.unique(mask)) == {0, 255}
    assert _iou(mask > 0, _disc()) > 0.9
    assert capsys.readouterr().out.startswith(f"{out}: {np.count_nonzero(mask)} of {HEIGHT * WIDTH} px")


def test_mask_has_the_size_of_the_upright_image(tmp_path: Path) -> None:
    out = tmp_path / "mask.png"

    assert cli.run(["segment", str(samples_dir() / "coffee.jpg"), "--out", str(out), "--box", "160,10,410,340"]) == 0

    assert _mask(out).shape == (400, 600)


@pytest.mark.parametrize(
    "prompts",
    [["--point", "240,20"], ["--point", "-1,20"], ["--point", "9,9", "--negative", "9,160"], ["--box", "1,1,241,9"]],
)
def test_prompt_outside_the_image_is_refused_with_its_size(
    prompts: list[str], photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = photo.with_name("mask.png")

    assert cli.run(["segment", str(photo), "--out", str(out), *prompts]) == 1

    assert "240 x 160 pixels" in capsys.readouterr().err
    assert not out.exists()


def test_existing_mask_is_replaced(photo: Path) -> None:
    out = photo.with_name("mask.png")
    out.write_text("old")

    assert cli.run(["segment", str(photo), "--out", str(out), "--box", "25,35,115,125"]) == 0

    assert _mask(out).any()


def test_the_name_of_the_mask_may_be_as_long_as_names_can_be(photo: Path) -> None:
    out = photo.with_name("m" * 251 + ".png")

    assert cli.run(["segment", str(photo), "--out", str(out), "--point", "70,80"]) == 0
    assert _mask(out).any()


def test_nothing_but_the_mask_is_left_in_the_folder(photo: Path) -> None:
    cli.run(["segment", str(photo), "--out", str(photo.with_name("mask.png")), "--point", "70,80"])

    assert sorted(path.name for path in photo.parent.iterdir()) == [photo.name, "mask.png"]


def _text_file(folder: Path) -> Path:
    path = folder / "notes.jpg"
    path.write_text("no image at all")
    return path


def _empty_file(folder: Path) -> Path:
    path = folder / "empty.png"
    path.touch()
    return path


def _truncated_file(folder: Path) -> Path:
    path = folder / "cut.jpg"
    path.write_bytes((samples_dir() / "cat.jpg").read_bytes()[:2000])
    return path


@pytest.mark.parametrize("make", [_text_file, _empty_file, _truncated_file])
def test_image_that_cannot_be_read_is_told(
    make: Callable[[Path], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = make(tmp_path)

    assert cli.run(["segment", str(image), "--out", str(tmp_path / "mask.png"), "--point", "1,1"]) == 1

    (sentence,) = capsys.readouterr().err.splitlines()
    assert image.name in sentence
    assert not (tmp_path / "mask.png").exists()


def test_unknown_model_is_told(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["segment", str(photo), "--out", str(photo.with_name("m.png")), "--point", "1,1", "--model", "sam99"]

    assert cli.run(words) == 1
    assert "sam99" in capsys.readouterr().err


def test_folder_of_the_mask_must_exist(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = photo.parent / "nowhere" / "mask.png"

    assert cli.run(["segment", str(photo), "--out", str(out), "--point", "1,1"]) == 1
    assert str(out.parent) in capsys.readouterr().err


def test_the_mask_never_replaces_its_own_image(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = photo.read_bytes()
    link = photo.with_name("link.png")
    link.hardlink_to(photo)

    for out in (photo, link):
        assert cli.run(["segment", str(photo), "--out", str(out), "--point", "1,1"]) == 1
        assert "the image itself" in capsys.readouterr().err
    assert photo.read_bytes() == before
