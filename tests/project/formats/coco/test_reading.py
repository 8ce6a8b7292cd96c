"""COCO files that other programs write."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sam3_annotator.project import (
    FormatError,
    ProjectStore,
    Split,
    mask_to_region,
    rectangle,
)
from sam3_annotator.project.formats.coco.reading import read
from sam3_annotator.project.formats.registry import import_project
from sam3_annotator.project.rle import mask_to_rle, rle_to_coco_string

DATA = Path(__file__).parents[3] / "data" / "coco"
MASK = np.random.default_rng(5).random((12, 16)) < 0.6
SQUARE = [[2, 2, 10, 2, 10, 10, 2, 10]]


def write(tmp_path: Path, **changes: Any) -> Path:
    """Write a file of one image and one annotation, changed."""
    content: dict[str, Any] = {
        "images": [{"id": 1, "file_name": "a.png", "width": 16, "height": 12}],
        "categories": [{"id": 1, "name": "cat"}],
        "annotations": [{"id": 7, "image_id": 1, "category_id": 1, "segmentation": SQUARE, "iscrowd": 0}],
    }
    file = tmp_path / "labels.json"
    file.write_text(json.dumps(content | changes), encoding="utf-8")
    return file


def annotation(**values: Any) -> dict[str, Any]:
    return {"id": 7, "image_id": 1, "category_id": 1, **values}


@pytest.mark.parametrize("crowd", [0, 1, True, False, "0", "1", None])
@pytest.mark.parametrize("kind", ["compressed", "uncompressed", "polygon"])
def test_area_is_read_whatever_iscrowd_says(tmp_path: Path, crowd: Any, kind: str) -> None:
    code = mask_to_rle(MASK)
    counts = rle_to_coco_string(code) if kind == "compressed" else code.counts.tolist()
    segmentation = SQUARE if kind == "polygon" else {"size": [12, 16], "counts": counts}

    plan = read(write(tmp_path, annotations=[annotation(segmentation=segmentation, iscrowd=crowd)]))

    (instance,) = plan.images[0].instances
    assert instance.region == (rectangle(2, 2, 10, 10) if kind == "polygon" else mask_to_region(MASK))
    assert instance.is_crowd == (crowd in (1, True, "1"))


def test_ids_may_be_text_start_at_zero_and_have_gaps(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        images=[{"id": "x-1", "file_name": "a.png"}, {"id": 900, "file_name": "b.png"}],
        categories=[{"id": 0, "name": "zero"}, {"id": "17", "name": "seventeen"}],
        annotations=[
            {"id": "first", "image_id": "x-1", "category_id": 0, "segmentation": SQUARE},
            {"image_id": "900", "category_id": 17, "segmentation": SQUARE},
            {"id": 0, "image_id": 900.0, "category_id": "0", "segmentation": SQUARE},
        ],
    )

    plan = read(file)

    assert plan.warnings == ()
    assert [[instance.category for instance in image.instances] for image in plan.images] == [
        ["zero"],
        ["seventeen", "zero"],
    ]


@pytest.mark.parametrize(
    ("said", "size"),
    [(16, 16), (16.0, 16), (" 16 ", 16), ("16.0", 16), ("wide", 0), (-1, 0), (None, 0), (True, 0), ("9" * 5000, 0)],
)
def test_size_of_an_image_may_be_a_number_or_its_text_and_else_counts_as_unknown(
    tmp_path: Path, said: object, size: int
) -> None:
    plan = read(write(tmp_path, images=[{"id": 1, "file_name": "a.png", "width": said, "height": 12}]))

    assert plan.images[0].width == size


@pytest.mark.parametrize(
    ("said", "score"), [(0.5, 0.5), (0, 0.0), (1, 1.0), (1.5, None), (-0.1, None), (True, None), ("0.5", None)]
)
def test_score_is_read_if_it_is_a_number_within_zero_and_one(tmp_path: Path, said: object, score: float | None) -> None:
    plan = read(write(tmp_path, annotations=[annotation(segmentation=SQUARE, score=said)]))

    assert plan.images[0].instances[0].score == score


def test_run_lengths_tell_the_size_of_an_image_that_has_none(tmp_path: Path) -> None:
    fits, other = ({"size": size, "counts": [0, 192]} for size in ([12, 16], [16, 12]))

    plan = read(
        write(
            tmp_path,
            images=[{"id": 1, "file_name": "a.png"}],
            annotations=[annotation(segmentation=fits), annotation(segmentation=other)],
        )
    )

    assert [(image.width, image.height, len(image.instances)) for image in plan.images] == [(16, 12, 1)]
    assert "12 x 16 pixels, but its image has 16 x 12" in plan.warnings[0]


def test_backslashes_in_file_names_are_folders(tmp_path: Path) -> None:
    plan = read(write(tmp_path, images=[{"id": 1, "file_name": "sub\\deep\\a.png"}]))

    assert plan.images[0].name == "sub/deep/a.png"


def test_categories_of_one_name_are_one_and_nameless_ones_get_a_name(tmp_path: Path) -> None:
    plan = read(
        write(
            tmp_path,
            categories=[{"id": 1, "name": "cat"}, {"id": 2, "name": " cat "}, {"id": 3}],
            annotations=[annotation(segmentation=SQUARE, category_id=i) for i in (1, 2, 3, 4)],
        )
    )

    assert [i.category for i in plan.images[0].instances] == ["cat", "cat", "category 3", "category 4"]
    assert [warning for warning in plan.warnings if "category 4" in warning]


def test_second_category_of_an_id_is_told_and_takes_no_instance_from_the_first(tmp_path: Path) -> None:
    plan = read(
        write(
            tmp_path,
            categories=[{"id": 1, "name": "cat"}, {"id": 1, "name": "dog"}, {"id": 1, "name": "cat"}],
            annotations=[annotation(segmentation=SQUARE)],
        )
    )

    assert [i.category for i in plan.images[0].instances] == ["cat"]
    assert plan.warnings == ("labels.json: category dog has the id 1 of cat, so it was left out.",)


BAD = {
    "odd ring": ({"segmentation": [[1, 2, 3, 4, 5, 6, 7]]}, "7 numbers"),
    "short ring": ({"segmentation": [[1, 2, 3, 4]]}, "4 numbers"),
    "flat ring": ({"segmentation": [[1, 1, 5, 5, 9, 9]]}, "without any area"),
    "text": ({"segmentation": [["a", 1, 2, 3, 4, 5]]}, "no list of numbers"),
    "not a number": ({"segmentation": [[float("nan"), 1, 2, 3, 4, 5]]}, "not finite"),
    "absurd": ({"segmentation": [[1e300, 1, 2, 3, 4, 5]]}, "too large"),
    "beyond floats": ({"segmentation": [[10**400, 1, 2, 3, 4, 5]]}, "too large"),
    "smallest of 64 bits": ({"segmentation": [[-(2**63), 1, 2, 3, 4, 5]]}, "too large"),
    "word": ({"segmentation": "polygon"}, "neither a list nor run lengths"),
    "nothing": ({}, "neither a segmentation nor a box"),
    "flat box": ({"bbox": [1, 1, 0, 5]}, "box without area"),
    "short box": ({"bbox": [1, 1, 5]}, "3 numbers instead of 4"),
    "other size": ({"segmentation": {"size": [5, 5], "counts": [25]}}, "5 x 5 pixels, but its image has 16 x 12"),
    "no size": ({"segmentation": {"counts": [192]}}, "size None"),
    "vast": ({"segmentation": {"size": [9e6, 9e6], "counts": [81e12]}}, "more than any image"),
    "other length": ({"segmentation": {"size": [12, 16], "counts": [100, 5]}}, "105 pixels"),
    "negative run": ({"segmentation": {"size": [12, 16], "counts": [200, -8]}}, "whole numbers"),
    "bad string": (
        {"segmentation": {"size": [12, 16], "counts": "é~"}},
        "has a damaged run-length code: the run-length string has characters",
    ),
    "empty mask": ({"segmentation": {"size": [12, 16], "counts": [192]}}, "without any area"),
    "no image": ({"segmentation": SQUARE, "image_id": 5}, "image 5"),
    "no category": ({"segmentation": SQUARE, "category_id": None}, "no category"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_read_is_told_by_file_and_annotation(tmp_path: Path, case: str) -> None:
    values, reason = BAD[case]
    good = annotation(segmentation=SQUARE)

    plan = read(write(tmp_path, annotations=[good, {**annotation(**values), "id": 4711}]))

    (warning,) = plan.warnings
    assert warning.startswith("labels.json: annotation 4711 ")
    assert reason in warning
    assert [len(image.instances) for image in plan.images] == [1]


def test_file_of_which_nothing_can_be_read_is_refused_with_the_first_reason(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"Nothing in labels.json.*annotation 7"):
        read(write(tmp_path, annotations=[annotation()]))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no JSON"),
        (b'{"images": [', "line 1"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"[1, 2]", "list, as results are"),
        (b"null", "a single value"),
        (b'{"annotations": []}', "no list “images”"),
        (b'{"images": 5}', "no list “images”"),
        (b'{"images": [], "annotations": {}}', "no list “annotations”"),
        (b"[" * 100_000, "COCO file"),
        (b'{"images": [' + b"9" * 5000 + b"]}", "thousands of digits"),
    ],
)
def test_file_that_is_none_is_refused_with_a_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    file = tmp_path / "labels.json"
    file.write_bytes(content)

    with pytest.raises(FormatError, match=sentence) as caught:
        read(file)
    assert "labels.json" in str(caught.value)


def test_halves_of_characters_do_not_keep_the_rest_from_being_imported(store: ProjectStore, tmp_path: Path) -> None:
    image = {"id": 1, "file_name": "2.png", "width": 64, "height": 48}
    lost = {"id": "\ud800", "file_name": "\ud800.png", "width": 64, "height": 48}
    category = {"id": 1, "name": "a\ud800b", "supercategory": "\udfff"}
    file = write(tmp_path, images=[image, lost], categories=[category], annotations=[annotation(segmentation=SQUARE)])

    report = import_project(store, file, "coco")

    assert report.instances == 1
    assert "".join(report.warnings).encode()
    assert [category.name for category in store.categories()] == ["a?b"]


def test_byte_order_mark_and_unicode_are_read(tmp_path: Path) -> None:
    file = write(tmp_path, categories=[{"id": 1, "name": "日本"}])
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())

    assert read(file).categories[0].name == "日本"


def test_entries_that_are_nothing_are_told_and_the_rest_is_read(tmp_path: Path) -> None:
    plan = read(
        write(
            tmp_path,
            images=[None, {"id": 1, "file_name": "a.png"}, {"id": 1, "file_name": "b.png"}, {"file_name": "c.png"}],
            annotations=[None, 5, annotation(segmentation=SQUARE)],
        )
    )

    assert len(plan.warnings) == 5
    assert [len(image.instances) for image in plan.images] == [1]


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("instances_train2017.json", Split.TRAIN),
        ("valid/_annotations.coco.json", Split.VAL),
        ("annotations/test.json", Split.TEST),
        ("training/labels.json", Split.TRAIN),
        ("latest.json", None),
        ("retrain.json", None),
    ],
)
def test_split_is_read_from_the_name_of_the_file_or_its_folder(tmp_path: Path, name: str, split: Split | None) -> None:
    file = tmp_path / "x" / name
    file.parent.mkdir(parents=True)
    write(tmp_path).rename(file)

    assert read(file).images[0].split is split


def test_name_that_the_system_does_not_take_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="nothing at" if sys.platform == "win32" else "cannot be read"):
        read(tmp_path / ("x" * 5000))


def test_folder_without_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="no COCO file"):
        read(tmp_path)
    with pytest.raises(FormatError, match="nothing at"):
        read(tmp_path / "absent")


def test_files_of_a_folder_that_are_no_coco_are_told_and_the_others_read(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "package.json").write_text("{}")

    plan = read(tmp_path)

    assert len(plan.images) == 1
    assert "package.json" in plan.warnings[0]


def test_what_macos_leaves_beside_files_is_not_told(tmp_path: Path) -> None:
    file = write(tmp_path)
    file.with_name(f"._{file.name}").write_bytes(b"\0\5\x16\7\0\2\0\0Mac OS X")

    assert read(tmp_path).warnings == read(file).warnings


def areas(name: str) -> list[list[tuple[str, float, bool]]]:
    plan = read(DATA / name)
    assert plan.warnings == ()
    return [[(i.category, i.region.area, i.is_crowd) for i in image.instances] for image in plan.images]


def test_sample_in_the_style_of_coco_2017_is_read() -> None:
    polygons, crowd = areas("coco_2017_instances.json")

    assert polygons == [("bottle", pytest.approx(6.58 * 5.75), False), ("person", 12, False)]
    assert crowd == [("person", 12, True)]


def test_sample_in_the_style_of_cvat_keeps_masks_with_their_holes() -> None:
    """CVAT marks masks as crowds; the flag is kept, since the file cannot tell whether it is meant."""
    assert areas("cvat_masks.json") == [[("cell", 10, True), ("debris", 16, False)]]


def test_sample_in_the_style_of_labelme2coco_is_read_with_its_broken_rings() -> None:
    assert areas("labelme2coco_ids_from_zero.json") == [[("dog", 30, False), ("dog", 24, False)]]
    assert read(DATA / "labelme2coco_ids_from_zero.json").images[0].name == "photos/IMG_1.jpg"


def test_sample_in_the_style_of_supervision_is_read() -> None:
    assert areas("supervision_holes.json") == [[("donut", 10, True), ("donut", 16, False)]]


def test_sample_in_the_style_of_roboflow_is_read() -> None:
    assert areas("roboflow_annotations.coco.json") == [[("bolt", 22, False)]]


def test_sample_with_text_ids_is_read() -> None:
    assert areas("text_ids_and_booleans.json") == [[("keyholed", 96, False)]]


def test_keypoints_are_told(tmp_path: Path) -> None:
    with_some = annotation(bbox=[1, 1, 5, 5], keypoints=[4, 4, 2])

    plan = read(write(tmp_path, annotations=[with_some, annotation(bbox=[1, 1, 9, 9])]))

    assert len(plan.images[0].instances) == 2
    assert plan.warnings == ("labels.json: the keypoints of 1 annotation were left out.",)


def test_image_with_the_id_of_another_is_told_and_one_listed_twice_is_not(tmp_path: Path) -> None:
    images = [{"id": 1, "file_name": name} for name in ("a.png", "a.png", "b.png")]

    plan = read(write(tmp_path, images=images))

    assert [(image.name, len(image.instances)) for image in plan.images] == [("a.png", 1)]
    assert plan.warnings == (
        "labels.json: image b.png has the id 1 of a.png, so it was left out; what is annotated under this id came to "
        "a.png.",
    )
