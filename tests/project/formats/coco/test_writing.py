"""COCO files we write, as pycocotools reads them."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from sam3_annotator.project import ImageState, KnownError, Polygon, ProjectStore, Region, Split, rectangle
from sam3_annotator.project.formats.options import ExportOptions
from sam3_annotator.project.formats.registry import export_project
from sam3_annotator.project.rle import mask_to_rle, rle_to_coco_string

# pycocotools 2.0.11 hands out arrays in the way of numpy 1.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def load(file: Path) -> COCO:
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(str(file))


def content(file: Path) -> dict[str, Any]:
    return dict(json.loads(file.read_text(encoding="ascii")))


def iou(a: np.ndarray, b: np.ndarray) -> float:
    return float((a & b).sum() / (a | b).sum())


@pytest.fixture(params=["polygon", "rle"])
def segmentation(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_pycocotools_gets_the_mask_of_every_instance(dataset: Any, tmp_path: Path, segmentation: str) -> None:
    report = export_project(dataset.store, tmp_path / "out", "coco", ExportOptions(segmentation=segmentation))

    coco = load(tmp_path / "out/annotations/instances.json")
    expected = dataset.instances()
    annotations = coco.loadAnns(coco.getAnnIds())
    assert report.instances == len(annotations) == len(expected)
    for annotation, instance in zip(annotations, expected, strict=True):
        mask, theirs = dataset.mask(instance), coco.annToMask(annotation).astype(bool)
        assert annotation["iscrowd"] == int(instance.is_crowd)
        assert annotation["area"] == mask.sum()
        assert annotation["bbox"] == list(coco_mask.toBbox(coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))))
        if segmentation == "rle" or instance.is_crowd:
            assert np.array_equal(theirs, mask)
        else:
            assert iou(theirs, mask) >= 0.99


def test_rle_is_compressed_and_the_very_one_of_the_mask(dataset: Any, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "out", "coco", ExportOptions(segmentation="rle"))

    annotations = content(tmp_path / "out/annotations/instances.json")["annotations"]
    for annotation, instance in zip(annotations, dataset.instances(), strict=True):
        code = mask_to_rle(dataset.mask(instance))
        assert annotation["segmentation"]["size"] == [code.height, code.width]
        if not instance.is_crowd:
            assert annotation["segmentation"]["counts"] == rle_to_coco_string(code)


def test_polygons_have_holes_cut_and_no_ring_is_taken_for_a_box(dataset: Any, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "out", "coco")

    annotations = content(tmp_path / "out/annotations/instances.json")["annotations"]
    for annotation in annotations:
        if not annotation["iscrowd"]:
            assert all(len(ring) >= 6 and len(ring) % 2 == 0 for ring in annotation["segmentation"])
    rings = {annotation["area"]: len(annotation["segmentation"]) for annotation in annotations}
    assert rings[30 * 25 - 16 * 14] == 1
    assert rings[8 * 8 + 20 * 20] == 2


def test_polygons_that_are_filled_well_keep_their_vertices(dataset: Any, tmp_path: Path) -> None:
    triangle = Region((Polygon([(5.25, 4), (60, 7.5), (22, 40.75)]),))
    with dataset.store.edit("Add") as edit:
        edit.add_instance(dataset.by_name["empty.png"], dataset.store.categories()[0].id, triangle)

    report = export_project(dataset.store, tmp_path / "out", "coco")

    annotations = content(tmp_path / "out/annotations/instances.json")["annotations"]
    assert [[5.25, 4, 60, 7.5, 22, 40.75]] in [annotation["segmentation"] for annotation in annotations]
    assert all(report.warnings)  # no sentence is empty


def test_evaluating_the_export_against_itself_gives_ap_one(dataset: Any, tmp_path: Path, segmentation: str) -> None:
    export_project(dataset.store, tmp_path / "out", "coco", ExportOptions(segmentation=segmentation))
    truth = load(tmp_path / "out/annotations/instances.json")
    results = [
        {
            "image_id": annotation["image_id"],
            "category_id": annotation["category_id"],
            "segmentation": truth.annToRLE(annotation),
            "score": 0.9,
        }
        for annotation in truth.dataset["annotations"]
        if not annotation["iscrowd"]
    ]

    with contextlib.redirect_stdout(io.StringIO()):
        evaluation = COCOeval(truth, truth.loadRes(results), "segm")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()

    assert evaluation.stats[0] == 1.0
    assert evaluation.stats[8] == 1.0


def test_ids_start_at_one_without_gaps_in_every_file(dataset: Any, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "out", "coco", ExportOptions(split={"train": 0.6, "val": 0.4}))

    for split in ("train", "val"):
        data = content(tmp_path / f"out/annotations/instances_{split}.json")
        for key in ("images", "annotations", "categories"):
            assert [entry["id"] for entry in data[key]] == list(range(1, len(data[key]) + 1))
        assert all(1 <= annotation["image_id"] <= len(data["images"]) for annotation in data["annotations"])
        assert [entry["name"] for entry in data["categories"]] == ["cat", "no", '"日本": 1']


def test_images_of_one_name_in_two_folders_keep_apart(dataset: Any, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "out", "coco")

    names = [entry["file_name"] for entry in content(tmp_path / "out/annotations/instances.json")["images"]]
    assert {"a.png", "sub/a.png", "sub/a.jpg", "Straße 日本.png", "empty.png"} == set(names)
    for name in names:
        assert (tmp_path / "out/images" / name).read_bytes() == (dataset.photos / name).read_bytes()


def test_split_images_lie_in_the_folder_of_their_split(dataset: Any, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "out", "coco", ExportOptions(split={"train": 3, "val": 2}))

    for split in ("train", "val"):
        entries = content(tmp_path / f"out/annotations/instances_{split}.json")["images"]
        assert entries
        assert all((tmp_path / "out/images" / split / entry["file_name"]).is_file() for entry in entries)


def test_without_images_only_labels_are_written(dataset: Any, tmp_path: Path) -> None:
    report = export_project(dataset.store, tmp_path / "out", "coco", ExportOptions(images="none"))

    assert not (tmp_path / "out/images").exists()
    assert report.files == (tmp_path / "out/annotations/instances.json",)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_linked_images_lead_to_the_originals(dataset: Any, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "out", "coco", ExportOptions(images="link"))

    link = tmp_path / "out/images/sub/a.png"
    assert link.is_symlink()
    assert link.resolve() == (dataset.photos / "sub/a.png").resolve()


def test_where_links_are_not_allowed_images_are_copied_which_is_told(
    dataset: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, target: Path) -> None:
        raise OSError("A required privilege is not held by the client")

    monkeypatch.setattr(Path, "symlink_to", refuse)

    report = export_project(dataset.store, tmp_path / "out", "coco", ExportOptions(images="link"))

    assert report.warnings.count("Links are not allowed here, so images were copied instead.") == 1
    copy = tmp_path / "out/images/sub/a.png"
    assert copy.read_bytes() == (dataset.photos / "sub/a.png").read_bytes()


def test_untouched_images_are_left_out_and_told_unless_wanted(dataset: Any, tmp_path: Path) -> None:
    report = export_project(dataset.store, tmp_path / "out", "coco")
    all_of_them = export_project(dataset.store, tmp_path / "all", "coco", ExportOptions(include_unannotated=True))

    assert report.images == 5
    assert any("untouched.png" in warning for warning in report.warnings)
    assert all_of_them.images == 6
    assert not any("untouched.png" in warning for warning in all_of_them.warnings)


def test_instance_outside_its_image_is_told_not_lost_silently(dataset: Any, tmp_path: Path) -> None:
    with dataset.store.edit("Add") as edit:
        edit.add_instance(dataset.by_name["sub/a.jpg"], dataset.store.categories()[1].id, rectangle(500, 500, 600, 600))

    report = export_project(dataset.store, tmp_path / "out", "coco")

    assert report.instances == len(dataset.instances()) - 1
    assert any("sub/a.jpg: no" in warning and "no pixel" in warning for warning in report.warnings)


def test_polygons_stay_inside_the_image(dataset: Any, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "out", "coco")

    data = content(tmp_path / "out/annotations/instances.json")
    sizes = {entry["id"]: (entry["width"], entry["height"]) for entry in data["images"]}
    for annotation in data["annotations"]:
        if not annotation["iscrowd"]:
            vertices = np.concatenate([np.reshape(ring, (-1, 2)) for ring in annotation["segmentation"]])
            assert (vertices >= 0).all()
            assert (vertices <= sizes[annotation["image_id"]]).all()


def test_size_is_that_of_the_upright_photo(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 20)).save(photos / "turned.jpg", exif=exif)
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[photos]) as store:
        image = store.images()[0]
        with store.edit("Add") as edit:
            edit.add_instance(image.id, edit.add_category("cat"), rectangle(5, 25, 15, 39))
        export_project(store, tmp_path / "out", "coco")

    data = content(tmp_path / "out/annotations/instances.json")
    assert (data["images"][0]["width"], data["images"][0]["height"]) == (20, 40)
    assert data["annotations"][0]["area"] == 140


def test_same_project_gives_the_same_bytes(dataset: Any, tmp_path: Path) -> None:
    for name in ("one", "two"):
        export_project(dataset.store, tmp_path / name, "coco", ExportOptions(split={"train": 0.8, "val": 0.2}))

    for file in ("instances_train.json", "instances_val.json"):
        one, two = (tmp_path / name / "annotations" / file for name in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


def test_splits_that_images_have_are_kept(dataset: Any, tmp_path: Path) -> None:
    with dataset.store.edit("Split") as edit:
        edit.update_image(dataset.by_name["a.png"], split=Split.TEST)

    export_project(dataset.store, tmp_path / "none", "coco")
    export_project(dataset.store, tmp_path / "shares", "coco", ExportOptions(split={"train": 0.5, "val": 0.5}))

    for out in ("none", "shares"):
        test = content(tmp_path / out / "annotations/instances_test.json")
        assert [entry["file_name"] for entry in test["images"]] == ["a.png"]
        assert (tmp_path / out / "annotations/instances_train.json").is_file()
    assert not (tmp_path / "none/annotations/instances_val.json").exists()


def test_missing_image_is_left_out_and_told(dataset: Any, tmp_path: Path) -> None:
    (dataset.photos / "a.png").unlink()

    report = export_project(dataset.store, tmp_path / "out", "coco")
    labels = export_project(dataset.store, tmp_path / "labels", "coco", ExportOptions(images="none"))

    assert (report.images, labels.images) == (4, 5)
    assert any("a.png" in warning and "missing" in warning for warning in report.warnings)


def test_nothing_to_export_is_told_with_the_reason(tmp_path: Path, image_folder: Path) -> None:
    with (
        ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[image_folder]) as store,
        pytest.raises(KnownError, match=r"nothing to export.*not annotated yet"),
    ):
        export_project(store, tmp_path / "out", "coco")

    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("state", [ImageState.DONE, ImageState.REVIEWED, ImageState.CONFIRMED_EMPTY])
def test_finished_images_without_instances_are_exported_as_background(
    dataset: Any, tmp_path: Path, state: ImageState
) -> None:
    with dataset.store.edit("Finish") as edit:
        edit.update_image(dataset.by_name["untouched.png"], state=state)

    export_project(dataset.store, tmp_path / "out", "coco")

    data = content(tmp_path / "out/annotations/instances.json")
    (entry,) = (entry for entry in data["images"] if entry["file_name"] == "untouched.png")
    assert not any(annotation["image_id"] == entry["id"] for annotation in data["annotations"])
