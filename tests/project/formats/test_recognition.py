"""The format of labels is told by a quick look."""

from __future__ import annotations

import json
import os
import zipfile
from contextlib import nullcontext
from pathlib import Path

import pytest

from sam3_annotator.project.formats.options import ExportOptions
from sam3_annotator.project.formats.recognition import recognise_format
from sam3_annotator.project.formats.registry import FORMATS, export_project

LABELME = {"version": "5.5.0", "shapes": [], "imagePath": "a.png", "imageData": None}
COCO = {"images": [], "annotations": [], "categories": []}
VOC = "<annotation><filename>a.png</filename></annotation>"
CVAT = '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version></annotations>'


def write(folder: Path, name: str, content: object) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.json", LABELME, "labelme"),
        ("a.json", {"info": {"description": "ISAT"}, "objects": []}, "isat"),
        ("instances.json", COCO, "coco"),
        ("a.xml", VOC, "voc"),
        ("annotations.xml", CVAT, "cvat"),
        ("data.yaml", "path: .\nnames:\n  0: cat\n", "yolo"),
        ("a.txt", "0 0.5 0.5 0.25 1e-3\n", "yolo"),
        ("a.json", [1, 2], None),
        ("a.yaml", "settings: 1\n", None),
        ("a.txt", "some words about the photos\n", None),
        ("a.xml", "<svg></svg>", None),
        ("a.json", "", None),
    ],
)
def test_files_and_the_folders_they_lie_in_are_told(
    tmp_path: Path, name: str, content: object, expected: str | None
) -> None:
    file = write(tmp_path, name, content)

    assert recognise_format(file) == expected
    assert recognise_format(tmp_path) == expected


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("annotations/instances_train.json", COCO, "coco"),
        ("Annotations/a.xml", VOC, "voc"),
        ("labels/train/a.txt", "0 0.5 0.5 0.25 0.25", "yolo"),
        ("train/labels/a.txt", "0 0.5 0.5 0.25 0.25", "yolo"),
        ("dataset/data.yaml", "names: [cat]", "yolo"),
        ("train/a.json", LABELME, "labelme"),
        ("train/left/a.json", LABELME, "labelme"),
        ("VOC2012/Annotations/a.xml", VOC, "voc"),
        ("job_1/annotations.xml", CVAT, "cvat"),
    ],
)
def test_folders_are_told_by_what_lies_deeper(tmp_path: Path, name: str, content: object, expected: str) -> None:
    write(tmp_path, name, content)

    assert recognise_format(tmp_path) == expected


def test_masks_beside_a_folder_of_images_are_told(tmp_path: Path, make_image) -> None:
    make_image("images/a.png")
    make_image("masks/a.png")

    assert recognise_format(tmp_path) == "masks"
    assert recognise_format(tmp_path / "masks") is None


def test_a_folder_of_several_formats_is_none_of_them(tmp_path: Path) -> None:
    write(tmp_path, "one/a.json", LABELME)
    write(tmp_path, "two/data.yaml", "names: [cat]")

    assert recognise_format(tmp_path) is None


def test_an_export_of_ours_among_photos_is_not_offered(dataset, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "photos of mine" / "out", "labelme")

    assert recognise_format(tmp_path / "photos of mine") is None


def test_what_macos_leaves_beside_files_hides_none_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    list_folder = os.scandir
    monkeypatch.setattr(os, "scandir", lambda at: nullcontext(sorted(list_folder(at), key=lambda entry: entry.name)))
    for number in range(30):
        write(tmp_path, f"._{number}.json", "\0\5\x16\7")
    write(tmp_path, "a.json", LABELME)

    assert recognise_format(tmp_path) == "labelme"


def test_labels_too_deep_for_their_reader_are_not_told(tmp_path: Path) -> None:
    write(tmp_path, "one/two/instances.json", COCO)

    assert recognise_format(tmp_path) is None


def test_keys_after_a_large_embedded_image_are_found(tmp_path: Path) -> None:
    document = {"version": "4", "shapes": [], "imageData": "A" * 3_000_000, "imagePath": "a.png"}

    assert recognise_format(write(tmp_path, "a.json", document)) == "labelme"


def test_the_archive_that_cvat_gives_is_told(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "task.zip", "w") as archive:
        archive.writestr("annotations.xml", CVAT)
    with zipfile.ZipFile(tmp_path / "packed again.zip", "w") as archive:
        archive.writestr("task/annotations.xml", CVAT)
    (tmp_path / "broken.zip").write_bytes(b"PK no more")

    assert recognise_format(tmp_path / "task.zip") == "cvat"
    assert recognise_format(tmp_path / "packed again.zip") == "cvat"
    assert recognise_format(tmp_path / "broken.zip") is None


def test_another_json_beside_the_labels_does_not_hide_them(tmp_path: Path) -> None:
    write(tmp_path, "0 settings.json", {"theme": "dark"})
    write(tmp_path, "a.json", LABELME)

    assert recognise_format(tmp_path) == "labelme"


def test_what_is_no_label_at_all_is_none(tmp_path: Path, make_image) -> None:
    make_image("photos/a.png")

    assert recognise_format(tmp_path / "photos") is None
    assert recognise_format(tmp_path / "photos" / "a.png") is None
    assert recognise_format(tmp_path / "nowhere") is None


@pytest.mark.parametrize("name", [name for name, known in FORMATS.items() if known.write is not None])
@pytest.mark.parametrize("split", [None, {"train": 0.5, "val": 0.5}])
def test_what_is_exported_is_told(dataset, tmp_path: Path, name: str, split: dict[str, float] | None) -> None:
    export_project(dataset.store, tmp_path / "out", name, ExportOptions(split=split))

    assert recognise_format(tmp_path / "out") == name.split("-")[0]
