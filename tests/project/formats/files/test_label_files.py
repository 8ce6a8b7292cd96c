"""The images that labels speak of which lie in a file per image."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sam3_annotator.project import KnownError, ProjectStore
from sam3_annotator.project.formats.registry import import_project

SQUARE = {"label": "cat", "shape_type": "polygon", "points": [[2, 2], [10, 2], [10, 10], [2, 10]]}


def write(file: Path, image: str, instances: int = 1, **more: Any) -> Path:
    """Write a labelme file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"shapes": [SQUARE] * instances, "imagePath": image, **more}))
    return file


def annotated(store: ProjectStore) -> list[str]:
    return [image.path for image in store.images() if store.instances(image.id)]


@pytest.mark.parametrize(
    ("label", "written"),
    [
        ("photos/1.json", "1.png"),
        ("photos/1.json", "C:\\Users\\x\\1.png"),
        ("photos/1.json", "/home/x/elsewhere/1.png"),
        ("labels/1.json", "../photos/1.png"),
        ("labels/deep/1.json", "..\\..\\photos\\1.png"),
        ("labels/1.json", "1.png"),
    ],
)
def test_image_of_the_project_is_found_by_whatever_path(
    store: ProjectStore, tmp_path: Path, label: str, written: str
) -> None:
    file = write(tmp_path / label, written)

    report = import_project(store, file.parent, "labelme")

    assert annotated(store) == ["photos/1.png"]
    assert report.added_images == 0


def test_images_of_one_name_are_told_apart_by_the_folder_of_the_labels(tmp_path: Path, make_image: Any) -> None:
    for name in ("left/1.png", "right/1.png"):
        make_image(f"photos/{name}", seed=len(name))
    write(tmp_path / "labels/right/1.json", "1.png")
    write(tmp_path / "labels/left/1.json", "1.png", 2)
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        import_project(store, tmp_path / "labels", "labelme")

        assert [len(store.instances(image.id)) for image in store.images()] == [2, 1]


@pytest.mark.parametrize("source", ["set", "set/labels", "set/labels/1.json"])
def test_images_beside_the_labels_are_added(tmp_path: Path, make_image: Any, source: str) -> None:
    make_image("set/images/1.png")
    write(tmp_path / "set/labels/1.json", "D:\\old\\1.png")
    with ProjectStore.create(tmp_path / "p.sam3proj") as store:
        import_project(store, tmp_path / source, "labelme")

        assert annotated(store) == ["set/images/1.png"]


def test_image_that_only_the_labels_hold_is_told(store: ProjectStore, tmp_path: Path) -> None:
    write(tmp_path / "x/lost.json", "lost.png", imageData="/9j/4AAQ")

    with pytest.raises(KnownError, match=r"1 image \(lost.png\) not found.*that the labels hold inside"):
        import_project(store, tmp_path / "x", "labelme")
    write(tmp_path / "x/1.json", "1.png", imageData="/9j/4AAQ")
    report = import_project(store, tmp_path / "x", "labelme")

    assert report.unmatched == ("lost.png",)
    assert [
        warning
        for warning in report.warnings
        if "that the labels hold inside (imageData) as files and import again" in warning
    ]


def test_image_of_the_name_goes_before_one_beside_the_labels_that_has_their_stem(
    store: ProjectStore, tmp_path: Path, make_image: Any
) -> None:
    """What lies beside may be a picture of the labels, or another image that was given a name in use before."""
    make_image("labels/first.png", seed=7)
    make_image("more/new.png", seed=8)
    make_image("labels/second.png", seed=9)
    write(tmp_path / "labels/first.json", "1.png")
    write(tmp_path / "labels/second.json", "new.png", 2)

    import_project(store, tmp_path / "labels", "labelme", tmp_path / "more")

    assert annotated(store) == ["photos/1.png", "more/new.png"]


def test_labels_of_two_images_never_come_to_one_by_its_stem(
    store: ProjectStore, tmp_path: Path, make_image: Any
) -> None:
    make_image("set/b.png", seed=7)
    make_image("set/c.png", seed=8)
    write(tmp_path / "set/b.json", "a.png")
    write(tmp_path / "set/c.json", "b.png", 2)

    report = import_project(store, tmp_path / "set", "labelme")

    assert [(image.path, len(store.instances(image.id))) for image in store.images()[-1:]] == [("set/b.png", 2)]
    assert report.unmatched == ("a.png",)
