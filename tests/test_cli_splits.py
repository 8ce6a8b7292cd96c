"""Images are divided into splits from the command line, and exports go by that."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from sam3_annotator import cli
from sam3_annotator.project import ProjectStore, Split


def test_images_are_divided_once_and_new_ones_later(store: ProjectStore, capsys: pytest.CaptureFixture[str]) -> None:
    store.close()

    assert cli.run(["split", str(store.path), "train=0.5,val=0.5"]) == 0
    assert capsys.readouterr().out == f"{store.path}: 4 images (2 in train, 2 in val), of which 4 were in none\n"

    with ProjectStore.open(store.path) as opened:
        first = [image.split for image in opened.images()]
        assert opened.undo_label == "Divide into splits"
    assert cli.run(["split", str(store.path), "test=1"]) == 0
    assert capsys.readouterr().out == (
        f"{store.path}: 4 images (2 in train, 2 in val), as before\n"
        "All images were in a split already, which they keep; --anew draws these, too.\n"
    )
    with ProjectStore.open(store.path) as opened:
        assert [image.split for image in opened.images()] == first


def test_all_images_are_divided_anew_if_asked_to(store: ProjectStore, capsys: pytest.CaptureFixture[str]) -> None:
    store.close()
    assert cli.run(["split", str(store.path), "train=0.5,val=0.5"]) == 0

    assert cli.run(["split", str(store.path), "test=1", "--anew"]) == 0

    assert capsys.readouterr().out.endswith(": 4 images (4 in test), of which 4 were in another or none\n")
    with ProjectStore.open(store.path) as opened:
        assert {image.split for image in opened.images()} == {Split.TEST}


def test_images_that_look_alike_stay_together_if_asked_to(
    store: ProjectStore, image_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store.close()
    for name, size in (("2.png", (90, 70)), ("3.png", (100, 80))):
        with Image.open(image_folder / "1.png") as image:
            image.resize(size).save(image_folder / name)

    assert cli.run(["split", str(store.path), "train=0.5,val=0.5", "--alike-together"]) == 0

    assert capsys.readouterr().out == f"{store.path}: 4 images (3 in train, 1 in val), of which 4 were in none\n"


def test_a_project_that_is_open_elsewhere_is_not_divided(
    store: ProjectStore, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["split", str(store.path), "train=1"]) == 1
    assert "is open in another window or program" in capsys.readouterr().err
