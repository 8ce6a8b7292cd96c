"""Where Pascal VOC, and Datumaro after it, keep what is said of an object beside its name."""

from __future__ import annotations

from typing import Final
from xml.etree.ElementTree import Element

from sam3_annotator.project.attributes import Attributes, AttributeValue
from sam3_annotator.project.formats.attributes import AttributesRead, value_of
from sam3_annotator.project.formats.files.xml_files import without_controls
from sam3_annotator.project.formats.xml_attributes import CROWD, fitted, is_crowd_mark

# Elements that VOC itself has.
_POSE: Final = "pose"
_TRUNCATED: Final = "truncated"
_OCCLUDED: Final = "occluded"
_DIFFICULT: Final = "difficult"

_NO_POSE = "Unspecified"
_TRUNCATION, _SAID = "truncation", "said"  # an element of ours: somebody has said it, not the border of the image


def object_elements(attributes: Attributes, *, is_crowd: bool, is_at_border: bool) -> dict[str, object]:
    """Return the elements that come behind the name of an object, in their order.

    What nobody has said is truncated is so if it is at the border of the image; only crowds, and what is said to be so,
    are difficult.
    """
    truncated = attributes.get(_TRUNCATED)
    elements: dict[str, object] = {
        _POSE: attributes[_POSE] if _has_own_pose(attributes) else _NO_POSE,
        _TRUNCATED: int(truncated if isinstance(truncated, bool) else is_at_border),
    }
    if isinstance(truncated, bool):
        elements[_TRUNCATION] = _SAID
    if isinstance(attributes.get(_OCCLUDED), bool):
        elements[_OCCLUDED] = int(attributes[_OCCLUDED])
    return {**elements, _DIFFICULT: int(is_crowd or attributes.get(_DIFFICULT) is True)}


def named_values(attributes: Attributes, *, is_crowd: bool) -> dict[str, object]:
    """Return what goes below `attributes`, as Datumaro has it: the mark of a crowd, and what elements do not tell."""
    told = {_POSE} if _has_own_pose(attributes) else set()
    told.update(name for name in (_TRUNCATED, _OCCLUDED) if isinstance(attributes.get(name), bool))
    if attributes.get(_DIFFICULT) is True and not is_crowd:
        told.add(_DIFFICULT)
    others = {name: text for name, text in fitted(attributes).items() if name not in told}
    return {**({CROWD: 1} if is_crowd else {}), **others}


def read_attributes(element: Element, read: AttributesRead, *, is_ours: bool) -> tuple[Attributes, bool]:
    """Return the attributes of an object, and whether it is a crowd.

    VOC says of each object whether it is truncated, occluded or difficult, and which pose it has: what is so, and a
    pose, are attributes. So are the values below `attributes`, but for those that programs write without anybody
    having said so: empty ones, and a rotation of 0. In a file that this program has written (`is_ours`) all values are
    attributes, and so is what is not occluded, and what is truncated or not where somebody has said it.
    """
    texts = {
        (each.findtext("name") or "").strip(): each.findtext("value") or ""
        for each in element.iterfind("attributes/attribute")
    }
    is_crowd = is_crowd_mark(texts.pop(CROWD, ""))
    named: dict[str, AttributeValue] = {name: value_of(text) for name, text in texts.items()}
    if not is_ours:
        named = {
            name: value for name, value in named.items() if value != "" and not (name == "rotation" and value == 0)
        }
    elements = _told_by_elements(element, is_crowd=is_crowd, is_ours=is_ours)
    return read.join(map(read.take, (named, elements))), is_crowd


def _told_by_elements(element: Element, *, is_crowd: bool, is_ours: bool) -> dict[str, AttributeValue]:
    told: dict[str, AttributeValue] = {}
    pose = (element.findtext(_POSE) or "").strip()
    if pose.casefold() not in {"", _NO_POSE.casefold()}:
        told[_POSE] = pose
    is_truncation_said = element.findtext(_TRUNCATION) == _SAID
    texts_said = {
        _TRUNCATED: "01" if is_truncation_said else "" if is_ours else "1",
        _OCCLUDED: "01" if is_ours else "1",
        _DIFFICULT: "" if is_crowd else "1",
    }
    for name, texts in texts_said.items():
        text = (element.findtext(name) or "").strip()
        if text in [*texts]:
            told[name] = text == "1"
    return told


def _has_own_pose(attributes: Attributes) -> bool:
    """Whether the element `pose` tells the pose of an object."""
    pose = attributes.get(_POSE)
    if not isinstance(pose, str) or pose.casefold() == _NO_POSE.casefold():
        return False
    return bool(pose) and pose == pose.strip() and pose == without_controls(pose)
