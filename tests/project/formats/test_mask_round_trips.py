"""Masks out and in again, as Pascal VOC and as our own mask PNGs: what is not covered comes back bit for bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sam3_annotator.project import ImageState, ProjectStore, Split, mask_to_region, rectangle
from sam3_annotator.project.formats.options import ExportOptions
from sam3_annotator.project.formats.registry import export_project, import_project

SPLIT = {"train": 0.6, "val": 0.4}


@pytest.fixture(params=["voc", "masks"])
def format_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def shown(dataset: Any) -> Any:
    """Take out the one instance that lies under another with all its pixels."""
    with dataset.store.edit("Take out", undoable=False) as edit:
        edit.delete_instance(dataset.store.instances(dataset.by_name["sub/a.jpg"])[0].id)
    return dataset


def state(store: ProjectStore) -> dict[str, Any]:
    return {
        image.name: (image.split, [(i.region, i.category_id, i.score, i.is_crowd) for i in store.instances(image.id)])
        for image in store.images()
    }


def test_visible_part_of_every_mask_comes_back(shown: Any, tmp_path: Path, format_name: str) -> None:
    export_project(shown.store, tmp_path / "out", format_name, ExportOptions(split=SPLIT))

    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        import_project(store, tmp_path / "out", format_name)

        again = type(shown)(store, tmp_path, {})
        by_width = {image.facts.width: image for image in store.images()}
        for image in shown.store.images():
            before = shown.store.instances(image.id)
            if not before:
                continue
            after = store.instances(by_width[image.facts.width].id)
            assert len(before) == len(after)
            for visible, old, new in zip(shown.visible_masks(image.id), before, after, strict=True):
                assert (again.mask(new) == visible).all()
                assert store.category(new.category_id).name == shown.store.category(old.category_id).name


def test_second_round_changes_nothing(shown: Any, tmp_path: Path, format_name: str) -> None:
    export_project(shown.store, tmp_path / "first", format_name, ExportOptions(split=SPLIT))

    with ProjectStore.create(tmp_path / "one.sam3proj") as one, ProjectStore.create(tmp_path / "two.sam3proj") as two:
        import_project(one, tmp_path / "first", format_name)
        report = export_project(one, tmp_path / "second", format_name, ExportOptions(include_unannotated=True))
        import_project(two, tmp_path / "second", format_name)

        assert not any("hidden" in warning or "a pixel" in warning for warning in report.warnings)
        assert state(one) == state(two)


def test_categories_come_back_in_their_order_used_or_not(dataset: Any, tmp_path: Path, format_name: str) -> None:
    with dataset.store.edit("Add") as edit:
        edit.add_category("unused")
    export_project(dataset.store, tmp_path / "out", format_name)

    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        import_project(store, tmp_path / "out", format_name)

        assert [category.name for category in store.categories()] == ["cat", "no", '"日本": 1', "unused"]


def test_splits_come_back_and_where_there_are_none_there_are_none(
    dataset: Any, tmp_path: Path, format_name: str
) -> None:
    thirds = ExportOptions(split={"train": 0.4, "val": 0.4, "test": 0.2})
    export_project(dataset.store, tmp_path / "parts", format_name, thirds)
    export_project(dataset.store, tmp_path / "whole", format_name)

    with ProjectStore.create(tmp_path / "p.sam3proj") as parts, ProjectStore.create(tmp_path / "w.sam3proj") as whole:
        import_project(parts, tmp_path / "parts", format_name)
        import_project(whole, tmp_path / "whole", format_name)

        splits = [image.split for image in parts.images()]
        assert sorted(map(str, splits)) == ["test", "train", "train", "val", "val"]
        assert all(isinstance(split, Split) for split in splits)
        assert {image.split for image in whole.images()} == {None}


def test_labels_come_back_to_the_images_of_the_project(dataset: Any, tmp_path: Path, format_name: str) -> None:
    with dataset.store.edit("Tidy", undoable=False) as edit:  # two more of the name `a` would be renamed
        for name in ("sub/a.png", "sub/a.jpg"):
            edit.delete_image(dataset.by_name[name])
    export_project(dataset.store, tmp_path / "out", format_name, ExportOptions(images="none"))

    report = import_project(dataset.store, tmp_path / "out", format_name)

    assert (report.added_images, report.added_categories, report.unmatched) == (0, (), ())
    assert report.images == 3


def test_masks_of_a_turned_photograph_lie_on_the_upright_pixels(turned: Any, tmp_path: Path, format_name: str) -> None:
    export_project(turned.store, tmp_path / "out", format_name)

    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        report = import_project(store, tmp_path / "out", format_name)

        (image,) = store.images()
        (instance,) = store.instances(image.id)
        assert instance.region.box_xyxy == (3, 31, 12, 50)
        assert report.warnings == ()


def test_only_what_the_image_shows_is_counted_as_hidden(tmp_path: Path, make_image: Any, format_name: str) -> None:
    make_image("photos/1.png", width=40, height=30)
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        with store.edit("Add") as edit:
            image, cat = store.images()[0].id, edit.add_category("cat")
            edit.add_instance(image, cat, rectangle(5, 5, 10, 10))  # wholly under the next
            edit.add_instance(image, cat, rectangle(4, 4, 20, 20))  # partly under the next
            edit.add_instance(image, cat, rectangle(15, 15, 30, 30))
            edit.add_instance(image, cat, rectangle(100, 100, 130, 130))  # beside the image
            edit.add_instance(image, cat, rectangle(30, 0, 60, 10))  # partly beside it
        report = export_project(store, tmp_path / "out", format_name)

    assert report.instances == 4
    assert report.warnings == (
        "1 instance (photos/1.png: cat) left out: no pixel of the image is inside.",
        "1 instance (photos/1.png: cat) partly hidden: masks cannot overlap, and later ones are on top.",
        "1 instance (photos/1.png: cat) without a pixel in the masks: later ones cover all of it.",
    )


def test_image_confirmed_as_empty_has_masks_without_anything(dataset: Any, tmp_path: Path, format_name: str) -> None:
    from PIL import Image

    export_project(dataset.store, tmp_path / "out", format_name)

    masks = list((tmp_path / "out").rglob("empty.png"))
    masks = [mask for mask in masks if mask.parent.name not in ("images", "JPEGImages")]
    assert len(masks) == 2
    for mask in masks:
        assert not np.asarray(Image.open(mask)).any()
    assert dataset.store.image(dataset.by_name["empty.png"]).state is ImageState.CONFIRMED_EMPTY


def test_parts_that_touch_at_a_corner_stay_one_instance(tmp_path: Path, make_image: Any, format_name: str) -> None:
    make_image("photos/1.png", width=40, height=30)
    mask = np.zeros((30, 40), dtype=np.bool_)
    mask[4:8, 4:8] = mask[8:12, 8:12] = mask[20:25, 30:35] = True
    mask[5, 5] = False
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        with store.edit("Add") as edit:
            edit.add_instance(store.images()[0].id, edit.add_category("cat"), mask_to_region(mask))
        export_project(store, tmp_path / "out", format_name)
        with ProjectStore.create(tmp_path / "new.sam3proj") as new:
            import_project(new, tmp_path / "out", format_name)

            (instance,) = new.instances(new.images()[0].id)
            assert instance.region == mask_to_region(mask)
