"""Reads masks of values or colours: connected parts of categories, or objects that are numbered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sam3_annotator.project.errors import FormatError, ImageUnreadable
from sam3_annotator.project.formats.images.beside import ImagesBeside
from sam3_annotator.project.formats.images.matching import ANY_SUFFIX
from sam3_annotator.project.formats.masks.numbered import ending_of_masks, number_objects
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
OBJECT = "object"
"""The category of masks that tell of one only."""

_MOST_CALM_VALUES = 32

# A value of one of the masks: what kind of mask it is in, the value, the colour it has by a palette.
_Key = tuple[str, int, int | None]


@dataclass(frozen=True, slots=True)
class _ReadMask:
    """The values in a mask, each with all its pixels."""

    file: Path
    width: int
    height: int
    values: Mapping[_Key, Region]


@dataclass(frozen=True, slots=True)
class _Reading:
    """What masks are taken for: their categories, the instances of each, and what has to be told."""

    categories: tuple[PlannedCategory, ...]
    instances: tuple[tuple[PlannedInstance, ...], ...]
    warnings: tuple[str, ...]


def read_value_masks(files: Sequence[Path], folder: Path) -> ImportPlan:
    """Read masks in `folder`, images of the stems being expected in `images` beside it, or in it.

    What stands behind all those stems, as `_cp_masks`, is no part of the images' names. Names of categories come from
    the files that `find_value_names` reads, in the folder or beside it. Without any, and where `number_objects` tells
    so, each value is an instance, of the one category `object`. Else each connected part of a value or colour is one,
    parts being connected along the sides of pixels; a value without a name is `category N`, and a colour has its own
    name, such as `#ff8000`. 0 and black are background. So is 255 of categories, which VOC calls void, unless it is
    the only value: such masks have the one category `object`. Raises FormatError if nothing in the files can be
    imported.
    """
    found: list[_ReadMask] = []
    problems: list[str] = []
    ending = ending_of_masks(files)
    for file in files:
        if not file.stem.endswith(ending):
            continue  # the image of a mask beside it
        try:
            found.append(_read_mask(file))
        except (FormatError, ImageUnreadable) as error:
            problems.append(str(error))
    names = find_value_names((folder, folder.parent))
    reading = _objects(found) if names.is_empty and _are_objects(found) else _categories(found, names)
    beside = ImagesBeside()
    beside_folder = tuple(folder.parent / name for name in _IMAGE_FOLDERS)
    # Where the names of masks differ from those of the images, these may lie beside them.
    folders = (folder, *beside_folder) if ending else (*beside_folder, folder)
    images = []
    for mask, instances in zip(found, reading.instances, strict=True):
        place = mask.file.relative_to(folder)
        stem = place.with_suffix("").as_posix().removesuffix(ending)
        name = beside.name_of(stem, "", folders, besides=mask.file)
        split = split_of_names((*reversed(place.parts[:-1]), folder.name))
        # Where no image is beside the mask, the mask itself must not be taken for it.
        around = () if name.endswith(ANY_SUFFIX) else folders
        images.append(PlannedImage(name, mask.width, mask.height, split, around, instances))
    return with_problems(ImportPlan("masks", reading.categories, tuple(images), reading.warnings), problems, folder)


def _objects(masks: Sequence[_ReadMask]) -> _Reading:
    return _Reading(
        (PlannedCategory(OBJECT),),
        tuple(tuple(PlannedInstance(OBJECT, region) for region in mask.values.values()) for mask in masks),
        (f"The values of the masks number objects, so each is an instance of “{OBJECT}”.",),
    )


def _categories(masks: Sequence[_ReadMask], names: ValueNames) -> _Reading:
    legend = _Legend(names, [key for mask in masks for key in mask.values])
    void = [mask.file.name for mask in masks if any(legend.name_of(key) is None for key in mask.values)]
    warning = f"{listed(void, 'mask')} with pixels of the value {VOID}, which was taken for background."
    return _Reading(
        tuple(legend.categories()),
        tuple(tuple(_named(mask, legend)) for mask in masks),
        (warning,) if void else (),
    )


def _named(mask: _ReadMask, legend: _Legend) -> Iterator[PlannedInstance]:
    for key, region in mask.values.items():
        if (name := legend.name_of(key)) is not None:
            for polygon in region.polygons:
                yield PlannedInstance(name, Region((polygon,)))


def _are_objects(masks: Sequence[_ReadMask]) -> bool:
    kinds = {kind for mask in masks for kind, _, _ in mask.values}
    by_number = [{value: region for (_, value, _), region in mask.values.items()} for mask in masks]
    return kinds <= {"grey", "deep"} and number_objects(by_number, are_deep=kinds == {"deep"})


def _read_mask(file: Path) -> _ReadMask:
    mask = read_mask_file(file)
    height, width = mask.values.shape
    runs = runs_by_value(mask.values)
    count = sum(len(each.ends) // 2 for each in runs.values())
    if len(runs) > _MOST_CALM_VALUES and count > width * height / 4:
        raise FormatError(f"“{file.name}” changes its value at every turn, so it is a photograph and no mask.")
    regions = {_key(mask, value): region_of_runs(pixels) for value, pixels in runs.items()}
    parts = sum(len(region.polygons) for region in regions.values())
    if parts > _MOST_PARTS:
        raise FormatError(f"“{file.name}” has {parts:,} separate parts, which is noise and no mask of categories.")
    return _ReadMask(file, width, height, regions)


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
        return names[0] if len(names) == 1 else OBJECT


_VOID_COLOR = int(pack_colors(voc_colormap()[VOID]))


def _is_grey(color: int) -> bool:
    red, green, blue = color >> 16, color >> 8 & 0xFF, color & 0xFF
    return red == green == blue
