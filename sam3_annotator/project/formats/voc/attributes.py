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
    if isinstance(attributes.get(_OCCLUDED), bool):
        elements[_OCCLUDED] = int(attributes[_OCCLUDED])
    return {**elements, _DIFFICULT: int(is_crowd or attributes.get(_DIFFICULT) is True)}


def named_values(attributes: Attributes, *, is_crowd: bool) -> dict[str, object]:
    """Return what goes below `attributes`, as Datumaro has it: the mark of a crowd, and what the elements do not tell.

    `truncated` is told again, since the element does not say whether it was said.
    """
    told = {_POSE} if _has_own_pose(attributes) else set()
    if isinstance(attributes.get(_OCCLUDED), bool):
        told.add(_OCCLUDED)
    if attributes.get(_DIFFICULT) is True and not is_crowd:
        told.add(_DIFFICULT)
    others = {name: text for name, text in fitted(attributes).items() if name not in told}
    return {**({CROWD: 1} if is_crowd else {}), **others}


def read_attributes(element: Element, read: AttributesRead, *, is_ours: bool) -> tuple[Attributes, bool]:
    """Return the attributes of an object, and whether it is a crowd.

    VOC says of each object whether it is truncated, occluded or difficult, and which pose it has: what is so, and a
    pose, are attributes. So are the values below `attributes`, but for those that programs write without anybody
    having said so: empty ones, and a rotation of 0. If this program has written the file (`is_ours`) all of these are
    attributes, and that something is truncated is told there only.
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
    elements: dict[str, AttributeValue] = {}
    pose = (element.findtext(_POSE) or "").strip()
    if pose.casefold() not in {"", _NO_POSE.casefold()}:
        elements[_POSE] = pose
    for name in (_TRUNCATED, _OCCLUDED, _DIFFICULT):
        text = (element.findtext(name) or "").strip()
        is_passed_over = (name == _TRUNCATED and is_ours) or (name == _DIFFICULT and is_crowd)
        if text == "1" and not is_passed_over:
            elements[name] = True
        elif name == _OCCLUDED and text == "0" and is_ours:
            elements[name] = False
    return read.join(map(read.take, (named, elements))), is_crowd


def _has_own_pose(attributes: Attributes) -> bool:
    """Whether the element `pose` tells the pose of an object."""
    pose = attributes.get(_POSE)
    if not isinstance(pose, str) or pose.casefold() == _NO_POSE.casefold():
        return False
    return bool(pose) and pose == pose.strip() and pose == without_controls(pose)
