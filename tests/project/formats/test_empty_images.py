"""Images whose labels say that nothing is on them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from sam3_annotator.project import ImageState, ProjectStore
from sam3_annotator.project.formats.options import ExportOptions
from sam3_annotator.project.formats.registry import FORMATS, export_project, import_project


def coco_without_annotations(file: Path, names: Sequence[str]) -> Path:
    content = {"images": [{"id": i, "file_name": name} for i, name in enumerate(names)], "annotations": []}
    file.write_text(json.dumps(content))
    return file


@pytest.mark.parametrize("name", [name for name, known in FORMATS.items() if known.write is not None])
def test_images_known_to_be_empty_are_so_in_another_project(dataset: Any, tmp_path: Path, name: str) -> None:
    export_project(dataset.store, tmp_path / "out", name)

    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        import_project(store, tmp_path / "out", "yolo" if name.startswith("yolo") else name)

        states = {image.name: image.state for image in store.images() if not store.instances(image.id)}
        again = export_project(store, tmp_path / "again", name)
    assert states == {"empty.png": ImageState.CONFIRMED_EMPTY}
    assert again.images == 5


def test_labels_that_say_an_image_is_empty_change_none_that_has_instances_or_was_looked_at(
    dataset: Any, tmp_path: Path
) -> None:
    store, by_name = dataset.store, dataset.by_name
    with store.edit("Leave out", undoable=False) as edit:
        edit.update_image(by_name["untouched.png"], state=ImageState.LEFT_OUT)
    before = [(image.path, image.state) for image in store.images()]
    labels = tmp_path / "labels"
    labels.mkdir()
    for name in by_name:
        content = {"shapes": [], "imagePath": name, "imageWidth": 0, "imageHeight": 0}
        (labels / name.replace("/", "_")).with_suffix(".json").write_text(json.dumps(content), encoding="utf-8")

    report = import_project(store, labels, "labelme", dataset.photos)

    assert [(image.path, image.state) for image in store.images()] == before
    assert not any("confirmed empty" in warning for warning in report.warnings)


def test_images_that_other_programs_list_without_annotations_are_not_taken_for_empty(
    dataset: Any, tmp_path: Path
) -> None:
    file = coco_without_annotations(tmp_path / "labels.json", ["untouched.png"])

    import_project(dataset.store, file, "coco")

    assert dataset.store.image(dataset.by_name["untouched.png"]).state is ImageState.UNANNOTATED


def test_images_of_an_export_are_not_empty_where_labels_were_added_or_cannot_be_read(
    dataset: Any, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    export_project(dataset.store, out, "coco")
    coco_without_annotations(out / "annotations/instances_mine.json", ["untouched.png"])
    file = out / "annotations/instances.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    (empty,) = (image["id"] for image in content["images"] if image["file_name"] == "empty.png")
    content["annotations"].append({"id": 99, "image_id": empty, "category_id": 1, "segmentation": "damaged"})
    file.write_text(json.dumps(content), encoding="utf-8")

    with ProjectStore.create(tmp_path / "new.sam3proj", image_roots=[dataset.photos]) as store:
        import_project(store, out, "coco")

        states = {image.name: image.state for image in store.images() if not store.instances(image.id)}
    assert states == dict.fromkeys(("empty.png", "untouched.png"), ImageState.UNANNOTATED)


@pytest.mark.parametrize("name", [name for name, known in FORMATS.items() if known.write is not None])
def test_images_not_annotated_yet_come_back_as_such(dataset: Any, tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    options = ExportOptions(include_unannotated=True, split={"train": 1})
    export_project(dataset.store, out, name, options)
    sources = {"yolo": out / "labels/train", "coco": out / "annotations/instances_train.json"}
    reader = name.split("-")[0]

    for folder, source in (("new", out), ("more", sources.get(reader, out))):
        with ProjectStore.create(tmp_path / f"{folder}.sam3proj") as store:
            import_project(store, source, reader)

            states = {image.name: image.state for image in store.images() if not store.instances(image.id)}
        assert states == {"empty.png": ImageState.CONFIRMED_EMPTY, "untouched.png": ImageState.UNANNOTATED}
    export_project(dataset.store, out, name)
    assert not list(out.glob("unannotated*"))
