"""What the values and colours of masks stand for, as files beside the masks tell it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sam3_annotator.project.formats.foreign_values import storable_text
from sam3_annotator.project.formats.plan import PlannedCategory
from sam3_annotator.project.formats.value_masks.colors import hex_color, pack_colors, voc_colormap

_MAPS = ("labelmap.txt",)
_LISTS = ("class_names.txt", "classes.txt", "labels.txt")
_DOCUMENTS = ("classes.json", "labels.json", "id2label.json", "masks.json")
_BACKGROUND = frozenset({"background", "_background_", "__background__", "bg"})
_IGNORED = frozenset({"__ignore__", "ignore", "void"})
_BLACK = 0


@dataclass(frozen=True, slots=True)
class ValueNames:
    """Names by value and by colour 0xRRGGBB; background is missing in both. Empty if nothing tells."""

    by_value: Mapping[int, str] = field(default_factory=dict)
    by_color: Mapping[int, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing has a name."""
        return not (self.by_value or self.by_color)


def planned_categories(names: ValueNames) -> list[PlannedCategory]:
    """Return the categories that have a name, with their colours unless those are VOC's, which nobody chose."""
    is_chosen = not set(names.by_color) <= set(pack_colors(voc_colormap()).tolist())
    colors = {name: hex_color(color) for color, name in names.by_color.items()} if is_chosen else {}
    known = dict.fromkeys((*names.by_value.values(), *names.by_color.values()))
    return [PlannedCategory(name, color=colors.get(name)) for name in known]


def find_value_names(folders: Sequence[Path]) -> ValueNames:
    """Read the first file of names in the folders.

    `labelmap.txt` is that of CVAT and Datumaro, with colours; `class_names.txt`, `classes.txt` and `labels.txt` have a
    name on each line, that of the value 0 first if it is a background, else that of 1; `classes.json`, `labels.json`
    and `id2label.json` hold such a list, or names by value. A file that is nothing of the kind counts as missing.
    """
    for names, read in ((_MAPS, _read_map), (_LISTS, _read_list), (_DOCUMENTS, _read_document)):
        for file in (folder / name for folder in folders for name in names):
            try:
                found = read(file.read_text(encoding="utf-8-sig"))
            except (OSError, ValueError, RecursionError):
                continue
            if not found.is_empty:
                return found
    return ValueNames()


def _read_map(content: str) -> ValueNames:
    """Read lines of the form `name:r,g,b:parts:actions`; a name may hold a colon."""
    names: list[str] = []
    by_color: dict[int, str] = {}
    for line in filter(None, (line.strip() for line in content.split("\n"))):
        name, color = _entry(line)
        if line.startswith("#") and color is None:  # a comment
            continue
        if color == _BLACK or (color is None and name.lower() in _BACKGROUND):
            continue
        names.append(name)
        if color is not None:
            by_color.setdefault(color, name)
    if not by_color:  # Datumaro paints with VOC's colours then
        by_color = dict(zip(pack_colors(voc_colormap()[1:]).tolist(), names, strict=False))
    return ValueNames(dict(enumerate(names, start=1)), by_color)


def _entry(line: str) -> tuple[str, int | None]:
    name, color, *_ = line.rsplit(":", 3) if line.count(":") >= 3 else [*line.split(":"), ""]
    parts = [part.strip() for part in color.split(",")]
    if len(parts) != 3 or not all(part.isdecimal() and len(part) <= 3 and int(part) <= 255 for part in parts):
        return name.strip(), None
    red, green, blue = (int(part) for part in parts)
    return name.strip(), red << 16 | green << 8 | blue


def _read_list(content: str) -> ValueNames:
    return _numbered(content.splitlines())


def _numbered(lines: Sequence[str]) -> ValueNames:
    names = [storable_text(line).strip() for line in lines if line.strip()]
    if names and names[0].lower() in _IGNORED:
        names = names[1:]
    has_background = bool(names) and names[0].lower() in _BACKGROUND
    return ValueNames(dict(enumerate(names[has_background:], start=1)))


def _read_document(content: str) -> ValueNames:
    data = json.loads(content)
    if isinstance(data, dict) and isinstance(data.get("categories"), list):
        data = data["categories"]
    if isinstance(data, list) and all(isinstance(name, str) for name in data):
        return _numbered(data)
    pairs: list[tuple[object, object]] = []
    if isinstance(data, list):
        pairs = [(entry.get("value", entry.get("id")), entry.get("name")) for entry in data if isinstance(entry, dict)]
    elif isinstance(data, dict):  # programs differ in which of the two is the key
        pairs = [(key, value) if isinstance(value, str) else (value, key) for key, value in data.items()]
    named = ((_number(value), storable_text(name).strip()) for value, name in pairs)
    return ValueNames({value: name for value, name in named if value and name})


def _number(value: object) -> int:
    """Return a value of a mask, 0 if it is none."""
    if isinstance(value, str) and len(value) <= 5 and value.isdecimal():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
