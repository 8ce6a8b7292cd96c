"""Which images the names in labels mean."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path, PurePath

import pytest

from sam3_annotator.project import ImageFacts, ProjectStore
from sam3_annotator.project.formats.images import matching
from sam3_annotator.project.formats.images.matching import Wanted, match_images

MakeImage = Callable[..., Path]


def test_an_image_below_the_folder_given_is_found_by_its_name(store: ProjectStore, make_image: MakeImage) -> None:
    file = make_image("theirs/deep/new.png", seed=5)

    assert match_images(store, [Wanted("new.png")], file.parents[1]) == {0: file}


def test_names_are_the_same_however_their_accents_are_written(store: ProjectStore, make_image: MakeImage) -> None:
    """MacOS takes `é` apart, and what it has packed comes so to other systems."""
    file = make_image("theirs/N\u0303/e\u0301te\u0301.png", seed=5)
    other = make_image("theirs/n/e\u0301te\u0301.png", seed=6)
    wanted = [Wanted("\u00d1/\u00e9t\u00e9.png"), Wanted("n/\u00e9t\u00e9.png")]

    assert match_images(store, wanted, file.parents[1]) == {0: file, 1: other}
    with store.edit("Add") as edit:
        ids = [edit.add_image(each) for each in (file, other)]
    assert match_images(store, wanted, None) == dict(enumerate(ids))


@pytest.mark.parametrize("is_in_project", [False, True])
def test_names_are_known_as_browsers_escape_them(
    store: ProjectStore, make_image: MakeImage, is_in_project: bool
) -> None:
    """Label Studio and others that run in one write them so."""
    file = make_image("theirs/caf\u00e9 (1)/a b.png", seed=5)
    wanted = [Wanted("upload/caf%c3%a9%20(1)/a%20b.png")]

    if is_in_project:
        with store.edit("Add") as edit:
            assert match_images(store, wanted, None) == {}
            image_id = edit.add_image(file)
        assert match_images(store, wanted, None) == {0: image_id}
    else:
        assert match_images(store, wanted, file.parents[1]) == {0: file}


def test_folders_that_differ_in_case_alone_are_told_apart_where_labels_do(
    store: ProjectStore, make_image: MakeImage
) -> None:
    files = [make_image(f"theirs/{name}", seed=seed) for seed, name in enumerate(("A/x.png", "a/x.png"), start=5)]
    if files[0].samefile(files[1]):
        pytest.skip("one file here")
    with store.edit("Add") as edit:
        ids = [edit.add_image(file) for file in files]

    assert match_images(store, [Wanted("a/x.png"), Wanted("A/x.png")], None) == {0: ids[1], 1: ids[0]}


def test_names_are_taken_from_the_disk_where_it_finds_them_in_any_case(
    store: ProjectStore, make_image: MakeImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = make_image("theirs/Sub/New.JPG", seed=5)

    def is_there(path: Path) -> bool:
        return str(path).lower() == str(file).lower()

    monkeypatch.setattr(matching, "is_there", is_there)
    folder = file.parents[1]

    assert match_images(store, [Wanted("sub/new.jpg")], folder) == {0: file}
    assert match_images(store, [Wanted("SUB/NEW.*")], folder) == {0: file}
    assert match_images(store, [Wanted("old.jpg", renamed=folder / "Sub/new.jpg")], None) == {0: file}


def test_an_image_of_the_project_is_known_by_its_name_in_another_case(
    store: ProjectStore, make_image: MakeImage
) -> None:
    file = make_image("theirs/new.png", seed=5)
    with store.edit("Add") as edit:
        image_id = edit.add_image(file)
    other = file.with_name("NEW.png")
    if not other.exists():
        other.hardlink_to(file)  # on this disk two names of one file, as they are without it on others

    assert match_images(store, [Wanted("NEW.png", (other.parent,))], None) == {0: image_id}
    assert match_images(store, [Wanted("NEW.png")], other.parent) == {0: image_id}


def test_thousands_of_images_of_one_name_are_compared_with_their_likes_only(
    store: ProjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[PurePath] = []

    def likeness(a: PurePath, b: PurePath) -> matching.Likeness:
        compared.append(b)
        return compare(a, b)

    compare = matching._likeness
    monkeypatch.setattr(matching, "_likeness", likeness)
    count = 300
    with store.edit("Add") as edit:
        ids = [edit.add_image(tmp_path / f"scans/{number}/images/0.png") for number in range(count)]

    found = match_images(store, [Wanted(f"{number}/images/0.*") for number in range(count)], None)
    lost = match_images(store, [Wanted(f"lost{number}/0.png") for number in range(count)], None)

    assert (found, lost) == (dict(enumerate(ids)), {})
    assert len(compared) < 10 * count


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


def test_a_copy_of_an_image_of_the_project_stands_for_it_whatever_it_is_called(
    store: ProjectStore, image_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "theirs").mkdir()
    shutil.copy(image_folder / "2.png", tmp_path / "theirs" / "other name.png")
    second = store.images()[1].id

    assert match_images(store, [Wanted("other name.png", (tmp_path / "theirs",))], None) == {0: second}
    assert match_images(store, [Wanted("other name.png")], tmp_path / "theirs") == {0: second}
    assert match_images(store, [Wanted("deep/other name.png")], tmp_path / "theirs") == {0: second}


def test_a_second_copy_of_an_image_is_a_file_of_its_own(
    store: ProjectStore, image_folder: Path, tmp_path: Path
) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    for name in ("0.png", "2.png", "3.png"):
        shutil.copy(image_folder / "2.png", theirs / name)
    wanted = [Wanted(name, (theirs,)) for name in ("0.png", "2.png", "3.png")]

    assert match_images(store, wanted, None) == {0: theirs / "0.png", 1: store.images()[1].id, 2: theirs / "3.png"}


def test_copies_of_equal_images_go_where_exports_have_them_from(tmp_path: Path, make_image: MakeImage) -> None:
    first = make_image("photos/x/a.png")
    for name in ("photos/y/a.png", "out/y_a.png", "out/x_a.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(first, tmp_path / name)
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        wanted = [Wanted(name, (tmp_path / "out",)) for name in ("y_a.png", "x_a.png")]

        found = match_images(store, wanted, None)

        assert [store.image(found[number]).path for number in (0, 1)] == ["photos/y/a.png", "photos/x/a.png"]


def test_only_files_as_long_as_an_image_of_the_project_are_read(
    store: ProjectStore, image_folder: Path, tmp_path: Path
) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    for number in range(20):
        (theirs / f"new {number}.png").write_bytes((image_folder / "1.png").read_bytes() + b"x" * (1 + number))
    shutil.copy(image_folder / "1.png", theirs / "new 20.png")
    read: list[tuple[int, int]] = []

    found = match_images(
        store,
        [Wanted(f"new {number}.png", (theirs,)) for number in range(21)],
        None,
        lambda done, total: read.append((done, total)),
    )

    assert found[20] == store.images()[0].id
    assert list(found.values())[:20] == [theirs / f"new {number}.png" for number in range(20)]
    assert read == [(0, 21)]


def test_a_copy_of_an_image_nobody_has_read_yet_is_recognised(tmp_path: Path, image_folder: Path) -> None:
    (tmp_path / "theirs").mkdir()
    shutil.copy(image_folder / "2.png", tmp_path / "theirs" / "b.png")
    with ProjectStore.create(tmp_path / "p.sam3proj") as store:
        with store.edit("Add") as edit:
            ids = [edit.add_image(image_folder / name, ImageFacts()) for name in ("1.png", "2.png")]

        assert match_images(store, [Wanted("b.png", (tmp_path / "theirs",))], None) == {0: ids[1]}


def test_a_copy_of_what_an_image_was_before_it_was_replaced_is_no_copy_of_it(
    store: ProjectStore, image_folder: Path, tmp_path: Path, make_image: MakeImage
) -> None:
    copy = tmp_path / "theirs" / "b.png"
    copy.parent.mkdir()
    shutil.copy(image_folder / "2.png", copy)
    shutil.copy(make_image("other.png", width=31, height=17, seed=9), image_folder / "2.png")

    assert match_images(store, [Wanted("b.png", (copy.parent,))], None) == {0: copy}


def test_a_copy_of_an_image_that_is_missing_is_recognised(
    store: ProjectStore, image_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "theirs").mkdir()
    shutil.move(image_folder / "2.png", tmp_path / "theirs" / "b.png")

    assert match_images(store, [Wanted("b.png", (tmp_path / "theirs",))], None) == {0: store.images()[1].id}


@pytest.mark.parametrize("is_in_project", [True, False])
def test_names_that_exports_give_are_known_without_their_images(
    tmp_path: Path, make_image: MakeImage, is_in_project: bool
) -> None:
    files = [make_image(f"photos/{name}", seed=len(name)) for name in ("x/a.png", "yy/a.png", "zzz/b.png")]
    roots = [tmp_path / "photos"] if is_in_project else []
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=roots) as store:
        wanted = [Wanted(name) for name in ("yy_a.*", "train/x_a.png", "b.*", "q_a.*")]

        found = match_images(store, wanted, None if is_in_project else tmp_path / "photos")

        assert {n: m if isinstance(m, Path) else store.image_file(m) for n, m in found.items()} == {
            0: files[1],
            1: files[0],
            2: files[2],
        }


def test_an_image_that_is_called_like_an_export_of_another_goes_before_it(
    tmp_path: Path, make_image: MakeImage
) -> None:
    for name in ("x/a.png", "yy/a.png", "x_a.png"):
        make_image(f"photos/{name}", seed=len(name))
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        found = match_images(store, [Wanted("x_a.png")], None)

        assert [store.image(match).path for match in found.values()] == ["photos/x_a.png"]


def test_names_that_several_images_may_have_had_in_an_export_are_left_out(
    tmp_path: Path, make_image: MakeImage
) -> None:
    for name in ("p/x/a.png", "q/x/a.png"):
        make_image(f"photos/{name}", seed=len(name))
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        assert match_images(store, [Wanted("x_a.png"), Wanted("x_a_2.png")], None) == {}
