"""YOLO datasets that other programs write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from sam3_annotator.project import (
    FormatError,
    ImageState,
    KnownError,
    Polygon,
    ProjectStore,
    Region,
    Split,
    rectangle,
    region_to_mask,
)
from sam3_annotator.project.formats.plan import ImportPlan, PlannedImage
from sam3_annotator.project.formats.registry import import_project
from sam3_annotator.project.formats.yolo.reading import read

MakeImage = Callable[..., Path]

WIDTH, HEIGHT = 80, 60
BOX = "0 0.5 0.5 0.5 0.5"
MIDDLE = rectangle(20, 15, 60, 45)


def write(tmp_path: Path, *lines: str, data: str = "names: [cat, dog]\ntrain: images/train\n") -> Path:
    """Write a dataset of one image without a file, `a`, with these rows; returns its folder."""
    folder = tmp_path / "dataset"
    (folder / "labels/train").mkdir(parents=True, exist_ok=True)
    (folder / "labels/train/a.txt").write_text("\n".join(lines), encoding="utf-8")
    (folder / "data.yaml").write_text(data, encoding="utf-8")
    return folder


def regions(plan: ImportPlan, width: int = WIDTH, height: int = HEIGHT) -> list[Region]:
    return [instance.region_on(width, height) for image in plan.images for instance in image.relative]


def scores(plan: ImportPlan) -> list[float | None]:
    return [instance.score for image in plan.images for instance in image.relative]


def categories(plan: ImportPlan) -> list[str]:
    return [instance.category for image in plan.images for instance in image.relative]


def by_name(plan: ImportPlan) -> dict[str, PlannedImage]:
    return {image.name: image for image in plan.images}


@pytest.mark.parametrize(
    ("row", "region", "score"),
    [
        (BOX, MIDDLE, None),
        (f"{BOX} 0.75", MIDDLE, 0.75),
        ("0 0.25 0.25 0.75 0.25 0.5 0.75", [(20, 15), (60, 15), (40, 45)], None),
        ("0 0.25 0.25 0.75 0.25 0.5 0.75 0.5", [(20, 15), (60, 15), (40, 45)], 0.5),
        ("0 0.25 0.25 0.75 0.25 0.75 0.75 0.25 0.75", MIDDLE, None),
        ("0 0.5 0.25 0.75 0.5 0.5 0.75 0.25 0.5 0.9", [(40, 15), (60, 30), (40, 45), (20, 30)], 0.9),
        ("0 .25 .25 .5 .25 .75 .25 .75 .75 .25 .75", [(20, 15), (40, 15), (60, 15), (60, 45), (20, 45)], None),
        ("0.0\t0.5  0.5 5e-1 0.5 ", MIDDLE, None),
    ],
    ids=["box", "box, score", "triangle", "triangle, score", "square", "oriented, score", "polygon", "odd spelling"],
)
def test_count_of_numbers_tells_boxes_polygons_and_scores(
    tmp_path: Path, row: str, region: Region | list[tuple[float, float]], score: float | None
) -> None:
    plan = read(write(tmp_path, row))

    expected = region if isinstance(region, Region) else Region((Polygon(region),))
    assert (regions(plan), scores(plan), plan.warnings) == ([expected], [score], ())


def test_boxes_and_polygons_may_be_mixed(tmp_path: Path) -> None:
    plan = read(write(tmp_path, BOX, "", "1 0 0 1 0 1 1 0 1"))

    assert regions(plan) == [MIDDLE, rectangle(0, 0, WIDTH, HEIGHT)]
    assert categories(plan) == ["cat", "dog"]


def test_whole_pixels_survive_six_decimals(tmp_path: Path) -> None:
    x, y, width, height = 1001.5 / 4000, 700 / 2999, 333 / 4000, 202 / 2999

    plan = read(write(tmp_path, f"0 {x:.6f} {y:.6f} {width:.6f} {height:.6f}"))

    assert regions(plan, 4000, 2999) == [rectangle(835, 599, 1168, 801)]


def test_what_reaches_over_the_edge_is_cut_there(tmp_path: Path) -> None:
    plan = read(write(tmp_path, "0 0 0.5 0.5 0.5", "0 -0.01 0.25 0.5 0.25 0.5 1.01 -0.01 1.01"))

    box, polygon = regions(plan)
    assert box == rectangle(0, 15, 20, 45)
    assert polygon.box_xyxy == (0, 15, 40, 60)
    assert polygon.area == pytest.approx(40 * 45)


def test_ring_that_joins_a_hole_and_a_part_comes_apart(tmp_path: Path) -> None:
    outer = ".1 .1 .5 .1 .5 .9 .1 .9 .1 .1"
    hole = ".2 .2 .2 .8 .4 .8 .4 .2 .2 .2 .1 .1"
    part = ".5 .1 .6 .1 .9 .1 .9 .9 .6 .9 .6 .1 .5 .1"

    plan = read(write(tmp_path, f"0 {outer} {hole} {part}"))

    (region,) = regions(plan, 100, 100)
    assert [len(polygon.holes) for polygon in region.polygons] == [1, 0]
    assert region.area == pytest.approx(40 * 80 - 20 * 60 + 30 * 80)


def test_polygon_that_crosses_itself_is_repaired(tmp_path: Path) -> None:
    plan = read(write(tmp_path, "0 0 0 1 1 1 0 0 1"))

    (region,) = regions(plan, 100, 100)
    assert len(region.polygons) == 2
    assert region.area == pytest.approx(5000)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("0 0.5 0.5 0.5", "3 numbers after the class"),
        ("0", "0 numbers after the class"),
        ("0 0.1 0.1 0.2 0.1 0.2 0.2 2", "7 numbers after the class"),
        ("cat 0.5 0.5 0.5 0.5", "has “cat” in place of a number"),
        ("0 0.5 nan 0.5 0.5", "has “nan” in place of a number"),
        ("0 0.5 0.5 0.5 0,5", "has “0,5” in place of a number"),
        ("-1 0.5 0.5 0.5 0.5", "has -1 for a class"),
        ("0.5 0.5 0.5 0.5 0.5", "has 0.5 for a class"),
        ("1e300 0.5 0.5 0.5 0.5", "has 1e300 for a class"),
        ("0 320 240 40 40", "has the coordinate 320"),
        ("0 0.5 0.5 0 0.5", "has a box without area (width 0, height 0.5)"),
    ],
)
def test_row_that_cannot_be_read_is_told_by_file_and_line(tmp_path: Path, row: str, words: str) -> None:
    plan = read(write(tmp_path, BOX, "", row))

    (warning,) = plan.warnings
    assert warning.startswith("labels/train/a.txt, line 3 has ")
    assert words in warning
    assert warning.endswith("so it was left out.")
    assert regions(plan) == [MIDDLE]


def test_ring_without_area_is_told_when_it_comes_to_its_image(store: ProjectStore, tmp_path: Path) -> None:
    folder = write(tmp_path, "0 .1 .1 .2 .2 .3 .3", BOX, "0 1.1 1.1 1.2 1.1 1.2 1.2")
    (folder / "labels/train/a.txt").rename(folder / "labels/train/1.txt")

    report = import_project(store, folder, "yolo")

    assert report.instances == 1
    assert report.warnings == (
        "labels/train/1.txt, line 1 has no area on its image, so it was left out.",
        "labels/train/1.txt, line 3 has no area on its image, so it was left out.",
    )


def test_sentences_about_rows_are_bounded(tmp_path: Path) -> None:
    plan = read(write(tmp_path, BOX, *["0 1"] * 1500))

    assert len(plan.warnings) == 21
    assert plan.warnings[-1] == "1,480 more problems of this kind, not listed here."


def test_dataset_of_which_no_row_can_be_read_is_refused_with_the_first_reason(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"Nothing in dataset.*a.txt, line 1 has 1 numbers"):
        read(write(tmp_path, "0 1", "0 2"))


def test_label_file_that_is_no_text_is_told_and_the_others_read(tmp_path: Path) -> None:
    folder = write(tmp_path, BOX)
    (folder / "labels/train/b.txt").write_bytes(b"\xff\xfe\x00\x01")

    plan = read(folder)

    assert regions(plan) == [MIDDLE]
    assert plan.warnings[0].startswith("labels/train/b.txt is not UTF-8 text")


def test_byte_order_mark_and_other_line_ends_are_read(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "labels/train/a.txt").write_bytes(b"\xef\xbb\xbf" + f"{BOX}\r\n{BOX} 0.5\r\n".encode())

    assert regions(read(folder)) == [MIDDLE, MIDDLE]


def test_keypoints_are_left_out_where_the_data_file_tells_how_many(tmp_path: Path) -> None:
    data = "names: [cat]\ntrain: images/train\nkpt_shape: [2, 3]\n"

    plan = read(write(tmp_path, f"{BOX} 0.1 0.2 2 0 0 0", f"{BOX} 0.1 0.2 2 0.3 0.4 1 0.9", BOX, data=data))

    assert regions(plan) == [MIDDLE] * 3
    assert scores(plan) == [None, 0.9, None]


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("names: [cat, dog]", ["cat", "dog"]),
        ("names:\n  0: cat\n  1: dog", ["cat", "dog"]),
        ("names:\n  1: dog\n  0: cat", ["cat", "dog"]),
        ("names: {'0': no, '1': 1.50}", ["no", "1.50"]),
        ("names: [日本, 'a: b']", ["日本", "a: b"]),
        ('names: ["a\\ud800b", " cat "]', ["a?b", "cat"]),
        ("nc: 2\nnames: [on]", ["on"]),
    ],
)
def test_names_are_read_as_they_are_written_from_lists_and_maps(tmp_path: Path, said: str, names: list[str]) -> None:
    plan = read(write(tmp_path, BOX, data=f"{said}\ntrain: images/train\n"))

    assert [category.name for category in plan.categories] == names
    assert categories(plan) == names[:1]


def test_class_without_a_name_gets_one_and_is_told_once(tmp_path: Path) -> None:
    plan = read(write(tmp_path, BOX, "7 0.5 0.5 0.5 0.5", "7 0.5 0.5 0.1 0.1", "5 0.5 0.5 0.1 0.1"))

    assert categories(plan) == ["cat", "class 7", "class 7", "class 5"]
    assert [category.name for category in plan.categories] == ["cat", "dog", "class 7", "class 5"]
    assert plan.warnings == (
        "2 class numbers (5, 7) without a name in data.yaml or classes.txt; called “class 5” and so on.",
    )


def test_classes_of_one_name_are_one_category(tmp_path: Path) -> None:
    plan = read(write(tmp_path, BOX, "1 0.5 0.5 0.5 0.5", data="names: [cat, cat]\ntrain: images/train\n"))

    assert [category.name for category in plan.categories] == ["cat"]
    assert categories(plan) == ["cat", "cat"]


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".PNG"])
def test_labels_without_an_image_come_to_that_of_the_project_whatever_its_suffix(
    tmp_path: Path, make_image: MakeImage, suffix: str
) -> None:
    make_image(f"photos/a{suffix}", width=WIDTH, height=HEIGHT)
    make_image("photos/aa.png")
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        report = import_project(store, write(tmp_path, f"{BOX} 0.5"), "yolo")

        (instance,) = store.instances(next(image.id for image in store.images() if image.name == f"a{suffix}"))
        assert (instance.region, instance.score) == (MIDDLE, 0.5)
    assert (report.instances, report.added_images, report.warnings) == (1, 0, ())


def test_labels_of_two_images_that_differ_in_suffix_only_are_left_out(tmp_path: Path, make_image: MakeImage) -> None:
    make_image("photos/a.jpg")
    make_image("photos/a.png")
    with (
        ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store,
        pytest.raises(KnownError, match=r"1 image \(images/train/a\.\*\) left out.* not clear which"),
    ):
        import_project(store, write(tmp_path, BOX), "yolo")


def test_shares_are_of_the_upright_image(tmp_path: Path, make_image: MakeImage) -> None:
    file = make_image("dataset/images/train/a.jpg", width=HEIGHT, height=WIDTH)
    with Image.open(file) as image:
        image.getexif()[0x0112] = 6
        image.save(file, exif=image.getexif())
    with ProjectStore.create(tmp_path / "p.sam3proj") as store:
        import_project(store, write(tmp_path, BOX), "yolo")

        (record,) = store.images()
        assert (record.facts.width, record.facts.height) == (WIDTH, HEIGHT)
        assert store.instances(record.id)[0].region == MIDDLE


def test_size_of_an_image_that_nobody_has_read_yet_is_read(tmp_path: Path, make_image: MakeImage) -> None:
    make_image("photos/a.png", width=WIDTH, height=HEIGHT)
    with ProjectStore.create(tmp_path / "p.sam3proj") as store:
        with store.edit("Add") as edit:
            image = edit.add_image(tmp_path / "photos/a.png")
        import_project(store, write(tmp_path, BOX), "yolo")

        assert store.instances(image)[0].region == MIDDLE


def test_size_of_an_image_that_was_replaced_is_read_again(tmp_path: Path, make_image: MakeImage) -> None:
    make_image("photos/a.png", width=40, height=40)
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        make_image("photos/a.png", width=WIDTH, height=HEIGHT)
        import_project(store, write(tmp_path, BOX), "yolo")

        assert store.instances(store.images()[0].id)[0].region == MIDDLE


def test_instances_on_an_image_of_unknown_size_are_left_out_and_told(
    tmp_path: Path, make_image: MakeImage, store: ProjectStore
) -> None:
    folder = write(tmp_path, BOX, BOX)
    (folder / "labels/train/1.txt").write_text(BOX)
    (folder / "images/train").mkdir(parents=True)
    (folder / "images/train/a.png").write_bytes(b"no image")

    report = import_project(store, folder, "yolo")

    assert report.instances == 1
    (warning,) = report.warnings
    assert "1 image (dataset/images/train/a.png) that cannot be read, so 2 instances" in warning


def test_image_with_an_empty_file_of_labels_is_confirmed_as_empty_and_one_without_is_not(
    tmp_path: Path, make_image: MakeImage
) -> None:
    folder = write(tmp_path, BOX)
    for name in ("a", "empty", "none"):
        make_image(f"dataset/images/train/{name}.png", width=WIDTH, height=HEIGHT)
    (folder / "labels/train/empty.txt").write_text("\n")
    with ProjectStore.create(tmp_path / "p.sam3proj") as store:
        report = import_project(store, folder, "yolo")

        states = {image.name: (image.state, image.split) for image in store.images()}
    assert (report.instances, report.added_images) == (1, 3)
    assert report.warnings == (
        "1 image (dataset/images/train/empty.png) marked as confirmed empty, since the labels say that there is "
        "nothing on it.",
    )
    assert states == {
        "a.png": (ImageState.IN_PROGRESS, Split.TRAIN),
        "empty.png": (ImageState.CONFIRMED_EMPTY, Split.TRAIN),
        "none.png": (ImageState.UNANNOTATED, Split.TRAIN),
    }


def test_importing_twice_adds_nothing_twice(store: ProjectStore, tmp_path: Path) -> None:
    folder = write(tmp_path, BOX, "1 0.1 0.1 0.4 0.1 0.2 0.3")
    (folder / "labels/train/a.txt").rename(folder / "labels/train/1.txt")
    import_project(store, folder, "yolo")

    report = import_project(store, folder, "yolo")

    assert (report.instances, report.known_instances) == (0, 2)


def test_mask_of_an_imported_polygon_is_that_of_its_pixels(tmp_path: Path) -> None:
    plan = read(write(tmp_path, "0 0.25 0.25 0.75 0.25 0.75 0.75 0.25 0.75"))

    mask = region_to_mask(regions(plan)[0], HEIGHT, WIDTH)

    assert mask[15:45, 20:60].all()
    assert mask.sum() == 30 * 40


@pytest.mark.parametrize("content", ["0 0.5 0.5 0 0.5", "0 0.5 0.5 1e-9 1e-9", "# 0", "\x00\xff"])
def test_labels_of_which_nothing_can_be_read_do_not_make_an_image_empty(
    tmp_path: Path, make_image: MakeImage, content: str
) -> None:
    folder = write(tmp_path, BOX)
    for name in ("a", "b"):
        make_image(f"dataset/images/train/{name}.png", width=WIDTH, height=HEIGHT)
    (folder / "labels/train/b.txt").write_text(content, encoding="latin-1")
    with ProjectStore.create(tmp_path / "p.sam3proj") as store:
        import_project(store, folder, "yolo")

        assert [image.state for image in store.images()] == [ImageState.IN_PROGRESS, ImageState.UNANNOTATED]
