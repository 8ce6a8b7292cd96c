"""Exports are read back and compared with the project, each as its format can hold it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sam3_annotator.project import Cancelled, KnownError, Polygon, ProjectStore, Region, rectangle
from sam3_annotator.project.formats.options import ExportOptions
from sam3_annotator.project.formats.registry import FORMATS, export_project
from sam3_annotator.project.formats.verification import Verification, export_verified, verify_export

WRITTEN = [known.name for known in FORMATS.values() if known.write is not None]
LAYOUTS = [
    (None, "link"),
    (None, "none"),
    ({"train": 0.5, "val": 0.5}, "copy"),
    ({"train": 0.5, "val": 0.5}, "none"),
    ({"train": 1.0}, "none"),
    ({"val": 0.5, "test": 0.5}, "none"),
]

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
def test_export_is_verified_and_told_as_the_format_can_hold_it(dataset: Any, tmp_path: Path, name: str) -> None:
    verification = verify_export_of(dataset.store, tmp_path / "out", name)

    assert verification.is_good
    assert verification.sentence == EXPECTED[name]


def verify_export_of(store: ProjectStore, out: Path, name: str, **options: Any) -> Verification:
    verification = export_verified(store, out, name, ExportOptions(**options)).verification
    assert verification is not None
    return verification


@pytest.mark.parametrize(("split", "images"), LAYOUTS)
@pytest.mark.parametrize("name", WRITTEN)
def test_names_splits_and_files_are_found_again(
    dataset: Any, tmp_path: Path, name: str, split: dict[str, float] | None, images: str
) -> None:
    verification = verify_export_of(dataset.store, tmp_path / "out", name, split=split, images=images)

    assert verification.warnings == ()
    assert verification.images == 5


@pytest.mark.parametrize("name", WRITTEN)
def test_folders_of_the_project_named_after_splits_say_none(
    tmp_path: Path, make_image: Callable[..., Path], name: str
) -> None:
    names = [f"{folder}/{number}.png" for folder in ("train", "val", "test") for number in (1, 2)]
    for seed, file in enumerate(names):
        make_image(f"photos/{file}", width=20, height=20, seed=seed)
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        with store.edit("Annotate") as edit:
            cat = edit.add_category("cat")
            for image in store.images():
                edit.add_instance(image.id, cat, rectangle(2, 2, 12, 15))

        verification = verify_export_of(store, tmp_path / "out", name, split={"train": 0.5, "val": 0.5}, seed=1)

    assert verification.warnings == ()


@pytest.mark.parametrize("name", WRITTEN)
def test_turned_photograph_is_verified_upright(turned: Any, tmp_path: Path, name: str) -> None:
    verification = verify_export_of(turned.store, tmp_path / "out", name)

    assert verification.is_good
    assert verification.exact == 1


@pytest.mark.parametrize("name", WRITTEN)
def test_images_without_instances_are_verified(dataset: Any, tmp_path: Path, name: str) -> None:
    with dataset.store.edit("Clear") as edit:
        for instance in dataset.instances():
            edit.delete_instance(instance.id)

    verification = verify_export_of(dataset.store, tmp_path / "out", name)

    assert verification.sentence == "1 image without instances read back."


def test_yolo_tells_what_training_makes_of_outlines(dataset: Any, tmp_path: Path) -> None:
    verification = verify_export_of(dataset.store, tmp_path / "out", "yolo-segment")

    assert verification.is_good
    found = re.fullmatch(r"Training fills .* IoU (0\.\d+) in the mean, (0\.\d+) at the lowest\.", verification.note)
    assert found is not None
    assert 0.9 < float(found[2]) < float(found[1]) < 1


def test_coco_is_as_exact_in_run_lengths(dataset: Any, tmp_path: Path) -> None:
    verification = verify_export_of(dataset.store, tmp_path / "out", "coco", segmentation="rle")

    assert verification.sentence == EXPECTED["coco"]


def test_more_instances_than_a_mask_of_voc_holds_come_back_as_boxes(
    crowded: Callable[[int, int], ProjectStore], tmp_path: Path
) -> None:
    verification = verify_export_of(crowded(3, 260), tmp_path / "out", "voc")

    assert verification.sentence == "260 of 260 instances read back, 6 of them as boxes, all to the pixel."


def test_outline_through_the_centre_of_pixels_is_told_and_is_no_difference(dataset: Any, tmp_path: Path) -> None:
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


def test_images_that_the_user_added_to_the_export_are_no_difference(
    dataset: Any, tmp_path: Path, make_image: Callable[..., Path]
) -> None:
    export_project(dataset.store, tmp_path / "out", "yolo-detect", ExportOptions())
    make_image("out/images/train/mine.png", width=64, height=48, seed=9)

    verification = verify_export_of(dataset.store, tmp_path / "out", "yolo-detect")

    assert (tmp_path / "out/images/train/mine.png").is_file()
    assert verification.is_good


def test_cancel_while_verifying_keeps_the_export(dataset: Any, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> None:
        told.append((done, total))
        if done > total / 2:
            raise Cancelled

    done = export_verified(dataset.store, tmp_path / "out", "coco", progress=progress)

    assert done.verification is None
    assert done.report.instances == 9
    assert (tmp_path / "out" / "annotations" / "instances.json").is_file()
    assert told[-1] == (6, 10)


def test_cancel_while_writing_leaves_nothing(dataset: Any, tmp_path: Path) -> None:
    def progress(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        export_verified(dataset.store, tmp_path / "out", "coco", progress=progress)

    assert not (tmp_path / "out").exists()


def test_format_that_is_not_written_cannot_be_verified(dataset: Any, tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="not written"):
        verify_export(dataset.store, tmp_path, "isat")


@pytest.mark.skipif(os.name == "nt", reason="files cannot have such names there")
@pytest.mark.parametrize("name", WRITTEN)
def test_images_and_categories_of_odd_names_are_found_again(
    tmp_path: Path, make_image: Callable[..., Path], name: str
) -> None:
    for seed, file in enumerate(["back\\slash.png", " at both ends .png", "100% #1?.png", "new\nline.png", "ü 猫.png"]):
        make_image(f"photos/{file}", width=20, height=20, seed=seed)
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        with store.edit("Annotate") as edit:
            categories = [edit.add_category(each) for each in ("two\nlines", "bell\x07", '猫: <a> & "b"')]
            for image in store.images():
                for place, category in enumerate(categories):
                    edit.add_instance(image.id, category, rectangle(2, 6 * place, 12, 6 * place + 5))

        verification = verify_export_of(store, tmp_path / "out", name)

    assert verification.warnings == ()
    assert verification.found == 15
