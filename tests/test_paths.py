"""The resources are found and hold what the program needs; the user's folders are the platform's."""

from __future__ import annotations

from pathlib import Path

import pytest

from sam3_annotator import paths


def test_resources_are_found_beside_the_package_in_a_checkout() -> None:
    folder = paths.resources_dir()

    assert folder.is_dir()
    assert (folder / "qt-libraries.txt").is_file()


def test_each_sample_photo_is_credited() -> None:
    credits_text = (paths.samples_dir() / "CREDITS.md").read_text(encoding="utf-8")

    photos = sorted(paths.samples_dir().glob("*.jpg"))

    assert len(photos) >= 6
    assert [photo.name for photo in photos if f"`{photo.name}`" not in credits_text] == []


def test_sizes_in_the_credits_are_those_after_orientation() -> None:
    from sam3_annotator.project import read_image

    lines = (paths.samples_dir() / "CREDITS.md").read_text(encoding="utf-8").splitlines()

    for photo in paths.samples_dir().glob("*.jpg"):
        height, width = read_image(photo).shape[:2]
        (line,) = [line for line in lines if f"| `{photo.name}` |" in line]
        assert f"| {width} x {height}" in line


def test_user_folders_lie_in_the_home_of_the_user(isolated_user: Path) -> None:
    folders = [paths.user_data_dir(), paths.user_cache_dir(), paths.user_log_dir()]

    assert all(folder.is_relative_to(isolated_user) for folder in folders)
    assert all(paths.APP_NAME in folder.parts for folder in folders)


def test_resources_inside_the_package_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "sam3_annotator"
    (package / "resources").mkdir(parents=True)
    monkeypatch.setattr(paths, "__file__", str(package / "paths.py"))

    assert paths.resources_dir.__wrapped__() == package / "resources"


def test_homes_are_written_out_as_far_as_they_are_known() -> None:
    assert paths.expand_home("~/sam3.pt") == Path.home() / "sam3.pt"
    assert paths.expand_home("~no-such-user/sam3.pt") == Path("~no-such-user/sam3.pt")
