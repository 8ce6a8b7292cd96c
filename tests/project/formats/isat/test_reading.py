"""Files of ISAT, an annotation program that keeps a polygon per object, in layers."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest

from sam3_annotator.project import FormatError, ProjectStore, Region, rectangle
from sam3_annotator.project.formats.isat.reading import read
from sam3_annotator.project.formats.plan import PlannedInstance
from sam3_annotator.project.formats.registry import import_project

DATA = Path(__file__).parents[3] / "data" / "isat"


def box(x0: float, y0: float, x1: float, y1: float) -> list[list[float]]:
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]


def entry(category: Any = "cat", group: Any = 1, segmentation: Any = None, **values: Any) -> dict[str, Any]:
    return {"category": category, "group": group, "segmentation": segmentation or box(2, 2, 10, 10), **values}


def write(file: Path, *objects: Any, **info: Any) -> Path:
    head = {"description": "ISAT", "folder": "", "name": "a.png", "width": 16, "height": 12, "depth": 3, "note": ""}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"info": head | info, "objects": list(objects)}), encoding="utf-8")
    return file


def instances(tmp_path: Path, *objects: Any) -> tuple[PlannedInstance, ...]:
    plan = read(write(tmp_path / "a.json", *objects))
    assert plan.warnings == ()
    return plan.images[0].instances


def test_objects_of_a_category_and_group_are_one_instance(tmp_path: Path) -> None:
    found = instances(
        tmp_path,
        entry(segmentation=box(1, 1, 3, 3)),
        entry("dog", segmentation=box(1, 1, 3, 3)),
        entry(segmentation=box(6, 1, 9, 3)),
        entry(group=2, segmentation=box(6, 1, 9, 3)),
    )

    assert [(instance.category, instance.region) for instance in found] == [
        ("cat", Region((*rectangle(1, 1, 3, 3).polygons, *rectangle(6, 1, 9, 3).polygons))),
        ("dog", rectangle(1, 1, 3, 3)),
        ("cat", rectangle(6, 1, 9, 3)),
    ]


def test_note_is_an_attribute_and_the_first_one_counts(tmp_path: Path) -> None:
    objects = [entry(note="seen"), entry(note="", segmentation=box(12, 1, 14, 3)), entry(note="late"), entry(group=2)]

    plan = read(write(tmp_path / "a.json", *objects))

    assert [instance.attributes for instance in plan.images[0].instances] == [{"note": "seen"}, {}]
    assert plan.warnings == ("1 value of 1 attribute (note) left out: the same instance says something else before.",)


@pytest.mark.parametrize("group", [0, None, "", True])
def test_objects_without_a_group_are_instances_of_their_own(tmp_path: Path, group: object) -> None:
    assert len(instances(tmp_path, entry(group=group), entry(group=group))) == 2


def test_background_is_cut_out_of_lower_layers_of_its_group_only(tmp_path: Path) -> None:
    found = instances(
        tmp_path,
        entry("__background__", segmentation=box(4, 4, 8, 8), layer=2.0),
        entry(segmentation=box(5, 5, 6, 6), layer=3.0),
        entry(layer=1.0),
        entry(group=2, layer=1.0),
    )

    assert [instance.region.area for instance in found] == [64 - 16 + 1, 64]


def test_crowds_are_read(tmp_path: Path) -> None:
    found = instances(tmp_path, *(entry(group=0, iscrowd=said) for said in (True, 1, False, 0, None)))

    assert [instance.is_crowd for instance in found] == [True, True, False, False, False]


BAD = {
    "two points": (entry(segmentation=[[1, 1], [5, 5]]), "2 points, which is too few"),
    "flat": (entry(segmentation=[[1, 1], [5, 5], [9, 9]]), "no area"),
    "not a number": (entry(segmentation=[[math.nan, 1], [5, 5], [9, 1]]), "not finite"),
    "truth": (entry(segmentation=[[True, 1], [5, 5], [9, 1]]), r"no list of \[x, y\]"),
    "no category": (entry(""), "no category"),
    "nothing": (None, "is no object"),
    "lonely background": (entry("__background__", 7), "lies on nothing of its group"),
    "background below": (entry("__background__", layer=1.0), "lies on nothing of its group"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_read_is_told_by_file_and_object(tmp_path: Path, case: str) -> None:
    bad, reason = BAD[case]
    write(tmp_path / "sub/a.json", entry(layer=1.0), bad)

    plan = read(tmp_path)

    (warning,) = plan.warnings
    assert warning.startswith("sub/a.json: object 2 ")
    assert warning.endswith(", so it was left out.")
    assert re.search(reason, warning)
    assert [instance.region for instance in plan.images[0].instances] == [rectangle(2, 2, 10, 10)]


def test_object_with_background_on_all_of_it_is_told(tmp_path: Path) -> None:
    plan = read(write(tmp_path / "a.json", entry(layer=1), entry("__background__", layer=2), entry("dog", 2)))

    assert plan.warnings == ("a.json: object 1 (cat) has background on all of it, so it was left out.",)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"[]", "no ISAT file"),
        (b'{"info": {"description": "other"}, "objects": []}', "no ISAT file"),
        (b'{"info": {"description": "ISAT"}}', "no ISAT file"),
        (b'{"info": {"description": "ISAT", "folder": "shots"}, "objects": []}', "does not name its image"),
        (b"{", "line 1"),
    ],
)
def test_file_that_is_none_is_refused_and_beside_others_told(tmp_path: Path, content: bytes, sentence: str) -> None:
    file = tmp_path / "bad.json"
    file.write_bytes(content)

    with pytest.raises(FormatError, match=sentence) as caught:
        read(file)
    write(tmp_path / "good.json", entry())

    assert read(tmp_path).warnings == (str(caught.value),)


@pytest.mark.parametrize("folder", ["", "C:\\Users\\x\\shots", "/home/x/shots", "shots", None, 5])
def test_image_is_found_whatever_the_folder_was_called(store: ProjectStore, tmp_path: Path, folder: object) -> None:
    file = write(tmp_path / "labels/2.json", entry(), name="2.png", folder=folder)

    report = import_project(store, file.parent, "isat")

    assert [image.path for image in store.images() if store.instances(image.id)] == ["photos/2.png"]
    assert report.added_images == 0


def test_sample_in_the_style_of_isat_is_read() -> None:
    plan = read(DATA / "table.json")

    assert plan.warnings == ()
    assert (plan.images[0].name, plan.images[0].width, plan.images[0].height) == ("work/shots/table.jpg", 64, 48)
    assert [(i.category, i.region.area, i.is_crowd) for i in plan.images[0].instances] == [
        ("tyre", 400 - 64 + 4, False),
        ("handle", 80, False),
        ("bolt", 4, False),
        ("bolt", 4, False),
        ("leaves", 512, True),
    ]
