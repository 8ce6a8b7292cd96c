"""Projects are made, filled, exported and counted from the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sam3_annotator import cli
from sam3_annotator.commands import datasets
from sam3_annotator.project import (
    Cancelled,
    ImageState,
    Origin,
    Polygon,
    ProjectStore,
    PromptRecord,
    Provenance,
    Region,
)
from sam3_annotator.project.formats.registry import export_project

SQUARE = Region((Polygon(np.array([[5, 5], [25, 5], [25, 25], [5, 25]])),))


@pytest.fixture
def labelled(store: ProjectStore) -> Path:
    """Make a project of four images and two categories, with a square on each of the first two; returns its path."""
    with store.edit("Label") as edit:
        cat = edit.add_category("cat")
        edit.add_category("dog")
        for image in store.images()[:2]:
            edit.add_instance(image.id, cat, SQUARE)
    store.close()
    return store.path


def test_new_makes_a_project_of_the_images_in_natural_order(
    image_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["new", str(tmp_path / "cats"), "--images", str(image_folder), "--category", "cat", "--category", "dog"]

    assert cli.run(words) == 0

    assert capsys.readouterr().out == f"{tmp_path / 'cats.sam3proj'}: 4 images, 2 categories\n"
    with ProjectStore.open(tmp_path / "cats.sam3proj") as made:
        assert [image.path for image in made.images()] == [f"photos/{name}.png" for name in (1, 2, 3, 10)]
        assert [category.name for category in made.categories()] == ["cat", "dog"]
        assert made.undo_label is None


def test_new_finds_a_relative_image_folder_from_wherever_the_project_lies(
    image_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "projects").mkdir()
    monkeypatch.chdir(tmp_path)

    assert cli.run(["new", "projects/a", "--images", image_folder.name]) == 0

    with ProjectStore.open(tmp_path / "projects" / "a.sam3proj") as made:
        assert all(made.image_file(image.id).is_file() for image in made.images())


def test_category_that_is_no_text_is_refused_and_leaves_no_project(
    image_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["new", str(tmp_path / "a"), "--images", str(image_folder), "--category", "c\udcff"]) == 1

    assert "no Unicode text" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [image_folder.name]


def test_names_that_the_output_cannot_spell_are_escaped(labelled: Path, tmp_path: Path) -> None:
    project = labelled.rename(tmp_path / "日本.sam3proj")
    command = [sys.executable, "-m", "sam3_annotator", "stats", str(project)]

    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONIOENCODING": "ascii"}
    )

    assert "\\u65e5\\u672c.sam3proj: 4 images" in done.stdout


def test_new_tells_of_images_that_cannot_be_read(
    image_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (image_folder / "broken.jpg").write_text("no image")

    assert cli.run(["new", str(tmp_path / "a"), "--images", str(image_folder)]) == 0
    assert "1 image cannot be read: photos/broken.jpg" in capsys.readouterr().out


@pytest.mark.parametrize("project", [".", "..", "/"])
def test_new_asks_for_the_name_of_a_file(
    project: str, image_folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(image_folder)

    assert cli.run(["new", project, "--images", "."]) == 1

    told = capsys.readouterr().err
    assert told == f"{Path(project)} is a folder; name the project file to make, for example cats.sam3proj.\n"


def test_new_never_overwrites(labelled: Path, image_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = labelled.read_bytes()

    assert cli.run(["new", str(labelled), "--images", str(image_folder)]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert labelled.read_bytes() == before


def test_new_refuses_a_folder_without_images(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()

    assert cli.run(["new", str(tmp_path / "a"), "--images", str(tmp_path / "empty")]) == 1
    assert "no images" in capsys.readouterr().err
    assert not (tmp_path / "a.sam3proj").exists()


def test_new_says_that_the_images_of_an_export_are_copies(
    labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["export", str(labelled), str(tmp_path / "out"), "--format", "labelme"]) == 0

    assert cli.run(["new", str(tmp_path / "a"), "--images", str(tmp_path / "out")]) == 1
    assert "is an export of a project, and its images count as copies" in capsys.readouterr().err


def test_project_that_fails_while_it_is_made_goes_away_again(
    image_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise Cancelled

    monkeypatch.setattr(datasets, "import_project", stop)
    words = ["import", str(tmp_path / "a.sam3proj"), str(image_folder / "1.png"), "--format", "coco"]

    assert cli.run([*words, "--images", str(image_folder)]) == 130
    assert list(tmp_path.iterdir()) == [image_folder]


def test_stats_counts_as_json(labelled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["stats", str(labelled), "--json"]) == 0

    numbers = json.loads(capsys.readouterr().out)
    assert (numbers["images"], numbers["instances"]) == (4, 2)
    assert [(each["name"], each["instances"]) for each in numbers["categories"]] == [("cat", 2), ("dog", 0)]


def test_stats_counts_in_lines(labelled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["stats", str(labelled)]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{labelled}: 4 images, 2 instances, 2 categories"
    assert lines[-2:] == ["  cat  2 instances on 2 images", "  dog  0 instances on 0 images"]


def test_stats_counts_attributes(labelled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with ProjectStore.open(labelled) as store, store.edit("Say") as edit:
        for image in store.images():
            for instance in store.instances(image.id):
                edit.update_instance(instance.id, attributes={"wet": True, "seen_by": "me"})

    assert cli.run(["stats", str(labelled)]) == 0

    assert "attributes  wet on 2 instances, seen_by on 2 instances" in capsys.readouterr().out.splitlines()


def test_stats_tells_what_labels_took_and_what_became_of_phrases(
    labelled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clicks = tuple(PromptRecord("point", (x, 5.0)) for x in (5.0, 9.0))
    found = Provenance(Origin.MODEL, "SAM 3", phrase="kitten", threshold=0.5)
    with ProjectStore.open(labelled) as store, store.edit("Label") as edit:
        cat = store.categories()[0].id
        for seconds, provenance in enumerate((Provenance(Origin.MODEL, "Built-in", clicks), Provenance())):
            at = f"2026-05-01T10:00:0{5 * seconds}+00:00"
            edit.add_instance(store.images()[2].id, cat, SQUARE, provenance=replace(provenance, created_at=at))
        for edits in (0, 1):
            edit.add_instance(store.images()[2].id, cat, SQUARE, provenance=replace(found, edit_count=edits))

    assert cli.run(["stats", str(labelled)]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert "made        3 drawn by hand, 1 pointed at, 2 found, 0 imported" in lines
    assert "effort      50 % of the model's corrected, 2.0 clicks each, 5 s each" in lines
    assert "  cat  6 instances on 3 images, 50 % of the model's corrected, 2.0 clicks each, 5 s each" in lines
    assert lines[-2:] == ["phrases", "  “kitten” for cat: 2 found, 0 kept, 1 corrected, 1 not looked at"]


def test_images_left_out_are_counted_apart_and_not_exported_whatever_is_asked_for(
    labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with ProjectStore.open(labelled) as store, store.edit("Leave out") as edit:
        edit.update_image(store.images()[0].id, state=ImageState.LEFT_OUT)

    assert cli.run(["stats", str(labelled)]) == 0
    assert "1 left out" in capsys.readouterr().out
    words = ["export", str(labelled), str(tmp_path / "out"), "--format", "coco", "--include-unannotated"]
    assert cli.run(words) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{tmp_path / 'out'}: 3 images, 1 instance"
    assert "1 image (photos/1.png) is marked as left out and not exported." in lines


def test_project_that_is_open_elsewhere_can_still_be_counted_and_exported(store: ProjectStore, tmp_path: Path) -> None:
    with store.edit("Label") as edit:
        edit.add_instance(store.images()[0].id, edit.add_category("cat"), SQUARE)

    assert cli.run(["stats", str(store.path)]) == 0
    assert cli.run(["export", str(store.path), str(tmp_path / "out"), "--format", "coco"]) == 0


def test_project_that_is_open_elsewhere_takes_no_import(
    store: ProjectStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "labels.json").write_text('{"images": [], "annotations": [], "categories": []}')

    assert cli.run(["import", str(store.path), str(tmp_path / "labels.json"), "--format", "coco"]) == 1
    assert "is open in another window or program" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["coco", "yolo-segment", "yolo-detect"])
def test_export_writes_each_format(
    name: str, labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"

    assert cli.run(["export", str(labelled), str(out), "--format", name, "--split", "train=0.5,val=0.5"]) == 0

    assert capsys.readouterr().out.startswith(f"{out}: 2 images (1 in train, 1 in val), 2 instances\n")
    assert any(out.rglob("*.json")) if name == "coco" else (out / "data.yaml").is_file()


def test_export_keeps_alike_images_together_if_asked_to(labelled: Path, image_folder: Path, capsys: Any) -> None:
    Image.open(image_folder / "1.png").resize((90, 70)).save(image_folder / "2.png")
    words = ["export", str(labelled), str(image_folder / "out"), "--format", "coco", "--split", "train=0.5,val=0.5"]
    assert cli.run([*words, "--alike-together"]) == 0
    assert capsys.readouterr().out.startswith(f"{image_folder / 'out'}: 2 images (2 in train), 2 instances\n")


@pytest.mark.parametrize("command", ["stats", "check", "export"])
def test_a_project_is_known_without_its_suffix_as_it_was_made(
    command: str, labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [str(tmp_path / "out"), "--format", "coco"] if command == "export" else []

    assert cli.run([command, str(labelled.with_suffix("")), *words]) == 0
    assert cli.run([command, str(labelled.with_name("other")), *words]) == 1
    assert f"There is no project at {labelled.with_name('other')}." in capsys.readouterr().err


def test_export_is_read_back_and_told(labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["export", str(labelled), str(tmp_path / "out"), "--format", "coco"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{tmp_path / 'out'}: 2 images, 2 instances"
    assert lines[1] == "2 of 2 instances read back, all to the pixel."


def test_export_is_not_read_back_if_nobody_wants_it(
    labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["export", str(labelled), str(tmp_path / "out"), "--format", "coco", "--no-verify"]) == 0

    assert "read back" not in capsys.readouterr().out


def test_export_that_differs_from_the_project_is_told_first_and_has_the_status_1(
    labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoiled(store: Any, out: Path, *more: Any) -> Any:
        report = export_project(store, out, *more)
        (out / "labels" / "train" / "1.txt").write_text("")
        return report

    monkeypatch.setattr(datasets, "export_project", spoiled)

    assert cli.run(["export", str(labelled), str(tmp_path / "out"), "--format", "yolo-detect"]) == 1

    told = capsys.readouterr()
    assert told.out.splitlines()[:3] == [
        "The export differs from the project in 1 place: 1 of 2 instances read back as boxes, 1 to the pixel.",
        "photos/1.png: an instance of cat is missing.",
        f"{tmp_path / 'out'}: 2 images, 2 instances",
    ]
    assert told.err.endswith("is written but differs from the project, as told above; do not train with it.\n")
    assert (tmp_path / "out" / "data.yaml").is_file()


def test_stop_while_reading_back_keeps_the_export(
    labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise Cancelled

    monkeypatch.setattr(datasets, "verify_export", stop)

    assert cli.run(["export", str(labelled), str(tmp_path / "out"), "--format", "coco"]) == 130

    assert capsys.readouterr().out.endswith("Reading back was stopped; the export is complete.\n")
    assert (tmp_path / "out" / "annotations" / "instances.json").is_file()


def test_export_without_images_copies_none(labelled: Path, tmp_path: Path) -> None:
    assert cli.run(["export", str(labelled), str(tmp_path / "out"), "--format", "coco", "--no-images"]) == 0

    assert list((tmp_path / "out").rglob("*.png")) == []


@pytest.mark.parametrize("segmentation", ["polygon", "rle"])
def test_exported_coco_is_imported_into_a_project_made_for_it(
    segmentation: str, labelled: Path, image_folder: Path, tmp_path: Path
) -> None:
    words = ["export", str(labelled), str(tmp_path / "out"), "--format", "coco", "--segmentation", segmentation]
    assert cli.run(words) == 0
    (labels,) = (tmp_path / "out").rglob("*.json")
    copy = tmp_path / "copy.sam3proj"

    assert cli.run(["import", str(copy), str(labels), "--format", "coco", "--images", str(image_folder)]) == 0

    with ProjectStore.open(copy) as made:
        regions = [instance.region for image in made.images() for instance in made.instances(image.id)]
    assert [region.area for region in regions] == [400.0, 400.0]


def test_import_names_a_project_as_new_does(labelled: Path, image_folder: Path, tmp_path: Path) -> None:
    assert cli.run(["export", str(labelled), str(tmp_path / "out"), "--format", "coco"]) == 0
    words = ["import", str(tmp_path / "copy"), str(tmp_path / "out"), "--format", "coco"]

    assert cli.run([*words, "--images", str(image_folder)]) == 0
    assert cli.run(words) == 0

    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.sam3proj"]


def test_import_without_project_asks_for_the_images(
    tmp_path: Path, image_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["import", str(tmp_path / "a.sam3proj"), str(image_folder / "1.png"), "--format", "coco"]

    assert cli.run(words) == 1
    assert "--images" in capsys.readouterr().err


def test_import_of_what_is_no_coco_leaves_the_project_as_it_was(
    labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "labels.json").write_text("{")

    assert cli.run(["import", str(labelled), str(tmp_path / "labels.json"), "--format", "coco"]) == 1

    assert len(capsys.readouterr().err.splitlines()) == 1
    with ProjectStore.open(labelled) as unchanged:
        assert len(unchanged.images()) == 4


@pytest.mark.parametrize("content", [b"", b"no project at all", b"SQLite format 3\x00" + b"\x00" * 200])
def test_file_that_is_no_project_is_told(content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.sam3proj"
    path.write_bytes(content)

    assert cli.run(["stats", str(path)]) == 1

    (sentence,) = capsys.readouterr().err.splitlines()
    assert "a.sam3proj" in sentence
    assert path.read_bytes() == content


@pytest.mark.parametrize("names", [[""], ["  "], ["cat", " cat "]])
def test_categories_without_a_name_of_their_own_are_a_mistake_in_the_words(
    names: list[str], image_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [word for name in names for word in ("--category", name)]

    assert cli.run(["new", str(tmp_path / "p"), "--images", str(image_folder), *words]) == 2

    assert "--category" in capsys.readouterr().err
    assert not (tmp_path / "p.sam3proj").exists()


def test_stats_prints_a_row_for_each_instance(labelled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["stats", str(labelled), "--instances"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("image,instance,category,area_px,centroid_x_px,")
    assert [line.split(",")[:3] for line in lines[1:]] == [["photos/1.png", "1", "cat"], ["photos/2.png", "1", "cat"]]
    assert cli.run(["stats", str(labelled), "--instances", "--json"]) == 2
