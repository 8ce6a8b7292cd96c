"""Annotations that CVAT exports for images."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sam3_annotator.project import (
    FormatError,
    KnownError,
    ProjectStore,
    Split,
    mask_to_region,
    rectangle,
    region_to_mask,
)
from sam3_annotator.project.formats.cvat.reading import read
from sam3_annotator.project.formats.plan import PlannedImage
from sam3_annotator.project.formats.registry import import_project

SAMPLE = Path(__file__).parents[3] / "data" / "cvat" / "annotations.xml"
BOX = '<box label="cat" occluded="0" xtl="2.00" ytl="2.00" xbr="10.00" ybr="10.00" z_order="0"></box>'
SQUARE = rectangle(2, 2, 10, 10)


def text(inside: str, meta: str = "<task><labels/></task>") -> str:
    return f"<annotations><version>1.1</version><meta>{meta}</meta>{inside}</annotations>"


def image(inside: str = BOX, name: str = "a.png", more: str = "") -> str:
    return f'<image id="0" name="{name}" width="16" height="12" {more}>{inside}</image>'


def write(folder: Path, inside: str, **values: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "annotations.xml"
    file.write_text(text(inside, **values), encoding="utf-8")
    return file


def read_image(tmp_path: Path, inside: str) -> PlannedImage:
    plan = read(write(tmp_path, image(inside)))
    assert plan.warnings == ()
    return plan.images[0]


def test_sample_of_a_task_is_read_with_all_that_has_an_area() -> None:
    plan = read(SAMPLE)

    first, second, third = plan.images
    assert [category.name for category in plan.categories] == ["cell", "débris & dust", "never used", "fibre"]
    assert (first.name, first.width, first.height, first.split) == ("plate two/well_A1.png", 16, 12, Split.TRAIN)
    assert [(i.category, i.region.area) for i in first.instances] == [("cell", 10), ("débris & dust", 8), ("cell", 16)]
    mask = np.zeros((12, 16), dtype=bool)
    mask[2:5, 1:5] = [[1, 1, 1, 1], [0, 1, 1, 0], [1, 1, 1, 1]]
    assert first.instances[0].region == mask_to_region(mask)
    assert np.array_equal(
        region_to_mask(first.instances[1].region, 12, 16), region_to_mask(rectangle(3, 6, 5, 10), 12, 16)
    )
    assert [(i.category, len(i.region.polygons)) for i in second.instances] == [
        ("cell", 2),
        ("débris & dust", 1),
        ("cell", 1),
    ]
    assert second.instances[2].region.area == pytest.approx(np.pi * 12, rel=0.02)
    assert third.instances == ()


def test_what_has_no_area_is_counted_once_for_each_kind() -> None:
    assert read(SAMPLE).warnings == (
        "annotations.xml: 1 image tag left out, having no area.",
        "annotations.xml: 1 polyline left out, having no area.",
        "annotations.xml: 1 point set left out, having no area.",
        "annotations.xml: 1 skeleton left out, having no area.",
    )


def test_labels_of_a_job_and_of_a_project_are_categories_in_their_order(tmp_path: Path) -> None:
    label = "<label><name> {} </name><attributes><attribute><name>a</name></attribute></attributes></label>"
    labels = f"<labels>{label.format('zebra')}{label.format('ape')}</labels>"

    for kind in ("job", "project", "task"):
        plan = read(write(tmp_path, image(), meta=f"<{kind}>{labels}</{kind}>"))
        assert [category.name for category in plan.categories] == ["zebra", "ape", "cat"]


def test_colours_of_labels_are_those_of_new_categories(store: ProjectStore, tmp_path: Path) -> None:
    label = "<label><name>{}</name><color>{}</color></label>"
    labels = label.format("cat", "#12AB34") + label.format("dog", "teal") + label.format("ape", "")
    with store.edit("Add", undoable=False) as edit:
        edit.add_category("ape", color="#000001")

    import_project(store, write(tmp_path, image(name="2.png"), meta=f"<task><labels>{labels}</labels></task>"), "cvat")

    assert [(c.name, c.color) for c in store.categories()][:2] == [("ape", "#000001"), ("cat", "#12ab34")]


def test_file_without_any_meta_is_read(tmp_path: Path) -> None:
    (tmp_path / "x.xml").write_text(f"<annotations>{image()}</annotations>")

    assert read(tmp_path / "x.xml").images[0].instances[0].region == SQUARE


def test_instances_are_painted_by_z_order_then_as_they_stand(tmp_path: Path) -> None:
    boxes = [
        f'<box label="{n}" xtl="0" ytl="0" xbr="5" ybr="5" z_order="{z}"/>'
        for n, z in zip("abcde", "20-12", strict=False)
    ]
    odd = (
        '<box label="x" xtl="0" ytl="0" xbr="5" ybr="5" z_order="top"/><box label="y" xtl="0" ytl="0" xbr="5" ybr="5"/>'
    )

    instances = read_image(tmp_path, "".join(boxes[:2]) + odd).instances

    assert [instance.category for instance in instances] == ["b", "x", "y", "a"]


def part(label: str, x: int, group: str = "", tag: str = "polygon", z: int = 0) -> str:
    group = f'group_id="{group}"' if group else ""
    if tag == "box":
        return f'<box label="{label}" xtl="{x}" ytl="0" xbr="{x + 2}" ybr="2" {group} z_order="{z}"/>'
    if tag == "mask":
        return f'<mask label="{label}" rle="0,4" left="{x}" top="0" width="2" height="2" {group} z_order="{z}"/>'
    return f'<polygon label="{label}" points="{x},0;{x + 2},0;{x + 2},2;{x},2" {group} z_order="{z}"/>'


def test_polygons_and_masks_of_a_group_and_label_are_one_instance(tmp_path: Path) -> None:
    shapes = [part("cat", 0, "7"), part("dog", 3, "7"), part("cat", 6, "7", "mask"), part("cat", 9, "8")]

    instances = read_image(tmp_path, "".join(shapes)).instances

    assert [(i.category, i.region.area, len(i.region.polygons)) for i in instances] == [
        ("cat", 8, 2),
        ("dog", 4, 1),
        ("cat", 4, 1),
    ]


def test_boxes_of_a_group_and_shapes_of_none_stay_apart(tmp_path: Path) -> None:
    shapes = [part("cat", 0, "7", "box"), part("cat", 3, "7", "box"), part("cat", 6, "0"), part("cat", 9, "0")]

    assert [i.region.area for i in read_image(tmp_path, "".join(shapes)).instances] == [4, 4, 4, 4]


def test_group_does_not_reach_into_another_image(tmp_path: Path) -> None:
    plan = read(write(tmp_path, image(part("cat", 0, "7")) + image(part("cat", 3, "7"), name="b.png")))

    assert [[i.region.area for i in planned.instances] for planned in plan.images] == [[4], [4]]


def test_group_is_painted_where_its_lowest_shape_is(tmp_path: Path) -> None:
    shapes = [part("cat", 0, "7", z=3), part("dog", 3, z=2), part("cat", 6, "7", z=1)]

    assert [i.category for i in read_image(tmp_path, "".join(shapes)).instances] == ["cat", "dog"]


def test_parts_of_a_group_that_overlap_become_one_area(tmp_path: Path) -> None:
    (instance,) = read_image(tmp_path, part("cat", 0, "7") + part("cat", 1, "7")).instances

    assert instance.region.area == 6


@pytest.mark.parametrize(("value", "is_crowd"), [("true", True), ("1", True), ("false", False), ("", False)])
def test_attribute_of_datumaro_marks_a_crowd_and_is_not_told_as_lost(
    tmp_path: Path, value: str, is_crowd: bool
) -> None:
    box = BOX.replace("</box>", f'<attribute name="is_crowd">{value}</attribute></box>')

    assert read_image(tmp_path, box).instances[0].is_crowd == is_crowd


@pytest.mark.parametrize(
    ("subset", "split"),
    [("Train", Split.TRAIN), ("Validation", Split.VAL), ("test", Split.TEST), ("default", None), ("", None)],
)
def test_subset_is_the_split_and_the_folder_of_the_images(tmp_path: Path, subset: str, split: Split | None) -> None:
    planned = read(write(tmp_path, image(more=f'subset="{subset}" task_id="3"'))).images[0]

    assert planned.split is split
    assert planned.folders[0] == tmp_path / "images" / subset
    assert tmp_path / "images" in planned.folders


def test_split_is_that_of_the_image_else_of_the_task_else_of_the_name_of_the_file(tmp_path: Path) -> None:
    images = image() + image(name="b.png", more='subset="Test"')
    (tmp_path / "val.xml").write_text(text(images, "<task><subset>Train</subset></task>"))
    (tmp_path / "validation.xml").write_text(text(images, "<task><subset></subset></task>"))

    plans = [read(tmp_path / name) for name in ("val.xml", "validation.xml")]

    assert [[planned.split for planned in plan.images] for plan in plans] == [
        [Split.TRAIN, Split.TEST],
        [Split.VAL, Split.TEST],
    ]


def test_image_without_a_size_or_with_backslashes_is_read(tmp_path: Path) -> None:
    plan = read(write(tmp_path, f'<image id="0" name="sub\\deep\\a.png" width="wide">{BOX}</image>'))

    assert (plan.images[0].name, plan.images[0].width, plan.images[0].height) == ("sub/deep/a.png", 0, 0)


BAD = {
    "no label": (BOX.replace('label="cat"', ""), "box 2 of a.png has no label, so it was left out."),
    "no corner": (BOX.replace("xtl", "x"), "box 2 of a.png has no xtl"),
    "damaged mask": ('<mask label="cat" rle="1" left="0" top="0" width="2" height="2"/>', "mask 2 of a.png"),
    "points": ('<polygon label="cat" points="1,2"/>', "polygon 2 of a.png has less than 3 vertices"),
    "unknown kind": ('<spline label="cat"/>', "1 <spline> left out"),
}


@pytest.mark.parametrize("case", BAD)
def test_shape_that_cannot_be_read_is_told_and_the_rest_is_read(tmp_path: Path, case: str) -> None:
    bad, sentence = BAD[case]

    plan = read(write(tmp_path, image(BOX + bad)))

    (warning,) = plan.warnings
    assert warning.startswith("annotations.xml: ")
    assert sentence in warning
    assert [i.region for i in plan.images[0].instances] == [SQUARE]


def test_image_without_a_name_is_told(tmp_path: Path) -> None:
    plan = read(write(tmp_path, image(name=" ") + image()))

    assert plan.warnings == ("annotations.xml: image 0 has no name, so it was left out.",)


def test_file_of_which_nothing_can_be_read_is_refused_with_the_first_reason(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"Nothing in annotations.xml can be imported. .*1 image tag left out"):
        read(write(tmp_path, image('<tag label="cat"/>')))


def test_export_for_video_is_refused_with_the_export_to_choose(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"video.*CVAT for images 1.1"):
        read(write(tmp_path, '<track id="0" label="cat"><box frame="0" keyframe="1"/></track>'))


def test_damaged_file_is_refused_whole(tmp_path: Path) -> None:
    file = write(tmp_path, image())
    file.write_bytes(file.read_bytes()[:-20])

    with pytest.raises(FormatError, match=r"annotations.xml is empty or cut off in line 1"):
        read(file)


def test_folder_is_read_by_its_annotations_or_its_only_file_or_that_of_its_only_folder(tmp_path: Path) -> None:
    deep = write(tmp_path / "one/task", image())
    (tmp_path / "two").mkdir()
    (tmp_path / "two/labels.xml").write_text(text(image()))
    write(tmp_path / "three", image())
    (tmp_path / "three/other.xml").write_text("<other/>")

    for name in ("one", "two", "three"):
        assert len(read(tmp_path / name).images) == 1
    assert read(tmp_path / "one").images[0].folders == (deep.parent / "images", deep.parent)


def test_folder_of_several_exports_asks_for_one_of_them(tmp_path: Path) -> None:
    write(tmp_path / "a", image())
    write(tmp_path / "b", image())

    with pytest.raises(FormatError, match=r"2 XML files \(a/annotations.xml, b/annotations.xml\).*one of them"):
        read(tmp_path)


def test_what_macos_leaves_beside_files_is_no_second_export(tmp_path: Path) -> None:
    (tmp_path / "task").mkdir()
    (tmp_path / "task/labels.xml").write_text(text(image()))
    (tmp_path / "task/._labels.xml").write_bytes(b"\0\5\x16\7\0\2\0\0Mac OS X")
    content = {"labels.xml": text(image()).encode(), "__MACOSX/._labels.xml": b"\0\5\x16\7"}

    assert len(read(tmp_path / "task").images) == 1
    assert len(read(pack(tmp_path / "task.zip", content)).images) == 1


@pytest.mark.parametrize("name", ["", "absent", "x" * 5000])
def test_what_is_no_export_is_refused_with_a_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(FormatError, match=r"annotations.xml|cannot be read"):
        read(tmp_path / name)


def pack(file: Path, names: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in names.items():
            archive.writestr(name, content)
    return file


def test_archive_is_read_without_unpacking(tmp_path: Path) -> None:
    file = pack(tmp_path / "task.zip", {"annotations.xml": text(image()).encode(), "images/a.png": b""})

    plan = read(file)

    assert plan.images[0].instances[0].region == SQUARE
    assert tmp_path / "task" / "images" in plan.images[0].folders
    assert sorted(path.name for path in tmp_path.iterdir()) == ["task.zip"]


def test_labels_of_an_archive_come_to_the_images_of_the_project(store: ProjectStore, tmp_path: Path) -> None:
    content = text(image(name="2.png")).replace('width="16" height="12"', 'width="64" height="48"')
    file = pack(tmp_path / "task.zip", {"annotations.xml": content.encode(), "images/2.png": b""})

    report = import_project(store, file, "cvat")

    assert (report.instances, report.added_images, report.warnings) == (1, 0, ())


def test_images_inside_an_archive_that_are_nowhere_else_ask_to_unpack_it(store: ProjectStore, tmp_path: Path) -> None:
    content = text(image() + image(name="2.png"))
    packed = pack(tmp_path / "x.zip", {"annotations.xml": content.encode(), "images/a.png": b"", "images/2.png": b""})
    alone = pack(tmp_path / "y.zip", {"annotations.xml": text(image()).encode(), "images/a.png": b""})
    labels = pack(tmp_path / "z.zip", {"annotations.xml": text(image()).encode()})

    report = import_project(store, packed, "cvat")

    assert any("1 image (a.png) not found" in warning and "unpack x.zip" in warning for warning in report.warnings)
    with pytest.raises(KnownError, match=r"1 image \(a.png\) not found.*; unpack y.zip"):
        import_project(store, alone, "cvat")
    with pytest.raises(KnownError, match=r"; choose the folder that they lie in"):
        import_project(store, labels, "cvat")


def test_archive_that_was_unpacked_beside_it_has_its_images(tmp_path: Path, make_image: Any) -> None:
    make_image("task/images/sub/a.png", width=16, height=12)
    file = pack(tmp_path / "task.zip", {"annotations.xml": text(image(name="sub/a.png")).encode()})

    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        import_project(store, file, "cvat")

        assert [record.path for record in store.images()] == ["task/images/sub/a.png"]


def test_archive_without_annotations_or_damaged_or_locked_is_refused(tmp_path: Path) -> None:
    empty = pack(tmp_path / "empty.zip", {"images/a.png": b""})
    whole = pack(tmp_path / "whole.zip", {"annotations.xml": text(image() * 500).encode()})
    damaged = tmp_path / "damaged.zip"
    content = bytearray(whole.read_bytes())
    content[60:90] = bytes(30)
    damaged.write_bytes(content)

    locked = tmp_path / "locked.zip"
    content = bytearray(whole.read_bytes())
    content[6] |= 1  # the flag that says so, in both headers
    content[content.index(b"PK\x01\x02") + 8] |= 1
    locked.write_bytes(content)

    with pytest.raises(FormatError, match=r"empty.zip has no annotations.xml"):
        read(empty)
    with pytest.raises(FormatError, match=r"locked.zip has a password"):
        read(locked)
    with pytest.raises(FormatError, match=r"damaged.zip.* (is damaged|cut off)"):
        read(damaged)


def test_images_of_one_name_in_two_subsets_get_their_own_labels(tmp_path: Path, make_image: Any) -> None:
    for seed, subset in enumerate(("Train", "Test")):
        make_image(f"project/images/{subset}/1.png", width=16, height=12, seed=seed)
    images = [image(part("cat", x), name="1.png", more=f'subset="{s}"') for x, s in ((0, "Train"), (5, "Test"))]
    source = write(tmp_path / "project", "".join(images))

    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        import_project(store, source, "cvat")

        found = {record.path: (record.split, store.instances(record.id)[0].region) for record in store.images()}
    assert found == {
        "project/images/Train/1.png": (Split.TRAIN, rectangle(0, 0, 2, 2)),
        "project/images/Test/1.png": (Split.TEST, rectangle(5, 0, 7, 2)),
    }
