"""What an export holds for programs that train with it and our readers pass over: ids, boxes, areas, second masks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from sam3_annotator.project.errors import FormatError, ImageUnreadable
from sam3_annotator.project.formats.comparing.differences import Difference, DifferenceKind
from sam3_annotator.project.formats.comparing.held_instances import WholeInstance, paint_instances, size_of_image
from sam3_annotator.project.formats.files.json_files import parse_json
from sam3_annotator.project.formats.images.selection import ChosenImage
from sam3_annotator.project.formats.value_masks.files import read_mask_file
from sam3_annotator.project.formats.voc.objects import in_one_line, read_annotation
from sam3_annotator.project.words import counted

Box = tuple[float, ...]


class Overlooked:
    """What is overlooked in the export `out`: nothing, but for formats that have a subclass of this."""

    def __init__(self, out: Path) -> None:
        self._out = out

    def faults(self) -> Iterator[str]:
        """Give sentences about the export as a whole."""
        return iter(())

    def compare(self, image: ChosenImage, known: Sequence[WholeInstance]) -> Iterator[Difference]:
        """Compare what is said of an image with the project."""
        del image, known
        return iter(())


class OverlookedInCoco(Overlooked):
    """Ids, boxes and areas.

    pycocotools takes the id 0 for no match, detectron2 refuses ids given twice and warns of gaps. Boxes are what
    detectors learn from, and areas tell COCO's evaluation what is small.
    """

    def __init__(self, out: Path) -> None:
        super().__init__(out)
        self._faults: list[str] = []
        self._boxes: dict[str, Counter[tuple[Box, float]]] = {}
        for file in sorted(out.glob("annotations/instances*.json")):
            name = file.relative_to(out).as_posix()
            content = parse_json(file, name, "COCO")
            if isinstance(content, dict) and all(_is_list_of_objects(content.get(key)) for key in _LISTS):
                self._faults += [f"{name}: {fault}." for fault in _id_faults(content)]
                self._take_boxes(content)

    def faults(self) -> Iterator[str]:
        """Give sentences about ids."""
        return iter(self._faults)

    def compare(self, image: ChosenImage, known: Sequence[WholeInstance]) -> Iterator[Difference]:
        """Compare boxes and areas, unless there are more or less than there should be."""
        wanted: Counter[tuple[Box, float]] = Counter((each.runs.box_xywh, each.runs.area) for each in known)
        found = self._boxes.get(image.name, Counter())
        other = (wanted - found).total()
        if other and wanted.total() == found.total():
            yield _boxes_differ(image, other, "box or area")

    def _take_boxes(self, content: dict[str, list[dict[str, Any]]]) -> None:
        names = {str(image.get("id")): str(image.get("file_name")) for image in content["images"]}
        for annotation in content["annotations"]:
            boxes = self._boxes.setdefault(names.get(str(annotation.get("image_id")), ""), Counter())
            box, area = annotation.get("bbox"), annotation.get("area")
            boxes[tuple(box) if isinstance(box, list) else (), area if isinstance(area, int | float) else -1] += 1


class OverlookedInVoc(Overlooked):
    """The XML files, which our reader leaves for the masks where there are both."""

    def compare(self, image: ChosenImage, known: Sequence[WholeInstance]) -> Iterator[Difference]:
        """Compare categories and boxes, and the size of the image."""
        file = self._out / "Annotations" / f"{PurePosixPath(image.name).stem}.xml"
        try:
            annotation = read_annotation(file, file.name)
        except FormatError as error:
            yield Difference(DifferenceKind.BOX, f"its boxes cannot be read: {error}", image.record.path)
            return
        if (annotation.height, annotation.width) != size_of_image(image):
            words = f"the size in {file.name} is not that of the image."
            yield Difference(DifferenceKind.IMAGE_SIZE, words, image.record.path)
        wanted: Counter[tuple[str, Box]] = Counter(
            (in_one_line(each.category), _corners(each.runs.box_xywh)) for each in known
        )
        found: Counter[tuple[str, Box]] = Counter(
            (each.name, each.box.box_xyxy) for each in annotation.objects if each is not None
        )
        other = max((wanted - found).total(), (found - wanted).total())
        if other:
            yield _boxes_differ(image, other, "box or category")


class OverlookedInMasks(Overlooked):
    """The masks of the categories, since our reader takes instances from their own masks."""

    def compare(self, image: ChosenImage, known: Sequence[WholeInstance]) -> Iterator[Difference]:
        """Compare the mask of the categories."""
        of_values = np.array([0, *(each.number for each in known)])
        wanted = of_values[paint_instances([each.runs for each in known], image).values]
        file = Path("categories", image.split, f"{PurePosixPath(image.name).stem}.png")
        try:
            found = read_mask_file(self._out / file).values
        except (FormatError, ImageUnreadable) as error:
            yield Difference(DifferenceKind.MASK, f"its mask of categories cannot be read: {error}", image.record.path)
            return
        if found.shape != wanted.shape or not np.array_equal(found, wanted):
            other = np.count_nonzero(found != wanted) if found.shape == wanted.shape else wanted.size
            words = f"{file.as_posix()} differs in {counted(int(other), 'pixel')}."
            yield Difference(DifferenceKind.MASK, words, image.record.path)


_LISTS = ("images", "annotations", "categories")


def _corners(box: tuple[int, int, int, int]) -> Box:
    x, y, width, height = box
    return (x, y, x + width, y + height)


def _boxes_differ(image: ChosenImage, count: int, what: str) -> Difference:
    who = "an instance has" if count == 1 else f"{count:,} instances have"
    return Difference(DifferenceKind.BOX, f"{who} another {what} than in the project.", image.record.path)


def _is_list_of_objects(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(entry, dict) for entry in value)


def _id_faults(content: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    for key in _LISTS:
        ids = [entry.get("id") for entry in content[key]]
        if ids != list(range(1, len(ids) + 1)):
            yield f"the ids of its {key} do not run from 1 on without gaps"
    for noun, key in (("image", "images"), ("category", "categories")):
        known = {str(entry.get("id")) for entry in content[key]}
        lost = sum(str(entry.get(f"{noun}_id")) not in known for entry in content["annotations"])
        if lost:
            yield f"{lost:,} of its annotations have a {noun}_id that is none of its {key}"
    odd = sum(entry.get("iscrowd") not in (0, 1) for entry in content["annotations"])
    if odd:
        yield f"{odd:,} of its annotations have an iscrowd that is neither 0 nor 1"
