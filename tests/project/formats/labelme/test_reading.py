"""labelme files that other programs write."""

from __future__ import annotations

import base64
import io
import json
import math
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sam3_annotator.project import (
    FormatError,
    ProjectStore,
    Region,
    Split,
    mask_to_region,
    rectangle,
    region_pixel_area,
    region_to_mask,
)
from sam3_annotator.project.formats.labelme.reading import read
from sam3_annotator.project.formats.plan import PlannedInstance
from sam3_annotator.project.formats.registry import import_project

DATA = Path(__file__).parents[3] / "data" / "labelme"
MASK = np.random.default_rng(5).random((4, 5)) < 0.6
MASK[0, 0] = MASK[-1, -1] = True
SQUARE = [[2, 2], [10, 2], [10, 10], [2, 10]]


def png(pixels: Any, mode: str | None = None) -> str:
    file = io.BytesIO()
    image = Image.fromarray(np.asarray(pixels))
    (image.convert(mode) if mode else image).save(file, format="PNG")
    return base64.b64encode(file.getvalue()).decode()


def shape(points: Any = SQUARE, shape_type: str | None = "polygon", **values: Any) -> dict[str, Any]:
    return {"label": "cat", "points": points, "group_id": None, "shape_type": shape_type, "flags": {}, **values}


def mask_shape(points: Any, mask: Any = None, **values: Any) -> dict[str, Any]:
    return shape(points, "mask", mask=png(MASK.astype(np.uint8)) if mask is None else mask, **values)


def write(file: Path, *shapes: Any, **changes: Any) -> Path:
    content = {
        "version": "5.5.0",
        "flags": {},
        "shapes": list(shapes),
        "imagePath": "a.png",
        "imageData": None,
        "imageHeight": 12,
        "imageWidth": 16,
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content | changes), encoding="utf-8")
    return file


def instances(tmp_path: Path, *shapes: Any, **changes: Any) -> tuple[PlannedInstance, ...]:
    plan = read(write(tmp_path / "a.json", *shapes, **changes))
    assert plan.warnings == ()
    return plan.images[0].instances


def region_of(tmp_path: Path, *shapes: Any) -> Region:
    (instance,) = instances(tmp_path, *shapes)
    return instance.region


def on_image(top: int, left: int) -> np.ndarray:
    """Return the part on an image of 12 x 16 pixels of the mask whose first pixel lies in a row and column of it."""
    padded = np.zeros((36, 48), dtype=bool)
    padded[12 + top : 16 + top, 16 + left : 21 + left] = MASK
    return padded[12:24, 16:32]


def test_shape_without_a_type_is_a_polygon(tmp_path: Path) -> None:
    assert region_of(tmp_path, shape(shape_type=None)) == rectangle(2, 2, 10, 10)


def test_shapes_of_one_label_and_group_are_one_instance(tmp_path: Path) -> None:
    left, right, far = rectangle(1, 1, 3, 3), rectangle(6, 1, 9, 3), rectangle(11, 1, 13, 3)
    corners = [[[1, 1], [3, 3]], [[6, 1], [9, 3]], [[11, 1], [13, 3]]]

    found = instances(
        tmp_path,
        shape(corners[0], "rectangle", group_id=7),
        shape(corners[1], "rectangle", group_id=""),
        shape(corners[2], "rectangle", group_id=7),
        shape(corners[1], "rectangle", group_id=8),
        shape(corners[1], "rectangle", group_id=7, label="dog"),
        shape(corners[1], "rectangle", group_id=None),
    )

    assert [(instance.category, instance.region) for instance in found] == [
        ("cat", Region((*left.polygons, *far.polygons))),
        ("cat", right),
        ("cat", right),
        ("dog", right),
        ("cat", right),
    ]


def test_overlapping_shapes_of_a_group_add_up(tmp_path: Path) -> None:
    region = region_of(
        tmp_path,
        shape(group_id=1),
        shape([[5, 5], [14, 11]], "rectangle", group_id=1),
        mask_shape([[0, 0], [4, 3]], group_id=1),
    )

    expected = np.zeros((12, 16), dtype=bool)
    expected[2:10, 2:10] = expected[5:11, 5:14] = True
    assert np.array_equal(region_to_mask(region, 12, 16), expected | on_image(0, 0))


