"""Images that were moved are found again by their content."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sam3_annotator.project import (
    ImageFacts,
    ImageId,
    ImageUnreadable,
    ProjectStore,
    missing_images,
    read_facts,
    relocate_images,
)


def test_moved_and_renamed_images_are_found_in_one_step(
    store: ProjectStore, image_folder: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path.parent / f"{tmp_path.name} moved ü" / "deep"
    elsewhere.mkdir(parents=True)
    for number, name in enumerate(("1.png", "2.png", "3.png")):
        (image_folder / name).rename(elsewhere / f"new {number}.png")
    lost = store.images()[1]
    (elsewhere / "new 1.png").unlink()
    assert missing_images(store) == tuple(image.id for image in store.images()[:3])
    before = [image.path for image in store.images()]

    relocation = relocate_images(store, elsewhere.parent)

    first, _, third, _ = (image.id for image in store.images())
    assert relocation.found == (first, third)
    assert relocation.missing == missing_images(store) == (lost.id,)
    assert store.image_file(first) == elsewhere / "new 0.png"
    assert store.image(third).path == f"../{tmp_path.name} moved ü/deep/new 2.png"
    assert read_facts(store.image_file(third)) == store.image(third).facts
    store.undo()
    assert [image.path for image in store.images()] == before


def test_image_found_again_is_readable_again(store: ProjectStore, image_folder: Path, tmp_path: Path) -> None:
    image = store.images()[0]
    (tmp_path / "new").mkdir()
    (image_folder / "1.png").rename(tmp_path / "new" / "1.png")
    store.set_image_facts({image.id: read_facts(store.image_file(image.id))})
    assert store.image(image.id).facts.problem

    relocate_images(store, tmp_path / "new")

    assert store.image(image.id).facts == image.facts


def test_nothing_missing_is_no_step(store: ProjectStore, image_folder: Path) -> None:
    relocation = relocate_images(store, image_folder)

    assert (relocation.found, relocation.missing) == ((), ())
    assert store.undo_label is None


def add_missing_twin(store: ProjectStore) -> ImageId:
    """Add a record like the first one, of a file that is gone."""
    facts = store.images()[0].facts
    with store.edit("Add") as edit:
        return edit.add_image("gone.png", facts)


def test_file_that_belongs_to_another_record_is_left_alone(
    store: ProjectStore, image_folder: Path, tmp_path: Path
) -> None:
    twin = add_missing_twin(store)

    relocation = relocate_images(store, tmp_path)

    assert relocation.missing == (twin,)
    assert store.image(twin).path == "gone.png"


def test_moved_image_is_found_also_where_an_equal_one_has_stayed(
    store: ProjectStore, image_folder: Path, tmp_path: Path
) -> None:
    twin = add_missing_twin(store)
    (image_folder / "twins").mkdir()
    shutil.copyfile(image_folder / "1.png", image_folder / "twins" / "1.png")

    relocation = relocate_images(store, tmp_path)

    assert relocation.found == (twin,)
    assert store.image(twin).path == "photos/twins/1.png"


def test_path_that_cannot_even_be_asked_for_counts_as_missing(store: ProjectStore) -> None:
    with store.edit("Add") as edit:
        odd = (edit.add_image("x" * 5000 + ".png"), edit.add_image("a\0b.png", ImageFacts(1, 1)))

    assert missing_images(store) == odd


def test_folder_that_is_not_there_is_told(store: ProjectStore, image_folder: Path, tmp_path: Path) -> None:
    (image_folder / "1.png").unlink()

    with pytest.raises(ImageUnreadable):
        relocate_images(store, tmp_path / "nowhere")
