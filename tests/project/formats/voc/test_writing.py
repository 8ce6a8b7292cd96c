"""Pascal VOC folders we write, as supervision reads them and as the development kit lays them out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import supervision
from PIL import Image

from sam3_annotator.project import ProjectStore, rectangle
from sam3_annotator.project.formats.options import ExportOptions
from sam3_annotator.project.formats.registry import export_project, import_project
from sam3_annotator.project.formats.value_masks.colors import voc_colormap


def annotation(out: Path, stem: str) -> ET.Element:
    return ET.parse(out / "Annotations" / f"{stem}.xml").getroot()


def lines(out: Path, name: str) -> list[str]:
    return (out / "ImageSets" / name).read_text(encoding="utf-8").splitlines()


@pytest.mark.skipif(sys.platform == "win32", reason="supervision opens no names like 日本.png there")
def test_supervision_reads_all_images_categories_and_boxes(dataset: Any, tmp_path: Path) -> None:
    report = export_project(dataset.store, tmp_path / "out", "voc")

    data = supervision.DetectionDataset.from_pascal_voc(
        images_directory_path=str(tmp_path / "out/JPEGImages"),
        annotations_directory_path=str(tmp_path / "out/Annotations"),
    )
    assert sorted(data.classes) == sorted(["cat", "no", '"日本": 1'])
    assert len(data) == report.images == 5
    found = {pixels.shape[1]: detections for _, pixels, detections in data}
    for image in dataset.store.images():
        instances = dataset.store.instances(image.id)
        boxes = []
        for mask in map(dataset.mask, instances):
            y, x = np.nonzero(mask)
            boxes.append([x.min(), y.min(), x.max() + 1, y.max() + 1])
        if instances:
            assert found[image.facts.width].xyxy.tolist() == boxes
            assert [data.classes[number] for number in found[image.facts.width].class_id] == [
                dataset.store.category(instance.category_id).name for instance in instances
            ]


def test_boxes_count_from_one_and_end_with_the_last_pixel(tmp_path: Path, make_image: Any) -> None:
    make_image("photos/1.png", width=40, height=30)
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        with store.edit("Add") as edit:
            cat = edit.add_category("cat")
            edit.add_instance(store.images()[0].id, cat, rectangle(0, 0, 40, 30))
            edit.add_instance(store.images()[0].id, cat, rectangle(7, 8, 8, 9))
        export_project(store, tmp_path / "out", "voc")

    objects = annotation(tmp_path / "out", "1").findall("object")
    boxes = [[each.findtext(f"bndbox/{side}") for side in ("xmin", "ymin", "xmax", "ymax")] for each in objects]
    assert boxes == [["1", "1", "40", "30"], ["8", "9", "8", "9"]]
    assert [each.findtext("truncated") for each in objects] == ["1", "0"]


def test_annotation_has_the_elements_of_the_development_kit(dataset: Any, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "out", "voc")

    root = annotation(tmp_path / "out", "Straße 日本")
    assert [element.tag for element in root] == [
        "folder", "filename", "source", "size", "segmented", "object", "object",
    ]  # fmt: skip
    assert root.findtext("filename") == "Straße 日本.png"
    assert (tmp_path / "out/JPEGImages/Straße 日本.png").is_file()
    assert [root.findtext(f"size/{side}") for side in ("width", "height", "depth")] == ["67", "48", "3"]
    crowd, other = ([element.tag for element in each] for each in root.findall("object"))
    assert other == ["name", "pose", "truncated", "difficult", "bndbox"]
    assert crowd == [*other, "attributes"]


def test_masks_are_palette_images_in_the_colours_of_voc(dataset: Any, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "out", "voc")

    for file in (*(tmp_path / "out/SegmentationClass").iterdir(), *(tmp_path / "out/SegmentationObject").iterdir()):
        with Image.open(file) as mask:
            assert mask.mode == "P"
            assert mask.getpalette() == voc_colormap().ravel().tolist()
    assert voc_colormap()[[0, 1, 2, 3, 8, 255]].tolist() == [
        [0, 0, 0], [128, 0, 0], [0, 128, 0], [128, 128, 0], [64, 0, 0], [224, 224, 192],
    ]  # fmt: skip


def test_values_of_masks_are_places_of_objects_and_of_categories(dataset: Any, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "out", "voc")

    image = dataset.by_name["Straße 日本.png"]
    objects = np.asarray(Image.open(tmp_path / "out/SegmentationObject/Straße 日本.png"))
    classes = np.asarray(Image.open(tmp_path / "out/SegmentationClass/Straße 日本.png"))
    for value, visible in enumerate(dataset.visible_masks(image), start=1):
        assert ((objects == value) == visible).all()
    assert ((classes == 3) == (objects > 0)).all()
    assert set(np.unique(classes)) == {0, 3}


def test_lists_name_the_images_of_each_split(dataset: Any, tmp_path: Path) -> None:
    thirds = ExportOptions(split={"train": 0.4, "val": 0.4, "test": 0.2})
    export_project(dataset.store, tmp_path / "parts", "voc", thirds)
    export_project(dataset.store, tmp_path / "whole", "voc")

    train, val, test = (lines(tmp_path / "parts", f"Main/{name}.txt") for name in ("train", "val", "test"))
    assert sorted([*train, *val]) == sorted(lines(tmp_path / "parts", "Main/trainval.txt"))
    assert sorted([*train, *val, *test]) == sorted(file.stem for file in (tmp_path / "parts/JPEGImages").iterdir())
    assert lines(tmp_path / "parts", "Segmentation/val.txt") == val
    assert [file.name for file in (tmp_path / "whole/ImageSets/Main").iterdir()] == ["trainval.txt"]
    assert len(lines(tmp_path / "whole", "Main/trainval.txt")) == 5


def test_labelmap_names_the_categories_with_the_colours_of_their_values(dataset: Any, tmp_path: Path) -> None:
    report = export_project(dataset.store, tmp_path / "out", "voc")

    assert (tmp_path / "out/labelmap.txt").read_text(encoding="utf-8").splitlines() == [
        "# label:color_rgb:parts:actions",
        "background:0,0,0::",
        "cat:128,0,0::",
        "no:0,128,0::",
        '"日本": 1:128,128,0::',
    ]
    assert any("1 name" in warning and "“:”" in warning for warning in report.warnings)


def test_images_of_one_stem_get_labels_of_their_own(dataset: Any, tmp_path: Path) -> None:
    report = export_project(dataset.store, tmp_path / "out", "voc")

    stems = sorted(file.stem for file in (tmp_path / "out/JPEGImages").iterdir())
    for folder in ("Annotations", "SegmentationObject", "SegmentationClass"):
        assert sorted(file.stem for file in (tmp_path / "out" / folder).iterdir()) == stems
    assert any("another name" in warning for warning in report.warnings)


def test_crowd_is_difficult_and_told(dataset: Any, tmp_path: Path) -> None:
    report = export_project(dataset.store, tmp_path / "out", "voc")

    objects = annotation(tmp_path / "out", "Straße 日本").findall("object")
    assert [each.findtext("difficult") for each in objects] == ["1", "0"]
    assert any(warning.startswith("1 crowd ") and "difficult" in warning for warning in report.warnings)


@pytest.mark.parametrize(("categories", "instances", "without_mask"), [(1, 254, 0), (1, 256, 2), (255, 255, 1)])
def test_what_255_values_cannot_hold_has_a_box_and_is_told(
    crowded: Any, tmp_path: Path, categories: int, instances: int, without_mask: int
) -> None:
    store = crowded(categories, instances)

    report = export_project(store, tmp_path / "out", "voc")

    objects = np.asarray(Image.open(tmp_path / "out/SegmentationObject/1.png"))
    classes = np.asarray(Image.open(tmp_path / "out/SegmentationClass/1.png"))
    assert len(annotation(tmp_path / "out", "1").findall("object")) == report.instances == instances
    assert np.unique(objects).tolist() == list(range(instances - without_mask + 1))
    assert ((objects > 0) == (classes > 0)).all()
    told = [warning for warning in report.warnings if "a box but no mask" in warning]
    assert [warning.split(" ")[0] for warning in told] == ([str(without_mask)] if without_mask else [])
    with ProjectStore.create(tmp_path / "new.sam3proj") as new:
        import_project(new, tmp_path / "out", "voc")

        image = new.images()[0].id
        assert [i.region.box_xyxy for i in new.instances(image)] == [
            i.region.box_xyxy for i in store.instances(store.images()[0].id)
        ]


def test_instance_under_others_comes_back_as_its_box(tmp_path: Path, make_image: Any) -> None:
    make_image("photos/1.png", width=40, height=30)
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        with store.edit("Add") as edit:
            cat, dog = edit.add_category("cat"), edit.add_category("dog")
            edit.add_instance(store.images()[0].id, dog, rectangle(5, 5, 10, 10))
            edit.add_instance(store.images()[0].id, cat, rectangle(4, 4, 20, 20))
        export_project(store, tmp_path / "out", "voc")
    with ProjectStore.create(tmp_path / "new.sam3proj") as new:
        report = import_project(new, tmp_path / "out", "voc")

        found = new.instances(new.images()[0].id)
        assert [i.region.box_xyxy for i in found] == [(5, 5, 10, 10), (4, 4, 20, 20)]
        again = import_project(new, tmp_path / "out", "voc")
    assert report.warnings == ("1 instance (1.png: dog) without a pixel in the masks of the image came in as a box.",)
    assert (again.known_instances, again.warnings) == (2, ())


def test_names_that_xml_cannot_hold_are_written_as_well_as_can_be(tmp_path: Path, make_image: Any) -> None:
    make_image("photos/a & 'b'.png", width=40, height=30)
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        with store.edit("Add") as edit:
            for name in ("<&>\"'", "bell\a", "emoji 🙂"):
                edit.add_instance(store.images()[0].id, edit.add_category(name), rectangle(1, 1, 9, 9))
        report = export_project(store, tmp_path / "out", "voc")

    root = annotation(tmp_path / "out", "a & 'b'")
    assert root.findtext("filename") == "a & 'b'.png"
    assert [each.findtext("name") for each in root.findall("object")] == ["<&>\"'", "bell␇", "emoji 🙂"]
    assert (tmp_path / "out/Annotations/a & 'b'.xml").read_bytes().isascii()
    assert any("space" in warning for warning in report.warnings)


def test_a_line_break_in_the_name_of_a_category_becomes_a_space_everywhere_and_is_told(
    tmp_path: Path, make_image: Any
) -> None:
    make_image("photos/1.png", width=40, height=30)
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        with store.edit("Add") as edit:
            edit.add_instance(store.images()[0].id, edit.add_category("a\r\nb"), rectangle(3, 3, 9, 9))
            edit.add_instance(store.images()[0].id, edit.add_category("c\x02"), rectangle(13, 13, 19, 19))
        report = export_project(store, tmp_path / "out", "voc")
    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        import_project(store, tmp_path / "out", "voc")

        assert [category.name for category in store.categories()] == ["a b", "c␂"]
        assert len(store.instances(store.images()[0].id)) == 2
    assert report.warnings == (
        r"1 category ('a\r\nb') with a line break in the name, written as a space.",
        r"1 category ('c\x02') with control characters in the name, which XML cannot hold; signs stand for them.",
    )
