"""Attributes in labelme: flags, the description, and what X-AnyLabeling adds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sam3_annotator.project.formats.labelme.reading import read
from sam3_annotator.project.formats.plan import ImportPlan
from sam3_annotator.project.formats.registry import export_project

SQUARE = [[2, 2], [10, 2], [10, 10], [2, 10]]


def read_shapes(tmp_path: Path, *shapes: dict[str, Any]) -> ImportPlan:
    content = {
        "shapes": [{"label": "cat", "points": SQUARE, "shape_type": "polygon", **shape} for shape in shapes],
        "imagePath": "a.png",
        "imageHeight": 12,
        "imageWidth": 16,
    }
    (tmp_path / "a.json").write_text(json.dumps(content), encoding="utf-8")
    return read(tmp_path / "a.json")


def test_flags_description_and_what_x_anylabeling_adds_are_attributes(tmp_path: Path) -> None:
    plan = read_shapes(
        tmp_path,
        {"flags": {"wet": True, "dry": False, "__crowd__": True}, "description": "seen twice"},
        {"attributes": {"colour": "red", "age": 3}, "difficult": True},
        {"flags": {}, "description": "", "attributes": {}, "difficult": False},
        {"flags": None, "description": None, "attributes": None},
    )

    assert [instance.attributes for instance in plan.images[0].instances] == [
        {"wet": True, "dry": False, "description": "seen twice"},
        {"colour": "red", "age": 3, "difficult": True},
        {},
        {},
    ]
    assert [instance.is_crowd for instance in plan.images[0].instances] == [True, False, False, False]
    assert not plan.warnings


def test_parts_of_a_group_say_together_what_their_instance_is_and_holes_say_nothing(tmp_path: Path) -> None:
    plan = read_shapes(
        tmp_path,
        {"group_id": 1, "flags": {"wet": True}},
        {"group_id": 1, "flags": {"wet": False, "old": True}, "points": [[12, 2], [15, 2], [15, 9]]},
        {"group_id": 1, "flags": {"__hole__": True, "hollow": True}, "points": [[4, 4], [6, 4], [6, 6]]},
    )

    (instance,) = plan.images[0].instances
    assert instance.attributes == {"wet": True, "old": True}
    assert plan.warnings == ("1 value of 1 attribute (wet) left out: the same instance says something else before.",)


def test_flags_are_truth_values_and_all_else_has_a_place_of_its_own(dataset: Any, tmp_path: Path) -> None:
    first, *_ = dataset.instances()
    said = {"wet": False, "description": "seen", "colour": "red", "age": 3, "__hole__": True}
    with dataset.store.edit("Say") as edit:
        edit.update_instance(first.id, attributes=said)

    warnings = export_project(dataset.store, tmp_path / "out", "labelme").warnings

    shape, other, *_ = json.loads((tmp_path / "out/a.json").read_text(encoding="utf-8"))["shapes"]
    assert (shape["flags"], shape["description"]) == ({"wet": False}, "seen")
    assert shape["attributes"] == {"colour": "red", "age": 3}
    assert (other["flags"], other["description"], "attributes" in other) == ({}, "", False)
    assert (
        "1 value of 1 attribute (__hole__) on 1 instance left out: as flags, these names mark crowds and holes; "
        "give them others." in warnings
    )
