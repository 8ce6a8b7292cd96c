"""Listing, identifying and finding image files."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from sam3_annotator.project.entities import ImageFacts, ImageId
from sam3_annotator.project.errors import ImageUnreadable
from sam3_annotator.project.image_files import EXPORT_MARKER, find_moved, hash_file, list_image_files, natural_key
from sam3_annotator.project.images import read_facts

MakeImage = Callable[..., Path]
needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")


def _touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def _listed(folder: Path, **options: bool) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in list_image_files(folder, **options)]


def test_files_come_in_natural_order(tmp_path: Path) -> None:
    _touch(tmp_path, "img10.png", "img2.png", "IMG1.PNG", "b/9.jpg", "b/10.jpg", "a2/x.tif", "a10/x.tif")

    assert _listed(tmp_path) == [
        "a2/x.tif",
        "a10/x.tif",
        "b/9.jpg",
        "b/10.jpg",
        "IMG1.PNG",
        "img2.png",
        "img10.png",
    ]


def test_only_image_suffixes_are_listed_in_any_case(tmp_path: Path) -> None:
    _touch(tmp_path, "a.JPG", "b.Jpeg", "c.txt", "d", "e.sam3proj", "f.webp", "g.png.part", ".png")

    assert _listed(tmp_path) == ["a.JPG", "b.Jpeg", "f.webp"]


def test_hidden_files_and_folders_are_left_out(tmp_path: Path) -> None:
    _touch(tmp_path, "a.png", ".b.png", "._c.png", ".cache/d.png", "shown/.e/f.png")

    assert _listed(tmp_path) == ["a.png"]


def test_our_own_exports_are_left_out(tmp_path: Path) -> None:
    _touch(tmp_path, "a.png", "export/images/a.png", f"export/{EXPORT_MARKER}")

    assert _listed(tmp_path) == ["a.png"]


def test_masks_beside_the_images_of_pascal_voc_are_left_out(tmp_path: Path) -> None:
    _touch(tmp_path, "voc/JPEGImages/a.jpg", "voc/SegmentationClass/a.png", "voc/SegmentationObject/a.png")
    _touch(tmp_path, "SegmentationClass/b.png")

    assert _listed(tmp_path) == ["SegmentationClass/b.png", "voc/JPEGImages/a.jpg"]


@pytest.mark.parametrize("images", ["images", "imgs"])
def test_masks_beside_a_folder_of_images_are_left_out(tmp_path: Path, images: str) -> None:
    _touch(tmp_path, f"{images}/a.jpg", "masks/a.png", f"deeper/{images}/b.jpg", "deeper/masks/b.png")

    assert sorted(_listed(tmp_path)) == [f"deeper/{images}/b.jpg", "deeper/masks/b.png", f"{images}/a.jpg"]
    assert _listed(tmp_path / "masks") == ["a.png"]


def test_subfolders_can_be_left_out(tmp_path: Path) -> None:
    _touch(tmp_path, "a.png", "sub/b.png")

    assert _listed(tmp_path, recursive=False) == ["a.png"]


def test_a_folder_named_like_an_image_is_no_file(tmp_path: Path) -> None:
    _touch(tmp_path, "odd.png/a.png")

    assert _listed(tmp_path) == ["odd.png/a.png"]


@needs_links
def test_link_loops_end_and_linked_folders_are_followed_once(tmp_path: Path) -> None:
    top = tmp_path / "top"
    _touch(top, "z/a.png")
    _touch(tmp_path, "elsewhere/b.png")
    (top / "z" / "loop").symlink_to(top, target_is_directory=True)
    (top / "also_z").symlink_to(top / "z", target_is_directory=True)
    (top / "linked").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (top / "broken.png").symlink_to(tmp_path / "nothing.png")
    (top / "itself.png").symlink_to("itself.png")

    assert _listed(top) == ["linked/b.png", "z/a.png"]


@needs_links
def test_folders_are_told_apart_where_the_disk_numbers_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.png", "x/b.png", "x/y/c.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "x/loop").symlink_to(tmp_path, target_is_directory=True)
    look = Path.stat

    def look_without_number(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        found = list(look(path, follow_symlinks=follow_symlinks))
        found[1] = 0
        return os.stat_result(found)

    monkeypatch.setattr(Path, "stat", look_without_number)

    assert [str(file.relative_to(tmp_path)) for file in list_image_files(tmp_path)] == ["a.png", "x/b.png", "x/y/c.png"]


@pytest.mark.skipif(sys.platform != "linux", reason="only there are names bytes")
def test_names_that_are_no_unicode_are_left_out(tmp_path: Path) -> None:
    _touch(tmp_path, "é.png")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.png")).touch()

    assert _listed(tmp_path) == ["é.png"]


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(ImageUnreadable, match=r"The folder “.*gone” is not there; choose another"):
        list_image_files(tmp_path / "gone")


def test_a_file_instead_of_a_folder_is_told(make_image: MakeImage) -> None:
    with pytest.raises(ImageUnreadable, match="is a file, not a folder"):
        list_image_files(make_image("a.png"))


def test_the_hash_is_blake2b_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"abc" * 1_000_000)

    assert hash_file(path) == hashlib.blake2b(b"abc" * 1_000_000).hexdigest()


def test_hashing_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ImageUnreadable, match="missing"):
        hash_file(tmp_path / "a.png")


def test_moved_and_renamed_images_are_found_by_content(tmp_path: Path, make_image: MakeImage) -> None:
    facts = {ImageId(seed): read_facts(make_image(f"old/{seed}.png", seed=seed)) for seed in (1, 2, 3)}
    (tmp_path / "new").mkdir()
    (tmp_path / "old" / "1.png").rename(tmp_path / "new" / "renamed.png")
    (tmp_path / "old" / "2.png").rename(tmp_path / "new" / "2.png")
    make_image("new/other.png", seed=9)

    found = find_moved(facts, tmp_path / "new")

    assert found == {ImageId(1): tmp_path / "new" / "renamed.png", ImageId(2): tmp_path / "new" / "2.png"}


def test_equal_images_each_find_a_file_of_their_own(tmp_path: Path, make_image: MakeImage) -> None:
    facts = read_facts(make_image("new/a.png"))
    make_image("new/b.png")

    found = find_moved({ImageId(5): facts, ImageId(6): facts, ImageId(7): facts}, tmp_path / "new")

    assert found == {ImageId(5): tmp_path / "new" / "a.png", ImageId(6): tmp_path / "new" / "b.png"}


def test_nothing_is_searched_for_images_without_a_hash(tmp_path: Path) -> None:
    assert find_moved({ImageId(1): ImageFacts()}, tmp_path / "not even there") == {}


@given(st.lists(st.text(alphabet="aB19.é_\u00b2\uff12\u0663", min_size=1, max_size=8)))
def test_natural_order_compares_any_names(names: list[str]) -> None:
    ordered = sorted(names, key=lambda name: natural_key(Path(name)))

    assert sorted(ordered) == sorted(names)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_natural_order_is_that_of_the_numbers(first: int, second: int) -> None:
    keys = [natural_key(Path(f"img_{number}.png")) for number in (first, second)]

    assert (keys[0] < keys[1]) == (first < second)