def test_holes_of_a_group_are_cut_wherever_they_stand(tmp_path: Path) -> None:
    hole = {"flags": {"__hole__": True, "other": False}}

    region = region_of(
        tmp_path,
        shape([[4, 4], [6, 6]], "rectangle", group_id=1, **hole),
        shape(group_id=1),
        shape([[7, 7], [8, 8]], "rectangle", group_id=1, **hole),
    )

    assert region.area == 64 - 4 - 1


def test_what_x_anylabeling_adds_is_read_without_complaint(tmp_path: Path) -> None:
    more = {"kie_linking": [], "description": None, "flags": None}

    found = instances(
        tmp_path,
        shape(score=0.75, **more),
        shape(score=None),
        shape(score=0.25, group_id=1),
        shape(score=0.5, group_id=1),
        checked=True,
        description="",
    )

    assert [instance.score for instance in found] == [0.75, None, 0.5]


def test_flag_of_a_crowd_is_read(tmp_path: Path) -> None:
    found = instances(tmp_path, shape(flags={"__crowd__": True}), shape(flags={"__crowd__": False}), shape())

    assert [instance.is_crowd for instance in found] == [True, False, False]


@pytest.mark.parametrize(
    ("said", "label"), [("cat", "cat"), (" cat\n", "cat"), (3, "3"), (0, "0"), ("a\ud800b", "a?b")]
)
def test_label_is_the_category(tmp_path: Path, said: object, label: str) -> None:
    (instance,) = instances(tmp_path, shape(label=said))

    assert instance.category == label


def test_categories_come_in_the_order_in_which_they_are_met(tmp_path: Path) -> None:
    write(tmp_path / "10.json", shape(label="late"), shape(label="zebra"))
    write(tmp_path / "9.json", shape(label="zebra"), shape(label="ape"))

    assert [category.name for category in read(tmp_path).categories] == ["zebra", "ape", "late"]


