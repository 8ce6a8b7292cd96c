"""Reads the masks of instances that `masks.json` lists, as this program exports them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from sam3_annotator.project.entities import Split
from sam3_annotator.project.errors import FormatError, ImageUnreadable
from sam3_annotator.project.formats.attributes import AttributesRead
from sam3_annotator.project.formats.comparing.areas import Box
from sam3_annotator.project.formats.files.json_files import Json, parse_json
from sam3_annotator.project.formats.foreign_values import mask_value_of, storable_color, storable_score, storable_text
from sam3_annotator.project.formats.plan import (
    ImportPlan,
    PlannedCategory,
    PlannedImage,
    PlannedInstance,
    with_problems,
)
from sam3_annotator.project.formats.sentences import left_out, listed
from sam3_annotator.project.formats.value_masks.files import MaskFile, read_mask_file
from sam3_annotator.project.pixel_edges import region_of_runs
from sam3_annotator.project.runs import runs_by_value


def read_mask_document(file: Path) -> ImportPlan:
    """Read the images that the file lists, instances from their masks: what others cover is not there any more.

    What is damaged is left out and told. Raises FormatError if the file is none of this kind, or nothing is left.
    """
    content = _parse(file)
    reader = _DocumentReader(file.parent)
    categories = reader.read_categories(content["categories"])
    images = [reader.read_image(entry, number, categories) for number, entry in enumerate(content["images"], start=1)]
    found = tuple(image for image in images if image is not None)
    hidden = listed(reader.hidden, "instance")
    warnings = [f"{hidden} left out: others cover all of it in the mask."] if reader.hidden else []
    warnings.extend(f"{file.name}: {sentence}" for sentence in reader.attributes.sentences())
    return with_problems(ImportPlan("masks", tuple(categories.values()), found, tuple(warnings)), reader.problems, file)


def _parse(file: Path) -> Json:
    content = parse_json(file, file.name, "mask")
    if not isinstance(content, dict) or not all(isinstance(content.get(key), list) for key in ("categories", "images")):
        raise FormatError(f"{file.name} lists no categories and images as this program writes it; choose another.")
    return content


class _DocumentReader:
    """Reads what a document lists below `folder`; the others collect what was left out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.problems: list[str] = []
        self.hidden: list[str] = []
        self.attributes = AttributesRead()

    def read_categories(self, entries: list[object]) -> dict[int, PlannedCategory]:
        categories: dict[int, PlannedCategory] = {}
        for number, entry in enumerate(entries, start=1):
            value = mask_value_of(entry.get("value")) if isinstance(entry, dict) else 0
            if not isinstance(entry, dict) or not value:
                self.problems.append(left_out(f"category number {number}", "has no value"))
                continue
            name = storable_text(entry.get("name")) or f"category {value}"
            supercategory, color = storable_text(entry.get("supercategory")), storable_color(entry.get("color"))
            categories[value] = PlannedCategory(name, supercategory, color)
        return categories

    def read_image(self, entry: object, number: int, categories: dict[int, PlannedCategory]) -> PlannedImage | None:
        """Read an image with the instances that its mask shows; None if it has no mask."""
        names = [storable_text(entry.get(key)) for key in ("image", "instance_mask")] if isinstance(entry, dict) else []
        if not isinstance(entry, dict) or not all(names):
            self.problems.append(left_out(f"image number {number}", "has no name or no mask"))
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
        split = entry.get("split")
        return PlannedImage(
            image.name,
            width,
            height,
            Split(split) if split in tuple(Split) else None,
            (self._folder / image.parent, self._folder),
            tuple(instances),
            is_known_empty=listing == [] and not mask.values.any(),
        )

    def _instances(
        self, entries: list[object], mask: MaskFile, categories: dict[int, PlannedCategory], image: str
    ) -> Iterator[PlannedInstance]:
        found = runs_by_value(mask.values)
        for entry in entries:
            value = mask_value_of(entry.get("value")) if isinstance(entry, dict) else 0
            category = categories.get(mask_value_of(entry.get("category"))) if isinstance(entry, dict) else None
            if not isinstance(entry, dict) or category is None or not value:
                self.problems.append(left_out(f"{image}: instance {value or 'without a value'}", "has no category"))
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
                attributes=self.attributes.take(entry.get("attributes")),
                whole_box=_whole_box(entry.get("box_xywh")),
            )
        if found:
            values = listed([str(value) for value in found], "value")
            self.problems.append(f"{image}: the mask has {values} that the file does not list, left out.")


def _whole_box(box_xywh: object) -> Box | None:
    if not (isinstance(box_xywh, list) and len(box_xywh) == 4 and all(isinstance(each, int) for each in box_xywh)):
        return None
    x, y, width, height = box_xywh
    return (x, y, x + width, y + height)
