"""How image paths are written in a project, and read back."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from sam3_annotator.project.image_paths import absolute_path, located_path, stored_path

without_links = pytest.mark.skipif(sys.platform == "win32", reason="links need the rights of an administrator there")
letters = st.characters(blacklist_categories=["Cs"], blacklist_characters="/\\\0:")
names = st.text(letters, min_size=1, max_size=20).filter(lambda name: name not in (".", ".."))


@given(folder=st.lists(names, max_size=3), image=st.lists(names, max_size=3))
def test_path_is_found_again_from_the_folder_it_was_stored_for(folder: list[str], image: list[str]) -> None:
    project = Path(os.path.realpath(os.sep)).joinpath("nowhere", *folder)
    path = Path(os.path.realpath(os.sep)).joinpath("nowhere", *image, "a.png")

    stored = stored_path(path, project)

    assert not stored.startswith("/")
    assert located_path(stored, project) == path


def test_path_inside_the_folder_has_no_dots(tmp_path: Path) -> None:
    assert stored_path(tmp_path / "a b" / "c.png", tmp_path) == "a b/c.png"
    assert stored_path("a b/c.png", tmp_path) == "a b/c.png"
    assert stored_path(tmp_path.parent / "c.png", tmp_path) == "../c.png"


@without_links
def test_linked_image_folder_inside_the_project_stays_inside(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "photos").symlink_to(tmp_path / "far", target_is_directory=True)

    stored = stored_path(tmp_path / "project" / "photos" / "a.png", tmp_path / "project")

    assert stored == "photos/a.png"


@without_links
def test_path_beyond_a_linked_project_folder_is_found(tmp_path: Path) -> None:
    (tmp_path / "real" / "deep").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "real" / "deep", target_is_directory=True)
    image = tmp_path / "real" / "a.png"
    image.touch()

    stored = stored_path(image, tmp_path / "link")

    assert stored == "../a.png"
    assert located_path(stored, tmp_path / "link").samefile(image)
    inside = stored_path(tmp_path / "real" / "deep" / "b.png", tmp_path / "link")
    assert inside == "b.png"


def test_absolute_path_has_no_dots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x").mkdir()

    assert absolute_path("a.png") == tmp_path / "a.png"
    assert absolute_path("x/../a.png") == Path(os.path.realpath(tmp_path)) / "a.png"
    assert absolute_path("x/..") == Path(os.path.realpath(tmp_path))
