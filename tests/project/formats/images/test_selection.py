"""Which images an export takes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from sam3_annotator.project import ImageFacts, ImageState, KnownError, ProjectStore, Split
from sam3_annotator.project.formats.images.naming import nested_names
from sam3_annotator.project.formats.images.selection import ChosenImage, Selection, choose_images
from sam3_annotator.project.formats.options import ExportOptions
from sam3_annotator.project.regions import rectangle

MakeImage = Callable[..., Path]


def annotate(store: ProjectStore, position: int) -> None:
    with store.edit("Add instance") as edit:
        category = store.categories()[0].id if store.categories() else edit.add_category("cat")
        edit.add_instance(store.images()[position].id, category, rectangle(1, 1, 9, 9))


def chosen_names(store: ProjectStore, options: ExportOptions | None = None) -> list[str]:
    selection = choose_images(store, options or ExportOptions(), nested_names)
    return [image.record.name for image in selection.images]


def test_images_nobody_has_looked_at_are_left_out_unless_asked_for(store: ProjectStore) -> None:
    annotate(store, 0)

    assert chosen_names(store) == ["1.png"]
    assert chosen_names(store, ExportOptions(include_unannotated=True)) == ["1.png", "2.png", "3.png", "10.png"]


def test_images_known_to_be_empty_are_background(store: ProjectStore) -> None:
    annotate(store, 0)
    with store.edit("Confirm as empty") as edit:
        edit.update_image(store.images()[2].id, state=ImageState.CONFIRMED_EMPTY)

    assert chosen_names(store) == ["1.png", "3.png"]


def leave_out(store: ProjectStore, position: int) -> None:
    with store.edit("Leave out") as edit:
        edit.update_image(store.images()[position].id, state=ImageState.LEFT_OUT)


def test_images_left_out_are_never_taken_and_told(store: ProjectStore) -> None:
    annotate(store, 0)
    annotate(store, 1)
    leave_out(store, 0)
    leave_out(store, 2)

    selection = choose_images(store, ExportOptions(include_unannotated=True), nested_names)

    assert [image.record.name for image in selection.images] == ["2.png", "10.png"]
    assert selection.warnings == ("2 images (photos/1.png, photos/3.png) are marked as left out and not exported.",)


def test_shares_of_splits_are_of_the_images_that_are_not_left_out(store: ProjectStore) -> None:
    for position in range(4):
        annotate(store, position)
    with store.edit("Put into val") as edit:
        edit.update_image(store.images()[0].id, split=Split.VAL)
    options = ExportOptions(split={"train": 0.5, "val": 0.5})
    assert sorted(image.split for image in choose_images(store, options, nested_names).images) == [
        *("train", "train", "val", "val")
    ]

    leave_out(store, 0)
    leave_out(store, 1)

    assert sorted(image.split for image in choose_images(store, options, nested_names).images) == ["train", "val"]


def test_a_copy_follows_no_image_that_is_left_out_into_its_split(store: ProjectStore, image_folder: Path) -> None:
    shutil.copy(image_folder / "1.png", image_folder / "copy.png")
    with store.edit("Add image") as edit:
        edit.add_image(image_folder / "copy.png")
        edit.update_image(store.images()[0].id, split=Split.TEST)
    annotate(store, 0)
    annotate(store, 1)
    annotate(store, 4)
    leave_out(store, 0)

    selection = choose_images(store, ExportOptions(), nested_names)

    assert {image.record.name: image.split for image in selection.images} == {"2.png": "", "copy.png": ""}


def test_a_project_with_everything_left_out_has_nothing_to_export_and_says_why(store: ProjectStore) -> None:
    annotate(store, 0)
    for position in range(4):
        leave_out(store, position)

    with pytest.raises(KnownError, match=r"nothing to export\. 4 images .* are marked as left out and not exported\."):
        choose_images(store, ExportOptions(include_unannotated=True), nested_names)


def test_a_file_not_read_yet_is_read_for_its_size(tmp_path: Path, image_folder: Path) -> None:
    with ProjectStore.create(tmp_path / "fresh.sam3proj") as fresh:
        with fresh.edit("Add image") as edit:
            edit.add_image(image_folder / "1.png")
        annotate(fresh, 0)

        selection = choose_images(fresh, ExportOptions(), nested_names)

        (image,) = selection.images
        assert selection.warnings == ()
        assert (image.record.facts.width, image.record.facts.height) == (80, 60)


def test_a_file_that_was_replaced_is_taken_as_it_is_now_and_told(
    store: ProjectStore, image_folder: Path, make_image: MakeImage
) -> None:
    annotate(store, 0)
    annotate(store, 1)
    make_image("photos/1.png", width=160, height=120)
    (image_folder / "2.png").write_bytes(b"no image any more")

    selection = choose_images(store, ExportOptions(), nested_names)

    assert [(i.record.name, i.record.facts.width, i.record.facts.height) for i in selection.images] == [
        ("1.png", 160, 120)
    ]
    assert any("2.png" in warning and "cannot be read" in warning for warning in selection.warnings)
    assert any("1.png" in warning and "another size" in warning for warning in selection.warnings)


def test_a_missing_file_is_named_and_its_labels_can_go_alone(store: ProjectStore, image_folder: Path) -> None:
    annotate(store, 0)
    annotate(store, 1)
    (image_folder / "1.png").unlink()

    selection = choose_images(store, ExportOptions(), nested_names)

    assert [image.record.name for image in selection.images] == ["2.png"]
    assert any("1.png" in warning and "missing" in warning for warning in selection.warnings)
    assert chosen_names(store, ExportOptions(images="none")) == ["1.png", "2.png"]


def test_a_path_the_system_does_not_take_counts_as_missing(store: ProjectStore) -> None:
    annotate(store, 0)
    with store.edit("Add image") as edit:
        odd = edit.add_image("x" * 5000 + ".png", ImageFacts(9, 9, 9, "known"))
        edit.add_instance(odd, store.categories()[0].id, rectangle(1, 1, 9, 9))

    selection = choose_images(store, ExportOptions(), nested_names)

    assert [image.record.name for image in selection.images] == ["1.png"]
    assert any("missing" in warning for warning in selection.warnings)


def test_splits_are_named_in_the_order_of_their_use(store: ProjectStore) -> None:
    images = {
        split: ChosenImage(store.images()[0], Path("1.png"), "1.png", split) for split in ("test", "val", "train")
    }

    assert Selection(tuple(images.values()), ()).splits == ("train", "val", "test")
    assert Selection((images["test"], images["train"]), ()).splits == ("train", "test")


def test_nothing_to_export_is_said(store: ProjectStore) -> None:
    with pytest.raises(KnownError, match="nothing to export"):
        choose_images(store, ExportOptions(), nested_names)


def test_images_that_look_alike_are_drawn_into_one_split_where_asked_for(store: ProjectStore) -> None:
    first = store.image_file(store.images()[0].id)
    for position in range(4):
        annotate(store, position)
        if position % 2:  # the second and the fourth look like the first
            with Image.open(first) as image:
                image.resize((90 + position, 70)).save(store.image_file(store.images()[position].id))
    told = []

    def splits(seed: int, *, alike_together: bool) -> list[str]:
        options = ExportOptions(split={"train": 0.5, "val": 0.5}, seed=seed, alike_together=alike_together)
        selection = choose_images(store, options, nested_names, lambda *progress: told.append(progress))
        return [image.split for image in selection.images]

    for seed in range(10):
        assert splits(seed, alike_together=True) in (["train", "train", "val", "train"], ["val", "val", "train", "val"])
    assert set(told) == {(0, 4)}
    assert len({splits(seed, alike_together=False)[1] for seed in range(10)}) == 2
