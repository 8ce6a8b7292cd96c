"""Attributes in COCO, which has none of its own: programs write them below `attributes`, or beside the other keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sam3_annotator.project.attributes import Attributes
from sam3_annotator.project.formats.coco.reading import read
from sam3_annotator.project.formats.exporting import EXPORT_INFO
from sam3_annotator.project.formats.registry import export_project

FIFTYONE = {"description": "Exported from FiftyOne", "url": "https://voxel51.com/fiftyone"}


def read_annotations(tmp_path: Path, *annotations: dict[str, Any], **more: Any) -> tuple[list[Attributes], list[str]]:
    content = {
        "images": [{"id": 1, "file_name": "a.png", "width": 16, "height": 12}],
        "categories": [{"id": 1, "name": "cat"}],
        "annotations": [
            {"id": n, "image_id": 1, "category_id": 1, "bbox": [1, 1, 5, 5], **each}
            for n, each in enumerate(annotations, start=1)
        ],
    }
    (tmp_path / "labels.json").write_text(json.dumps(content | more), encoding="utf-8")
    plan = read(tmp_path / "labels.json")
    return [instance.attributes for instance in plan.images[0].instances], list(plan.warnings)


def test_attributes_keep_their_types_and_what_is_none_is_told(tmp_path: Path) -> None:
    said = {"colour": "red", "age": 3, "share": 0.5, "wet": False, "tags": ["a"], "unset": None}

    (attributes,), warnings = read_annotations(tmp_path, {"attributes": said})

    assert json.dumps(dict(attributes)) == '{"colour": "red", "age": 3, "share": 0.5, "wet": false}'
    assert warnings == [
        "labels.json: 2 values of 2 attributes (tags, unset) left out: an attribute has a name, and is a text, "
        "a number, true or false."
    ]


@pytest.mark.parametrize("odd", [None, [], ["red"], "red", 3])
def test_what_is_no_list_of_names_with_values_is_passed_over(tmp_path: Path, odd: object) -> None:
    assert read_annotations(tmp_path, {"attributes": odd}) == ([{}], [])


def test_what_cvat_writes_of_every_annotation_is_passed_over(tmp_path: Path) -> None:
    attributes, warnings = read_annotations(
        tmp_path,
        {"attributes": {"occluded": False, "rotation": 0.0, "parked": False}},
        {"attributes": {"occluded": True, "rotation": 90.0}},
        {"attributes": {"occluded": False}},
    )

    assert attributes == [{"parked": False}, {"occluded": True, "rotation": 90.0}, {}]
    assert not warnings


def test_occluded_that_is_false_on_some_annotations_only_was_said(tmp_path: Path) -> None:
    attributes, _ = read_annotations(tmp_path, {"attributes": {"occluded": False}}, {"attributes": {"a": 1}}, {})

    assert attributes == [{"occluded": False}, {"a": 1}, {}]


def test_what_this_program_wrote_is_all_said(tmp_path: Path) -> None:
    said = {"occluded": False, "rotation": 0}

    assert read_annotations(tmp_path, {"attributes": said}, info=EXPORT_INFO)[0] == [said]


def test_keys_beside_the_others_are_attributes_if_fiftyone_wrote_them(tmp_path: Path) -> None:
    annotation = {"iscrowd": 0, "score": 0.5, "area": 25, "occluded": "partly", "seen": True, "index": [1]}

    attributes, warnings = read_annotations(tmp_path, annotation, info=FIFTYONE)

    assert attributes == [{"occluded": "partly", "seen": True}]
    assert len(warnings) == 1
    assert "1 attribute (index)" in warnings[0]
    assert read_annotations(tmp_path, annotation) == ([{}], [])


def test_an_attribute_called_as_the_mark_of_a_crowd_elsewhere_is_none_here(tmp_path: Path) -> None:
    read_annotations(tmp_path, {"attributes": {"is_crowd": True}}, {"iscrowd": 1, "attributes": {"is_crowd": False}})

    instances = read(tmp_path / "labels.json").images[0].instances

    assert [(each.is_crowd, each.attributes) for each in instances] == [
        (False, {"is_crowd": True}),
        (True, {"is_crowd": False}),
    ]


def test_annotations_without_attributes_have_the_keys_of_coco_only(dataset: Any, tmp_path: Path) -> None:
    first, *_ = dataset.instances()
    with dataset.store.edit("Say") as edit:
        edit.update_instance(first.id, attributes={"occluded": False, "shade": 0.5})

    export_project(dataset.store, tmp_path / "out", "coco")

    content = json.loads((tmp_path / "out/annotations/instances.json").read_text())
    has = [annotation.get("attributes") for annotation in content["annotations"]]
    assert has == [{"occluded": False, "shade": 0.5}, *[None] * 8]
