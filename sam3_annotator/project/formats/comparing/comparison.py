"""Compares what was read back of an export with the project, one image at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sam3_annotator.project.errors import FormatError
from sam3_annotator.project.file_access import is_there
from sam3_annotator.project.formats.comparing.differences import (
    Difference,
    DifferenceKind,
    extra,
    iou_words,
    missing,
    other_attributes,
    other_category,
    other_crowd,
    other_shape,
)
from sam3_annotator.project.formats.comparing.held_instances import HeldInstance, size_of_image, whole_instances
from sam3_annotator.project.formats.comparing.overlooked import Overlooked
from sam3_annotator.project.formats.comparing.pairs import pair_instances
from sam3_annotator.project.formats.comparing.read_back import ReadBack
from sam3_annotator.project.formats.images.selection import ChosenImage, Selection
from sam3_annotator.project.formats.options import ExportOptions
from sam3_annotator.project.formats.plan import PlannedImage
from sam3_annotator.project.formats.yolo.rings import filled_iou
from sam3_annotator.project.formats.yolo.rows import RelativeRegion
from sam3_annotator.project.reading import ProjectReader
from sam3_annotator.project.regions import Ring
from sam3_annotator.project.words import counted

_MOST_DIFFERENCES = 1000  # kept; more are counted


@dataclass(slots=True)
class Counts:
    """How many instances there should be, and what became of them."""

    instances: int = 0
    found: int = 0
    exact: int = 0
    but_for_outline: int = 0
    boxes: int = 0
    covered: int = 0


@dataclass(slots=True)
class Filled:
    """What Ultralytics makes of instances that were read back well."""

    count: int = 0
    total: float = 0.0
    lowest: float = 1.0

    def note(self, iou: float) -> None:
        """Take down one of them."""
        self.count += 1
        self.total += iou
        self.lowest = min(self.lowest, iou)

    @property
    def words(self) -> str:
        """Say it in a sentence; empty if there is none."""
        if not self.count:
            return ""
        mean = iou_words(self.total / self.count)
        return (
            "Training fills the pixels on the outline too, which makes instances a little larger: "
            f"IoU {mean} in the mean, {iou_words(self.lowest)} at the lowest."
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """An instance as it was read; `ring` is how YOLO tells it, in shares of the image."""

    held: HeldInstance
    ring: Ring | None = None


@dataclass(slots=True)
class Comparer:
    """Compares image by image, and collects what came of it."""

    store: ProjectReader
    known: ReadBack
    options: ExportOptions
    selection: Selection
    overlooked: Overlooked
    counts: Counts = field(default_factory=Counts)
    filled: Filled = field(default_factory=Filled)
    differences: list[Difference] = field(default_factory=list)
    unlisted: int = 0

    @property
    def form(self) -> str:
        """How instances come back if not whole, to be put after “read back”."""
        hidden, boxes = self.counts.covered, self.counts.boxes
        if self.known.form:
            return f" {self.known.form}"
        as_boxes = f", {boxes:,} of them as boxes" if boxes else ""
        return as_boxes + (f", {hidden:,} as far as others do not hide them" if hidden else "")

    def tell(self, difference: Difference) -> None:
        """Take down a difference."""
        if len(self.differences) < _MOST_DIFFERENCES:
            self.differences.append(difference)
        else:
            self.unlisted += 1

    def compare(self, image: ChosenImage, planned: PlannedImage | None) -> None:
        """Compare an image with what was read of it, None if that is nothing."""
        whole = whole_instances(self.store, image)
        ours = self.known.instances(whole, image)
        self.counts.instances += len(ours)
        self.counts.boxes += sum(instance.is_box for instance in ours)
        self.counts.covered += sum(instance.is_covered for instance in ours)
        path = image.record.path
        if planned is None:
            words = f"the image is missing, with {counted(len(ours), 'instance')}."
            self.tell(Difference(DifferenceKind.IMAGE_MISSING, words, path))
            return
        for difference in self._image_differences(image, planned):
            self.tell(difference)
        self._compare_instances(image, ours, list(self._read(image, planned)))
        for difference in self.overlooked.compare(image, whole):
            self.tell(difference)

    def _image_differences(self, image: ChosenImage, planned: PlannedImage) -> Iterator[Difference]:
        path, facts = image.record.path, image.record.facts
        said = (planned.width, planned.height)
        if 0 not in said and said != (facts.width, facts.height):
            words = f"the image has {facts.width} x {facts.height} pixels, the export says {said[0]} x {said[1]}."
            yield Difference(DifferenceKind.IMAGE_SIZE, words, path)
        wanted = self.known.split_of(image, self.selection)
        if image.split and (planned.split or "") != wanted:
            words = f"the image is in {_split_words(planned.split)} instead of {_split_words(wanted)}."
            yield Difference(DifferenceKind.SPLIT, words, path)
        if self.options.images != "none":
            places = (folder / planned.name for folder in planned.folders)
            copy = next((place for place in places if is_there(place)), None)
            if copy is None:
                yield Difference(DifferenceKind.IMAGE_FILE, "the image is not beside the labels.", path)
            elif _byte_size(copy) != _byte_size(image.file):
                yield Difference(DifferenceKind.IMAGE_FILE, "the copy of the image has another size.", path)

    def _read(self, image: ChosenImage, planned: PlannedImage) -> Iterator[_Found]:
        height, width = size_of_image(image)
        area_of = self.known.area_of
        for instance in planned.instances:
            area = area_of(instance.region, height, width)
            yield _Found(HeldInstance(instance.category, area, instance.is_crowd, attributes=instance.attributes))
        for relative in planned.relative:
            try:
                region = relative.region_on(width, height)
            except FormatError:  # what has no area is missing
                continue
            held = HeldInstance(relative.category, area_of(region, height, width))
            placed = relative.region_on
            yield _Found(held, placed.vertices if isinstance(placed, RelativeRegion) else None)

    def _compare_instances(self, image: ChosenImage, ours: Sequence[HeldInstance], found: Sequence[_Found]) -> None:
        path = image.record.path
        spelled = [_spelled(instance, self.known) for instance in ours]
        for our_place, their_place in pair_instances(spelled, [each.held for each in found]):
            if our_place is None and their_place is not None:
                self.tell(extra(path, found[their_place].held.category))
            elif their_place is None and our_place is not None:
                self.tell(missing(path, ours[our_place].category))
            elif our_place is not None and their_place is not None:
                self._compare_pair(image, spelled[our_place], found[their_place])

    def _compare_pair(self, image: ChosenImage, ours: HeldInstance, found: _Found) -> None:
        path, theirs = image.record.path, found.held
        self.counts.found += 1
        known = len(self.differences) + self.unlisted
        if ours.category != theirs.category:
            self.tell(other_category(path, ours.category, theirs.category, ours.area.iou(theirs.area)))
        if self.known.keeps_crowds and ours.is_crowd != theirs.is_crowd:
            self.tell(other_crowd(path, ours.category, is_crowd=ours.is_crowd))
        for difference in other_attributes(
            path, ours.category, *map(self.known.attributes, (ours.attributes, theirs.attributes))
        ):
            self.tell(difference)
        is_exact = ours.area.equals(theirs.area)
        if not is_exact and not ours.area.equals_but_for_outline(theirs.area):
            self.tell(other_shape(path, ours.category, ours.area.iou(theirs.area)))
        if len(self.differences) + self.unlisted > known:
            return
        self.counts.exact += is_exact
        self.counts.but_for_outline += not is_exact
        if self.known.is_filled_wider and found.ring is not None and ours.whole is not None:
            height, width = size_of_image(image)
            self.filled.note(filled_iou(found.ring * (width, height), ours.whole.runs, height, width))


def _spelled(instance: HeldInstance, known: ReadBack) -> HeldInstance:
    return replace(instance, category=known.told(instance.category))


def _split_words(split: str | None) -> str:
    return f"the split {split}" if split else "no split"


def _byte_size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return -1
