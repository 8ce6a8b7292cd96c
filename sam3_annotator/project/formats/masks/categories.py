"""Reads masks whose values or colours are categories; each connected part of one is an instance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sam3_annotator.project.errors import FormatError, ImageUnreadable
from sam3_annotator.project.formats.images.beside import ImagesBeside
from sam3_annotator.project.formats.images.matching import ANY_SUFFIX
from sam3_annotator.project.formats.plan import (
    ImportPlan,
    PlannedCategory,
    PlannedImage,
    PlannedInstance,
    with_problems,
)
from sam3_annotator.project.formats.sentences import listed
from sam3_annotator.project.formats.splits import split_of_names
from sam3_annotator.project.formats.value_masks.colors import VOID, hex_color, pack_colors, voc_colormap
from sam3_annotator.project.formats.value_masks.files import MaskFile, read_mask_file
from sam3_annotator.project.formats.value_masks.names import ValueNames, find_value_names, planned_categories
from sam3_annotator.project.pixel_edges import region_of_runs
from sam3_annotator.project.regions import Region
from sam3_annotator.project.runs import runs_by_value

_IMAGE_FOLDERS = ("images", "JPEGImages", "image", "imgs", "img")
_MOST_PARTS = 10_000
_MOST_CALM_VALUES = 32

# A value of one of the masks: what kind of mask it is in, the value, the colour it has by a palette.
_Key = tuple[str, int, int | None]


@dataclass(frozen=True, slots=True)
class _Parts:
    """The connected parts in a mask, each with its value."""

    file: Path
    width: int
    height: int
    parts: tuple[tuple[_Key, Region], ...]


def read_category_masks(files: Sequence[Path], folder: Path) -> ImportPlan:
    """Read masks in `folder`, images of the stems being expected in `images` beside it, or in it.

    Parts are connected along the sides of pixels. 0 and black are background. So is 255, which VOC calls void, unless
    it is the only value: such masks have the one category `object`. Names come from the files that `find_value_names`
    reads, in the folder or beside it; else a value is `category N`, and a colour has its own name, such as `#ff8000`.
    Raises FormatError if nothing in the files can be imported.
    """
    found: list[_Parts] = []
    problems: list[str] = []
    for file in files:
        try:
            found.append(_read_parts(file))
        except (FormatError, ImageUnreadable) as error:
            problems.append(str(error))
    legend = _Legend(find_value_names((folder, folder.parent)), [key for mask in found for key, _ in mask.parts])
    beside = ImagesBeside()
    folders = (*(folder.parent / name for name in _IMAGE_FOLDERS), folder)
    images = []
    for mask in found:
        place = mask.file.relative_to(folder)
        instances = [
            PlannedInstance(name, region) for key, region in mask.parts if (name := legend.name_of(key)) is not None
        ]
        name = beside.name_of(place.with_suffix("").as_posix(), "", folders, besides=mask.file)
        split = split_of_names((*reversed(place.parts[:-1]), folder.name))
        # Where no image is beside the mask, the mask itself must not be taken for it.
        around = () if name.endswith(ANY_SUFFIX) else folders
        images.append(PlannedImage(name, mask.width, mask.height, split, around, tuple(instances)))
    void = [mask.file.name for mask in found if any(legend.name_of(key) is None for key, _ in mask.parts)]
    warning = f"{listed(void, 'mask')} with pixels of the value {VOID}, which was taken for background."
    plan = ImportPlan("masks", tuple(legend.categories()), tuple(images), (warning,) if void else ())
    return with_problems(plan, problems, folder)


def _read_parts(file: Path) -> _Parts:
    mask = read_mask_file(file)
    height, width = mask.values.shape
    runs = runs_by_value(mask.values)
    count = sum(len(each.ends) // 2 for each in runs.values())
    if len(runs) > _MOST_CALM_VALUES and count > width * height / 4:
        raise FormatError(f"“{file.name}” changes its value at every turn, so it is a photograph and no mask.")
    parts: list[tuple[_Key, Region]] = []
    for value, pixels in runs.items():
        key = _key(mask, value)
        parts.extend((key, Region((polygon,))) for polygon in region_of_runs(pixels).polygons)
    if len(parts) > _MOST_PARTS:
        raise FormatError(f"“{file.name}” has {len(parts):,} separate parts, which is noise and no mask of categories.")
    return _Parts(file, width, height, tuple(parts))


def _key(mask: MaskFile, value: int) -> _Key:
    if mask.is_color:
        return ("color", value, value)
    if mask.palette is not None:
        return ("index", value, int(pack_colors(mask.palette[value])))
    return ("deep" if mask.is_deep else "grey", value, None)


class _Legend:
    """Says what values stand for, which takes all masks to tell; `keys` are those of all of them."""

    def __init__(self, names: ValueNames, keys: Sequence[_Key]) -> None:
        self._names = names
        self._keys = sorted(set(keys), key=lambda key: key[1])
        self._has_only_greys = all(_is_grey(value) for kind, value, _ in self._keys if kind == "color")
        self._values = {self._value(key) for key in self._keys}

    def name_of(self, key: _Key) -> str | None:
        """Return the category of a value, None if it is nobody's."""
        kind, value, color = key
        named = self._names.by_color.get(color) if color is not None else None
        if named is not None:
            return named
        if kind == "color" and not self._has_only_greys:
            is_void = bool(self._names.by_color) and value == _VOID_COLOR
            return None if is_void else hex_color(value)
        number = self._value(key)
        named = self._names.by_value.get(number)
        if named is not None:
            return named
        if number == VOID and kind != "deep":
            return self._only_name() if self._values == {VOID} else None
        return f"category {number}"

    def categories(self) -> Iterator[PlannedCategory]:
        """Give the categories named, then the others by their values."""
        categories = {category.name: category for category in planned_categories(self._names)}
        for key in self._keys:
            name, color = self.name_of(key), key[2]
            if name is not None:
                chosen = None if color is None or _is_grey(color) else hex_color(color)
                categories.setdefault(name, PlannedCategory(name, color=chosen))
        yield from categories.values()

    def _value(self, key: _Key) -> int:
        """Return the number of a value; masks in which red, green and blue are all the same are grey."""
        kind, value, _ = key
        return value & 0xFF if kind == "color" and self._has_only_greys else value

    def _only_name(self) -> str:
        names = list(self._names.by_value.values())
        return names[0] if len(names) == 1 else "object"


_VOID_COLOR = int(pack_colors(voc_colormap()[VOID]))


def _is_grey(color: int) -> bool:
    red, green, blue = color >> 16, color >> 8 & 0xFF, color & 0xFF
    return red == green == blue
