"""Pascal VOC files that other programs write."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import supervision
from PIL import Image

from sam3_annotator.project import FormatError, ProjectStore, Region, Split, mask_to_region, rectangle, region_to_mask
from sam3_annotator.project.formats.plan import ImportPlan
from sam3_annotator.project.formats.registry import import_project
from sam3_annotator.project.formats.value_masks.colors import voc_colormap
from sam3_annotator.project.formats.voc.reading import read

BOX = "<bndbox><xmin>3</xmin><ymin>4</ymin><xmax>10</xmax><ymax>12</ymax></bndbox>"
SIZE = "<size><width>64</width><height>48</height><depth>3</depth></size>"


def thing(name: str = "cat", box: Sequence[object] | str = BOX, more: str = "") -> str:
    if not isinstance(box, str):
        sides = zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True)
        box = f"<bndbox>{''.join(f'<{side}>{value}</{side}>' for side, value in sides)}</bndbox>"
    return f"<object><name>{name}</name>{box}{more}</object>"


def write(file: Path, *objects: str, filename: str = "a.png", size: str = SIZE) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    content = f"<annotation><filename>{filename}</filename>{size}{''.join(objects)}</annotation>"
    file.write_text(content, encoding="utf-8")
    return file


def boxes(plan: ImportPlan) -> list[tuple[float, float, float, float]]:
    return [instance.region.box_xyxy for image in plan.images for instance in image.instances]


def masks(folder: Path, stem: str, objects: np.ndarray, classes: np.ndarray, mode: str = "P") -> None:
    """Write the two masks of an image as palette (`P`), grey (`L`) or colour (`RGB`) images."""
    for name, values in (("SegmentationObject", objects), ("SegmentationClass", classes)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        image = Image.fromarray(voc_colormap()[values] if mode == "RGB" else values.astype(np.uint8))
        if mode == "P":
            image.putpalette(voc_colormap().tobytes())
        image.save(folder / name / f"{stem}.png")


def two_things() -> tuple[np.ndarray, np.ndarray]:
    """Give masks of the objects 1, of the category 8 with a hole, and 2, of the category 12, with void around both."""
    objects, classes = np.zeros((48, 64), dtype=np.uint8), np.zeros((48, 64), dtype=np.uint8)
    for number, category, box in ((1, 8, (slice(5, 20), slice(4, 30))), (2, 12, (slice(30, 40), slice(40, 60)))):
        outer = tuple(slice(side.start - 1, side.stop + 1) for side in box)
        objects[outer], classes[outer] = 255, 255
        objects[box], classes[box] = number, category
    objects[10:14, 10:14] = classes[10:14, 10:14] = 0
    return objects, classes


def region_of(values: np.ndarray, number: int) -> Region:
    return mask_to_region(values == number)


def test_box_counts_from_one_and_includes_its_last_pixel(tmp_path: Path) -> None:
    plan = read(write(tmp_path / "a.xml", thing()))

    (image,) = plan.images
    assert (image.name, image.width, image.height) == ("a.png", 64, 48)
    assert image.instances[0].region == rectangle(2, 3, 10, 12)
    assert plan.warnings == ()


def test_parts_of_an_object_are_no_objects(tmp_path: Path) -> None:
    part = f"<part><name>head</name>{BOX.replace('>3<', '>0<')}</part>"

    plan = read(write(tmp_path / "a.xml", thing("person", more=part)))

    assert plan.warnings == ("1 part of objects (1 head) left out; instances have no parts here.",)
    assert (boxes(plan), plan.images[0].instances[0].category) == ([(2, 3, 10, 12)], "person")


def test_polygon_that_some_programs_add_is_taken_for_the_box(tmp_path: Path) -> None:
    polygon = "<polygon><x1>3</x1><y1>4</y1><x2>11</x2><y2>4</y2><x3>11</x3><y3>13</y3></polygon>"

    plan = read(write(tmp_path / "a.xml", thing(more=polygon), thing(more="<polygon><x1>3</x1></polygon>")))

    assert [i.region.area for i in plan.images[0].instances] == [36, 72]


def test_polygons_that_supervision_writes_keep_their_holes(tmp_path: Path, make_image: Any) -> None:
    image = make_image("images/a.png")
    mask = np.zeros((1, 48, 64), dtype=np.bool_)
    mask[0, 5:40, 5:50] = True
    mask[0, 15:30, 15:40] = False
    found = supervision.Detections(xyxy=np.array([[5, 5, 50, 40]]), mask=mask, class_id=np.array([0]))
    dataset = supervision.DetectionDataset(["cat"], [str(image)], {str(image): found})
    dataset.as_pascal_voc(annotations_directory_path=str(tmp_path / "Annotations"))

    (instance,) = read(tmp_path).images[0].instances

    ours = region_to_mask(instance.region, 48, 64)
    assert not ours[16:29, 16:39].any()
    assert (ours & mask[0]).sum() / (ours | mask[0]).sum() > 0.85


@pytest.mark.parametrize("size", ["", "<size><width>0</width></size>", "<size><width>wide</width></size>"])
def test_size_may_be_missing(tmp_path: Path, size: str) -> None:
    (image,) = read(write(tmp_path / "a.xml", thing(), size=size)).images

    assert (image.width, image.height) == (0, 0)


BAD = {
    "no name": (thing(name=" "), "has no name"),
    "no box": (thing(box=""), "has no box"),
    "word": (thing(box=("x", 1, 2, 3)), "“x” as xmin"),
    "missing side": (thing(box="<bndbox><xmin>3</xmin></bndbox>"), "“” as ymin"),
    "infinite": (thing(box=(1, 1, "inf", 3)), "“inf” as xmax"),
    "not a number": (thing(box=(1, 1, 3, "nan")), "“nan” as ymax"),
    "absurd": (thing(box=(1, 1, 3, "1e300")), "“1e300” as ymax"),
    "reversed": (thing(box=(9, 1, 3, 5)), "without area"),
}


@pytest.mark.parametrize("case", BAD)
def test_object_that_cannot_be_read_is_told_by_file_and_number(tmp_path: Path, case: str) -> None:
    bad, reason = BAD[case]

    plan = read(write(tmp_path / "Annotations/a.xml", thing(), bad).parents[1])

    (warning,) = plan.warnings
    assert warning.startswith("Annotations/a.xml: object 2 ")
    assert reason in warning
    assert len(plan.images[0].instances) == 1


def test_file_that_is_none_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    write(tmp_path / "a.xml", thing())
    (tmp_path / "b.xml").write_text("<annotations><image/></annotations>")
    (tmp_path / "c.xml").write_text("broken")
    (tmp_path / "._a.xml").write_bytes(b"\0\0")  # as macOS leaves behind

    plan = read(tmp_path)

    assert len(plan.images) == 1
    assert ["b.xml is no Pascal VOC" in plan.warnings[0], "c.xml is no XML" in plan.warnings[1]] == [True, True]
    assert len(plan.warnings) == 2


def test_folder_of_which_nothing_can_be_read_is_refused_with_the_first_reason(tmp_path: Path) -> None:
    (tmp_path / "b.xml").write_text("<annotations/>")

    with pytest.raises(FormatError, match=r"Nothing in .*begins with <annotations> instead of <annotation>"):
        read(tmp_path)


@pytest.mark.parametrize("name", ["absent", "x" * 5000])
def test_folder_that_is_not_there_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FormatError, match=r"nothing at|cannot be read"):
        read(tmp_path / name)


def test_folder_without_xml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="no XML file"):
        read(tmp_path)


@pytest.mark.parametrize("around", ["", "VOC2012", "VOCdevkit/VOC2012"])
def test_kit_is_found_in_the_folders_around_it(tmp_path: Path, make_image: Any, around: str) -> None:
    write(tmp_path / around / "Annotations/a.xml", thing())
    file = make_image(str(Path(around, "JPEGImages/a.png")))

    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        import_project(store, tmp_path, "voc")

        assert [store.image_file(image.id) for image in store.images()] == [file]


def test_folder_of_xml_files_alone_is_read_with_the_images_of_the_kit(tmp_path: Path, make_image: Any) -> None:
    write(tmp_path / "Annotations/a.xml", thing())
    file = make_image("JPEGImages/a.png")

    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        import_project(store, tmp_path / "Annotations", "voc")

        assert [store.image_file(image.id) for image in store.images()] == [file]


def test_images_and_xml_files_side_by_side_in_folders_of_splits(tmp_path: Path, make_image: Any) -> None:
    for folder in ("train", "valid"):
        write(tmp_path / folder / f"{folder}1.xml", thing())
        make_image(f"{folder}/{folder}1.png")

    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        import_project(store, tmp_path, "voc")

        assert {image.name: image.split for image in store.images()} == {
            "train1.png": Split.TRAIN,
            "valid1.png": Split.VAL,
        }


@pytest.mark.parametrize("filename", ["a", "a.jpg", "other.png", "C:\\photos\\a.bmp", ""])
def test_image_is_known_by_the_stem_of_the_xml_file(tmp_path: Path, make_image: Any, filename: str) -> None:
    write(tmp_path / "Annotations/a.xml", thing(), filename=filename)
    make_image("JPEGImages/a.png")

    assert read(tmp_path).images[0].name == "a.png"


def test_image_of_the_name_in_the_file_counts_where_none_has_the_stem(tmp_path: Path, make_image: Any) -> None:
    write(tmp_path / "Annotations/task_1.xml", thing(), filename="photo.png")
    file = make_image("JPEGImages/photo.png")

    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        import_project(store, tmp_path, "voc")

        assert [store.image_file(image.id) for image in store.images()] == [file]


def test_name_without_a_suffix_finds_the_image_of_the_project(store: ProjectStore, tmp_path: Path) -> None:
    write(tmp_path / "x/2.xml", thing(), filename="2")

    report = import_project(store, tmp_path / "x", "voc")

    assert [image.name for image in store.images() if store.instances(image.id)] == ["2.png"]
    assert report.added_images == 0


def test_splits_are_those_of_the_lists(tmp_path: Path) -> None:
    for stem in ("a", "b c", "d", "e", "f", "g "):
        write(tmp_path / f"Annotations/{stem}.xml", thing())
    for name, content in {
        "Main/train": 'a\n"b c"\n', "Main/val": "d  1\ng \r\n", "Main/trainval": "a\nd\ne\n", "Main/cat_test": "e 1\n",
        "Segmentation/train": "d\n", "Segmentation/test": "f\n",
    }.items():  # fmt: skip
        file = tmp_path / f"ImageSets/{name}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)

    splits = [image.split for image in read(tmp_path).images]

    assert splits == [Split.TRAIN, Split.TRAIN, Split.VAL, None, Split.TEST, Split.VAL]


@pytest.mark.parametrize("mode", ["P", "L", "RGB"])
def test_regions_come_from_the_masks_without_the_void_around_them(tmp_path: Path, mode: str) -> None:
    objects, classes = two_things()
    masks(tmp_path, "a", objects, classes, mode)
    write(tmp_path / "Annotations/a.xml", thing("cat", (4, 5, 31, 21)), thing("dog", (40, 30, 61, 41)))

    plan = read(tmp_path)

    assert plan.warnings == ()
    assert [(i.category, i.region) for i in plan.images[0].instances] == [
        ("cat", region_of(objects, 1)),
        ("dog", region_of(objects, 2)),
    ]


def test_masks_without_xml_files_are_read_too(tmp_path: Path) -> None:
    objects, classes = two_things()
    masks(tmp_path, ["sub", "a"][1], objects, classes)

    (image,) = read(tmp_path).images

    assert (image.name, image.width, image.height) == ("a.*", 64, 48)
    assert [i.category for i in image.instances] == ["cat", "dog"]


@pytest.mark.parametrize("mode", ["P", "L", "RGB"])
def test_labelmap_names_the_values_by_colour_else_by_their_order(tmp_path: Path, mode: str) -> None:
    objects, classes = two_things()
    order = ["background", *(f"thing {number}" for number in range(1, 14))]
    lines = [f"{name}:{','.join(map(str, voc_colormap()[value]))}::" for value, name in enumerate(order)]
    if mode != "L":
        lines = lines[::-1]  # sorted by name, as CVAT does
    (tmp_path / "labelmap.txt").write_text("\n".join(["# label:color_rgb:parts:actions", *lines]))
    masks(tmp_path, "a", objects, classes, mode)

    plan = read(tmp_path)

    assert [i.category for i in plan.images[0].instances] == ["thing 8", "thing 12"]
    assert len(plan.categories) == 13


def test_labelmap_without_colours_and_a_list_of_names_name_values_too(tmp_path: Path) -> None:
    objects, classes = two_things()
    names = [f"thing {number}" for number in range(1, 14)]
    masks(tmp_path / "map", "a", objects, classes, "RGB")
    masks(tmp_path / "list", "a", objects, classes)
    (tmp_path / "map/labelmap.txt").write_text("".join(f"{name}:::\n" for name in ["background", *names]))
    (tmp_path / "list/class_names.txt").write_text("\n".join(["__ignore__", "_background_", *names]))

    for folder in ("map", "list"):
        assert [i.category for i in read(tmp_path / folder).images[0].instances] == ["thing 8", "thing 12"]


def test_names_of_the_xml_file_go_before_those_of_voc_if_they_are_others(tmp_path: Path) -> None:
    objects, classes = two_things()
    masks(tmp_path, "a", objects, classes)
    write(tmp_path / "Annotations/a.xml", thing("bolt", (4, 5, 31, 21)))

    assert [i.category for i in read(tmp_path).images[0].instances] == ["bolt", "category 12"]


def test_category_is_that_of_most_pixels(tmp_path: Path) -> None:
    objects, classes = two_things()
    classes[5:8, 4:30] = 15
    classes[15:20, 4:30] = 0
    masks(tmp_path, "a", objects, classes)

    assert [i.category for i in read(tmp_path).images[0].instances] == ["cat", "dog"]


def test_values_in_another_order_than_the_objects_find_theirs_by_box_and_category(tmp_path: Path) -> None:
    objects, classes = two_things()
    masks(tmp_path, "a", objects, classes)
    write(tmp_path / "Annotations/a.xml", thing("dog", (40, 30, 61, 41)), thing("cat", (4, 5, 31, 21)))

    plan = read(tmp_path)

    assert plan.warnings == ()
    assert [i.category for i in plan.images[0].instances] == ["dog", "cat"]


def test_object_without_pixels_in_the_masks_is_planned_as_a_box_of_which_nothing_is_seen(tmp_path: Path) -> None:
    objects, classes = two_things()
    masks(tmp_path, "a", objects, classes)
    tiny = thing("bird", (60, 1, 62, 2))
    write(tmp_path / "Annotations/a.xml", thing("cat", (4, 5, 31, 21)), thing("dog", (40, 30, 61, 41)), tiny)

    plan = read(tmp_path)

    assert plan.images[0].instances[2].region == rectangle(59, 0, 62, 2)
    assert [instance.category for instance in plan.images[0].instances if instance.is_hidden] == ["bird"]


@pytest.mark.parametrize("damage", ["sizes", "photograph", "broken"])
def test_masks_that_cannot_be_read_are_told_and_the_boxes_are_taken(tmp_path: Path, damage: str) -> None:
    objects, classes = two_things()
    masks(tmp_path, "a", objects, classes[:40] if damage == "sizes" else classes)
    write(tmp_path / "Annotations/a.xml", thing("cat", (4, 5, 31, 21)))
    file = tmp_path / "SegmentationObject/a.png"
    if damage == "photograph":
        Image.fromarray(np.random.default_rng(1).integers(0, 255, (48, 64, 3), dtype=np.uint8)).save(file)
    if damage == "broken":
        file.write_bytes(file.read_bytes()[:60])

    plan = read(tmp_path)

    assert boxes(plan) == [(3, 4, 31, 21)]
    assert len(plan.warnings) == 1
    assert "The boxes of a.png were read instead." in plan.warnings[0]


def test_image_is_not_known_to_be_empty_while_its_masks_cannot_be_read(tmp_path: Path) -> None:
    masks(tmp_path, "a", *two_things())
    write(tmp_path / "Annotations/a.xml", thing("cat", (4, 5, 31, 21)))
    masks(tmp_path, "b", *two_things())
    for name in ("b", "c"):
        write(tmp_path / f"Annotations/{name}.xml")
    (tmp_path / "SegmentationObject/b.png").write_bytes(b"damaged")

    assert [image.is_known_empty for image in read(tmp_path).images] == [False, False, True]


def test_one_mask_of_the_two_is_not_enough(tmp_path: Path) -> None:
    objects, classes = two_things()
    masks(tmp_path, "a", objects, classes)
    (tmp_path / "SegmentationClass/a.png").unlink()
    write(tmp_path / "Annotations/a.xml", thing("cat", (4, 5, 31, 21)))

    assert boxes(read(tmp_path)) == [(3, 4, 31, 21)]


def test_difficult_objects_are_no_crowds(tmp_path: Path) -> None:
    plan = read(write(tmp_path / "a.xml", thing(more="<difficult>1</difficult>"), thing()))

    assert [i.is_crowd for i in plan.images[0].instances] == [False, False]
    assert [i.attributes for i in plan.images[0].instances] == [{"difficult": True}, {}]
