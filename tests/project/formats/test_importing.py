"""Labels brought into a project, and out and in again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sam3_annotator.project import Cancelled, CategoryId, ImageState, KnownError, Origin, ProjectStore, Split, rectangle
from sam3_annotator.project.formats.options import ExportOptions
from sam3_annotator.project.formats.registry import FORMATS, export_project, import_project

SQUARE = [[2, 2, 10, 2, 10, 10, 2, 10]]


def coco(file: Path, names: list[str], **size: int) -> Path:
    """Write a COCO file with one square on each image."""
    content = {
        "images": [{"id": i, "file_name": name, **size} for i, name in enumerate(names)],
        "categories": [{"id": 5, "name": "cat"}, {"id": 3, "name": "dog", "supercategory": "animal"}],
        "annotations": [
            {"id": i, "image_id": i, "category_id": 5, "segmentation": SQUARE} for i, _ in enumerate(names)
        ],
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content))
    return file


def annotated(store: ProjectStore) -> dict[str, int]:
    return {image.path: len(store.instances(image.id)) for image in store.images() if store.instances(image.id)}


def state(store: ProjectStore) -> list[Any]:
    """Everything a COCO file tells about a project."""
    return [
        (
            image.name,
            image.split,
            [(store.category(i.category_id).name, i.region, i.is_crowd) for i in store.instances(image.id)],
        )
        for image in store.images()
        if store.instances(image.id)
    ]


def categories_by_image(store: ProjectStore) -> dict[str, set[CategoryId]]:
    return {image.path: {each.category_id for each in store.instances(image.id)} for image in store.images()}


def test_labels_without_images_are_told_and_bring_their_categories(store: ProjectStore, tmp_path: Path) -> None:
    report = import_project(store, coco(tmp_path / "labels.json", []), "coco")

    assert [category.name for category in store.categories()] == ["cat", "dog"]
    assert report.warnings == ("The labels list no images, so there was nothing but categories to take.",)


def test_labels_with_nothing_in_them_are_refused(store: ProjectStore, tmp_path: Path) -> None:
    (tmp_path / "labels.json").write_text('{"images": [], "annotations": [], "categories": []}')

    with pytest.raises(KnownError, match=r"labels\.json lists no images and no categories\. Nothing was imported\."):
        import_project(store, tmp_path / "labels.json", "coco")


def test_labels_come_to_the_images_of_the_project(store: ProjectStore, image_folder: Path, tmp_path: Path) -> None:
    report = import_project(store, coco(tmp_path / "x/labels.json", ["2.png", "10.png"]), "coco")

    assert annotated(store) == {"photos/2.png": 1, "photos/10.png": 1}
    assert [category.name for category in store.categories()] == ["cat", "dog"]
    assert store.categories()[1].supercategory == "animal"
    assert (report.images, report.instances, report.added_images, report.warnings) == (2, 2, 0, ())
    assert str(report) == "2 instances imported on 2 images (2 categories new in the project: cat, dog)."
    (instance,) = store.instances(store.images()[1].id)
    assert instance.region == rectangle(2, 2, 10, 10)
    assert instance.provenance.origin is Origin.IMPORT


def test_images_the_project_does_not_have_are_added_with_their_facts(tmp_path: Path, image_folder: Path) -> None:
    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        report = import_project(store, coco(tmp_path / "labels.json", ["1.png"]), "coco", image_folder)

        (image,) = store.images()
        assert image.path == "photos/1.png"
        assert (image.facts.width, image.facts.height) == (80, 60)
        assert image.facts.content_hash
    assert str(report).startswith("1 instance imported on 1 image (1 image and 2 categories new")


def test_images_beside_the_file_are_found_without_being_told_where(tmp_path: Path, image_folder: Path) -> None:
    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        source = coco(image_folder / "annotations/instances_val.json", ["1.png", "2.png"])
        report = import_project(store, source, "coco")

        assert annotated(store) == {"photos/1.png": 1, "photos/2.png": 1}
        assert {image.split for image in store.images()} == {Split.VAL}
        assert str(report).endswith(" new in the project: cat, dog). The labels put 2 images into val.")
        assert "The labels put" not in str(import_project(store, source, "coco"))


def test_name_of_an_image_is_compared_whole(tmp_path: Path, make_image: Any) -> None:
    """a.png is not aa.png, and not a.png.png."""
    for name in ("aa.png", "a.png.png", "ba.png"):
        make_image(f"photos/{name}")
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        source = coco(tmp_path / "labels.json", ["a.png", "aa.png"])
        report = import_project(store, source, "coco")

        assert annotated(store) == {"photos/aa.png": 1}
    assert report.unmatched == ("a.png",)
    assert any("1 image (a.png) not found" in warning for warning in report.warnings)


@pytest.fixture
def twins(tmp_path: Path, make_image: Any) -> Path:
    for name in ("left/1.png", "right/1.png", "right/2.png", "3.png"):
        make_image(f"photos/{name}")
    return tmp_path / "photos"


@pytest.mark.parametrize("with_folder", [False, True])
def test_folders_decide_between_images_of_one_name(tmp_path: Path, twins: Path, with_folder: bool) -> None:
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[twins]) as store:
        names = ["train/right/1.png", "left\\1.png", "elsewhere/2.png"]
        report = import_project(store, coco(tmp_path / "x/l.json", names), "coco", twins if with_folder else None)

        assert annotated(store) == {"photos/right/1.png": 1, "photos/left/1.png": 1, "photos/right/2.png": 1}
        assert report.unmatched == ()


def test_ambiguous_name_is_left_out_and_told(tmp_path: Path, twins: Path) -> None:
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[twins]) as store:
        report = import_project(store, coco(tmp_path / "x/labels.json", ["1.png", "3.png"]), "coco")

        assert annotated(store) == {"photos/3.png": 1}
    assert report.unmatched == ("1.png",)
    assert report.warnings == (
        "1 image (1.png) left out with what is annotated there, since it is not clear which is meant of 2 images "
        "(photos/left/1.png, photos/right/1.png); choose the folder of the one that is meant, or give its "
        "whole name in the labels, and import again.",
    )


def test_one_image_is_not_taken_for_two_names(tmp_path: Path, twins: Path) -> None:
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[twins]) as store:
        names = ["a/2.png", "b/2.png", "c/1.png", "left/1.png"]
        report = import_project(store, coco(tmp_path / "x/labels.json", names), "coco")

        assert annotated(store) == {"photos/left/1.png": 1}
    assert report.unmatched == ("a/2.png", "b/2.png", "c/1.png")
    assert [warning.split(", since ")[0] for warning in report.warnings] == [
        "1 image (c/1.png) left out with what is annotated there",
        "2 images (a/2.png, b/2.png) left out with what is annotated there",
    ]
    assert "since the labels have several names for 1 image (photos/right/2.png);" in report.warnings[1]


def test_a_second_name_of_an_image_in_a_folder_is_told_as_that(tmp_path: Path, twins: Path) -> None:
    with ProjectStore.create(tmp_path / "p.sam3proj") as store:
        report = import_project(store, coco(tmp_path / "x/l.json", ["3.png", "day/3.png", "left/9.png"]), "coco", twins)

    assert report.unmatched == ("day/3.png", "left/9.png")
    assert [warning.split(", so ")[0].split(" left out")[0] for warning in report.warnings] == [
        "1 image (left/9.png) not found",
        "1 image (day/3.png)",
    ]


@pytest.mark.parametrize("is_copy", [False, True])
def test_labels_that_bring_another_image_of_the_name_come_to_that_one(
    tmp_path: Path, make_image: Any, is_copy: bool
) -> None:
    make_image("mine/frame1.png", seed=1)
    make_image("theirs/images/frame1.png", seed=1 if is_copy else 2)
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "mine"]) as store:
        import_project(store, coco(tmp_path / "theirs/annotations/instances.json", ["frame1.png"]), "coco")

        assert annotated(store) == {"mine/frame1.png" if is_copy else "theirs/images/frame1.png": 1}


@pytest.mark.parametrize(
    ("names", "words"),
    [(["x.png", "y.png"], r"^2 images \(x.png, y.png\) not"), (["x.png"], r"^1 image \(x.png\) not")],
)
def test_import_of_which_no_image_is_found_is_refused(
    store: ProjectStore, tmp_path: Path, names: list[str], words: str
) -> None:
    with pytest.raises(KnownError, match=words):
        import_project(store, coco(tmp_path / "x/labels.json", names), "coco")

    assert store.categories() == ()


def test_category_of_a_known_name_is_that_category(store: ProjectStore, tmp_path: Path) -> None:
    with store.edit("Add", undoable=False) as edit:
        edit.add_category("zebra")
        cat = edit.add_category("cat", color="#123456")

    report = import_project(store, coco(tmp_path / "x/labels.json", ["1.png"]), "coco")

    assert [category.name for category in store.categories()] == ["zebra", "cat", "dog"]
    assert store.instances(store.images()[0].id)[0].category_id == cat
    assert report.added_categories == ("dog",)


def test_importing_twice_adds_nothing_twice(store: ProjectStore, tmp_path: Path) -> None:
    source = coco(tmp_path / "x/labels.json", ["1.png", "2.png"])
    import_project(store, source, "coco")

    report = import_project(store, source, "coco")

    assert annotated(store) == {"photos/1.png": 1, "photos/2.png": 1}
    assert (report.instances, report.known_instances) == (0, 2)
    assert str(report) == "0 instances imported on 2 images; 2 were there already."


def test_import_is_one_step_that_undo_takes_back(
    store: ProjectStore, tables: Callable[[ProjectStore], object], image_folder: Path, tmp_path: Path
) -> None:
    with store.edit("Add category") as edit:
        edit.add_category("cat")
    shutil.copy(image_folder / "1.png", image_folder / "new.png")
    before = tables(store)
    seen: list[Any] = []
    store.subscribe(seen.append)

    report = import_project(store, coco(image_folder / "train.json", ["1.png", "2.png", "new.png"]), "coco")

    assert [changes.label for changes in seen] == ["Import COCO from train.json"]
    assert (report.added_images, report.added_categories) == (1, ("dog",))
    after = tables(store)
    store.undo()
    assert tables(store) == before
    assert store.undo_label == "Add category"
    store.redo()
    assert tables(store) == after


@pytest.mark.parametrize("at", [0, 1, 3])
def test_cancelled_import_leaves_the_project_as_it_was(tmp_path: Path, image_folder: Path, at: int) -> None:
    def stop(done: int, total: int) -> None:
        if done == at:
            raise Cancelled

    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        with pytest.raises(Cancelled):
            import_project(store, coco(tmp_path / "l.json", ["1.png", "2.png"]), "coco", image_folder, stop)

        assert store.images() == ()
        assert store.categories() == ()


def test_progress_runs_from_nothing_to_all(tmp_path: Path, image_folder: Path) -> None:
    seen: list[tuple[int, int]] = []

    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        source = coco(tmp_path / "l.json", ["1.png", "2.png"])
        import_project(store, source, "coco", image_folder, lambda done, total: seen.append((done, total)))

    assert seen == [(i, 4) for i in range(5)]


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ((60, 80), "is 80 x 60 and not 60 x 80) whose width and height"),
        ((16, 12), "is 80 x 60 and not 16 x 12) of another size"),
    ],
)
def test_other_size_of_an_image_is_told(store: ProjectStore, tmp_path: Path, size: tuple[int, int], words: str) -> None:
    source = coco(tmp_path / "x/labels.json", ["1.png"], width=size[0], height=size[1])

    report = import_project(store, source, "coco")

    assert any(words in warning and "1.png" in warning for warning in report.warnings)


def test_labels_of_an_image_that_is_left_out_are_added_and_it_stays_left_out(
    store: ProjectStore, tmp_path: Path
) -> None:
    first, second = store.images()[:2]
    with store.edit("Leave out") as edit:
        edit.update_image(first.id, state=ImageState.LEFT_OUT)
    labels = coco(tmp_path / "labels.json", ["1.png", "2.png"])

    report = import_project(store, labels, "coco")

    assert [store.image(image.id).state for image in (first, second)] == [ImageState.LEFT_OUT, ImageState.IN_PROGRESS]
    assert annotated(store) == {"photos/1.png": 1, "photos/2.png": 1}
    assert report.warnings == (
        "1 image (photos/1.png) marked as left out: what was imported there is not exported as long as that is so.",
    )
    assert import_project(store, labels, "coco").warnings == ()  # nothing new came


def test_splits_that_images_have_are_not_changed(store: ProjectStore, tmp_path: Path) -> None:
    with store.edit("Split", undoable=False) as edit:
        edit.update_image(store.images()[0].id, split=Split.TEST)

    report = import_project(store, coco(tmp_path / "x/instances_train.json", ["1.png", "2.png"]), "coco")

    assert [image.split for image in store.images()[:2]] == [Split.TEST, Split.TRAIN]
    assert report.warnings == (
        "1 image (photos/1.png: test, not train) in another split than the labels say, kept there.",
    )


@pytest.mark.parametrize("segmentation", ["polygon", "rle"])
@pytest.mark.parametrize("split", [None, {"train": 0.5, "val": 0.5}])
def test_import_export_import_gives_equal_instances(
    dataset: Any, tmp_path: Path, segmentation: str, split: dict[str, float] | None
) -> None:
    """What has been through the format once, holes, parts, crowds and splits, comes through it unchanged."""
    options = ExportOptions(segmentation=segmentation, split=split)
    export_project(dataset.store, tmp_path / "first", "coco", options)
    with ProjectStore.create(tmp_path / "one.sam3proj") as one, ProjectStore.create(tmp_path / "two.sam3proj") as two:
        import_project(one, tmp_path / "first", "coco")
        export_project(one, tmp_path / "second", "coco", ExportOptions(segmentation=segmentation))
        report = import_project(two, tmp_path / "second", "coco")
        again = import_project(two, tmp_path / "second", "coco")

        assert (again.instances, again.warnings) == (0, ())
        crowd, empty = report.warnings
        assert crowd == (
            "1 instance marked as crowd, which training leaves out; CVAT and some other programs mark all masks so."
        )
        assert empty.endswith("marked as confirmed empty, since the labels say that there is nothing on it.")
        assert state(one) == state(two)
        assert sum(len(instances) for *_, instances in state(one)) == len(dataset.instances())
    for file in sorted((tmp_path / "first/annotations").iterdir()):
        again = tmp_path / "second/annotations" / file.name
        first, second = (json.loads(path.read_text())["annotations"] for path in (file, again))
        assert [entry["segmentation"] for entry in first] == [entry["segmentation"] for entry in second]


def test_rle_export_comes_back_with_the_very_masks(dataset: Any, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "out", "coco", ExportOptions(segmentation="rle"))
    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        import_project(store, tmp_path / "out", "coco")
        again = type(dataset)(store, tmp_path, {})

        for before, after in zip(dataset.instances(), again.instances(), strict=True):
            assert (dataset.mask(before) == again.mask(after)).all()


@pytest.mark.parametrize("images", ["copy", "link"])
@pytest.mark.parametrize("name", [name for name, known in FORMATS.items() if known.write is not None])
def test_reimporting_an_export_adds_no_image_whatever_name_its_copy_has(
    dataset: Any, tmp_path: Path, name: str, images: str
) -> None:
    """The copies in the export lie nearer to the labels, but the project has the images already."""
    export_project(
        dataset.store, tmp_path / "out", name, ExportOptions(images=images, split={"train": 0.5, "val": 0.5})
    )
    before = categories_by_image(dataset.store)

    report = import_project(dataset.store, tmp_path / "out", name.split("-")[0])

    assert (report.images, report.added_images, report.unmatched) == (5, 0, ())
    assert categories_by_image(dataset.store) == before


def test_format_that_cannot_be_imported_is_told(store: ProjectStore, tmp_path: Path) -> None:
    with pytest.raises(KnownError, match=r"cannot be imported yet.*coco"):
        import_project(store, tmp_path, "yolo-segment")
    with pytest.raises(KnownError, match="not supported yet"):
        import_project(store, tmp_path, "nonsense")


def test_labels_cannot_bring_files_that_are_no_images(store: ProjectStore, tmp_path: Path) -> None:
    (tmp_path / "secrets").write_text("no image")
    before = [image.path for image in store.images()]
    labels = coco(tmp_path / "labels.json", [str(tmp_path / "secrets"), "2.png"])

    report = import_project(store, labels, "coco")

    assert [image.path for image in store.images()] == before
    assert report.unmatched == ((tmp_path / "secrets").as_posix(),)
    assert annotated(store) == {"photos/2.png": 1}
    with pytest.raises(KnownError, match=r"not found.* Nothing was imported\.$"):
        import_project(store, coco(tmp_path / "only.json", [str(tmp_path / "secrets")]), "coco")


def test_damaged_photographs_still_come_with_their_labels(store: ProjectStore, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new/damaged.png").write_bytes(b"\x89PNG, and no more")

    import_project(store, coco(tmp_path / "labels.json", ["damaged.png"]), "coco", tmp_path / "new")

    assert annotated(store) == {"new/damaged.png": 1}