BAD = {
    "two points": (shape([[1, 1], [5, 5]]), "2 points, which is too few"),
    "no points": (shape([]), "0 points"),
    "one corner": (shape([[1, 1]], "rectangle"), "1 point, which is too few"),
    "flat ring": (shape([[1, 1], [5, 5], [9, 9]]), "no area"),
    "flat rectangle": (shape([[1, 1], [1, 5]], "rectangle"), "no area"),
    "three of a circle": (shape([[1, 1], [5, 5], [9, 9]], "circle"), "3 points instead of 2"),
    "circle without radius": (shape([[1, 1], [1, 1]], "circle"), "no area"),
    "truth": (shape([[True, 1], [5, 5], [9, 1]]), r"no list of \[x, y\]"),
    "text": (shape([["1", 1], [5, 5], [9, 1]]), r"no list of \[x, y\]"),
    "three numbers": (shape([[1, 1, 2], [5, 5, 2], [9, 1, 2]]), r"no list of \[x, y\]"),
    "word": (shape("points"), r"no list of \[x, y\]"),
    "not a number": (shape([[math.nan, 1], [5, 5], [9, 1]]), "not finite"),
    "endless": (shape([[math.inf, 1], [5, 5], [9, 1]]), "not finite"),
    "absurd": (shape([[1e300, 1], [5, 5], [9, 1]]), "too large"),
    "beyond floats": (shape([[10**400, 1], [5, 5], [9, 1]]), "too large"),
    "no mask": (shape([[3, 2], [7, 5]], "mask"), "no mask in it"),
    "no text": (mask_shape([[3, 2], [7, 5]], 5), "no mask in it"),
    "no base64": (mask_shape([[3, 2], [7, 5]], "a"), "damaged or no PNG"),
    "no png": (mask_shape([[3, 2], [7, 5]], "aGVsbG8="), "damaged or no PNG"),
    "cut off": (mask_shape([[3, 2], [7, 5]], png(MASK)[:-40]), "damaged or no PNG"),
    "colours": (mask_shape([[3, 2], [7, 5]], png(MASK, "RGB")), "colours"),
    "other box": (mask_shape([[3, 2], [9, 5]]), "5 x 4 pixels in a box of 7 x 4"),
    "one corner of a mask": (mask_shape([[3, 2]]), "1 point instead of 2"),
    "mask outside": (mask_shape([[16, 2], [20, 5]]), "no area"),
    "empty mask": (mask_shape([[3, 2], [7, 5]], png(MASK & False)), "no area"),
    "no label": (shape(label=None), "no label"),
    "empty label": (shape(label="  "), "no label"),
    "true label": (shape(label=True), "no label"),
    "lonely hole": (shape(flags={"__hole__": True}), "is a hole, but no other shape"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_read_is_told_by_file_and_shape(tmp_path: Path, case: str) -> None:
    bad, reason = BAD[case]
    write(tmp_path / "sub/a.json", shape(), bad)

    plan = read(tmp_path)

    (warning,) = plan.warnings
    assert warning.startswith("sub/a.json: shape 2 ")
    assert warning.endswith(", so it was left out.")
    assert len(plan.images[0].instances) == 1
    assert re.search(reason, warning)


def test_entries_that_are_nothing_are_told_and_the_rest_is_read(tmp_path: Path) -> None:
    plan = read(write(tmp_path / "a.json", None, 5, shape()))

    assert plan.warnings == tuple(f"a.json: shape {n} is no object, so it was left out." for n in (1, 2))
    assert len(plan.images[0].instances) == 1


def test_holes_that_leave_nothing_are_told(tmp_path: Path) -> None:
    plan = read(write(tmp_path / "a.json", shape(), shape(group_id=2), shape(group_id=2, flags={"__hole__": True})))

    assert plan.warnings == ("a.json: shape 2 (cat) has holes that leave nothing of it, so it was left out.",)


def test_points_and_lines_are_counted_in_one_warning_for_each_type(tmp_path: Path) -> None:
    write(tmp_path / "a.json", shape([[1, 1]], "point"), shape([[1, 1]], "point"), shape([[1, 1], [2, 2]], "line"))
    write(tmp_path / "b.json", shape(), shape([[1, 1]], "point"), shape([[1, 1], [2, 2]], "linestrip"))

    assert read(tmp_path).warnings == (
        "3 shapes of the type point left out for having no area, in 2 files (a.json, b.json).",
        "1 shape of the type line left out for having no area, in 1 file (a.json).",
        "1 shape of the type linestrip left out for having no area, in 1 file (b.json).",
    )


def test_file_of_which_nothing_can_be_read_is_refused_with_the_first_reason(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"Nothing in a.json.*shape 1 \(cat\)"):
        read(write(tmp_path / "a.json", shape([])))


def test_file_without_shapes_is_an_image_without_instances(tmp_path: Path) -> None:
    plan = read(write(tmp_path / "a.json"))

    assert [(image.name, image.instances) for image in plan.images] == [("a.png", ())]
    assert plan.warnings == ()


@pytest.mark.parametrize(
    ("said", "size"), [(16, 16), (16.0, 16), ("16", 16), (True, 0), (None, 0), (-1, 0), (math.nan, 0), ([], 0)]
)
def test_size_of_the_image_counts_if_it_is_one(tmp_path: Path, said: object, size: int) -> None:
    plan = read(write(tmp_path / "a.json", mask_shape([[3, 2], [7, 5]]), imageWidth=said))

    assert plan.images[0].width == size
    assert plan.images[0].instances[0].region == mask_to_region(on_image(2, 3))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no JSON"),
        (b'{"shapes": [', "line 1"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"[1, 2]", "no list “shapes”"),
        (b"{}", "no list “shapes”"),
        (b'{"shapes": {}, "imagePath": "a.png"}', "no list “shapes”"),
        (b'{"shapes": []}', "does not name its image"),
        (b'{"shapes": [], "imagePath": 5}', "does not name its image"),
        (b'{"shapes": [], "imagePath": "../"}', "does not name its image"),
        (b'{"shapes": [], "imagePath": "C:"}', "does not name its image"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"shapes": [' + b"9" * 5000 + b"]}", "thousands of digits"),
    ],
)
def test_file_that_is_none_is_refused_and_beside_others_told(tmp_path: Path, content: bytes, sentence: str) -> None:
    file = tmp_path / "bad.json"
    file.write_bytes(content)

    with pytest.raises(FormatError, match=sentence) as caught:
        read(file)
    write(tmp_path / "good.json", shape())
    plan = read(tmp_path)

    assert plan.warnings == (str(caught.value),)
    assert "bad.json" in plan.warnings[0]
    assert len(plan.images) == 1


def test_folder_without_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="no labelme file"):
        read(tmp_path)
    with pytest.raises(FormatError, match="nothing at"):
        read(tmp_path / "absent")
    with pytest.raises(FormatError, match="nothing at" if sys.platform == "win32" else "cannot be read"):
        read(tmp_path / ("x" * 5000))


def test_folders_are_read_with_those_inside_in_natural_order(tmp_path: Path) -> None:
    for name in ("10", "9", "sub/deep/1", ".hidden/1", ".b"):
        write(tmp_path / f"{name}.json", shape(), imagePath=f"{Path(name).name}.png")
    (tmp_path / "UPPER.JSON").write_bytes((tmp_path / "9.json").read_bytes())

    assert [image.name for image in read(tmp_path).images] == ["9.png", "10.png", "sub/deep/1.png", "9.png"]


@pytest.mark.parametrize(
    ("folder", "split"),
    [("train", Split.TRAIN), ("Val/deep", Split.VAL), ("train/test", Split.TEST), ("test shots", None), ("", None)],
)
def test_folder_named_after_a_split_says_the_split(tmp_path: Path, folder: str, split: Split | None) -> None:
    write(tmp_path / "test" / folder / "train_1.json", shape())

    assert read(tmp_path / "test").images[0].split is split


def test_byte_order_mark_is_read(tmp_path: Path) -> None:
    file = write(tmp_path / "a.json", shape(label="日本"))
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())

    assert read(file).categories[0].name == "日本"


