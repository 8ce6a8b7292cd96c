"""The names of images in an export."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, strategies as st

from sam3_annotator.project.formats.images import naming as naming_module
from sam3_annotator.project.formats.images.naming import Naming, flat_names, nested_names, nested_names_of_other_stems
from sam3_annotator.project.formats.images.portable import portable_path
from sam3_annotator.project.image_files import folded

NAMINGS: list[Naming] = [flat_names, nested_names, nested_names_of_other_stems]
E_IN_ONE, E_IN_TWO = "\u00e9", "e\u0301"


def named(naming: Naming, names: list[str], *, is_portable: bool = True) -> list[str]:
    return naming([Path("/data") / name for name in names], is_portable=is_portable)


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
        ([f"x/{E_IN_ONE}.jpg", f"y/{E_IN_TWO}.jpg"], [f"x_{E_IN_ONE}.jpg", f"y_{E_IN_TWO}.jpg"]),
    ],
)
@pytest.mark.parametrize("is_portable", [True, False])
def test_flat_names_have_stems_of_their_own(files: list[str], names: list[str], is_portable: bool) -> None:
    assert named(flat_names, files, is_portable=is_portable) == names


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["x/a:b.jpg", "x/c.jpg"], ["a_b.jpg", "c.jpg"]),
        (["x/a:b.jpg", "x/a_b.jpg"], ["x_a_b.jpg", "a_b.jpg"]),
        (["x/a:b.jpg", "y/a?b.jpg"], ["a_b.jpg", "y_a_b.jpg"]),
        (["x*/a.jpg", "y/a.jpg", "y/a_.jpg", "x*/a?.jpg"], ["x__a.jpg", "y_a.jpg", "a_.jpg", "x__a_.jpg"]),
    ],
)
def test_flat_names_of_others_make_way_for_portable_ones(files: list[str], names: list[str]) -> None:
    assert named(flat_names, files) == names
    assert PurePosixPath(named(flat_names, files, is_portable=False)[0]).name.endswith(Path(files[0]).name)


@given(
    st.lists(
        st.sampled_from(["x/a", "y/a", "x/x_a", "y/x_a", "x/a_2", "z/x_a_2", "x/A", "x/a:", "x/a_", "X/a", "x/aux"]),
        unique=True,
    ),
    st.data(),
)
@pytest.mark.parametrize("is_portable", [True, False])
def test_flat_names_never_collide(is_portable: bool, stems: list[str], data: st.DataObject) -> None:
    files = [stem + data.draw(st.sampled_from([".jpg", ".png"])) for stem in stems]

    names = named(flat_names, files, is_portable=is_portable)

    assert len({Path(name).stem.casefold() for name in names}) == len(files)


def test_nested_names_of_other_stems_keep_folders_and_tell_files_of_one_stem_apart() -> None:
    names = ["a.png", "sub/a.png", "sub/A.jpg", "sub/a_2.png", "sub/a.b.png", "sub/a.b.gif", "other/a"]

    for is_portable in (True, False):
        found = named(nested_names_of_other_stems, names, is_portable=is_portable)

        assert found == ["a.png", "sub/a.png", "sub/A_3.jpg", "sub/a_2.png", "sub/a.b.png", "sub/a.b_2.gif", "other/a"]


@pytest.mark.skipif(os.name == "nt", reason="no file has a backslash in its name there")
@pytest.mark.parametrize("is_portable", [True, False])
def test_backslashes_in_names_are_no_slashes_of_folders(is_portable: bool) -> None:
    names = ["a\\b.png", "a_b.png", "A\\b_2.png", "sub/a\\b.png", "c.png"]

    found = named(nested_names, names, is_portable=is_portable)

    assert found[1:] == ["a_b.png", "A_b_2_2.png" if is_portable else "A_b_2.png", "sub/a_b.png", "c.png"]
    assert found[0] == "a_b_2.png"


def test_names_and_folders_that_differ_in_case_or_accents_are_told_apart_or_joined() -> None:
    names = ["a.png", "A.png", "sub/a.png", "Sub/a.png", "Sub/b.png", f"{E_IN_ONE}/1.png", f"{E_IN_TWO}/2.png"]

    assert named(nested_names, names) == [
        "a.png",
        "A_2.png",
        "sub/a.png",
        "sub/a_2.png",
        "sub/b.png",
        f"{E_IN_ONE}/1.png",
        f"{E_IN_ONE}/2.png",
    ]
    assert named(nested_names, names, is_portable=False) == names


def test_folder_that_is_portable_gives_its_name_to_one_that_is_not() -> None:
    assert named(nested_names, ["A*/1.png", "a_/1.png", "b. /1.png"]) == ["a_/1_2.png", "a_/1.png", "b_/1.png"]


@pytest.mark.parametrize("naming", [nested_names, nested_names_of_other_stems])
def test_no_file_is_called_as_a_folder_is(naming: Naming) -> None:
    assert named(naming, ["b.png", "B.PNG/1.png", "a*.png", "a?.png/1.png", "c/1.png", "c.png"]) == [
        "b_2.png",
        "B.PNG/1.png",
        "a__2.png",
        "a_.png/1.png",
        "c/1.png",
        "c.png",
    ]


@pytest.mark.parametrize("naming", NAMINGS)
def test_thousands_of_images_of_one_name_are_numbered_in_one_go(
    naming: Naming, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def shortened(name: str, behind: str = "") -> str:
        tried.append(name)
        return f"{PurePosixPath(name).stem}{behind}{PurePosixPath(name).suffix}"

    monkeypatch.setattr(naming_module, "shortened", shortened)
    signs = [chr(code) for code in range(1, 32)]
    names = [f"{a}{b}/images/image{a}{b}.jpg" for a in signs for b in signs]

    found = named(naming, names)

    assert len(set(found)) == len(names)
    assert len(tried) <= 3 * len(names)


PARTS = ["a", "A", "a_2", "a:", "a?", "a_", "a.", "a ", "NUL", "nul_", E_IN_ONE, E_IN_TWO, "ß", "ss", "y" * 251]


@given(
    st.lists(st.tuples(st.sampled_from(PARTS), st.sampled_from(PARTS), st.sampled_from(["jpg", "PNG"])), unique=True)
)
@pytest.mark.parametrize("naming", NAMINGS)
def test_portable_names_are_different_to_every_system_and_kept_by_a_second_export(
    naming: Naming, parts: list[tuple[str, str, str]]
) -> None:
    names = named(naming, [f"{folder}/{stem}.{suffix}" for folder, stem, suffix in parts] + ["top.jpg"])

    assert len(set(map(folded, names))) == len(names)
    assert [portable_path(PurePosixPath(name)).as_posix() for name in names] == names
    folders = {parent.as_posix() for name in names for parent in PurePosixPath(name).parents}
    assert len(set(map(folded, folders))) == len(folders)
    assert named(naming, names) == names


def test_names_that_every_system_takes_are_kept() -> None:
    names = ["Straße 日本.png", "sub.d/ a.b .c.jpg", "com/console.png", f"{unicodedata.normalize('NFD', 'é')}.tif"]

    for naming in (nested_names, nested_names_of_other_stems):
        assert named(naming, names) == names
    assert named(flat_names, names) == [PurePosixPath(name).name for name in names]
