"""Folders of mask PNGs we write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sam3_annotator.project import ProjectStore
from sam3_annotator.project.formats.options import ExportOptions
from sam3_annotator.project.formats.registry import export_project, import_project


def document(out: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((out / "masks.json").read_text(encoding="utf-8"))
    return content


def values(file: Path) -> np.ndarray:
    with Image.open(file) as image:
        return np.asarray(image)


def test_document_explains_every_value_of_the_masks(dataset: Any, tmp_path: Path) -> None:
    report = export_project(dataset.store, tmp_path / "out", "masks")

    content = document(tmp_path / "out")
    assert [(c["value"], c["name"], c["color"]) for c in content["categories"]] == [
        (number, category.name, category.color) for number, category in enumerate(dataset.store.categories(), start=1)
    ]
    assert len(content["images"]) == report.images == 5
    assert report.instances == len(dataset.instances())
    by_width = {image.facts.width: image for image in dataset.store.images()}
    for entry in content["images"]:
        assert (tmp_path / "out" / entry["image"]).is_file()
        instance_mask = values(tmp_path / "out" / entry["instance_mask"])
        category_mask = values(tmp_path / "out" / entry["category_mask"])
        expected = np.zeros_like(category_mask)
        image = by_width[entry["width"]]
        for told, instance, visible in zip(
            entry["instances"],
            dataset.store.instances(image.id),
            dataset.visible_masks(image.id),
            strict=True,
        ):
            mask = dataset.mask(instance)
            y, x = np.nonzero(mask)
            assert ((instance_mask == told["value"]) == visible).all()
            assert told["area"] == mask.sum()
            assert told["hidden_area"] == (mask & ~visible).sum()
            assert told["box_xywh"] == [x.min(), y.min(), np.ptp(x) + 1, np.ptp(y) + 1]
            assert told["is_crowd"] == instance.is_crowd
            assert told["attributes"] == {}
            expected[visible] = told["category"]
        assert (category_mask == expected).all()


def test_masks_are_grey_and_in_the_colours_of_the_categories(dataset: Any, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "out", "masks")

    with Image.open(tmp_path / "out/instances/empty.png") as instances:
        assert instances.mode == "L"
    with Image.open(tmp_path / "out/categories/empty.png") as categories:
        palette = categories.getpalette()
        assert categories.mode == "P"
    assert palette is not None
    assert len(palette) == 768
    assert palette[:3] == [0, 0, 0]
    for number, category in enumerate(dataset.store.categories(), start=1):
        assert bytes(palette[3 * number : 3 * number + 3]).hex() == category.color.removeprefix("#")


@pytest.mark.parametrize("categories", [1, 255, 256])
@pytest.mark.parametrize("instances", [255, 256, 300])
def test_more_values_than_eight_bits_hold_take_sixteen(
    crowded: Any, tmp_path: Path, categories: int, instances: int
) -> None:
    store = crowded(categories, instances)

    export_project(store, tmp_path / "out", "masks")

    of_instances, of_categories = values(tmp_path / "out/instances/1.png"), values(tmp_path / "out/categories/1.png")
    assert of_instances.dtype == (np.uint8 if instances < 256 else np.uint16)
    assert of_categories.dtype == (np.uint8 if categories < 256 else np.uint16)
    assert np.unique(of_instances).tolist() == list(range(instances + 1))
    assert np.unique(of_categories).tolist() == list(range(min(categories, instances) + 1))
    with ProjectStore.create(tmp_path / "new.sam3proj") as new:
        import_project(new, tmp_path / "out", "masks")

        found = new.instances(new.images()[0].id)
        expected = store.instances(store.images()[0].id)
        assert [i.region.box_xyxy for i in found] == [i.region.box_xyxy for i in expected]
        assert [new.category(i.category_id).name for i in found] == [
            store.category(i.category_id).name for i in expected
        ]


def test_splits_are_folders(dataset: Any, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "out", "masks", ExportOptions(split={"train": 0.6, "val": 0.4}))

    for entry in document(tmp_path / "out")["images"]:
        assert {entry[key].split("/")[1] for key in ("image", "instance_mask", "category_mask")} == {entry["split"]}
        assert (tmp_path / "out" / entry["image"]).is_file()


def test_colours_scores_and_crowds_come_back(dataset: Any, tmp_path: Path) -> None:
    image = dataset.by_name["Straße 日本.png"]
    with dataset.store.edit("Change") as edit:
        edit.update_category(dataset.store.categories()[0].id, color="#123456")
        edit.update_instance(dataset.store.instances(image)[1].id, score=0.25)
    export_project(dataset.store, tmp_path / "out", "masks")

    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        import_project(store, tmp_path / "out", "masks")

        assert [c.color for c in store.categories()] == [c.color for c in dataset.store.categories()]
        (found,) = (each for each in store.images() if each.name == "Straße 日本.png")
        assert [(i.score, i.is_crowd) for i in store.instances(found.id)] == [(None, True), (0.25, False)]


def test_hidden_instance_is_in_the_document_and_left_out_when_it_is_read(dataset: Any, tmp_path: Path) -> None:
    report = export_project(dataset.store, tmp_path / "out", "masks")

    (hidden,) = (
        told
        for entry in document(tmp_path / "out")["images"]
        for told in entry["instances"]
        if told["hidden_area"] == told["area"]
    )
    assert hidden["box_xywh"] == [10, 10, 1, 1]
    assert any("1 instance (photos/sub/a.jpg: cat) without a pixel" in warning for warning in report.warnings)
    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        read = import_project(store, tmp_path / "out", "masks")

        assert read.instances == len(dataset.instances()) - 1
        assert any("1 instance" in warning and "cover all of it" in warning for warning in read.warnings)
