"""The folder of an export, whatever was there and whatever goes wrong."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sam3_annotator.project import (
    EXPORT_MARKER,
    Cancelled,
    ImageUnreadable,
    KnownError,
    ProjectReadOnly,
    ProjectStore,
    StorageFull,
    list_image_files,
    rectangle,
)
from sam3_annotator.project.formats.files.export_folder import export_folder
from sam3_annotator.project.formats.options import ExportOptions
from sam3_annotator.project.formats.registry import export_project

RunPython = Callable[..., subprocess.CompletedProcess[str]]

FORMATS = ["coco", "yolo-segment", "yolo-detect", "cvat", "voc", "masks"]


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(params=FORMATS)
def format_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("at", [0, 1, 4])
def test_cancelled_export_leaves_nothing_behind(dataset: Any, tmp_path: Path, format_name: str, at: int) -> None:
    before = everything(tmp_path)

    def stop(done: int, total: int) -> None:
        if done == at:
            raise Cancelled

    with pytest.raises(Cancelled):
        export_project(dataset.store, tmp_path / "out", format_name, progress=stop)

    assert everything(tmp_path) == before
    assert not list(tmp_path.glob(".out*"))


def test_cancelled_export_leaves_the_earlier_one_as_it_was(dataset: Any, tmp_path: Path, format_name: str) -> None:
    export_project(dataset.store, tmp_path / "out", format_name)
    before = everything(tmp_path)

    def stop(done: int, total: int) -> None:
        if done == total:
            raise Cancelled

    with pytest.raises(Cancelled):
        export_project(dataset.store, tmp_path / "out", "coco", progress=stop)

    assert everything(tmp_path) == before


def test_progress_runs_from_nothing_to_all(dataset: Any, tmp_path: Path, format_name: str) -> None:
    seen: list[tuple[int, int]] = []

    export_project(
        dataset.store, tmp_path / "out", format_name, progress=lambda done, total: seen.append((done, total))
    )

    assert seen == [(i, 5) for i in range(6)]


def test_new_export_replaces_the_earlier_one_without_remains(dataset: Any, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "out", "yolo-segment", ExportOptions(split={"train": 0.5, "val": 0.5}))

    export_project(dataset.store, tmp_path / "out", "coco")
    export_project(dataset.store, tmp_path / "fresh", "coco")

    assert everything(tmp_path / "out") == everything(tmp_path / "fresh")


def test_files_that_a_user_put_into_an_export_are_kept(dataset: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export_project(dataset.store, out, "yolo-segment")
    (out / "notes.txt").write_text("mine")
    (out / "runs").mkdir()
    (out / "runs/best.pt").write_text("mine too")

    export_project(dataset.store, out, "coco")
    (out / "data.yaml").write_text("mine as well")
    export_project(dataset.store, out, "yolo-detect")

    assert (out / "notes.txt").read_text() == "mine"
    assert (out / "runs/best.pt").read_text() == "mine too"
    assert (out / "data (kept).yaml").read_text() == "mine as well"
    assert "names:" in (out / "data.yaml").read_text()


def test_folder_with_other_files_is_refused(dataset: Any, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/precious.txt").write_text("x")

    with pytest.raises(KnownError, match="not empty"):
        export_project(dataset.store, tmp_path / "out", "coco")

    assert everything(tmp_path / "out") == {"precious.txt": b"x"}


@pytest.mark.parametrize("name", [".DS_Store", "Thumbs.db", "desktop.ini"])
def test_folder_somebody_has_looked_into_counts_as_empty(dataset: Any, tmp_path: Path, name: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).write_bytes(b"where windows were")

    export_project(dataset.store, tmp_path / "out", "coco")

    assert (tmp_path / "out" / name).read_bytes() == b"where windows were"
    assert (tmp_path / "out" / EXPORT_MARKER).exists()
    assert not list(tmp_path.glob(".out*"))


def test_marker_alone_makes_no_export(dataset: Any, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / EXPORT_MARKER).touch()

    with pytest.raises(KnownError, match="not empty"):
        export_project(dataset.store, tmp_path / "out", "coco")


def test_empty_and_nested_folders_are_taken(dataset: Any, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    for out in (tmp_path / "empty", tmp_path / "deep/er/still"):
        export_project(dataset.store, out, "coco")
        assert (out / "annotations/instances.json").is_file()


def test_file_in_place_of_the_folder_is_refused(dataset: Any, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")

    with pytest.raises(KnownError, match="is a file"):
        export_project(dataset.store, tmp_path / "out", "coco")


def test_folder_of_the_project_or_its_images_is_never_replaced(dataset: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export_project(dataset.store, out, "coco")
    with ProjectStore.create(out / "inside.sam3proj", image_roots=[dataset.photos]) as inside:
        with inside.edit("Add") as edit:
            edit.add_category("x")
        with pytest.raises(KnownError, match="lies in"):
            export_project(inside, out, "coco", ExportOptions(include_unannotated=True))
    with (
        ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[out / "images"]) as of_copies,
        pytest.raises(KnownError, match="lies in"),
    ):
        export_project(of_copies, out, "coco", ExportOptions(include_unannotated=True))

    assert (out / "inside.sam3proj").is_file()


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_link_to_a_folder_stays_a_link(dataset: Any, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")

    report = export_project(dataset.store, tmp_path / "link", "coco")

    assert (tmp_path / "link").is_symlink()
    assert report.files == (tmp_path / "real/annotations/instances.json",)


def test_copies_in_an_export_are_no_images_to_annotate(dataset: Any, tmp_path: Path) -> None:
    before = list_image_files(tmp_path)

    export_project(dataset.store, tmp_path / "out", "yolo-segment")

    assert list_image_files(tmp_path) == before


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        (errno.ENOSPC, StorageFull, "disk is full"),
        (errno.EROFS, ProjectReadOnly, "cannot be written"),
        (errno.EIO, KnownError, "could not be read or written"),
    ],
)
def test_refusal_of_the_disk_is_a_sentence_and_leaves_nothing(
    tmp_path: Path, number: int, kind: type[KnownError], words: str
) -> None:
    def fail() -> None:
        with export_folder(tmp_path / "out") as folder:
            (folder / "half.txt").write_text("x")
            raise OSError(number, os.strerror(number))

    with pytest.raises(kind, match=words):
        fail()

    assert list(tmp_path.iterdir()) == []


def test_full_disk_while_images_are_copied_is_not_blamed_on_the_image(
    dataset: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def copyfile(source: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(source), None, str(target))

    monkeypatch.setattr(shutil, "copyfile", copyfile)

    with pytest.raises(StorageFull, match="disk is full, so nothing was exported to"):
        export_project(dataset.store, tmp_path / "out", "coco")

    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_read_only_place_is_a_sentence(dataset: Any, tmp_path: Path) -> None:
    place = tmp_path / "locked"
    place.mkdir(mode=0o500)

    with pytest.raises(ProjectReadOnly, match="cannot be written"):
        export_project(dataset.store, place / "out", "coco")


def test_image_that_goes_away_meanwhile_fails_the_whole_export(dataset: Any, tmp_path: Path) -> None:
    def remove(done: int, total: int) -> None:
        (dataset.photos / "sub/a.png").unlink(missing_ok=True)

    with pytest.raises(ImageUnreadable, match=r"a\.png” is missing.*Nothing was exported"):
        export_project(dataset.store, tmp_path / "out", "coco", progress=remove)

    assert not (tmp_path / "out").exists()


REFUSED = """
import sys
from pathlib import Path
from sam3_annotator.project import KnownError, ProjectStore
from sam3_annotator.project.formats.registry import export_project
try:
    with ProjectStore.open(sys.argv[1], read_only=True) as store:
        export_project(store, Path(sys.argv[2]), "coco")
