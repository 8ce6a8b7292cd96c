"""Attributes in Pascal VOC: elements of its own, and those that Datumaro adds."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from sam3_annotator.project import AttributeValue
from sam3_annotator.project.attributes import Attributes
from sam3_annotator.project.formats.attributes import coded
from sam3_annotator.project.formats.registry import export_project
from sam3_annotator.project.formats.voc.reading import read

BOX = "<bndbox><xmin>3</xmin><ymin>4</ymin><xmax>10</xmax><ymax>12</ymax></bndbox>"


def read_objects(tmp_path: Path, *objects: str) -> list[Attributes]:
    inside = "".join(f"<object><name>cat</name>{BOX}{each}</object>" for each in objects)
    (tmp_path / "a.xml").write_text(f"<annotation><filename>a.png</filename>{inside}</annotation>", encoding="utf-8")
    plan = read(tmp_path / "a.xml")
    assert plan.warnings == ()
    return [instance.attributes for instance in plan.images[0].instances]


def named(**values: str) -> str:
    inside = "".join(f"<attribute><name>{n}</name><value>{value}</value></attribute>" for n, value in values.items())
    return f"<attributes>{inside}</attributes>"


def test_what_is_so_is_an_attribute_and_what_is_not_was_written_by_rote(tmp_path: Path) -> None:
    attributes = read_objects(
        tmp_path,
        "<pose>Left</pose><truncated>1</truncated><occluded>1</occluded><difficult>1</difficult>",
        "<pose>Unspecified</pose><truncated>0</truncated><occluded>0</occluded><difficult>0</difficult>",
        "<pose> unspecified </pose><truncated/>",
    )

    assert attributes == [{"pose": "Left", "truncated": True, "occluded": True, "difficult": True}, {}, {}]


def test_values_of_datumaro_are_what_they_look_like(tmp_path: Path) -> None:
    (attributes, unsaid) = read_objects(
        tmp_path,
        named(wet="True", dry="false", age="3", share="0.5", code="007", colour="red", rotation="90.0"),
        named(note="", rotation="0.0"),
    )

    assert coded(attributes) == coded(
        {"wet": True, "dry": False, "age": 3, "share": 0.5, "code": "007", "colour": "red", "rotation": 90.0}
    )
    assert unsaid == {}


def elements(dataset: Any, tmp_path: Path, said: dict[str, AttributeValue], number: int) -> dict[str, str | None]:
    """Say so of the instance of that number, export, and return its elements without its box, and its attributes."""
    instance = dataset.instances()[number]
    with dataset.store.edit("Say") as edit:
        edit.update_instance(instance.id, attributes=said)
    export_project(dataset.store, tmp_path / "out", "voc")
    stem = {"a.png": "photos_a", "Straße 日本.png": "Straße 日本"}[dataset.store.image(instance.image_id).name]
    element = ET.parse(tmp_path / f"out/Annotations/{stem}.xml").findall("object")[0]
    attributes = {str(each.findtext("name")): each.findtext("value") for each in element.iter("attribute")}
    return {each.tag: each.text for each in element if len(each) == 0} | {f"@{n}": v for n, v in attributes.items()}


SAID: list[tuple[dict[str, AttributeValue], dict[str, str]]] = [
    ({}, {"pose": "Unspecified", "truncated": "0", "difficult": "0"}),
    (
        {"pose": "Left", "truncated": True, "occluded": False, "difficult": True},
        {"pose": "Left", "truncated": "1", "truncation": "said", "occluded": "0", "difficult": "1"},
    ),
    (
        {"pose": 3, "truncated": "half", "occluded": "partly", "difficult": False, "wet": True},
        {
            "pose": "Unspecified",
            "truncated": "0",
            "difficult": "0",
            "@pose": "3",
            "@truncated": "half",
            "@occluded": "partly",
            "@difficult": "false",
            "@wet": "true",
        },
    ),
]


@pytest.mark.parametrize(("said", "expected"), SAID)
def test_elements_of_voc_say_what_they_can_and_attributes_the_rest(
    dataset: Any, tmp_path: Path, said: dict[str, AttributeValue], expected: dict[str, str]
) -> None:
    assert elements(dataset, tmp_path, said, 0) == {"name": "cat", **expected}


def test_a_crowd_is_difficult_whatever_is_said(dataset: Any, tmp_path: Path) -> None:
    (crowd,) = (n for n, instance in enumerate(dataset.instances()) if instance.is_crowd)

    found = elements(dataset, tmp_path, {"difficult": False, "is_crowd": "no"}, crowd)

    assert (found["difficult"], found["@is_crowd"], found["@difficult"]) == ("1", "1", "false")


def test_what_lies_at_the_border_is_truncated_without_being_said_so(dataset: Any, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "out", "voc")

    assert "<truncated>1<" in (tmp_path / "out/Annotations/photos_a.xml").read_text()
    assert all(instance.attributes == {} for image in read(tmp_path / "out").images for instance in image.instances)


def test_attribute_without_a_name_is_told(tmp_path: Path) -> None:
    inside = f"<object><name>cat</name>{BOX}<attributes><attribute><value>1</value></attribute></attributes></object>"
    (tmp_path / "a.xml").write_text(f"<annotation>{inside}</annotation>")

    (warning,) = read(tmp_path / "a.xml").warnings
    assert warning.startswith("a.xml: 1 value of 1 attribute (without a name) left out: ")
