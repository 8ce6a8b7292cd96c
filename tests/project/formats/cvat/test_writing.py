"""Annotations for CVAT that we write, as CVAT's format has them, and read again."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sam3_annotator.project import Polygon, ProjectStore, Region, Split, mask_to_region, rectangle
from sam3_annotator.project.formats.options import ExportOptions
from sam3_annotator.project.formats.registry import export_project, import_project


def parse(out: Path) -> ET.Element:
    return ET.parse(out / "annotations.xml").getroot()


def shapes(out: Path, name: str) -> list[ET.Element]:
    (image,) = (image for image in parse(out).iter("image") if image.get("name") == name)
    return list(image)


def one_instance(
    tmp_path: Path, make_image: Any, region: Region, *, height: int = 30, width: int = 40
) -> list[ET.Element]:
    make_image("photos/1.png", width=width, height=height)
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        with store.edit("Add") as edit:
            edit.add_instance(store.images()[0].id, edit.add_category("x"), region)
        export_project(store, tmp_path / "out", "cvat")
    return shapes(tmp_path / "out", "1.png")


@pytest.mark.parametrize("split", [None, {"train": 0.6, "val": 0.4}])
def test_export_comes_back_with_the_very_masks(dataset: Any, tmp_path: Path, split: Any) -> None:
    report = export_project(dataset.store, tmp_path / "out", "cvat", ExportOptions(split=split))
    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        import_project(store, tmp_path / "out", "cvat")
        imported = type(dataset)(store, tmp_path, {})

        assert sorted(contents(imported)) == sorted(contents(dataset))
        assert len(imported.instances()) == report.instances == len(dataset.instances())
        known = [[(c.name, c.color) for c in each.categories()] for each in (dataset.store, store)]
        assert known[0] == known[1]


def contents(dataset: Any) -> list[tuple[str, list[tuple[str, bool, bytes]]]]:
    """Return of each image its content, and category, crowd and mask of its instances in their order."""
    store = dataset.store
    return [
        (
            record.facts.content_hash,
            [
                (store.category(i.category_id).name, i.is_crowd, dataset.mask(i).tobytes())
                for i in store.instances(record.id)
            ],
        )
        for record in store.images()
        if store.instances(record.id)
    ]


def test_exporting_the_import_again_gives_the_same_shapes(dataset: Any, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "one", "cvat", ExportOptions(include_unannotated=True))
    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        import_project(store, tmp_path / "one", "cvat")
        export_project(store, tmp_path / "two", "cvat", ExportOptions(include_unannotated=True))

    one, two = ([ET.tostring(e) for e in parse(tmp_path / name).iter("image")] for name in ("one", "two"))
    assert one == two


def test_reimporting_an_export_finds_its_images_and_instances(dataset: Any, tmp_path: Path) -> None:
    """A mask comes back along its pixel edges, which drawn or simplified outlines with holes do not follow."""
    export_project(dataset.store, tmp_path / "out", "cvat")

    report = import_project(dataset.store, tmp_path / "out", "cvat")

    assert (report.added_images, report.unmatched) == (0, ())
    assert (report.known_instances, report.instances) == (9, 0)


def test_region_without_holes_is_a_polygon_with_two_decimals_or_all_it_has(tmp_path: Path, make_image: Any) -> None:
    triangle = Region((Polygon([(3.25, 4), (30.1, 7.123456789), (22, 28 + 1e-9)]),))

    (shape,) = one_instance(tmp_path, make_image, triangle)

    assert (shape.tag, shape.get("points")) == ("polygon", f"3.25,4.00;30.10,7.123456789;22.00,{28 + 1e-9!r}")
    assert shape.get("group_id") is None


def test_parts_are_polygons_of_one_group_and_each_instance_has_its_own(tmp_path: Path, make_image: Any) -> None:
    make_image("photos/1.png", width=64, height=48)
    parts = Region((*rectangle(1, 1, 9, 9).polygons, *rectangle(30, 20, 39, 29).polygons))
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        with store.edit("Add") as edit:
            category = edit.add_category("x")
            for region in (parts, rectangle(2, 2, 5, 5), parts.translated(1, 1)):
                edit.add_instance(store.images()[0].id, category, region)
        export_project(store, tmp_path / "out", "cvat")

    found = [(shape.tag, shape.get("group_id"), shape.get("z_order")) for shape in shapes(tmp_path / "out", "1.png")]
    assert found == [
        ("polygon", "1", "0"),
        ("polygon", "1", "0"),
        ("polygon", None, "1"),
        ("polygon", "2", "2"),
        ("polygon", "2", "2"),
    ]


def test_region_with_holes_is_a_mask_in_its_box(tmp_path: Path, make_image: Any) -> None:
    mask = np.zeros((30, 40), dtype=bool)
    mask[10:13, 20:24] = [[1, 1, 1, 1], [1, 0, 0, 1], [1, 1, 1, 1]]

    (shape,) = one_instance(tmp_path, make_image, mask_to_region(mask))

    assert shape.tag == "mask"
    assert shape.get("rle") == "0, 5, 2, 5"
    assert [shape.get(name) for name in ("left", "top", "width", "height")] == ["20", "10", "4", "3"]


def test_region_whose_polygons_would_read_otherwise_is_a_mask(tmp_path: Path, make_image: Any) -> None:
    """Polygons that overlap cancel out in the mask, but would be joined when they are read."""
    overlapping = Region((*rectangle(1, 1, 9, 9).polygons, *rectangle(5, 5, 12, 12).polygons))

    (shape,) = one_instance(tmp_path, make_image, overlapping)

    assert shape.tag == "mask"


def test_polygons_stay_inside_the_image(tmp_path: Path, make_image: Any) -> None:
    (shape,) = one_instance(tmp_path, make_image, rectangle(-5, 20, 10, 99))

    corners = {tuple(map(float, pair.split(","))) for pair in str(shape.get("points")).split(";")}
    assert corners == {(0, 20), (10, 20), (10, 30), (0, 30)}


def test_file_has_the_head_labels_and_images_of_a_task(dataset: Any, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "out", "cvat")

    root = parse(tmp_path / "out")
    labels = root.findall("meta/task/labels/label")
    assert (root.tag, root.findtext("version"), root.findtext("meta/task/size")) == ("annotations", "1.1", "5")
    assert [label.findtext("name") for label in labels] == ["cat", "no", '"日本": 1']
    assert [label.findtext("color") for label in labels] == [c.color for c in dataset.store.categories()]
    assert {label.findtext("type") for label in labels} == {"any"}
    assert [image.get("id") for image in root.findall("image")] == ["0", "1", "2", "3", "4"]
    assert all(image.get("subset") is None for image in root.findall("image"))
    sizes = {image.get("name"): (image.get("width"), image.get("height")) for image in root.findall("image")}
    assert sizes["sub/a.jpg"] == ("66", "48")


def test_images_lie_by_their_names_below_images(dataset: Any, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "out", "cvat")

    names = [str(image.get("name")) for image in parse(tmp_path / "out").iter("image")]
    assert set(names) == {"a.png", "sub/a.png", "sub/a.jpg", "Straße 日本.png", "empty.png"}
    for name in names:
        assert (tmp_path / "out/images" / name).read_bytes() == (dataset.photos / name).read_bytes()


def test_splits_are_the_subsets_of_a_project(dataset: Any, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "out", "cvat", ExportOptions(split={"train": 0.6, "val": 0.4}))

    root = parse(tmp_path / "out")
    tasks = root.findall("meta/project/tasks/task")
    assert [(task.findtext("id"), task.findtext("subset"), task.findtext("size")) for task in tasks] == [
        ("1", "train", "3"),
        ("2", "val", "2"),
    ]
    assert root.findtext("meta/project/subsets") == "train\nval"
    for image in root.iter("image"):
        assert (tmp_path / "out/images" / str(image.get("subset")) / str(image.get("name"))).is_file()


def test_splits_come_back(dataset: Any, tmp_path: Path) -> None:
    with dataset.store.edit("Split") as edit:
        edit.update_image(dataset.by_name["a.png"], split=Split.TEST)
    export_project(dataset.store, tmp_path / "out", "cvat")
    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        import_project(store, tmp_path / "out", "cvat")

        assert {record.path: record.split for record in store.images()} == {
            "out/images/test/a.png": Split.TEST,
            "out/images/train/sub/a.png": Split.TRAIN,
            "out/images/train/sub/a.jpg": Split.TRAIN,
            "out/images/train/Straße 日本.png": Split.TRAIN,
            "out/images/train/empty.png": Split.TRAIN,
        }


def test_crowd_has_an_attribute_that_its_label_declares_and_is_told(dataset: Any, tmp_path: Path) -> None:
    report = export_project(dataset.store, tmp_path / "out", "cvat")

    crowd, other = shapes(tmp_path / "out", "Straße 日本.png")
    declared = {
        label.findtext("name"): label.findtext("attributes/attribute/name")
        for label in parse(tmp_path / "out").iter("label")
    }
    assert crowd.find("attribute").attrib == {"name": "is_crowd"}
    assert crowd.findtext("attribute") == "true"
    assert other.find("attribute") is None
    assert declared == {"cat": None, "no": None, '"日本": 1': "is_crowd"}
    assert any("1 crowd (photos/Straße 日本.png" in warning and "is_crowd" in warning for warning in report.warnings)


def test_instance_outside_its_image_is_told(dataset: Any, tmp_path: Path) -> None:
    with dataset.store.edit("Add") as edit:
        edit.add_instance(dataset.by_name["sub/a.jpg"], dataset.store.categories()[1].id, rectangle(500, 500, 600, 600))

    report = export_project(dataset.store, tmp_path / "out", "cvat")

    assert report.instances == len(dataset.instances()) - 1
    assert any("sub/a.jpg: no" in warning and "no pixel" in warning for warning in report.warnings)


def test_names_come_back_whatever_they_hold(tmp_path: Path, image_folder: Path) -> None:
    names = [
        "<b>",
        "a & b",
        "'",
        '"',
        "'\"",
        "日本",
        "🙂",
        "a\tb",
        "a\nb",
        "a\r\nb",
        "]]>",
        "a\u2028b",
        "\x7f",
        "&amp;",
    ]
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[image_folder]) as store:
        with store.edit("Add") as edit:
            for name in names:
                edit.add_instance(store.images()[0].id, edit.add_category(name), rectangle(5, 5, 30, 30))
        report = export_project(store, tmp_path / "out", "cvat")
    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        import_project(store, tmp_path / "out", "cvat")

        assert [category.name for category in store.categories()] == names
        assert len(store.instances(store.images()[0].id)) == len(names)
    assert not any("control characters" in warning for warning in report.warnings)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names.")
def test_characters_that_xml_cannot_hold_are_replaced_in_names_and_files_and_told(
    tmp_path: Path, make_image: Any
) -> None:
    make_image("photos/a\uffff.png", width=40, height=30)
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        with store.edit("Add") as edit:
            for name in ("x\x02y", "x\x03y"):
                edit.add_instance(store.images()[0].id, edit.add_category(name), rectangle(5, 5, 20, 20))
        report = export_project(store, tmp_path / "out", "cvat")
    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        import_project(store, tmp_path / "out", "cvat")

        assert [record.name for record in store.images()] == ["a\ufffd.png"]
        assert [category.name for category in store.categories()] == ["x␂y", "x␃y"]
    assert [warning for warning in report.warnings if "control characters" in warning] == [
        r"1 image ('a\uffff.png') with control characters in the name, which XML cannot hold; signs stand for them.",
        r"2 categories ('x\x02y', 'x\x03y') with control characters in the name, which XML cannot hold; "
        "signs stand for them.",
    ]


def test_without_images_only_annotations_are_written(dataset: Any, tmp_path: Path) -> None:
    report = export_project(dataset.store, tmp_path / "out", "cvat", ExportOptions(images="none"))

    assert not (tmp_path / "out/images").exists()
    assert report.files == (tmp_path / "out/annotations.xml",)


def test_same_project_gives_the_same_bytes(dataset: Any, tmp_path: Path) -> None:
    for name in ("one", "two"):
        export_project(dataset.store, tmp_path / name, "cvat", ExportOptions(split={"train": 0.8, "val": 0.2}))

    one, two = ((tmp_path / name / "annotations.xml").read_bytes() for name in ("one", "two"))
    assert one == two
