"""Masks that other programs write, and damaged ones of our own."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sam3_annotator.project import FormatError, ProjectStore, Split, mask_to_region, rectangle
from sam3_annotator.project.formats.masks.reading import read
from sam3_annotator.project.formats.plan import ImportPlan
from sam3_annotator.project.formats.registry import export_project, import_project
from sam3_annotator.project.formats.value_masks.colors import voc_colormap


def blank() -> np.ndarray:
    return np.zeros((48, 64), dtype=np.uint8)


def two_values(first: int = 1, second: int = 2) -> np.ndarray:
    """Give two squares of the first value, touching at a corner, and a ring of the second."""
    values = blank()
    values[5:10, 5:10] = values[10:15, 10:15] = first
    values[20:40, 20:50] = second
    values[25:35, 30:40] = 0
    return values


def save(file: Path, values: np.ndarray, **options: Any) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values).save(file, **options)
    return file


def save_palette(file: Path, values: np.ndarray, palette: np.ndarray) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(values)
    image.putpalette(palette.astype(np.uint8).tobytes())
    image.save(file)
    return file


def summary(plan: ImportPlan) -> list[tuple[str, float]]:
    return [(instance.category, instance.region.area) for image in plan.images for instance in image.instances]


def test_each_connected_part_of_a_value_is_an_instance(tmp_path: Path) -> None:
    values = two_values(3, 7)
    save(tmp_path / "a.png", values)

    plan = read(tmp_path)

    assert summary(plan) == [("category 3", 25), ("category 3", 25), ("category 7", 500)]
    assert plan.images[0].instances[2].region == mask_to_region(values == 7)
    assert [category.name for category in plan.categories] == ["category 3", "category 7"]
    assert (plan.images[0].name, plan.images[0].width, plan.images[0].height) == ("a.*", 64, 48)


def test_one_file_is_read_too(tmp_path: Path) -> None:
    assert summary(read(save(tmp_path / "a.png", two_values())))[0] == ("category 1", 25)


def test_palette_mask_has_its_colours_and_no_void(tmp_path: Path) -> None:
    values = two_values()
    values[0:3] = 255
    save_palette(tmp_path / "a.png", values, voc_colormap())

    plan = read(tmp_path)

    assert [name for name, _ in summary(plan)] == ["category 1", "category 1", "category 2"]
    assert [category.color for category in plan.categories] == ["#800000", "#008000"]
    assert plan.warnings == ("1 mask (a.png) with pixels of the value 255, which was taken for background.",)


BINARY: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "white": lambda mask: mask * np.uint8(255),
    "bits": lambda mask: mask.astype(bool),
    "white as colours": lambda mask: np.repeat(mask[:, :, np.newaxis] * np.uint8(255), 3, axis=2),
}


@pytest.mark.parametrize("kind", BINARY)
def test_masks_of_black_and_white_have_one_category(tmp_path: Path, kind: str) -> None:
    save(tmp_path / "a.png", BINARY[kind](two_values(1, 1)))
    save(tmp_path / "empty.png", BINARY[kind](blank()))

    plan = read(tmp_path)

    assert summary(plan) == [("object", 25), ("object", 25), ("object", 500)]
    assert [(category.name, category.color) for category in plan.categories] == [("object", None)]
    assert [len(image.instances) for image in plan.images] == [3, 0]
    assert plan.warnings == ()


def test_only_name_in_the_list_is_that_of_white(tmp_path: Path) -> None:
    save(tmp_path / "masks/a.png", two_values(255, 255))
    (tmp_path / "classes.txt").write_text("background\nleaf\n")

    assert {name for name, _ in summary(read(tmp_path))} == {"leaf"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("classes.txt", "cat\n\ndog\n"),
        ("class_names.txt", "__ignore__\n_background_\ncat\ndog\n"),
        ("labels.txt", "\ufeffbackground\r\ncat\r\ndog"),
        ("classes.json", '["cat", "dog"]'),
        ("classes.json", '["background", "cat", "dog"]'),
        ("id2label.json", '{"0": "background", "1": "cat", "2": "dog"}'),
        ("labels.json", '{"dog": 2, "cat": 1}'),
        ("labels.json", '[{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}, 5]'),
        ("labels.json", '{"categories": [{"id": 2, "name": "dog"}, {"id": 1, "name": "cat"}]}'),
        ("labelmap.txt", "background:0,0,0::\ncat:1,2,3::\ndog:4,5,6::"),
        ("labelmap.txt", "# label:color_rgb:parts:actions\ncat:1,2,3::\nbackground:0,0,0::\ndog:4,5,6::"),
    ],
)
@pytest.mark.parametrize("place", ["", "masks"])
def test_names_are_read_from_files_beside_the_masks(tmp_path: Path, place: str, name: str, content: str) -> None:
    save(tmp_path / "masks/a.png", two_values())
    (tmp_path / place / name).write_text(content, encoding="utf-8")

    for source in (tmp_path, tmp_path / "masks"):
        if place and source == tmp_path:
            continue
        assert summary(read(source)) == [("cat", 25), ("cat", 25), ("dog", 500)]


@pytest.mark.parametrize("content", ["", "{", "[[[", '{"a": null}', '{"1": "\\ud800"}', "5", '{"99999999999": "x"}'])
def test_file_of_names_that_is_none_takes_no_names_away(tmp_path: Path, content: str) -> None:
    save(tmp_path / "a.png", two_values())
    (tmp_path / "classes.json").write_text(content)

    names = [name for name, _ in summary(read(tmp_path))]

    assert names[1:] == ["?" if "ud800" in content else "category 1", "category 2"]


def test_labelmap_names_the_colours_of_masks(tmp_path: Path) -> None:
    colors = np.array([[0, 0, 0], [250, 50, 83], [51, 221, 255], [224, 224, 192], [9, 9, 8]], dtype=np.uint8)
    values = two_values()
    values[0:2], values[46:] = 3, 4
    save(tmp_path / "SegmentationClass/a.png", colors[values])
    (tmp_path / "labelmap.txt").write_text("background:0,0,0::\ncat: 1:250,50,83::\ndog:51,221,255::\nno:1,1,1::\n")

    plan = read(tmp_path / "SegmentationClass")

    assert summary(plan) == [("#090908", 128), ("dog", 500), ("cat: 1", 25), ("cat: 1", 25)]
    assert [(category.name, category.color) for category in plan.categories] == [
        ("cat: 1", "#fa3253"), ("dog", "#33ddff"), ("no", "#010101"), ("#090908", "#090908"),
    ]  # fmt: skip


@pytest.mark.parametrize("transparent", [False, True])
def test_colour_without_a_labelmap_is_a_category_of_its_own(tmp_path: Path, transparent: bool) -> None:
    colors = np.array([[0, 0, 0, 255], [255, 128, 0, 255], [0, 0, 255, 255]], dtype=np.uint8)
    if transparent:
        colors[0] = (9, 9, 9, 0)
    save(tmp_path / "a.png", colors[two_values()] if transparent else colors[two_values()][..., :3])

    plan = read(tmp_path)

    assert summary(plan) == [("#0000ff", 500), ("#ff8000", 25), ("#ff8000", 25)]
    assert [category.color for category in plan.categories] == ["#0000ff", "#ff8000"]


def photograph(channels: int) -> np.ndarray:
    shape = (48, 64, 3) if channels == 3 else (48, 64)
    return np.random.default_rng(2).integers(0, 255, shape, dtype=np.uint8)


@pytest.mark.parametrize("channels", [1, 3])
def test_photograph_is_no_mask_and_told(tmp_path: Path, channels: int) -> None:
    save(tmp_path / "a.png", two_values())
    save(tmp_path / "b.png", photograph(channels))

    plan = read(tmp_path)

    assert [image.name for image in plan.images] == ["a.*"]
    (warning,) = plan.warnings
    assert "“b.png”" in warning
    assert "photograph" in warning


def test_noise_of_thousands_of_parts_is_no_mask(tmp_path: Path) -> None:
    save(tmp_path / "a.png", (np.indices((200, 200)).sum(axis=0) % 2).astype(np.uint8))

    with pytest.raises(FormatError, match=r"20,000 separate parts"):
        read(tmp_path)


@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
def test_jpeg_is_no_mask_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    save(tmp_path / name, two_values() * 100, format="JPEG")

    with pytest.raises(FormatError, match=rf"“{name}” is a JPEG file, which does not keep values exactly"):
        read(tmp_path)
    with pytest.raises(FormatError, match="JPEG"):
        read(tmp_path / name)


def test_mask_of_fractions_is_refused(tmp_path: Path) -> None:
    save(tmp_path / "a.tif", two_values().astype(np.float32) / 2)

    with pytest.raises(FormatError, match="no whole numbers"):
        read(tmp_path)


@pytest.mark.parametrize("suffix", [".tif", ".bmp", ".gif", ".PNG"])
def test_other_kinds_of_files_that_keep_values_are_read(tmp_path: Path, suffix: str) -> None:
    save(tmp_path / f"a{suffix}", two_values(255, 255))

    assert [area for _, area in summary(read(tmp_path))] == [25, 25, 500]


def test_values_of_sixteen_bits_are_read(tmp_path: Path) -> None:
    save(tmp_path / "a.png", two_values().astype(np.uint16) * 1000 + two_values())
    save(tmp_path / "b.png", (two_values() > 0).astype(np.uint16) * 255)

    plan = read(tmp_path)

    assert [category.name for category in plan.categories] == ["category 255", "category 1001", "category 2002"]
    assert len(plan.images[1].instances) == 3


@pytest.mark.parametrize(
    ("image", "mask", "source"),
    [
        ("images/a.jpg", "masks/a.png", "masks"),
        ("images/a.jpg", "masks/a.png", ""),
        ("a.jpg", "a.png", ""),
        ("images/s/a.jpg", "masks/s/a.png", "masks"),
    ],
)
def test_image_is_found_by_its_stem_beside_the_masks(
    tmp_path: Path, make_image: Any, image: str, mask: str, source: str
) -> None:
    file = make_image(f"set/{image}")
    save(tmp_path / "set" / mask, two_values())

    with ProjectStore.create(tmp_path / "new.sam3proj") as store:
        import_project(store, tmp_path / "set" / source, "masks")

        assert [store.image_file(each.id) for each in store.images()] == [file]


def test_image_of_the_project_is_found_by_its_stem(store: ProjectStore, tmp_path: Path) -> None:
    save(tmp_path / "elsewhere/2.png", two_values())

    report = import_project(store, tmp_path / "elsewhere", "masks")

    assert [image.name for image in store.images() if store.instances(image.id)] == ["2.png"]
    assert report.warnings == ()


def test_other_size_of_the_image_is_told(store: ProjectStore, tmp_path: Path) -> None:
    save(tmp_path / "elsewhere/1.png", two_values())

    report = import_project(store, tmp_path / "elsewhere", "masks")

    assert any("another size" in warning for warning in report.warnings)


def test_split_is_read_from_folders_but_not_from_names_of_files(tmp_path: Path) -> None:
    for name in ("masks/train/a.png", "masks/val/b.png", "masks/train_of_goods.png"):
        save(tmp_path / name, two_values())

    splits = {image.name: image.split for image in read(tmp_path).images}

    assert splits == {"train/a.*": Split.TRAIN, "val/b.*": Split.VAL, "train_of_goods.*": None}


def test_category_masks_of_our_own_have_their_names(dataset: Any, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "out", "masks")

    plan = read(tmp_path / "out/categories")

    assert {name for name, _ in summary(plan)} == {"cat", "no", '"日本": 1'}


def test_folder_without_masks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="no masks in it"):
        read(tmp_path)
    with pytest.raises(FormatError, match="nothing at"):
        read(tmp_path / "absent")


def ours(tmp_path: Path, make_image: Any) -> Path:
    make_image("photos/1.png", width=40, height=30)
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        with store.edit("Add") as edit:
            for name, x in (("cat", 2), ("dog", 20)):
                edit.add_instance(store.images()[0].id, edit.add_category(name), rectangle(x, 2, x + 9, 9))
        export_project(store, tmp_path / "out", "masks")
    return tmp_path / "out/masks.json"


def change(file: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    content = json.loads(file.read_text())
    edit(content)
    file.write_text(json.dumps(content))


DAMAGE: dict[str, tuple[Callable[[dict[str, Any]], object], list[str], str]] = {
    "unknown category": (lambda c: c["images"][0]["instances"][0].update(category=9), ["dog"], "has no category"),
    "no value": (lambda c: c["images"][0]["instances"][0].pop("value"), ["dog"], "without a value"),
    "not listed": (lambda c: c["images"][0]["instances"].pop(0), ["dog"], r"values \(1\)"),
    "odd entry": (lambda c: c["images"][0]["instances"].append(7), ["cat", "dog"], "without a value"),
    "odd image": (lambda c: c["images"].append([]), ["cat", "dog"], "number 1 has no name"),
    "absent mask": (
        lambda c: c["images"].append({"image": "b.png", "instance_mask": "b.png"}),
        ["cat", "dog"],
        "“b.png” is missing",
    ),
    "odd category": (lambda c: c["categories"].append({}), ["cat", "dog"], "without a value"),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_damage_to_our_own_document_is_told_and_the_rest_read(tmp_path: Path, make_image: Any, case: str) -> None:
    damage, names, words = DAMAGE[case]
    file = ours(tmp_path, make_image)
    change(file, damage)

    plan = read(file)

    assert [name for name, _ in summary(plan)] == names
    assert re.search(words, " ".join(plan.warnings))


@pytest.mark.parametrize("content", [b"", b"[1]", b'{"images": 5, "categories": []}', b"\xff", b"[" * 100_000])
def test_document_that_is_none_is_refused_with_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "masks.json").write_bytes(content)

    with pytest.raises(FormatError, match=r"masks.json"):
        read(tmp_path)
