"""Reads “CVAT for images 1.1”: annotations.xml, the folder it lies in, or the archive as CVAT gives it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree.ElementTree import Element

from sam3_annotator.project.attributes import Attributes
from sam3_annotator.project.errors import FormatError
from sam3_annotator.project.formats.attributes import AttributesRead
from sam3_annotator.project.formats.cvat.labels import OCCLUDED, declared_kinds, value_of_kind
from sam3_annotator.project.formats.cvat.shapes import AREAS, region_of_element
from sam3_annotator.project.formats.cvat.sources import Source, find_source
from sam3_annotator.project.formats.files.xml_files import read_children
from sam3_annotator.project.formats.foreign_values import size_of, storable_color
from sam3_annotator.project.formats.images.folders import image_folders
from sam3_annotator.project.formats.plan import (
    ImportPlan,
    PlannedCategory,
    PlannedImage,
    PlannedInstance,
    with_problems,
)
from sam3_annotator.project.formats.rings.parts import join_regions
from sam3_annotator.project.formats.sentences import left_out
from sam3_annotator.project.formats.splits import split_of_names
from sam3_annotator.project.formats.xml_attributes import CROWD, is_crowd_mark
from sam3_annotator.project.regions import Region
from sam3_annotator.project.words import counted

_WITHOUT_AREA = {
    "polyline": "polyline",
    "points": "point set",
    "skeleton": "skeleton",
    "cuboid": "cuboid",
    "tag": "image tag",
}


def read(path: Path) -> ImportPlan:
    """Read what is to be imported from an export of CVAT for images.

    Boxes (turned ones, too), polygons, masks and ellipses become instances, painted in the order of `z_order`; those
    of one `group_id` and label on one image, boxes apart, are one instance. Attributes are of the kind that their label
    declares, texts if it does not. Polylines, points, skeletons, cuboids and tags are left out and counted. Raises
    FormatError if nothing is left, or this is no such export.
    """
    source = find_source(path)
    reader = _Reader(source)
    with source.opened() as stream:
        for element in read_children(stream, source.name, "annotations", "CVAT"):
            reader.take(element)
    return reader.plan(path)


@dataclass(frozen=True, slots=True)
class _Shape:
    label: str
    region: Region
    z_order: int
    group: object
    """What shapes of one instance have in common."""
    is_crowd: bool
    attributes: Attributes


class _Reader:
    """Takes the elements of the file one by one; what is left out is collected."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._left_out: list[str] = []
        self._subset = ""
        """The subset of a task, which its images are in without having it as an attribute."""
        self._categories: dict[str, PlannedCategory] = {}
        self._images: list[PlannedImage] = []
        self._without_area: Counter[str] = Counter()
        self._attributes = AttributesRead()
        self._kinds: dict[tuple[str, str], str] = {}
        """The kinds of attributes by label and name."""

    def take(self, element: Element) -> None:
        if element.tag == "meta":
            self._subset = element.findtext("task/subset") or element.findtext("job/subset") or ""
            self._take_labels(element)
        elif element.tag == "track":
            raise FormatError(
                f"{self._source.name} is an export for video, whose tracks go through many images; "
                "in CVAT, export as “CVAT for images 1.1” instead."
            )
        elif element.tag == "image":
            self._take_image(element)

    def plan(self, path: Path) -> ImportPlan:
        plan = ImportPlan("CVAT", tuple(self._categories.values()), tuple(self._images))
        if self._source.has_packed_images:
            why = f"unpack {self._source.file.name}, whose images cannot be used from inside it, and"
            plan = replace(plan, remedy=f"{why} {plan.remedy}")
        return with_problems(plan, [*self._counted(), *self._left_out], path)

    def _counted(self) -> Iterator[str]:
        for tag, count in self._without_area.items():
            noun = _WITHOUT_AREA.get(tag, f"<{tag[:40]}>")
            yield self._sentence(f"{counted(count, noun)} left out, having no area.")
        yield from map(self._sentence, self._attributes.sentences())

    def _sentence(self, text: str) -> str:
        return f"{self._source.name}: {text}"

    def _take_labels(self, meta: Element) -> None:
        for label in meta.iter("label"):
            name = (label.findtext("name") or "").strip()
            if name and not label.findtext("parent"):  # which labels of the points of a skeleton have
                color = storable_color(label.findtext("color"))
                self._categories.setdefault(name, PlannedCategory(name, color=color))
                self._kinds.update(((name, attribute), kind) for attribute, kind in declared_kinds(label))

    def _take_image(self, element: Element) -> None:
        name = element.get("name", "").replace("\\", "/")  # with the spaces that a file may have at its ends
        if not name.strip():
            number = len(self._images) + 1
            self._left_out.append(self._sentence(left_out(f"image {element.get('id') or number}", "has no name")))
            return
        width, height = size_of(element.get("width")), size_of(element.get("height"))
        subset = element.get("subset", "")
        shapes = list(self._read_shapes(element, name, width, height))
        split = split_of_names((subset, self._subset, self._source.file.stem))
        folders = tuple(image_folders(self._source.folders, subset))
        # CVAT lists images that nobody has looked at as well.
        is_known_empty = self._source.is_ours and not len(element)
        self._images.append(
            PlannedImage(
                name, width, height, split, folders, tuple(self._instances(shapes)), is_known_empty=is_known_empty
            )
        )

    def _read_shapes(self, image: Element, name: str, width: int, height: int) -> Iterator[_Shape]:
        for number, element in enumerate(image, start=1):
            if element.tag not in AREAS:
                self._without_area[element.tag] += 1
                continue
            try:
                yield self._read_shape(element, number, width, height)
            except ValueError as error:
                self._left_out.append(self._sentence(left_out(f"{element.tag} {number} of {name}", error)))

    def _read_shape(self, element: Element, number: int, width: int, height: int) -> _Shape:
        label = element.get("label", "").strip()
        if not label:
            raise ValueError("has no label")
        region = region_of_element(element, width, height)
        texts = {child.get("name", "").strip(): child.text or "" for child in element.iter("attribute")}
        is_crowd = is_crowd_mark(texts.pop(CROWD, ""))
        self._categories.setdefault(label, PlannedCategory(label))
        group = element.get("group_id", "0").strip()
        # A box in a group goes around others, or is an object of its own.
        is_alone = group in {"", "0"} or element.tag == "box"
        attributes = self._read_attributes(texts, label, is_occluded=element.get("occluded", "").strip() == "1")
        key = number if is_alone else (group, label)
        return _Shape(label, region, _order(element.get("z_order")), key, is_crowd, attributes)

    def _read_attributes(self, texts: Mapping[str, str], label: str, *, is_occluded: bool) -> Attributes:
        """Return the attributes of a shape.

        CVAT says of all that they are occluded or not, and has empty texts where nobody has written any; neither is
        an attribute, unless this program has written the file.
        """
        values = {name: value_of_kind(text, self._kinds.get((label, name), "")) for name, text in texts.items()}
        said = {
            name: value
            for name, value in values.items()
            if not (value is None or (value == "" and not self._source.is_ours))
        }
        own = {OCCLUDED: True} if is_occluded else {}
        return self._attributes.join(map(self._attributes.take, (said, own)))

    def _instances(self, shapes: Sequence[_Shape]) -> Iterator[PlannedInstance]:
        """Put groups together, each in the place of its lowest shape."""
        groups: dict[object, list[_Shape]] = {}
        for shape in sorted(shapes, key=lambda shape: shape.z_order):
            groups.setdefault(shape.group, []).append(shape)
        for group in groups.values():
            region = join_regions([shape.region for shape in group])
            attributes = self._attributes.join(shape.attributes for shape in group)
            is_crowd = any(shape.is_crowd for shape in group)
            yield PlannedInstance(group[0].label, region, is_crowd, attributes=attributes)


def _order(text: str | None) -> int:
    try:
        return int(text or 0)
    except ValueError:
        return 0
