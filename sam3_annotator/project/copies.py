"""Instances on their way to another image or project: as values, and as bytes for a clipboard."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sam3_annotator.project.attributes import NO_ATTRIBUTES, Attributes, decode_attributes, encode_attributes
from sam3_annotator.project.entities import Category, Instance, Provenance
from sam3_annotator.project.errors import FormatError, NotAProject
from sam3_annotator.project.regions import Region, decode_region, encode_region
from sam3_annotator.project.rows import decode_provenance, encode_provenance

_VERSION = 1


@dataclass(frozen=True, slots=True)
class InstanceCopy:
    """An instance without its project: the category is named, `region` is in pixels of whatever image it comes to.

    `category_color` (`#rrggbb`) and `supercategory` are for a project that does not know the category yet. The score
    is what a detector gave on the image the copy was made from.
    """

    category_name: str
    category_color: str
    region: Region
    supercategory: str = ""
    score: float | None = None
    is_crowd: bool = False
    provenance: Provenance = field(default_factory=Provenance)
    attributes: Attributes = field(default_factory=lambda: NO_ATTRIBUTES, hash=False)


def copy_instance(instance: Instance, category: Category) -> InstanceCopy:
    """Copy an instance of a category.

    The provenance of the copy goes on telling how the region was made and how often it was changed: origin, model,
    phrase, threshold, IoU of the simplification, count of edits. What belongs to the pixels it was copied from is
    left out, which are the prompts and the predicted IoU, and so is the time: a copy begins when it is put somewhere.
    """
    provenance = replace(instance.provenance, prompts=(), predicted_iou=None, created_at="")
    return InstanceCopy(
        category.name,
        category.color,
        instance.region,
        category.supercategory,
        instance.score,
        instance.is_crowd,
        provenance,
        instance.attributes,
    )


def encode_copies(copies: Sequence[InstanceCopy]) -> bytes:
    """Return the copies as JSON that `decode_copies` turns back into equal ones; regions bit for bit.

    `version` is that of this form.
    """
    return json.dumps({"version": _VERSION, "instances": [_as_json(copy) for copy in copies]}).encode()


def decode_copies(data: bytes) -> tuple[InstanceCopy, ...]:
    """Return the copies that `encode_copies` was given.

    Raises FormatError with a sentence if the bytes are damaged or of a later version.
    """
    try:
        content = json.loads(data)
        if content["version"] > _VERSION:
            raise FormatError(
                "These instances were copied in a newer version of the program. Update this one to paste them."
            )
        return tuple(_from_json(values) for values in content["instances"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, NotAProject) as error:
        raise FormatError("The copied instances are damaged and cannot be pasted. Copy them again.") from error


def _as_json(copy: InstanceCopy) -> dict[str, Any]:
    return {
        "category": copy.category_name,
        "color": copy.category_color,
        "supercategory": copy.supercategory,
        "region": base64.b64encode(encode_region(copy.region)).decode(),
        "score": None if copy.score is None else float(copy.score),
        "is_crowd": copy.is_crowd,
        "provenance": encode_provenance(copy.provenance),
        "attributes": encode_attributes(copy.attributes),
    }


def _from_json(values: dict[str, Any]) -> InstanceCopy:
    region = decode_region(base64.b64decode(values["region"], validate=True))
    name, color, supercategory = values["category"], values["color"], values["supercategory"]
    if region.is_empty or not all(isinstance(text, str) for text in (name, color, supercategory)) or not name.strip():
        raise ValueError("This is no instance.")
    score, attributes = values["score"], decode_attributes(values.get("attributes", "{}"))
    if not all(isinstance(value, str | int | float) for value in attributes.values()):
        raise ValueError("These are no attributes.")
    return InstanceCopy(
        name,
        color,
        region,
        supercategory,
        None if score is None else float(score),
        bool(values["is_crowd"]),
        decode_provenance(values["provenance"]),
        attributes,
    )
