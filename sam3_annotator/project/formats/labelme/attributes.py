"""Where labelme and X-AnyLabeling keep what is said of a shape beside its label."""

from __future__ import annotations

from typing import Any, Final

from sam3_annotator.project.attributes import Attributes
from sam3_annotator.project.formats.attributes import AttributesRead
from sam3_annotator.project.formats.files.json_files import Json
from sam3_annotator.project.formats.labelme.shapes import CROWD_FLAG, HOLE_FLAG

MARKS = frozenset({CROWD_FLAG, HOLE_FLAG})
"""Names that no attribute can have, since as flags they mark crowds and holes."""

_DESCRIPTION: Final = "description"


def attribute_keys(attributes: Attributes) -> Json:
    """Return the keys of a shape that tell of attributes, in the order of labelme.

    What is true or false is a flag, the text `description` has a key of its own. For all else there are only the
    `attributes` of X-AnyLabeling, which labelme keeps without showing them.
    """
    held = held_attributes(attributes)
    description = held.get(_DESCRIPTION)
    keys: Json = {_DESCRIPTION: description if isinstance(description, str) else ""}
    keys["flags"] = {name: value for name, value in held.items() if isinstance(value, bool)}
    told = keys["flags"].keys() | ({_DESCRIPTION} if keys[_DESCRIPTION] else set())
    others = {name: value for name, value in held.items() if name not in told}
    return {**keys, "attributes": others} if others else keys


def held_attributes(attributes: Attributes) -> Attributes:
    """Return those that have none of the names of `MARKS`."""
    return {name: value for name, value in attributes.items() if name not in MARKS}


def read_attributes(entry: dict[str, Any], read: AttributesRead) -> Attributes:
    """Return the attributes of a shape; `difficult` of X-AnyLabeling, which has it everywhere, is one if it is true."""
    flags, description = entry.get("flags"), entry.get(_DESCRIPTION)
    unmarked = {name: value for name, value in flags.items() if name not in MARKS} if isinstance(flags, dict) else {}
    own = {"difficult": True} if entry.get("difficult") is True else {}
    texts = {_DESCRIPTION: description} if isinstance(description, str) and description else {}
    return read.join(map(read.take, (unmarked, texts, entry.get("attributes"), own)))
