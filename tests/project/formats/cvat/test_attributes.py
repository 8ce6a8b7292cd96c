"""Attributes in CVAT for images, where labels declare what their shapes may have."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from sam3_annotator.project import AttributeValue
from sam3_annotator.project.attributes import Attributes
from sam3_annotator.project.formats.attributes import coded
from sam3_annotator.project.formats.cvat.reading import read
from sam3_annotator.project.formats.registry import export_project

BOX = '<box label="cat" occluded="{}" xtl="2" ytl="2" xbr="10" ybr="10" z_order="0">{}</box>'


def declared(name: str, kind: str) -> str:
    return f"<attribute><name>{name}</name><input_type>{kind}</input_type><values></values></attribute>"


DECLARED = "".join(
    declared(name, kind)
    for name, kind in (
        ("wet", "checkbox"),
        ("age", "number"),
        ("colour", "select"),
        ("stage", "radio"),
        ("note", "text"),
    )
)


def box(is_occluded: int = 0, **texts: str) -> str:
    inside = "".join(f'<attribute name="{name}">{text}</attribute>' for name, text in texts.items())
    return BOX.format(is_occluded, inside)


def read_shapes(tmp_path: Path, *shapes: str) -> tuple[list[Attributes], tuple[str, ...]]:
    label = f"<label><name>cat</name><attributes>{DECLARED}</attributes></label>"
    image = f'<image id="0" name="a.png" width="16" height="12">{"".join(shapes)}</image>'
    content = f"<annotations><meta><task><labels>{label}</labels></task></meta>{image}</annotations>"
    (tmp_path / "annotations.xml").write_text(content, encoding="utf-8")
    plan = read(tmp_path / "annotations.xml")
    return [instance.attributes for instance in plan.images[0].instances], plan.warnings


def say(dataset: Any, *said: dict[str, AttributeValue]) -> None:
    """Say so of the instances of the first category."""
    cat = dataset.store.categories()[0].id
    of_cat = [instance for instance in dataset.instances() if instance.category_id == cat]
    with dataset.store.edit("Say") as edit:
        for instance, attributes in zip(of_cat, said, strict=False):
            edit.update_instance(instance.id, attributes=attributes)


def exported(dataset: Any, tmp_path: Path) -> tuple[ET.Element, tuple[str, ...]]:
    report = export_project(dataset.store, tmp_path / "out", "cvat")
    return ET.parse(tmp_path / "out/annotations.xml").getroot(), report.warnings


def declarations(root: ET.Element) -> dict[str | None, tuple[str | None, ...]]:
    """Return the input type, the values and the default of each attribute that the first category has."""
    (label,) = (each for each in root.iter("label") if each.findtext("name") == "cat")
    keys = ("input_type", "values", "default_value")
    return {each.findtext("name"): tuple(map(each.findtext, keys)) for each in label.iter("attribute")}


def test_values_are_of_the_kind_that_the_label_declares(tmp_path: Path) -> None:
    (said, odd), warnings = read_shapes(
        tmp_path,
        box(wet="true", age="3", colour="1", stage="true", note="2.5", undeclared="7"),
        box(wet="perhaps", age="old", note=" x "),
    )

    expected = {"wet": True, "age": 3, "colour": "1", "stage": "true", "note": "2.5", "undeclared": "7"}
    assert coded(said) == coded(expected)
    assert coded(odd) == coded({"wet": "perhaps", "age": "old", "note": " x "})
    assert not warnings


def test_what_nobody_has_said_is_no_attribute(tmp_path: Path) -> None:
    attributes, _ = read_shapes(tmp_path, box(colour="__undefined__", stage="__undefined__", note="", wet="false"))

    assert attributes == [{"wet": False}]


def test_shape_that_is_occluded_says_so_and_others_say_nothing(tmp_path: Path) -> None:
    attributes, _ = read_shapes(tmp_path, box(1), box(0), box(0, occluded="partly"))

    assert attributes == [{"occluded": True}, {}, {"occluded": "partly"}]


def test_shapes_of_a_group_say_together_what_their_instance_is(tmp_path: Path) -> None:
    part = '<polygon label="cat" occluded="{}" points="{}" group_id="4">{}</polygon>'
    red, blue = (f'<attribute name="colour">{colour}</attribute>' for colour in ("red", "blue"))

    (attributes,), warnings = read_shapes(
        tmp_path, part.format(0, "1,1;5,1;5,5", red), part.format(1, "8,8;12,8;12,11", blue)
    )

    assert attributes == {"colour": "red", "occluded": True}
    assert warnings == (
        "annotations.xml: 1 value of 1 attribute (colour) left out: the same instance says something else before.",
    )


def test_an_attribute_without_a_name_is_told(tmp_path: Path) -> None:
    broken = BOX.format(0, "<attribute>x</attribute>")

    attributes, warnings = read_shapes(tmp_path, broken)

    assert attributes == [{}]
    assert "1 attribute (without a name) left out" in warnings[0]


def test_labels_declare_what_takes_all_values_of_their_instances(dataset: Any, tmp_path: Path) -> None:
    say(
        dataset,
        {"wet": True, "age": 3, "share": 0.5, "colour": "red", "note": "seen\ntwice", "mixed": 1, "one": 7},
        {"wet": False, "age": -2, "share": 12, "colour": "red", "note": "a, b", "mixed": "x"},
        {"colour": "blue"},
    )

    root, _ = exported(dataset, tmp_path)

    assert declarations(root) == {
        "wet": ("checkbox", "false", "false"),
        "age": ("number", "-2\n3\n1", ""),
        "share": ("number", "0.5\n12\n0.01", ""),
        "colour": ("select", "__undefined__\nred\nblue", "__undefined__"),
        "note": ("text", "", ""),
        "mixed": ("text", "", ""),
        "one": ("number", "7\n8\n1", ""),
    }


@pytest.mark.parametrize("text", ["", " x", "a\nb", "__undefined__", "x" * 101])
def test_texts_that_no_list_can_hold_are_declared_as_texts(dataset: Any, tmp_path: Path, text: str) -> None:
    say(dataset, {"a": text}, {"a": text})

    assert declarations(exported(dataset, tmp_path)[0]) == {"a": ("text", "", "")}


def test_occluded_is_what_the_shape_says_and_an_attribute_only_if_that_does_not_do(
    dataset: Any, tmp_path: Path
) -> None:
    say(dataset, {"occluded": True}, {"occluded": False})

    root, _ = exported(dataset, tmp_path)

    shapes = [shape for image in root.iter("image") for shape in image if shape.get("label") == "cat"]
    told = [(shape.get("occluded"), shape.findtext("attribute")) for shape in shapes]
    assert [told[0], told[1]] == [("1", None), ("0", "false")]
    assert declarations(root) == {"occluded": ("checkbox", "false", "false")}
    say(dataset, {"occluded": True}, {"occluded": True})
    root, warnings = exported(dataset, tmp_path)
    assert declarations(root) == {}
    assert not any("attribute (" in warning for warning in warnings)


def test_what_cvat_keeps_only_if_its_label_has_it_is_told(dataset: Any, tmp_path: Path) -> None:
    say(dataset, {"wet": True, "occluded": True}, {"colour": "red", "wet": False})

    _, warnings = exported(dataset, tmp_path)

    assert "2 attributes (wet, colour) written: CVAT keeps those that the label has in its task." in warnings


def test_what_looks_like_the_mark_of_a_crowd_or_is_no_xml_is_told(dataset: Any, tmp_path: Path) -> None:
    say(dataset, {"is_crowd": "no", "a\x02": "x\x03"}, {"is_crowd": True})

    root, warnings = exported(dataset, tmp_path)

    assert "2 values of 1 attribute (is_crowd) on 2 instances left out: this name marks crowds; give it another." in (
        warnings
    )
    assert r"1 attribute ('a\x02') with control characters, which XML cannot hold; signs stand for them." in warnings
    assert list(declarations(root)) == ["a␂"]
