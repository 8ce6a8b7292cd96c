"""Reads the JSON of ISAT: one file, or all files of a folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sam3_annotator.project.attributes import Attributes
from sam3_annotator.project.errors import FormatError
from sam3_annotator.project.formats.attributes import AttributesRead
from sam3_annotator.project.formats.files.json_files import Json, parse_json
from sam3_annotator.project.formats.files.label_files import LabelFile, find_image, read_label_files
from sam3_annotator.project.formats.foreign_values import is_number, size_of, storable_text
from sam3_annotator.project.formats.plan import ImportPlan, PlannedImage, PlannedInstance
from sam3_annotator.project.formats.rings.parts import cut_out, join_regions
from sam3_annotator.project.formats.rings.points import region_of_ring, ring_of_points
from sam3_annotator.project.formats.sentences import left_out
from sam3_annotator.project.regions import Region

_TITLE = "ISAT"
_BACKGROUND = "__background__"
_NOTE = "note"  # empty where there is none


@dataclass(frozen=True, slots=True)
class _Object:
    """An object of the file, one polygon; `name` says which, in a sentence. Higher layers lie on lower ones."""

    name: str
    category: str
    group: object
    layer: float
    region: Region
    is_crowd: bool
    attributes: Attributes


def read(path: Path) -> ImportPlan:
    """Read what is to be imported from a file of ISAT, or from those in a folder and the folders inside it.

    Objects of one category and one group, other than 0, are one instance; the `__background__` of a group is cut out
    of what lies in lower layers of it. A note is an attribute. Folders named after splits say the split. What cannot be
    accepted is left out and told by file and object. Raises FormatError if that leaves nothing, or there is no file of
    ISAT.
    """
    reader = _Reader()
    return read_label_files(path, _TITLE, reader.read, reader.problems)


class _Reader:
    """Reads file by file, and tells afterwards what was left out."""

    def __init__(self) -> None:
        self._left_out: list[str] = []
        self._attributes = AttributesRead()

    def problems(self) -> list[str]:
        return [*self._attributes.sentences(), *self._left_out]

    def read(self, file: LabelFile) -> PlannedImage:
        info, entries = _parse(file)
        folder = info.get("folder")
        place = find_image(file, info.get("name"), folder if isinstance(folder, str) else "")
        objects = self._read_objects(file, entries)
        return PlannedImage(
            place.name,
            size_of(info.get("width")),
            size_of(info.get("height")),
            file.split,
            place.folders,
            tuple(self._join(file, objects)),
            is_known_empty=not entries,
            renamed=place.renamed,
        )

    def _read_objects(self, file: LabelFile, entries: list[object]) -> list[_Object]:
        objects = []
        for number, entry in enumerate(entries, start=1):
            name = f"object {number}"
            try:
                if not isinstance(entry, dict):
                    raise ValueError("is no object")
                category = storable_text(entry.get("category"))
                if not category:
                    raise ValueError("has no category")
                name = f"{name} ({category})"
                region = region_of_ring(ring_of_points(entry.get("segmentation")))
            except ValueError as error:
                self._leave_out(file, name, str(error))
                continue
            layer, group = entry.get("layer"), entry.get("group")
            # 0 is what ISAT writes for no group at all.
            objects.append(
                _Object(
                    name,
                    category,
                    group if is_number(group) and group else (number,),
                    layer if is_number(layer) else 1.0,
                    region,
                    entry.get("iscrowd") in (True, 1),
                    self._attributes.take({_NOTE: entry[_NOTE]} if entry.get(_NOTE) else {}),
                )
            )
        return objects

    def _join(self, file: LabelFile, objects: Sequence[_Object]) -> list[PlannedInstance]:
        instances: dict[tuple[str, object], list[_Object]] = {}
        holes: dict[object, list[_Object]] = {}
        for each in objects:
            if each.category == _BACKGROUND:
                holes.setdefault(each.group, []).append(each)
            else:
                instances.setdefault((each.category, each.group), []).append(each)
        for group, backgrounds in holes.items():
            lowest = min(
                (part.layer for (_, own), parts in instances.items() if own == group for part in parts), default=None
            )
            for hole in backgrounds:
                if lowest is None or hole.layer <= lowest:
                    self._leave_out(file, hole.name, "lies on nothing of its group")
        planned = []
        for (category, group), parts in instances.items():
            region = join_regions([_without(part, holes.get(group, ())) for part in parts])
            if region.is_empty:
                self._leave_out(file, parts[0].name, "has background on all of it")
            else:
                is_crowd = any(part.is_crowd for part in parts)
                attributes = self._attributes.join(part.attributes for part in parts)
                planned.append(PlannedInstance(category, region, is_crowd, attributes=attributes))
        return planned

    def _leave_out(self, file: LabelFile, name: str, reason: str) -> None:
        self._left_out.append(left_out(f"{file.name}: {name}", reason))


def _without(part: _Object, holes: Sequence[_Object]) -> Region:
    return cut_out(part.region, [hole.region for hole in holes if hole.layer > part.layer])


def _parse(file: LabelFile) -> tuple[Json, list[object]]:
    content = parse_json(file.path, file.name, _TITLE)
    info = content.get("info") if isinstance(content, dict) else None
    entries = content.get("objects") if isinstance(content, dict) else None
    if not isinstance(info, dict) or not isinstance(entries, list) or info.get("description") != "ISAT":
        raise FormatError(f"{file.name} is no ISAT file: it has no “info” that says so, or no list “objects”.")
    return info, entries
