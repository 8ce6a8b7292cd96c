"""Which images the names in labels mean."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sam3_annotator.project import ProjectStore
from sam3_annotator.project.formats.images.matching import Wanted, match_images

MakeImage = Callable[..., Path]


def test_an_image_below_the_folder_given_is_found_by_its_name(store: ProjectStore, make_image: MakeImage) -> None:
    file = make_image("theirs/deep/new.png", seed=5)

    assert match_images(store, [Wanted("new.png")], file.parents[1]) == {0: file}


def test_an_image_of_the_project_is_found_in_the_folder_given(store: ProjectStore, image_folder: Path) -> None:
    assert match_images(store, [Wanted("2.png")], image_folder) == {0: store.images()[1].id}


def test_an_image_of_the_project_is_not_taken_for_new_because_the_labels_have_a_copy(
    store: ProjectStore, image_folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(image_folder, tmp_path / "theirs")

    found = match_images(store, [Wanted("1.png", (tmp_path / "theirs",))], None)

    assert found == {0: store.images()[0].id}


@pytest.mark.parametrize("is_of_another_size", [True, False])
def test_another_image_beside_the_labels_goes_before_that_of_the_project(
    store: ProjectStore, image_folder: Path, tmp_path: Path, is_of_another_size: bool
) -> None:
    content = bytearray((image_folder / "1.png").read_bytes())
    content[-5] ^= 1
    theirs = tmp_path / "theirs" / "1.png"
    theirs.parent.mkdir()
    theirs.write_bytes(content + b"more" if is_of_another_size else content)

    assert match_images(store, [Wanted("1.png", (theirs.parent,))], None) == {0: theirs}


def test_a_file_beside_the_labels_that_is_no_file_does_not_count(store: ProjectStore, tmp_path: Path) -> None:
    (tmp_path / "theirs" / "1.png").mkdir(parents=True)

    found = match_images(store, [Wanted("1.png", (tmp_path / "theirs",))], None)

    assert found == {0: store.images()[0].id}


def test_the_first_of_several_folders_that_has_the_image_counts(store: ProjectStore, make_image: MakeImage) -> None:
    second, third = make_image("b/new.png", seed=7), make_image("c/new.png", seed=8)
    folders = (second.parents[1] / "a", second.parent, third.parent)

    assert match_images(store, [Wanted("new.png", folders)], None) == {0: second}
    assert match_images(store, [Wanted("nowhere.png", folders)], None) == {}


def test_a_name_of_any_suffix_finds_the_one_image_of_that_stem(store: ProjectStore, make_image: MakeImage) -> None:
    upper, _ = make_image("theirs/sub/new.JPG", seed=5), make_image("theirs/sub/new.old.png", seed=6)

    assert match_images(store, [Wanted("x/2.*")], None) == {0: store.images()[1].id}
    assert match_images(store, [Wanted("sub/new.*")], upper.parents[1]) == {0: upper}
    assert match_images(store, [Wanted("elsewhere/new.*")], upper.parents[1]) == {0: upper}
    assert match_images(store, [Wanted("ne.*"), Wanted("old.*")], upper.parents[1]) == {}


def test_a_name_of_any_suffix_is_given_to_no_image_if_two_have_the_stem(
    store: ProjectStore, make_image: MakeImage
) -> None:
    folder = make_image("theirs/left/new.jpg", seed=5).parents[1]
    make_image("theirs/left/new.png", seed=6)
    other = make_image("theirs/right/new.png", seed=7)

    found = match_images(store, [Wanted("a/left/new.*"), Wanted("a/right/new.*")], folder)

    assert found == {1: other}


@pytest.mark.parametrize("suffix", [".jpg", ".PNG"])
def test_a_name_of_any_suffix_in_the_folder_given_goes_before_the_project(
    store: ProjectStore, make_image: MakeImage, suffix: str
) -> None:
    theirs = make_image(f"theirs/2{suffix}", seed=5)

    assert match_images(store, [Wanted("2.*")], theirs.parent) == {0: theirs}
