"""Reads labelme JSON, and what X-AnyLabeling adds to it: one file, or all files of a folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sam3_annotator.project.attributes import Attributes
from sam3_annotator.project.errors import FormatError
from sam3_annotator.project.formats.attributes import AttributesRead
from sam3_annotator.project.formats.files.json_files import Json, parse_json
from sam3_annotator.project.formats.files.label_files import LabelFile, find_image, read_label_files
from sam3_annotator.project.formats.foreign_values import is_number, size_of, storable_score, storable_text
from sam3_annotator.project.formats.labelme.attributes import read_attributes
from sam3_annotator.project.formats.labelme.shapes import CROWD_FLAG, HOLE_FLAG, REGION_TYPES, region_of_entry
from sam3_annotator.project.formats.plan import ImportPlan, PlannedImage, PlannedInstance
from sam3_annotator.project.formats.rings.parts import cut_out, join_regions
from sam3_annotator.project.formats.sentences import left_out, listed
from sam3_annotator.project.regions import Region
from sam3_annotator.project.words import counted

_TITLE = "labelme"
_UNPACK = "save the images that the labels hold inside (imageData) as files"

_GroupKey = tuple[str, object]


@dataclass(frozen=True, slots=True)
class _Shape:
    """A shape that has an area; `name` says which, in a sentence."""

    name: str
    region: Region
    is_hole: bool
    is_crowd: bool
    score: float | None
    attributes: Attributes


def read(path: Path) -> ImportPlan:
    """Read what is to be imported from a labelme file, or from those in a folder and the folders inside it.

    Polygons, rectangles, circles and masks become regions; points and lines are counted in a warning. Shapes of one
    label and one `group_id` are one instance; those of them with the flag `__hole__` are cut out of it. Folders named
    after splits say the split. What cannot be accepted is left out and told by file and shape. Raises FormatError if
    that leaves nothing, or there is no labelme file.
    """
    reader = _Reader()
    plan = read_label_files(path, _TITLE, reader.read, reader.problems)
    return replace(plan, remedy=f"{plan.remedy}, or {_UNPACK}") if reader.has_embedded_images else plan


class _Reader:
    """Reads file by file, and tells afterwards what was left out."""

    def __init__(self) -> None:
        self.has_embedded_images = False
        self._left_out: list[str] = []
        self._attributes = AttributesRead()
        self._without_area: dict[str, list[str]] = {}

    def problems(self) -> list[str]:
        kinds = [_kind_words(kind, files) for kind, files in self._without_area.items()]
        return [*kinds, *self._attributes.sentences(), *self._left_out]

    def read(self, file: LabelFile) -> PlannedImage:
        content = _parse(file)
        place = find_image(file, content.get("imagePath"))
        self.has_embedded_images |= bool(content.get("imageData")) and not place.is_found
        width, height = size_of(content.get("imageWidth")), size_of(content.get("imageHeight"))
        return PlannedImage(
            place.name,
            width,
            height,
            file.split,
            place.folders,
            tuple(self._read_shapes(file, content["shapes"], width, height)),
            is_known_empty=not content["shapes"],
            renamed=place.renamed,
        )

    def _read_shapes(self, file: LabelFile, entries: list[object], width: int, height: int) -> list[PlannedInstance]:
        groups: dict[_GroupKey, list[_Shape]] = {}
        for number, entry in enumerate(entries, start=1):
            name = f"shape {number}"
            try:
                if not isinstance(entry, dict):
                    raise ValueError("is no object")
                label = _label(entry.get("label"))
                name = f"{name} ({label})"
                shape_type = storable_text(entry.get("shape_type")) or "polygon"  # old files do not say
                if shape_type not in REGION_TYPES:
                    self._without_area.setdefault(shape_type, []).append(file.name)
                    continue
                flags = entry.get("flags")
                shape = _Shape(
                    name,
                    region_of_entry(entry, shape_type, width, height),
                    _has_flag(flags, HOLE_FLAG),
                    _has_flag(flags, CROWD_FLAG),
                    storable_score(entry.get("score")),
                    read_attributes(entry, self._attributes),
                )
            except ValueError as error:
                self._leave_out(file, name, str(error))
                continue
            groups.setdefault((label, _group(entry.get("group_id"), number)), []).append(shape)
        instances = (self._read_group(file, label, shapes) for (label, _), shapes in groups.items())
        return [instance for instance in instances if instance is not None]

    def _read_group(self, file: LabelFile, label: str, shapes: Sequence[_Shape]) -> PlannedInstance | None:
        parts = [shape for shape in shapes if not shape.is_hole]
        holes = [shape for shape in shapes if shape.is_hole]
        if not parts:
            for hole in holes:
                self._leave_out(file, hole.name, "is a hole, but no other shape of its label has its group_id")
            return None
        region = cut_out(join_regions([part.region for part in parts]), [hole.region for hole in holes])
        if region.is_empty:
            self._leave_out(file, parts[0].name, "has holes that leave nothing of it")
            return None
        scores = [part.score for part in parts if part.score is not None]
        return PlannedInstance(
            label,
            region,
            any(part.is_crowd for part in parts),
            max(scores, default=None),
            self._attributes.join(part.attributes for part in parts),
        )

    def _leave_out(self, file: LabelFile, name: str, reason: str) -> None:
        self._left_out.append(left_out(f"{file.name}: {name}", reason))


def _parse(file: LabelFile) -> Json:
    content = parse_json(file.path, file.name, _TITLE)
    if not isinstance(content, dict) or not isinstance(content.get("shapes"), list):
        raise FormatError(f"{file.name} is no labelme file: it has no list “shapes”.")
    return content


def _label(value: object) -> str:
    label = storable_text(value)
    if not label:
        raise ValueError("has no label")
    return label


def _has_flag(flags: object, name: str) -> bool:
    return isinstance(flags, dict) and flags.get(name) is True


def _group(group_id: object, number: int) -> object:
    """Return what the shapes of an instance have in common; a shape without a group is an instance of its own."""
    is_group = bool(group_id.strip()) if isinstance(group_id, str) else is_number(group_id)
    return group_id if is_group else (number,)


def _kind_words(kind: str, files: Sequence[str]) -> str:
    shapes = f"{counted(len(files), 'shape')} of the type {kind}"
    return f"{shapes} left out for having no area, in {listed(list(dict.fromkeys(files)), 'file')}."