except KnownError as error:
    print(error)
"""


@pytest.mark.skipif(os.name == "nt", reason="permissions mean something else there")
def test_what_may_not_be_read_is_told_as_such(dataset: Any, public_folder: Path, run_python: RunPython) -> None:
    project, photo, locked = (public_folder / name for name in ("p.sam3proj", "a.png", "locked"))
    photo.write_bytes((dataset.photos / "a.png").read_bytes())
    with ProjectStore.create(project, image_roots=[photo]) as store, store.edit("Annotate") as edit:
        edit.add_instance(store.images()[0].id, edit.add_category("cat"), rectangle(1, 1, 9, 9))
    photo.chmod(0o600)
    locked.mkdir(mode=0o700)
    public_folder.chmod(0o777)

    of_photo = run_python(REFUSED, project, public_folder / "out", as_nobody=True)
    of_place = run_python(REFUSED, project, locked, as_nobody=True)

    assert of_photo.stdout.startswith("You are not allowed to read “a.png”; change the permissions")
    assert of_place.stdout.startswith(f"{locked} cannot be written (Permission denied), so nothing was exported")


def test_unknown_format_is_told_with_those_there_are(dataset: Any, tmp_path: Path) -> None:
    with pytest.raises(KnownError, match=r"coco, .*yolo-segment, yolo-detect"):
        export_project(dataset.store, tmp_path / "out", "nonsense")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: ExportOptions(segmentation="masks"), "polygon or rle"),
        (lambda: ExportOptions(images="move"), "copy, link or none"),
        (lambda: ExportOptions(split={"dev": 1}), "train, val or test"),
        (lambda: ExportOptions(split={"train": -1, "val": 2}), "0 or more"),
        (lambda: ExportOptions(split={"train": float("nan")}), "0 or more"),
        (lambda: ExportOptions(split={"train": 0.0}), "all 0"),
        (lambda: ExportOptions(split={}), "all 0"),
    ],
)
def test_options_that_mean_nothing_are_refused(make: Callable[[], ExportOptions], words: str) -> None:
    with pytest.raises(KnownError, match=words):
        make()
