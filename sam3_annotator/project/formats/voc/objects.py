"""The objects of a Pascal VOC annotation, read from its XML."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import numpy as np

from sam3_annotator.project.attributes import NO_ATTRIBUTES, Attributes
from sam3_annotator.project.formats.attributes import AttributesRead
from sam3_annotator.project.formats.exporting import EXPORT_INFO
from sam3_annotator.project.formats.files.text_files import readable
from sam3_annotator.project.formats.files.xml_files import read_children, without_controls
from sam3_annotator.project.formats.foreign_values import LARGEST_COORDINATE, size_of
from sam3_annotator.project.formats.rings.even_odd import fill_even_odd
from sam3_annotator.project.formats.sentences import left_out
from sam3_annotator.project.formats.voc.attributes import read_attributes
from sam3_annotator.project.regions import Region, rectangle

ORIGIN: Final = "source/annotation"
"""Where a file says which program has written it."""

_CORNERS = ("xmin", "ymin", "xmax", "ymax")


@dataclass(frozen=True, slots=True)
class VocObject:
    """An object: its category, its box as a region, its polygon if it has one, what else is said of it."""

    name: str
    box: Region
    polygon: Region | None = None
    is_crowd: bool = False
    attributes: Attributes = field(default_factory=lambda: NO_ATTRIBUTES)


@dataclass(frozen=True, slots=True)
class VocAnnotation:
    """What an XML file says: the name of the image and its size (0 if unknown), its objects, what was left out.

    `objects` has None in the place of what was left out, since the value of an object in the masks is its place.
    `zeros` and `ones` count the lefts and tops of boxes that are 0 and 1: where boxes at the border begin tells from
    where pixels are counted.
    """

    filename: str
    width: int
    height: int
    objects: tuple[VocObject | None, ...]
    problems: tuple[str, ...]
    counts_from_zero: bool
    zeros: int = 0
    ones: int = 0
    parts: tuple[str, ...] = ()
    """The names of parts of objects, such as heads and hands, which are passed over."""


def in_one_line(name: str) -> str:
    """Return the name of a category as the lines of labelmap.txt can hold it, and the XML files have it, too."""
    return without_controls(" ".join(name.splitlines()))


def read_annotation(file: Path, name: str, *, counts_from_zero: bool = False) -> VocAnnotation:
    """Read the annotation of an image from a file, which sentences call `name`.

    VOC counts pixels from 1, and a box ends with its last pixel. A file with a coordinate of 0, as many programs write
    it, counts from 0, and its boxes are corners; so does one of which others tell (`counts_from_zero`), and so is a box
    with decimals. `part` elements are passed over. Raises FormatError if it is no annotation of this kind.
    """
    root = ET.Element("annotation")
    with readable(file), file.open("rb") as stream:
        root.extend(list(read_children(stream, name, root.tag, "Pascal VOC")))
    elements = root.findall("object")
    starts = [_decimal(_text(element, f"bndbox/{corner}")) for element in elements for corner in ("xmin", "ymin")]
    counts_from_zero = counts_from_zero or 0 in starts
    is_ours = _text(root, ORIGIN) == EXPORT_INFO["description"]
    attributes = AttributesRead()
    objects: list[VocObject | None] = []
    problems: list[str] = []
    for number, element in enumerate(elements, start=1):
        try:
            found = _object(element, counts_from_zero)
            said, is_crowd = read_attributes(element, attributes, is_ours=is_ours)
            objects.append(replace(found, is_crowd=is_crowd, attributes=said))
        except ValueError as error:
            objects.append(None)
            problems.append(left_out(f"{name}: object {number}", error))
    problems.extend(f"{name}: {sentence}" for sentence in attributes.sentences())
    return VocAnnotation(
        filename=_text(root, "filename").replace("\\", "/"),
        width=size_of(_text(root, "size/width")),
        height=size_of(_text(root, "size/height")),
        objects=tuple(objects),
        problems=tuple(problems),
        counts_from_zero=counts_from_zero,
        zeros=starts.count(0),
        ones=starts.count(1),
        parts=tuple(_text(part, "name") or "nameless" for element in elements for part in element.findall("part")),
    )


def _object(element: ET.Element, counts_from_zero: bool) -> VocObject:
    name = _text(element, "name")
    if not name:
        raise ValueError("has no name")
    if element.find("bndbox") is None:
        raise ValueError("has no box (bndbox)")
    texts = [_text(element, f"bndbox/{corner}") for corner in _CORNERS]
    numbers = [_decimal(text) for text in texts]
    for corner, text, number in zip(_CORNERS, texts, numbers, strict=True):
        if number is None:
            raise ValueError(f"has “{text}” as {corner}, which is no coordinate")
    x0, y0, x1, y1 = (number or 0.0 for number in numbers)
    first = 0.0 if counts_from_zero or any("." in text for text in texts) else 1.0
    box = rectangle(x0 - first, y0 - first, x1, y1)
    if box.is_empty:
        raise ValueError(f"has a box without area (x {x0:g} to {x1:g}, y {y0:g} to {y1:g})")
    return VocObject(name, box, _polygon(element, first))


def _polygon(element: ET.Element, first: float) -> Region | None:
    """Read `polygon` with x1, y1, x2, ..., which supervision and Roboflow add, counted as the box is."""
    vertices: list[tuple[float, float]] = []
    for number in count(1):
        x, y = (_decimal(_text(element, f"polygon/{axis}{number}")) for axis in "xy")
        if x is None or y is None:
            break
        vertices.append((x - first, y - first))
    region = fill_even_odd(np.array(vertices).reshape(-1, 2))
    return None if region.is_empty else region


def _text(parent: ET.Element, path: str) -> str:
    return (parent.findtext(path) or "").strip()


def _decimal(text: str) -> float | None:
    """Return a coordinate, None if it is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < LARGEST_COORDINATE else None