def test_other_size_of_an_image_is_told(store: ProjectStore, tmp_path: Path) -> None:
    report = import_project(store, write(tmp_path / "x/1.json", shape(), imagePath="1.png"), "labelme")

    assert any("another size" in warning and "1.png" in warning for warning in report.warnings)


def test_sample_of_every_shape_type_is_read() -> None:
    plan = read(DATA / "every_shape_type.json")

    found = {instance.category: instance.region for instance in plan.images[0].instances}
    assert {name: round(region.area, 3) for name, region in found.items()} == {
        "cup": 55.156,
        "plate": 144,
        "coin": round(12.5 * 23 * math.sin(2 * math.pi / 23), 3),
        "ring": 14,
        "fork": 80,
        "knife": 24,
    }
    assert region_pixel_area(found["ring"], 48, 64) == 5 * 4 - 3 * 2
    assert (plan.images[0].name, plan.images[0].width, plan.images[0].height) == ("photos/table.jpg", 64, 48)
    assert [warning.split(" left")[0] for warning in plan.warnings] == [
        f"1 shape of the type {kind}" for kind in ("point", "line", "linestrip")
    ]


def test_sample_in_the_style_of_x_anylabeling_is_read() -> None:
    plan = read(DATA / "x_anylabeling.json")

    assert [(i.category, i.region.area, i.score) for i in plan.images[0].instances] == [
        ("tasse", 110, 0.875),
        ("löffel", 40, None),
    ]


def test_labels_renamed_with_their_image_belong_to_it(tmp_path: Path) -> None:
    for name in ("new.JPG", "two.jpg", "two.png", "own.jpg", "a.jpg"):
        Image.new("RGB", (16, 12)).save(tmp_path / name, "PNG")
    for stem, image in (("new", "old.jpg"), ("two", "old.jpg"), ("own", "a.jpg")):
        write(tmp_path / f"{stem}.json", shape(), imagePath=image)

    plan = read(tmp_path)
    with ProjectStore.create(tmp_path / "p.sam3proj") as store:
        report = import_project(store, tmp_path, "labelme")
        paths = [image.path for image in store.images()]

    renamed, *others = plan.images
    assert renamed.name == "old.jpg"
    assert str(renamed.renamed).lower() == str(tmp_path / "new.JPG").lower()  # some disks have it in any case
    assert [(image.name, image.renamed) for image in others] == [("a.jpg", None), ("old.jpg", None)]
    assert sorted(paths) == ["a.jpg", "new.JPG"]
    assert report.unmatched == ("old.jpg",)
