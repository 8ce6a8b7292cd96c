"""Reads the masks of instances that `masks.json` lists, as this program exports them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from sam3_annotator.project.entities import Split
from sam3_annotator.project.errors import FormatError, ImageUnreadable
from sam3_annotator.project.formats.files.json_files import Json, parse_json
from sam3_annotator.project.formats.foreign_values import storable_score, storable_text
from sam3_annotator.project.formats.plan import ImportPlan, PlannedCategory, PlannedImage, PlannedInstance
from sam3_annotator.project.formats.sentences import listed
from sam3_annotator.project.formats.value_masks.files import MaskFile, read_mask_file
from sam3_annotator.project.pixel_edges import region_of_runs
from sam3_annotator.project.runs import runs_by_value

_COLOR = re.compile(r"#[0-9a-f]{6}")


def read_mask_document(file: Path) -> ImportPlan:
    """Read the images that the file lists, instances from their masks: what others cover is not there any more.

    What is damaged is left out and told. Raises FormatError if the file is none of this kind, or nothing is left.
    """
    content = _parse(file)
    reader = _DocumentReader(file.parent)
    categories = reader.read_categories(content["categories"])
    images = [reader.read_image(entry, number, categories) for number, entry in enumerate(content["images"])]
    found = tuple(image for image in images if image is not None)
    warnings = [*reader.problems]
    if reader.hidden:
        warnings.append(f"{listed(reader.hidden, 'instance')} left out: others cover all of it in the mask.")
    if reader.problems and not any(image.instances for image in found):
        raise FormatError(f"Nothing in {file.name} can be imported. {reader.problems[0]}")
    return ImportPlan("masks", tuple(categories.values()), found, tuple(warnings))


def _parse(file: Path) -> Json:
    content = parse_json(file, file.name, "mask")
    if not isinstance(content, dict) or not all(isinstance(content.get(key), list) for key in ("categories", "images")):
        raise FormatError(f"{file.name} lists no categories and images as this program writes it; choose another.")
    return content


class _DocumentReader:
    """Reads what a document lists below `folder`; `problems` and `hidden` collect what was left out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.problems: list[str] = []
        self.hidden: list[str] = []

    def read_categories(self, entries: list[object]) -> dict[int, PlannedCategory]:
        categories: dict[int, PlannedCategory] = {}
        for entry in entries:
            value = _whole(entry.get("value")) if isinstance(entry, dict) else 0
            if not isinstance(entry, dict) or not value:
                self.problems.append("A category without a value was left out.")
                continue
            name = storable_text(entry.get("name")).strip() or f"category {value}"
            color = storable_text(entry.get("color")).lower()
            categories[value] = PlannedCategory(
                name, storable_text(entry.get("supercategory")), color if _COLOR.fullmatch(color) else None
            )
        return categories

    def read_image(self, entry: object, number: int, categories: dict[int, PlannedCategory]) -> PlannedImage | None:
        """Read an image with the instances that its mask shows; None if it has no mask."""
        names = [storable_text(entry.get(key)) for key in ("image", "instance_mask")] if isinstance(entry, dict) else []
        if not isinstance(entry, dict) or not all(names):
            self.problems.append(f"Image number {number} has no name or no mask, so it was left out.")
            return None
        image, mask_name = (PurePosixPath(name) for name in names)
        try:
            mask = read_mask_file(self._folder / mask_name)
        except (FormatError, ImageUnreadable) as error:
            self.problems.append(f"{error} The instances of {image.name} were left out.")
            return None
        listing = entry.get("instances")
        instances = self._instances(listing if isinstance(listing, list) else [], mask, categories, image.name)
        height, width = mask.values.shape
        split = entry.get("split") if entry.get("split") in tuple(Split) else None
        return PlannedImage(
            image.name,
            width,
            height,
            None if split is None else Split(split),
            (self._folder / image.parent, self._folder),
            tuple(instances),
        )

    def _instances(
        self, entries: list[object], mask: MaskFile, categories: dict[int, PlannedCategory], image: str
    ) -> Iterator[PlannedInstance]:
        found = runs_by_value(mask.values)
        for entry in entries:
            value = _whole(entry.get("value")) if isinstance(entry, dict) else 0
            category = categories.get(_whole(entry.get("category"))) if isinstance(entry, dict) else None
            if not isinstance(entry, dict) or category is None or not value:
                self.problems.append(f"{image}: instance {value or 'without a value'} has no category; left out.")
                found.pop(value, None)
                continue
            runs = found.pop(value, None)
            if runs is None:
                self.hidden.append(f"{image}: {category.name}")
                continue
            yield PlannedInstance(
                category.name,
                region_of_runs(runs),
                is_crowd=entry.get("is_crowd") is True,
                score=storable_score(entry.get("score")),
            )
        if found:
            values = ", ".join(str(value) for value in list(found)[:5])
            self.problems.append(f"{image}: the mask has values ({values}) that the file does not list; left out.")


def _whole(value: object) -> int:
    """Return a value of a mask, 0 if it is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
