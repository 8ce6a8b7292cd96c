"""Whatever is spoilt in an export after it was written, verifying it tells."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sam3_annotator.project import ProjectStore, rectangle
from sam3_annotator.project.formats.comparing.differences import DifferenceKind
from sam3_annotator.project.formats.options import ExportOptions
from sam3_annotator.project.formats.registry import export_project
from sam3_annotator.project.formats.verification import Verification, verify_export

Spoil = Callable[[Path], None]


def verified(dataset: Any, out: Path, format_name: str, spoil: Spoil, **options: Any) -> Verification:
    """Export, spoil what was written, and verify it."""
    chosen = ExportOptions(**options)
    export_project(dataset.store, out, format_name, chosen)
    spoil(out)
    return verify_export(dataset.store, out, format_name, chosen)


def kinds(verification: Verification) -> list[DifferenceKind]:
    return [difference.kind for difference in verification.differences]


def changes_json(name: str, change: Callable[[Any], object]) -> Spoil:
    def spoil(out: Path) -> None:
        content = json.loads((out / name).read_text(encoding="utf-8"))
        change(content)
        (out / name).write_text(json.dumps(content), encoding="utf-8")

    return spoil


def changes_text(name: str, change: Callable[[str], str]) -> Spoil:
    def spoil(out: Path) -> None:
        before = (out / name).read_text(encoding="utf-8")
        after = change(before)
        assert after != before
        (out / name).write_text(after, encoding="utf-8")

    return spoil


def changes_mask(name: str, change: Callable[[Any], None]) -> Spoil:
    def spoil(out: Path) -> None:
        with Image.open(out / name) as image:
            palette, values = image.getpalette(), np.array(image)
        change(values)
        changed = Image.fromarray(values)
        if palette is not None:
            changed.putpalette(palette)
        changed.save(out / name)

    return spoil


COCO = "annotations/instances.json"
ROWS = "labels/train/photos_a.txt"
SHIFTED_BY_ONE = [
    ("coco", changes_json(COCO, lambda content: _shift_coco(content["annotations"][0]["segmentation"][0]))),
    ("yolo-segment", changes_text(ROWS, lambda text: _shift_row(text))),
    ("yolo-detect", changes_text(ROWS, lambda text: _shift_row(text))),
    ("yolo-obb", changes_text(ROWS, lambda text: _shift_row(text))),
    ("labelme", changes_json("a.json", lambda content: _shift_points(content["shapes"][0]["points"]))),
    ("cvat", changes_text("annotations.xml", lambda text: text.replace('left="5"', 'left="6"', 1))),
    ("voc", changes_mask("SegmentationObject/photos_a.png", lambda values: values.__setitem__((6, 6), 0))),
    ("masks", changes_mask("instances/photos_a.png", lambda values: values.__setitem__((6, 6), 0))),
]


def _shift_coco(ring: list[float]) -> None:
    ring[0::2] = [x + 1 for x in ring[0::2]]


def _lift(ring: list[float]) -> None:
    ring[1::2] = [y + 0.1 if y < 1 else y for y in ring[1::2]]


def _shift_points(points: list[list[float]]) -> None:
    for point in points:
        point[0] += 1


def _shift_row(text: str) -> str:
    """Move the first instance of an image 64 pixels wide to the right."""
    first, *others = text.splitlines(keepends=True)
    number, *values = first.split()
    places = [0] if len(values) == 4 else range(0, len(values), 2)
    moved = [f"{float(value) + 1 / 64:.7f}" if place in places else value for place, value in enumerate(values)]
    return "".join([" ".join([number, *moved]) + "\n", *others])


@pytest.mark.parametrize(("name", "spoil"), SHIFTED_BY_ONE)
def test_shift_by_one_pixel_is_told_with_its_iou(dataset: Any, tmp_path: Path, name: str, spoil: Spoil) -> None:
    verification = verified(dataset, tmp_path / "out", name, spoil)

    (difference,) = verification.differences
    assert (difference.kind, difference.image, difference.category) == (DifferenceKind.SHAPE, "photos/a.png", "cat")
    assert difference.iou is not None
    assert 0.85 < difference.iou < 1
    assert verification.found == verification.instances
    assert verification.sentence.startswith("The export differs from the project in 1 place: ")


def test_shift_of_a_large_instance_is_told_however_high_its_iou(dataset: Any, tmp_path: Path) -> None:
    with dataset.store.edit("Add") as edit:
        edit.add_instance(dataset.by_name["sub/a.png"], dataset.store.categories()[0].id, rectangle(0, 0.48, 65, 48))

    verification = verified(
        dataset,
        tmp_path / "out",
        "coco",
        changes_json(COCO, lambda content: _lift(content["annotations"][-1]["segmentation"][0])),
    )

    assert [(each.kind, each.iou) for each in verification.differences] == [
        (DifferenceKind.SHAPE, pytest.approx(47 / 48))
    ]


def test_hole_that_was_filled_is_told(dataset: Any, tmp_path: Path) -> None:
    def fill(content: Any) -> None:
        content["annotations"][0]["segmentation"] = [[5, 5, 35, 5, 35, 30, 5, 30]]

    verification = verified(dataset, tmp_path / "out", "coco", changes_json(COCO, fill))

    assert [str(each) for each in verification.differences] == [
        "photos/a.png: an instance of cat came back with an IoU of 0.701."
    ]


DROPPED = [
    ("coco", changes_json(COCO, lambda content: content["annotations"].pop(0))),
    ("yolo-segment", changes_text(ROWS, lambda text: text.split("\n", 1)[1])),
    ("yolo-detect", changes_text(ROWS, lambda text: text.split("\n", 1)[1])),
    ("yolo-obb", changes_text(ROWS, lambda text: text.split("\n", 1)[1])),
    ("labelme", changes_json("a.json", lambda content: content["shapes"].pop(0))),
    ("cvat", changes_text("annotations.xml", lambda text: re.sub(r"    <mask .*\n", "", text, count=1))),
    ("masks", changes_json("masks.json", lambda content: content["images"][0]["instances"].pop(0))),
]


@pytest.mark.parametrize(("name", "spoil"), DROPPED)
def test_instance_that_was_dropped_is_told(dataset: Any, tmp_path: Path, name: str, spoil: Spoil) -> None:
    verification = verified(dataset, tmp_path / "out", name, spoil)

    told = [each for each in verification.differences if each.kind is DifferenceKind.MISSING]
    assert [str(each) for each in told] == ["photos/a.png: an instance of cat is missing."]
    assert verification.found == verification.instances - 1
    assert verification.exact == verification.found


def test_value_that_was_erased_from_a_mask_leaves_a_box_which_is_told(dataset: Any, tmp_path: Path) -> None:
    def erase(values: Any) -> None:
        values[values == 1] = 0

    verification = verified(dataset, tmp_path / "out", "voc", changes_mask("SegmentationObject/photos_a.png", erase))

    assert kinds(verification) == [DifferenceKind.SHAPE]


GONE = [
    ("coco", COCO, {DifferenceKind.UNREADABLE}),
    ("labelme", "a.json", {DifferenceKind.IMAGE_MISSING}),
    ("cvat", "annotations.xml", {DifferenceKind.UNREADABLE}),
    ("voc", "Annotations/photos_a.xml", {DifferenceKind.BOX}),
    ("voc", "SegmentationObject/photos_a.png", {DifferenceKind.SHAPE}),
    ("masks", "instances/photos_a.png", {DifferenceKind.IMAGE_MISSING}),
    ("masks", "categories/photos_a.png", {DifferenceKind.MASK}),
    ("yolo-segment", ROWS, {DifferenceKind.MISSING}),
    ("yolo-segment", "images/train/photos_a.png", {DifferenceKind.IMAGE_FILE}),
    ("coco", "images/a.png", {DifferenceKind.IMAGE_FILE}),
]


@pytest.mark.parametrize(("name", "file", "expected"), GONE)
def test_file_that_is_gone_is_told(
    dataset: Any, tmp_path: Path, name: str, file: str, expected: set[DifferenceKind]
) -> None:
    verification = verified(dataset, tmp_path / "out", name, lambda out: (out / file).unlink())

    assert set(kinds(verification)) == expected
    assert verification.warnings


def test_damaged_file_is_told_with_what_is_wrong(dataset: Any, tmp_path: Path) -> None:
    verification = verified(dataset, tmp_path / "out", "coco", changes_text(COCO, lambda text: text[:-9]))

    assert verification.sentence == "The export could not be read back."
    assert "damaged or no JSON" in verification.warnings[0]


def test_instance_that_the_project_does_not_have_is_told(dataset: Any, tmp_path: Path) -> None:
    verification = verified(
        dataset, tmp_path / "out", "yolo-detect", changes_text(ROWS, lambda text: text + "1 0.5 0.5 0.25 0.5\n")
    )

    assert verification.warnings == ("photos/a.png: there is an instance of no that the project does not have.",)


def _swap(text: str, a: str, b: str) -> str:
    return text.replace(a, "\0").replace(b, a).replace("\0", b)


SWAPPED = [
    ("coco", changes_text(COCO, lambda text: _swap(text, '"category_id":1', '"category_id":2'))),
    ("yolo-segment", changes_text("data.yaml", lambda text: _swap(text, "cat", "no"))),
    ("yolo-obb", changes_text(ROWS, lambda text: re.sub("^0", "1", text))),
    ("labelme", changes_text("a.json", lambda text: _swap(text, '"label":"cat"', '"label":"no"'))),
    ("cvat", changes_text("annotations.xml", lambda text: _swap(text, ' label="cat"', ' label="no"'))),
    ("masks", changes_text("masks.json", lambda text: _swap(text, '"cat"', '"no"'))),
]


@pytest.mark.parametrize(("name", "spoil"), SWAPPED)
def test_swapped_categories_are_told_as_such(dataset: Any, tmp_path: Path, name: str, spoil: Spoil) -> None:
    verification = verified(dataset, tmp_path / "out", name, spoil)

    assert "photos/a.png: an instance of cat has become no." in verification.warnings
    assert set(kinds(verification)) <= {DifferenceKind.CATEGORY, DifferenceKind.CATEGORIES}


def test_category_that_got_another_name_is_told(dataset: Any, tmp_path: Path) -> None:
    verification = verified(
        dataset, tmp_path / "out", "coco", changes_text(COCO, lambda text: text.replace('"name":"no"', '"name":"yes"'))
    )

    assert verification.warnings[0].startswith("The categories are cat, yes, ")


BESIDE_THE_SHAPES = [
    ("coco", changes_json(COCO, lambda content: content["annotations"][0].update(id=0)), DifferenceKind.IDS),
    ("coco", changes_json(COCO, lambda content: content["annotations"][0].update(area=1)), DifferenceKind.BOX),
    ("coco", changes_json(COCO, lambda content: content["annotations"][0]["bbox"].reverse()), DifferenceKind.BOX),
    ("coco", changes_json(COCO, lambda content: content["images"][0].update(width=65)), DifferenceKind.IMAGE_SIZE),
    ("coco", changes_json(COCO, lambda content: content["annotations"][0].update(iscrowd=1)), DifferenceKind.CROWD),
    (
        "voc",
        changes_text("Annotations/photos_a.xml", lambda text: text.replace("<xmin>6<", "<xmin>7<")),
        DifferenceKind.BOX,
    ),
    (
        "voc",
        changes_text("Annotations/photos_a.xml", lambda text: text.replace("<width>64<", "<width>63<")),
        DifferenceKind.IMAGE_SIZE,
    ),
    (
        "masks",
        changes_mask("categories/photos_a.png", lambda values: values.__setitem__((0, 0), 3)),
        DifferenceKind.MASK,
    ),
]


@pytest.mark.parametrize(("name", "spoil", "kind"), BESIDE_THE_SHAPES)
def test_what_trainers_read_beside_the_shapes_is_compared(
    dataset: Any, tmp_path: Path, name: str, spoil: Spoil, kind: DifferenceKind
) -> None:
    verification = verified(dataset, tmp_path / "out", name, spoil)

    assert kinds(verification) == [kind]


def test_reference_to_a_category_that_is_not_listed_is_told(dataset: Any, tmp_path: Path) -> None:
    verification = verified(
        dataset,
        tmp_path / "out",
        "coco",
        changes_json(COCO, lambda content: content["annotations"][0].update(category_id=7)),
    )

    assert verification.warnings[0] == (
        "annotations/instances.json: 1 of its annotations have a category_id that is none of its categories."
    )


def test_names_of_values_that_were_swapped_are_told(dataset: Any, tmp_path: Path) -> None:
    verification = verified(
        dataset, tmp_path / "out", "voc", changes_text("labelmap.txt", lambda text: _swap(text, "cat:", "no:"))
    )

    assert verification.warnings[0].startswith("The categories are no, cat, ")
    assert "photos/a.png: an instance of cat has become no." in verification.warnings


def test_image_in_another_split_is_told(dataset: Any, tmp_path: Path) -> None:
    def swap(out: Path) -> None:
        for folder in ("Main", "Segmentation"):
            train, val = (out / "ImageSets" / folder / f"{split}.txt" for split in ("train", "val"))
            before = train.read_text(), val.read_text()
            val.write_text(before[0])
            train.write_text(before[1])

    verification = verified(dataset, tmp_path / "out", "voc", swap, split={"train": 0.5, "val": 0.5})

    assert kinds(verification) == [DifferenceKind.SPLIT] * 5
    assert {each.sentence for each in verification.differences} == {
        "the image is in the split val instead of the split train.",
        "the image is in the split train instead of the split val.",
    }


def test_image_that_the_project_does_not_export_is_told(dataset: Any, tmp_path: Path) -> None:
    verification = verified(
        dataset,
        tmp_path / "out",
        "coco",
        changes_json(COCO, lambda content: content["images"][0].update(file_name="b")),
    )

    assert verification.warnings == (
        "photos/a.png: the image is missing, with 3 instances.",
        "b: the project does not export such an image.",
    )


def test_copy_that_was_cut_short_is_told(dataset: Any, tmp_path: Path) -> None:
    def cut(out: Path) -> None:
        copy = out / "images" / "a.png"
        copy.write_bytes(copy.read_bytes()[:-1])

    verification = verified(dataset, tmp_path / "out", "coco", cut)

    assert verification.warnings == ("photos/a.png: the copy of the image has another size.",)


def test_more_differences_than_anybody_reads_are_counted(
    crowded: Callable[[int, int], ProjectStore], tmp_path: Path
) -> None:
    store = crowded(2, 1200)
    export_project(store, tmp_path / "out", "yolo-detect", ExportOptions())
    (tmp_path / "out/labels/train/1.txt").write_text("0 0.5 0.5 1 1\n")

    verification = verify_export(store, tmp_path / "out", "yolo-detect")

    assert (len(verification.differences), verification.unlisted) == (1000, 200)
    assert verification.warnings[-1] == "200 more differences are not listed."
