"""The names of images in an export."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from sam3_annotator.project.formats.images.naming import flat_names, nested_names, nested_names_of_other_stems


def test_nested_names_start_at_the_common_folder() -> None:
    files = [Path(f"/data/photos/{name}") for name in ("a.jpg", "sub/a.jpg", "sub/deep/b.jpg")]

    assert nested_names(files) == ["a.jpg", "sub/a.jpg", "sub/deep/b.jpg"]
    assert nested_names(files[1:]) == ["a.jpg", "deep/b.jpg"]
    assert nested_names([]) == []


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["x/a.jpg", "x/b.jpg"], ["a.jpg", "b.jpg"]),
        (["x/a.jpg", "y/a.jpg", "y/b.jpg"], ["x_a.jpg", "y_a.jpg", "b.jpg"]),
        (["x/a.jpg", "x/a.png"], ["x_a.jpg", "x_a_2.png"]),
        (["x/A.jpg", "y/a.jpg"], ["x_A.jpg", "y_a.jpg"]),
        (["x/a.jpg", "y/a.jpg", "z/x_a.jpg"], ["x_a_2.jpg", "y_a.jpg", "x_a.jpg"]),
    ],
)
def test_flat_names_have_stems_of_their_own(files: list[str], names: list[str]) -> None:
    assert flat_names([Path("/data", file) for file in files]) == names


@given(st.lists(st.sampled_from(["x/a", "y/a", "x/x_a", "y/x_a", "x/a_2", "z/x_a_2", "x/A"]), unique=True), st.data())
def test_flat_names_never_collide(stems: list[str], data: st.DataObject) -> None:
    files = [Path("/data", stem + data.draw(st.sampled_from([".jpg", ".png"]))) for stem in stems]

    names = flat_names(files)

    assert len({Path(name).stem.casefold() for name in names}) == len(files)


def test_nested_names_of_other_stems_keep_folders_and_tell_files_of_one_stem_apart() -> None:
    names = ["a.png", "sub/a.png", "sub/A.jpg", "sub/a_2.png", "sub/a.b.png", "Sub/a.b.gif", "other/a"]

    found = nested_names_of_other_stems([Path("/x") / name for name in names])

    assert found == ["a.png", "sub/a.png", "sub/A_3.jpg", "sub/a_2.png", "sub/a.b.png", "Sub/a.b_2.gif", "other/a"]


@pytest.mark.skipif(os.name == "nt", reason="no file has a backslash in its name there")
def test_backslashes_in_names_are_no_slashes_of_folders() -> None:
    names = ["a\\b.png", "a_b.png", "A\\b_2.png", "sub/a\\b.png", "c.png"]

    found = nested_names([Path("/x") / name for name in names])

    assert found == ["a_b_2.png", "a_b.png", "A_b_2_2.png", "sub/a_b.png", "c.png"]
