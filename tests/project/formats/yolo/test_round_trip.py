"""Projects out to YOLO and in again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sam3_annotator.project import ImageId, Instance, ProjectStore, Split, region_to_mask
from sam3_annotator.project.formats.options import ExportOptions
from sam3_annotator.project.formats.registry import export_project, import_project
from sam3_annotator.project.runs import runs_of_region

WRITERS = ["yolo-segment", "yolo-detect", "yolo-obb"]
BY_SHARE = {"train": 0.5, "val": 0.5}


def by_content(store: ProjectStore) -> dict[str, ImageId]:
    """Return the images by their content, since the format renames some."""
    return {image.facts.content_hash: image.id for image in store.images()}


def pairs(before: ProjectStore, after: ProjectStore) -> list[tuple[Instance, Instance]]:
    """Pair the instances of two projects; crowds, which the format has not, are left out."""
    found = []
    new = by_content(after)
    for content, image in by_content(before).items():
        ours = [instance for instance in before.instances(image) if not instance.is_crowd]
        theirs = after.instances(new[content]) if ours else ()
        found.extend(zip(ours, theirs, strict=True))
    return found


def mask(store: ProjectStore, instance: Instance) -> np.ndarray:
    facts = store.image(instance.image_id).facts
    return region_to_mask(instance.region, facts.height, facts.width)


@pytest.mark.parametrize("name", WRITERS)
def test_all_instances_come_back_with_their_categories(dataset: Any, tmp_path: Path, name: str) -> None:
    export_project(dataset.store, tmp_path / "out", name)
    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        report = import_project(store, tmp_path / "out", "yolo")

        found = pairs(dataset.store, store)
        assert len(found) == report.instances == len(dataset.instances()) - 1
        for before, after in found:
            assert store.category(after.category_id).name == dataset.store.category(before.category_id).name
        assert [c.name for c in store.categories()] == [c.name for c in dataset.store.categories()]
        (empty,) = report.warnings
        assert "out/images/train/empty.png) marked as confirmed empty" in empty
        assert report.images == 5


def test_masks_come_back_with_holes_and_parts(dataset: Any, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "out", "yolo-segment")
    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        import_project(store, tmp_path / "out" / "data.yaml", "yolo")

        for before, after in pairs(dataset.store, store):
            assert (mask(dataset.store, before) == mask(store, after)).all()


def test_boxes_come_back_exactly(dataset: Any, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "out", "yolo-detect")
    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        import_project(store, tmp_path / "out", "yolo")

        for before, after in pairs(dataset.store, store):
            facts = dataset.store.image(before.image_id).facts
            x, y, width, height = runs_of_region(before.region, facts.height, facts.width).box_xywh
            assert after.region.box_xyxy == (x, y, x + width, y + height)
            assert after.region.vertex_count == 4


def test_oriented_boxes_come_back_as_four_corners_around_the_pixels(dataset: Any, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "out", "yolo-obb")
    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        import_project(store, tmp_path / "out", "yolo")

        for before, after in pairs(dataset.store, store):
            assert after.region.vertex_count == 4
            ours, theirs = mask(dataset.store, before), mask(store, after)
            assert (ours & theirs).sum() > 0.97 * ours.sum()


@pytest.mark.parametrize("name", ["yolo-segment", "yolo-detect"])
@pytest.mark.parametrize("split", [None, BY_SHARE])
def test_what_has_been_through_the_format_once_comes_through_unchanged(
    dataset: Any, tmp_path: Path, name: str, split: dict[str, float] | None
) -> None:
    export_project(dataset.store, tmp_path / "first", name, ExportOptions(split=split, include_unannotated=True))
    with ProjectStore.create(tmp_path / "one.sam3proj") as one, ProjectStore.create(tmp_path / "two.sam3proj") as two:
        import_project(one, tmp_path / "first", "yolo")
        export_project(one, tmp_path / "second", name, ExportOptions(include_unannotated=True))
        import_project(two, tmp_path / "second", "yolo")

        for before, after in pairs(one, two):
            assert (mask(one, before) == mask(two, after)).all()
        splits = [{image.name: image.split for image in store.images()} for store in (one, two)]
    assert splits[0] == splits[1]
    assert set(splits[0].values()) == ({None} if split is None else {Split.TRAIN, Split.VAL})


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("images", ["copy", "link", "none"])
def test_reimported_export_finds_the_images_of_the_project(
    tmp_path: Path, image_folder: Path, store: ProjectStore, square: Any, name: str, images: str
) -> None:
    with store.edit("Add") as edit:
        category = edit.add_category("cat")
        for image in store.images():
            edit.add_instance(image.id, category, square(2, 3, 44))
    export_project(store, tmp_path / "out", name, ExportOptions(images=images, split=BY_SHARE))

    report = import_project(store, tmp_path / "out", "yolo")

    assert (report.images, report.added_images, report.unmatched) == (4, 0, ())
    assert (report.instances, report.known_instances) == (0, 4)
