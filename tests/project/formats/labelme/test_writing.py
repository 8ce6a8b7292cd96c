"""labelme files we write, and the same read again."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sam3_annotator.project import ImageState, Instance, Polygon, ProjectStore, Region, mask_to_region, rectangle
from sam3_annotator.project.formats.options import ExportOptions
from sam3_annotator.project.formats.registry import export_project, import_project

TWO_PARTS = Region((*rectangle(1, 1, 9, 9).polygons, *rectangle(30, 20, 50, 40).polygons))
CROSSED = Region((Polygon([(5, 5), (40, 30), (40, 5), (5, 30)]),))
# Where the border of the image cuts its sides, rounding moves one over the middle of a pixel.
BEYOND_THE_BORDER = Region((Polygon([(-22, 38), (-17, 16), (50.5, 53.5)]),))
OVERLAPPING = Region((*rectangle(1, 1, 20, 20).polygons, *rectangle(10, 10, 40, 40).polygons))


def content(file: Path) -> dict[str, Any]:
    return dict(json.loads(file.read_text(encoding="utf-8")))


def shapes(file: Path) -> list[dict[str, Any]]:
    return list(content(file)["shapes"])


def replace_instances(dataset: Any, image: str, *regions: Region, **values: Any) -> None:
    image_id = dataset.by_name[image]
    with dataset.store.edit("Replace") as edit:
        for instance in dataset.store.instances(image_id):
            edit.delete_instance(instance.id)
        for region in regions:
            edit.add_instance(image_id, dataset.store.categories()[0].id, region, **values)


def instances_by_image(store: ProjectStore) -> list[tuple[bytes, list[Instance]]]:
    return sorted(
        (store.image_file(image.id).read_bytes(), list(store.instances(image.id)))
        for image in store.images()
        if store.instances(image.id)
    )


@pytest.mark.parametrize("split", [None, {"train": 0.5, "val": 0.5}])
def test_exported_project_comes_back_with_the_very_masks(
    dataset: Any, tmp_path: Path, split: dict[str, float] | None
) -> None:
    scored = dataset.by_name["empty.png"]
    with dataset.store.edit("Add") as edit:
        edit.add_instance(scored, dataset.store.categories()[1].id, TWO_PARTS, score=0.375)
        for region in (OVERLAPPING, CROSSED, BEYOND_THE_BORDER):
            edit.add_instance(scored, dataset.store.categories()[1].id, region)
    export_project(dataset.store, tmp_path / "out", "labelme", ExportOptions(split=split))

    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        report = import_project(store, tmp_path / "out", "labelme")

        again = type(dataset)(store, tmp_path, {})
        before, after = instances_by_image(dataset.store), instances_by_image(store)
        assert [len(instances) for _, instances in before] == [len(instances) for _, instances in after]
        assert report.instances == len(dataset.instances())
        for (pixels, expected), (same_pixels, found) in zip(before, after, strict=True):
            assert pixels == same_pixels
            for one, other in zip(expected, found, strict=True):
                assert np.array_equal(dataset.mask(one), again.mask(other))
                assert (one.score, one.is_crowd) == (other.score, other.is_crowd)
                assert dataset.store.category(one.category_id).name == store.category(other.category_id).name
        assert {image.split for image in store.images()} == ({"train", "val"} if split else {None})


def test_regions_without_holes_inside_the_image_come_back_equal(dataset: Any, tmp_path: Path) -> None:
    regions = (
        Region((Polygon([(3.25, 4.5), (50.1, 7), (22, 40.75)]),)),
        Region((Polygon([(1 / 3, 2 / 7), (60.000000001, 7.1), (22.5, 47.9999999)]),)),
        TWO_PARTS,
        rectangle(0, 0, 64, 48),
    )
    replace_instances(dataset, "a.png", *regions)
    export_project(dataset.store, tmp_path / "out", "labelme")

    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        import_project(store, tmp_path / "out/a.json", "labelme")

        assert tuple(instance.region for instance in store.instances(store.images()[0].id)) == regions


def test_reimporting_an_export_adds_nothing_to_the_project(dataset: Any, tmp_path: Path) -> None:
    replace_instances(dataset, "sub/a.png")  # as it has the stem of another, its copy has another name
    replace_instances(dataset, "sub/a.jpg", TWO_PARTS, rectangle(1, 2, 3, 4))
    replace_instances(dataset, "a.png", mask_to_region(np.random.default_rng(3).random((48, 64)) < 0.6))
    export_project(dataset.store, tmp_path / "out", "labelme")

    report = import_project(dataset.store, tmp_path / "out", "labelme")

    assert (report.added_images, report.instances, report.known_instances) == (0, 0, len(dataset.instances()))


def test_file_has_the_keys_of_labelme_in_their_order_and_of_their_types(dataset: Any, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "out", "labelme")

    document = content(tmp_path / "out/a.json")
    assert list(document) == ["version", "flags", "shapes", "imagePath", "imageData", "imageHeight", "imageWidth"]
    assert (document["version"], document["flags"], document["imageData"]) == ("5.5.0", {}, None)
    assert (document["imageHeight"], document["imageWidth"]) == (48, 64)
    for shape in document["shapes"]:
        assert list(shape) == ["label", "points", "group_id", "description", "shape_type", "flags", "mask"]
        assert shape["points"]
        assert all(isinstance(value, float) for point in shape["points"] for value in point)
        assert (shape["group_id"], shape["description"], shape["flags"]) == (None, "", {})
        assert (shape["mask"] is None) == (shape["shape_type"] == "polygon")


def test_parts_are_polygons_of_one_group_and_each_instance_has_its_own(dataset: Any, tmp_path: Path) -> None:
    replace_instances(dataset, "a.png", TWO_PARTS, rectangle(1, 2, 3, 4), TWO_PARTS)

    export_project(dataset.store, tmp_path / "out", "labelme")

    written = shapes(tmp_path / "out/a.json")
    assert [shape["group_id"] for shape in written] == [1, 1, None, 2, 2]
    assert {shape["shape_type"] for shape in written} == {"polygon"}
    assert written[1]["points"] == [[30, 20], [50, 20], [50, 40], [30, 40]]


@pytest.mark.parametrize("region", [CROSSED, OVERLAPPING, BEYOND_THE_BORDER])
def test_areas_that_polygons_would_change_are_masks(dataset: Any, tmp_path: Path, region: Region) -> None:
    replace_instances(dataset, "a.png", region, rectangle(1, 2, 3, 4))

    export_project(dataset.store, tmp_path / "out", "labelme")

    types = [shape["shape_type"] for shape in shapes(tmp_path / "out/a.json")]
    assert types[-1] == "polygon"
    assert "polygon" not in types[:-1]


def test_mask_is_a_png_of_the_box_between_its_first_and_last_pixel(dataset: Any, tmp_path: Path) -> None:
    ring = np.zeros((48, 64), dtype=bool)
    ring[10:14, 20:25] = True
    ring[11, 22] = False
    replace_instances(dataset, "a.png", mask_to_region(ring))

    report = export_project(dataset.store, tmp_path / "out", "labelme")

    (shape,) = shapes(tmp_path / "out/a.json")
    assert (shape["shape_type"], shape["points"]) == ("mask", [[20, 10], [24, 13]])
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(shape["mask"]))))
    assert np.array_equal(pixels, ring[10:14, 20:25])
    assert any("a.png: cat" in warning and "written as masks" in warning for warning in report.warnings)


def test_points_stay_inside_the_image(dataset: Any, tmp_path: Path) -> None:
    replace_instances(dataset, "a.png", rectangle(-10, 30, 20, 99), Region((Polygon([(-3, -2), (80, 20), (7, 60)]),)))

    export_project(dataset.store, tmp_path / "out", "labelme")

    points = np.array([point for shape in shapes(tmp_path / "out/a.json") for point in shape["points"]])
    assert (points >= 0).all()
    assert (points <= (64, 48)).all()


def test_score_is_written_only_where_there_is_one(dataset: Any, tmp_path: Path) -> None:
    replace_instances(dataset, "a.png", TWO_PARTS, score=0.25)
    replace_instances(dataset, "empty.png", TWO_PARTS)

    export_project(dataset.store, tmp_path / "out", "labelme")

    assert [shape["score"] for shape in shapes(tmp_path / "out/a.json")] == [0.25, 0.25]
    assert not any("score" in shape for shape in shapes(tmp_path / "out/empty.json"))


def test_crowd_gets_a_flag_that_is_told(dataset: Any, tmp_path: Path) -> None:
    report = export_project(dataset.store, tmp_path / "out", "labelme")

    assert [shape["flags"] for shape in shapes(tmp_path / "out/Straße 日本.json")] == [{"__crowd__": True}, {}]
    assert any("Straße 日本.png" in warning and "__crowd__" in warning for warning in report.warnings)


def test_labels_lie_beside_their_images_in_the_folders_of_these(dataset: Any, tmp_path: Path) -> None:
    report = export_project(dataset.store, tmp_path / "out", "labelme")

    *labels, renamed = report.files
    assert labels[0] == tmp_path / "out/a.json"
    assert renamed == tmp_path / "out/renamed.csv"
    for file in labels:
        image = file.with_name(content(file)["imagePath"])
        assert image.stem == file.stem
        assert image.is_file()
    assert (tmp_path / "out/sub/a.jpg").read_bytes() == (dataset.photos / "sub/a.jpg").read_bytes()


@pytest.mark.parametrize("images", ["copy", "link", "none"])
def test_images_of_one_stem_do_not_share_their_labels(dataset: Any, tmp_path: Path, images: str) -> None:
    """The stem of an image leads labelme to its labels; labels alone go to images that have their own names."""
    report = export_project(dataset.store, tmp_path / "out", "labelme", ExportOptions(images=images))

    found = [content(tmp_path / "out/sub" / name)["imagePath"] for name in ("a.json", "a_2.json")]
    assert len({file for file in report.files if file.parent.name == "sub"}) == 2
    assert len(set(found)) == 2
    for name in found:
        assert (tmp_path / "out/sub" / name).is_file() == (images != "none")
        assert (dataset.photos / "sub" / name).is_file() or images != "none"
    assert any("sub/a." in warning and "another name" in warning for warning in report.warnings)


def test_folders_of_the_project_called_like_splits_are_none_in_an_export_without_splits(
    tmp_path: Path, make_image: Any
) -> None:
    for name in ("train/1.png", "val/1.png", "other/1.png"):
        make_image(f"photos/{name}", seed=len(name))
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        with store.edit("Add") as edit:
            category = edit.add_category("x")
            for image in store.images():
                edit.add_instance(image.id, category, rectangle(2, 2, 5, 5))
        export_project(store, tmp_path / "out", "labelme")
    (tmp_path / "out/train/added.json").write_text(json.dumps(content(tmp_path / "out/train/1.json")))

    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        import_project(store, tmp_path / "out", "labelme")

        assert [image.split for image in store.images()] == [None, None, None]


def test_split_images_lie_in_the_folder_of_their_split(dataset: Any, tmp_path: Path) -> None:
    report = export_project(dataset.store, tmp_path / "out", "labelme", ExportOptions(split={"train": 3, "val": 2}))

    labels = [file for file in report.files if file.suffix == ".json"]
    assert {file.relative_to(tmp_path / "out").parts[0] for file in labels} == {"train", "val"}
    assert all(file.with_name(content(file)["imagePath"]).is_file() for file in labels)


def test_image_known_to_be_empty_has_a_file_without_shapes(dataset: Any, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "out", "labelme")

    assert shapes(tmp_path / "out/empty.json") == []
    assert not (tmp_path / "out/untouched.json").exists()


def test_instance_outside_its_image_is_told_not_lost_silently(dataset: Any, tmp_path: Path) -> None:
    replace_instances(dataset, "empty.png", rectangle(500, 500, 600, 600))

    report = export_project(dataset.store, tmp_path / "out", "labelme")

    assert report.instances == len(dataset.instances()) - 1
    assert any("empty.png: cat" in warning and "no pixel" in warning for warning in report.warnings)


def test_size_is_that_of_the_upright_photo(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 30)).save(photos / "turned.jpg", exif=exif)
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[photos]) as store:
        with store.edit("Confirm") as edit:
            edit.update_image(store.images()[0].id, state=ImageState.CONFIRMED_EMPTY)

        export_project(store, tmp_path / "out", "labelme")

    document = content(tmp_path / "out/turned.json")
    assert (document["imageWidth"], document["imageHeight"]) == (30, 40)


def test_text_is_readable_in_the_file(dataset: Any, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "out", "labelme")

    assert "Straße 日本.png" in (tmp_path / "out/Straße 日本.json").read_text(encoding="utf-8")


def test_progress_runs_from_nothing_to_all(dataset: Any, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []

    export_project(dataset.store, tmp_path / "out", "labelme", progress=lambda *step: seen.append(step))

    assert seen == [(done, 5) for done in range(6)]
