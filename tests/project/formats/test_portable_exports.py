"""Exports of projects whose names only some systems can have."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import pytest

from sam3_annotator.project import ProjectStore, rectangle
from sam3_annotator.project.formats.comparing.read_back import READ_BACK
from sam3_annotator.project.formats.images.portable import portable_path
from sam3_annotator.project.formats.images.selection import choose_images
from sam3_annotator.project.formats.options import ExportOptions
from sam3_annotator.project.formats.registry import FORMATS, export_project, import_project
from sam3_annotator.project.formats.verification import export_verified
from sam3_annotator.project.image_files import folded

pytestmark = pytest.mark.skipif(os.name == "nt", reason="files cannot have such names there")

WRITERS = [name for name, known in FORMATS.items() if known.write is not None]
BY_PATH = ("coco", "cvat")
NAMES = [
    "a.png",
    "A.PNG",
    "sub/a.png",
    "Sub/a.jpg",
    "Sub /a.png",
    "2024-01-01T10:00:00.png",
    "2024-01-01T10_00_00.png",
    "what?.png",
    "aux.png",
    "e\u0301.png",
    "\u00e9.png",
    "dir./<x>|*.png",
    "x" * 251 + ".png",
    "x" * 251 + ".jpg",
]
READER_OF = {name: "yolo" if name.startswith("yolo") else name for name in WRITERS}
MakeImage = Callable[..., Path]


@pytest.fixture
def odd(tmp_path: Path, make_image: MakeImage) -> Iterator[ProjectStore]:
    """Make a project of images with such names, each with an instance of its own."""
    for number, name in enumerate(NAMES):
        make_image(f"photos/{name}", width=40 + number, height=30, seed=number)
    if len([file for file in (tmp_path / "photos").rglob("*") if file.is_file()]) < len(NAMES):
        pytest.skip("this disk sees no difference between upper and lower case")
    with ProjectStore.create(tmp_path / "odd.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        with store.edit("Annotate", undoable=False) as edit:
            cat = edit.add_category("CON: <cat>?")
            for number, image in enumerate(store.images()):
                edit.add_instance(image.id, cat, rectangle(number, 2, number + 15, 20))
        yield store


def written(out: Path) -> list[PurePosixPath]:
    """Give all files of an export, also links, and all folders, relative."""
    return [PurePosixPath(path.relative_to(out).as_posix()) for path in out.rglob("*")]


def annotate(store: ProjectStore) -> None:
    """Put a rectangle on every image."""
    with store.edit("Annotate", undoable=False) as edit:
        cat = edit.add_category("cat")
        for image in store.images():
            edit.add_instance(image.id, cat, rectangle(2, 2, 15, 20))


@pytest.mark.parametrize("images", ["copy", "link"])
@pytest.mark.parametrize("name", WRITERS)
def test_every_system_can_have_what_is_written_and_it_is_read_back(
    odd: ProjectStore, tmp_path: Path, name: str, images: str
) -> None:
    options = ExportOptions(images=images, split={"train": 1, "val": 1})
    export = export_verified(odd, tmp_path / "out", name, options)

    paths = written(tmp_path / "out")
    assert len({folded(path.as_posix()) for path in paths}) == len(paths)
    assert [path for path in paths if portable_path(path) != path] == []
    assert export.verification is not None
    assert export.verification.warnings == ()
    assert export.verification.found == len(NAMES)


@pytest.mark.parametrize(
    ("name", "images"), [*((name, "copy") for name in WRITERS), ("coco", "none"), ("cvat", "none")]
)
def test_what_comes_back_to_the_project_is_there_already(
    odd: ProjectStore, tmp_path: Path, name: str, images: str
) -> None:
    export_project(odd, tmp_path / "out", name, ExportOptions(images=images))

    report = import_project(odd, tmp_path / "out", READER_OF[name])

    assert (report.images, report.added_images, report.instances) == (len(NAMES), 0, 0)
    assert report.unmatched == ()


@pytest.mark.parametrize("name", WRITERS)
def test_a_new_project_gets_each_instance_on_its_own_image(odd: ProjectStore, tmp_path: Path, name: str) -> None:
    export_project(odd, tmp_path / "out", name)

    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        import_project(store, tmp_path / "out", READER_OF[name])
        boxes = {image.facts.width: store.instances(image.id)[0].region.box_xyxy[0] for image in store.images()}

    own = {image.facts.width: odd.instances(image.id)[0].region.box_xyxy[0] for image in odd.images()}
    assert boxes == pytest.approx(own, abs=1e-3)


@pytest.mark.parametrize("name", WRITERS)
def test_names_are_told_with_what_became_of_them(tmp_path: Path, make_image: MakeImage, name: str) -> None:
    for number, file in enumerate(("10:30.png", "b.png", "a.png", "A.png")):
        make_image(f"photos/{file}", seed=number)
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        annotate(store)
        report = export_project(store, tmp_path / "out", name)
        selection = choose_images(store, ExportOptions(), READ_BACK[name].naming)
    told = "\n".join(report.warnings)

    assert "1 image (photos/10:30.png as 10_30.png) got another name, since Windows" in told
    assert ") got another name, since images or their labels would share one" in told
    assert "photos/a.png as " in told
    assert "b.png" not in told
    listed = tmp_path / "out" / "renamed.csv"
    assert listed in report.files
    header, *rows = csv.reader(listed.read_text(encoding="utf-8").splitlines())
    assert header == ["image", "name"]
    assert rows == [[image.record.path, image.name] for image in selection.images if image.name != image.record.name]
    assert len(rows) == (2 if name in BY_PATH or name == "labelme" else 3)


@pytest.mark.parametrize("name", WRITERS)
def test_no_list_is_written_where_all_names_are_kept(tmp_path: Path, make_image: MakeImage, name: str) -> None:
    make_image("photos/b.png")
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        export_project(store, tmp_path / "out", name, ExportOptions(include_unannotated=True))

    assert not (tmp_path / "out" / "renamed.csv").exists()


@pytest.mark.parametrize("name", WRITERS)
def test_labels_alone_keep_the_names_of_images_that_lie_elsewhere(
    tmp_path: Path, make_image: MakeImage, name: str
) -> None:
    make_image("photos/10:30.png")
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        with store.edit("Annotate", undoable=False) as edit:
            edit.add_instance(store.images()[0].id, edit.add_category("cat"), rectangle(2, 2, 15, 20))
        export = export_verified(store, tmp_path / "out", name, ExportOptions(images="none"))

    assert any(
        warning.startswith("1 image (photos/10:30.png) with a name that Windows or another system cannot have; labels ")
        for warning in export.report.warnings
    )
    stems = {path.stem for path in written(tmp_path / "out")}
    assert ("10:30" in stems) is (name not in BY_PATH)
    assert "10_30" not in stems
    assert export.verification is not None
    assert export.verification.is_good


def test_labels_that_were_exported_with_images_come_back_without_them(tmp_path: Path, make_image: MakeImage) -> None:
    for number, file in enumerate(("10:30.png", "dir?/x.png")):
        make_image(f"photos/{file}", seed=number)
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        annotate(store)
        for name in WRITERS:
            out = tmp_path / name
            export_project(store, out, name)
            for file in out.rglob("*.png"):
                if not {"instances", "categories", "SegmentationObject", "SegmentationClass"} & set(file.parts):
                    file.unlink()

            report = import_project(store, out, READER_OF[name])

            assert (report.images, report.instances, report.unmatched) == (2, 0, ()), name
