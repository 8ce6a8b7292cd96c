"""Exports are read back and compared with the project: what is as it should be, and what may not be."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sam3_annotator.project import Polygon, ProjectStore, Region
from sam3_annotator.project.formats.differences import DifferenceKind
from sam3_annotator.project.formats.options import ExportOptions
from sam3_annotator.project.formats.registry import FORMATS, export_project
from sam3_annotator.project.formats.verification import Verification, export_verified, verify_export
from tests.project.formats.conftest import Dataset

WRITTEN = [known.name for known in FORMATS.values() if known.write is not None]
SPLITS = [None, {"train": 0.5, "val": 0.5}, {"train": 1.0}, {"val": 0.5, "test": 0.5}, {"test": 1.0}]

Spoil = Callable[[Path], None]


def verified(dataset: Dataset, out: Path, format_name: str, spoil: Spoil, **options: Any) -> Verification:
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


def deletes(name: str) -> Spoil:
    return lambda out: (out / name).unlink()


COCO = "annotations/instances.json"
EXPECTED = {
    "coco": "9 of 9 instances read back, all to the pixel.",
    "yolo-segment": "8 of 8 instances read back, all to the pixel.",
    "yolo-detect": "8 of 8 instances read back as boxes, all to the pixel.",
    "yolo-obb": "8 of 8 instances read back as oriented boxes, all to the pixel.",
    "labelme": "9 of 9 instances read back, all to the pixel.",
    "cvat": "9 of 9 instances read back, all to the pixel.",
    "voc": "9 of 9 instances read back, 1 of them as boxes, 4 as far as others do not hide them, all to the pixel.",
    "masks": "8 of 8 instances read back, 4 as far as others do not hide them, all to the pixel.",
}


@pytest.mark.parametrize("name", WRITTEN)
def test_export_is_verified_and_told_as_the_format_can_hold_it(dataset: Dataset, tmp_path: Path, name: str) -> None:
    verification = verify_export_of(dataset.store, tmp_path / "out", name)

    assert verification.is_good
    assert verification.sentence == EXPECTED[name]
    assert verification.lowest_iou is None


def verify_export_of(store: ProjectStore, out: Path, name: str, **options: Any) -> Verification:
    verification = export_verified(store, out, name, ExportOptions(**options)).verification
    assert verification is not None
    return verification


@pytest.mark.parametrize("images", ["copy", "link", "none"])
@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("name", WRITTEN)
def test_names_splits_and_files_are_found_again(
    dataset: Dataset, tmp_path: Path, name: str, split: dict[str, float] | None, images: str
) -> None:
    verification = verify_export_of(dataset.store, tmp_path / "out", name, split=split, images=images)

    assert verification.warnings == ()
    assert verification.images == 5


@pytest.mark.parametrize("name", WRITTEN)
def test_turned_photograph_is_verified_upright(turned: Dataset, tmp_path: Path, name: str) -> None:
    verification = verify_export_of(turned.store, tmp_path / "out", name)

    assert verification.is_good
    assert verification.exact == 1


@pytest.mark.parametrize("name", WRITTEN)
def test_images_without_instances_are_verified(dataset: Dataset, tmp_path: Path, name: str) -> None:
    with dataset.store.edit("Clear") as edit:
        for instance in dataset.instances():
            edit.delete_instance(instance.id)

    verification = verify_export_of(dataset.store, tmp_path / "out", name)

    assert verification.sentence == "1 image without instances read back."


def test_yolo_tells_what_training_makes_of_outlines(dataset: Dataset, tmp_path: Path) -> None:
    verification = verify_export_of(dataset.store, tmp_path / "out", "yolo-segment")

    assert verification.is_good
    found = re.fullmatch(r"Training fills .* IoU (0\.\d+) in the mean, (0\.\d+) at the lowest\.", verification.note)
    assert found is not None
    assert 0.9 < float(found[2]) < float(found[1]) < 1


def test_coco_is_as_exact_in_run_lengths(dataset: Dataset, tmp_path: Path) -> None:
    verification = verify_export_of(dataset.store, tmp_path / "out", "coco", segmentation="rle")

    assert verification.sentence == EXPECTED["coco"]


def test_more_instances_than_a_mask_of_voc_holds_come_back_as_boxes(
    crowded: Callable[[int, int], ProjectStore], tmp_path: Path
) -> None:
    verification = verify_export_of(crowded(3, 260), tmp_path / "out", "voc")

    assert verification.sentence == "260 of 260 instances read back, 6 of them as boxes, all to the pixel."


def test_outline_through_the_centre_of_pixels_is_told_and_is_no_difference(dataset: Dataset, tmp_path: Path) -> None:
    image = dataset.by_name["sub/a.jpg"]
    with dataset.store.edit("Add") as edit:
        edit.add_instance(
            image,
            dataset.store.categories()[0].id,
            Region((Polygon([(2.5, 2.5), (63.5, 2.5), (63.5, 45.5), (2.5, 44)]),)),
        )

    verification = verify_export_of(dataset.store, tmp_path / "out", "yolo-segment")

    assert verification.is_good
    assert verification.sentence == (
        "9 of 9 instances read back, 8 to the pixel, 1 but for pixels that the outline halves."
    )


SHIFTED_BY_ONE = [
    (
        "coco",
        changes_json(COCO, lambda content: _shift_coco(content["annotations"][0]["segmentation"][0])),
        "photos/a.png",
    ),
    (
        "yolo-segment",
        changes_text("labels/train/photos_a.txt", lambda text: _shift_row(text, 1 / 64)),
        "photos/a.png",
    ),
    ("yolo-detect", changes_text("labels/train/photos_a.txt", lambda text: _shift_row(text, 1 / 64)), "photos/a.png"),
    ("yolo-obb", changes_text("labels/train/photos_a.txt", lambda text: _shift_row(text, 1 / 64)), "photos/a.png"),
    ("labelme", changes_json("a.json", lambda content: _shift_points(content["shapes"][0]["points"])), "photos/a.png"),
    ("cvat", changes_text("annotations.xml", lambda text: text.replace('left="5"', 'left="6"', 1)), "photos/a.png"),
    (
        "voc",
        changes_mask("SegmentationObject/photos_a.png", lambda values: values.__setitem__((6, 6), 0)),
        "photos/a.png",
    ),
    ("masks", changes_mask("instances/photos_a.png", lambda values: values.__setitem__((6, 6), 0)), "photos/a.png"),
]


def _shift_coco(ring: list[float]) -> None:
    ring[0::2] = [x + 1 for x in ring[0::2]]


def _shift_points(points: list[list[float]]) -> None:
    for point in points:
        point[0] += 1


def _shift_row(text: str, share: float) -> str:
    first, *others = text.splitlines(keepends=True)
    number, *values = first.split()
    is_box = len(values) == 4
    places = range(0, 1 if is_box else len(values), 2)
    moved = [f"{float(value) + share:.7f}" if place in places else value for place, value in enumerate(values)]
    return "".join([" ".join([number, *moved]) + "\n", *others])


@pytest.mark.parametrize(("name", "spoil", "image"), SHIFTED_BY_ONE)
def test_shift_by_one_pixel_is_told_with_its_iou(
    dataset: Dataset, tmp_path: Path, name: str, spoil: Spoil, image: str
) -> None:
    verification = verified(dataset, tmp_path / "out", name, spoil)

    (difference,) = verification.differences
    assert (difference.kind, difference.image, difference.category) == (DifferenceKind.SHAPE, image, "cat")
    assert difference.iou is not None
    assert 0.85 < difference.iou < 1
    assert verification.found == verification.instances
    assert verification.sentence.startswith("The export differs from the project in 1 place: ")


def test_hole_that_was_filled_is_told(dataset: Dataset, tmp_path: Path) -> None:
    def fill(content: Any) -> None:
        content["annotations"][0]["segmentation"] = [[5, 5, 35, 5, 35, 30, 5, 30]]

    verification = verified(dataset, tmp_path / "out", "coco", changes_json(COCO, fill))

    assert [str(each) for each in verification.differences] == [
        "photos/a.png: an instance of cat came back with an IoU of 0.701."
    ]


DROPPED = [
    ("coco", changes_json(COCO, lambda content: content["annotations"].pop(0)), "cat"),
    ("yolo-segment", changes_text("labels/train/photos_a.txt", lambda text: text.split("\n", 1)[1]), "cat"),
    ("yolo-detect", changes_text("labels/train/photos_a.txt", lambda text: text.split("\n", 1)[1]), "cat"),
    ("yolo-obb", changes_text("labels/train/photos_a.txt", lambda text: text.split("\n", 1)[1]), "cat"),
    ("labelme", changes_json("a.json", lambda content: content["shapes"].pop(0)), "cat"),
    ("cvat", changes_text("annotations.xml", lambda text: re.sub(r"    <mask .*\n", "", text, count=1)), "cat"),
    ("masks", changes_json("masks.json", lambda content: content["images"][0]["instances"].pop(0)), "cat"),
]


@pytest.mark.parametrize(("name", "spoil", "category"), DROPPED)
def test_instance_that_was_dropped_is_told(
    dataset: Dataset, tmp_path: Path, name: str, spoil: Spoil, category: str
) -> None:
    verification = verified(dataset, tmp_path / "out", name, spoil)

    told = [each for each in verification.differences if each.kind is DifferenceKind.MISSING]
    assert [(each.image, each.category) for each in told] == [("photos/a.png", category)]
    assert verification.found == verification.instances - 1
    assert verification.exact == verification.found


@pytest.mark.parametrize(("name", "file"), [("voc", "Annotations/photos_a.xml"), ("cvat", "annotations.xml")])
def test_file_of_labels_that_is_missing_is_told(dataset: Dataset, tmp_path: Path, name: str, file: str) -> None:
    verification = verified(dataset, tmp_path / "out", name, deletes(file))

    assert not verification.is_good


SWAPPED = [
    (
        "coco",
        changes_json(
            COCO,
            lambda content: [each.update(category_id=3 - each["category_id"]) for each in content["annotations"][:2]],
        ),
    ),
    (
        "yolo-segment",
        changes_text(
            "labels/train/photos_a.txt",
            lambda text: re.sub(r"^[01] ", lambda found: "1 " if found[0] == "0 " else "0 ", text, flags=re.MULTILINE),
        ),
    ),
    (
        "labelme",
        changes_text(
            "a.json",
            lambda text: re.sub(
                '"label":"(cat|no)"', lambda found: found[0].replace(*(("cat", "no", "cat")[:2])), text, count=1
            ),
        ),
    ),
]


@pytest.mark.parametrize(("name", "spoil"), SWAPPED)
def test_swapped_categories_are_told_as_such(dataset: Dataset, tmp_path: Path, name: str, spoil: Spoil) -> None:
    verification = verified(dataset, tmp_path / "out", name, spoil)

    assert set(kinds(verification)) == {DifferenceKind.CATEGORY}
    assert str(verification.differences[0]) == "photos/a.png: an instance of cat has become no."
