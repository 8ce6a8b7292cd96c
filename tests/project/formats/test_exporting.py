"""What the exports of all formats do alike."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from sam3_annotator.project import Cancelled, ImageState, ProjectStore, rectangle
from sam3_annotator.project.formats.options import ExportOptions
from sam3_annotator.project.formats.registry import FORMATS, export_project
from sam3_annotator.project.formats.verification import export_verified

WRITERS = [name for name, known in FORMATS.items() if known.write is not None]
BY_STEM = [name for name in WRITERS if name not in ("coco", "cvat")]


@pytest.mark.parametrize("name", WRITERS)
def test_progress_runs_from_nothing_to_all_images(dataset: Any, tmp_path: Path, name: str) -> None:
    seen: list[tuple[int, int]] = []

    export_project(dataset.store, tmp_path / "out", name, None, lambda done, total: seen.append((done, total)))

    assert seen == [(done, 5) for done in range(6)]


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_says_how_many_images_came_into_each_split(dataset: Any, tmp_path: Path, name: str) -> None:
    options = ExportOptions(split={"train": 0.6, "val": 0.2, "test": 0.2})

    report = export_project(dataset.store, tmp_path / "out", name, options)

    assert list(report.splits.items()) == [("train", 3), ("val", 1), ("test", 1)]
    assert report.image_words == "5 images (3 in train, 1 in val, 1 in test)"


@pytest.mark.parametrize("at", [0, 2, 5])
@pytest.mark.parametrize("name", WRITERS)
def test_a_cancelled_export_leaves_nothing(dataset: Any, tmp_path: Path, name: str, at: int) -> None:
    before = sorted(tmp_path.iterdir())

    def stop(done: int, total: int) -> None:
        if done == at:
            raise Cancelled

    with pytest.raises(Cancelled):
        export_project(dataset.store, tmp_path / "out", name, None, stop)

    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("name", WRITERS)
def test_instances_beside_the_image_are_told_and_not_counted(tmp_path: Path, make_image: Any, name: str) -> None:
    make_image("photos/1.png", width=40, height=30)
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        with store.edit("Add") as edit:
            image, cat = store.images()[0].id, edit.add_category("cat")
            edit.add_instance(image, cat, rectangle(5, 5, 10, 10))
            edit.add_instance(image, cat, rectangle(50, 5, 60, 10))
        report = export_project(store, tmp_path / "out", name)

    assert (report.images, report.instances) == (1, 1)
    assert "1 instance (photos/1.png: cat) left out: no pixel of the image is inside." in report.warnings


@pytest.mark.parametrize("name", WRITERS)
def test_no_format_writes_an_image_that_is_left_out(dataset: Any, tmp_path: Path, name: str) -> None:
    with dataset.store.edit("Leave out") as edit:
        edit.update_image(dataset.by_name["Straße 日本.png"], state=ImageState.LEFT_OUT)
        edit.update_image(dataset.by_name["untouched.png"], state=ImageState.LEFT_OUT)

    export = export_verified(dataset.store, tmp_path / "out", name, ExportOptions(include_unannotated=True))

    assert (export.report.images, export.report.instances) == (4, 7)
    assert any("are marked as left out and not exported" in warning for warning in export.report.warnings)
    assert export.verification is not None
    assert export.verification.is_good, export.verification.sentence
    written = [path.relative_to(tmp_path).as_posix() for path in (tmp_path / "out").rglob("*")]
    assert not [path for path in written if "Straße" in path or "untouched" in path]


@pytest.mark.parametrize("name", BY_STEM)
def test_new_names_are_told_for_what_has_them(dataset: Any, tmp_path: Path, name: str) -> None:
    with_images = export_project(dataset.store, tmp_path / "with", name)
    without = export_project(dataset.store, tmp_path / "without", name, ExportOptions(images="none"))

    assert any("got another name" in warning for warning in with_images.warnings)
    assert any(warning.startswith("The labels of ") for warning in without.warnings)


@pytest.mark.parametrize("name", sorted(set(WRITERS) - set(BY_STEM)))
def test_formats_that_name_images_by_their_path_rename_none(dataset: Any, tmp_path: Path, name: str) -> None:
    report = export_project(dataset.store, tmp_path / "out", name)

    assert not any("another name" in warning for warning in report.warnings)


@pytest.mark.skipif(os.name == "nt", reason="no file has a backslash in its name there")
def test_backslashes_that_become_something_else_in_labels_are_told(tmp_path: Path, make_image: Any) -> None:
    make_image("photos/a\\b.png", width=40, height=30)
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        with store.edit("Add") as edit:
            edit.add_instance(store.images()[0].id, edit.add_category("cat"), rectangle(5, 5, 10, 10))
        report = export_project(store, tmp_path / "out", "coco", ExportOptions(images="none"))

    assert report.warnings == (
        "1 image (photos/a\\b.png as a_b.png) got “_” for backslashes, which other programs take for those of folders.",
    )
