"""Reads YOLO datasets: boxes, polygons and oriented boxes, told apart row by row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sam3_annotator.project.errors import FormatError
from sam3_annotator.project.formats.files.sources import name_in
from sam3_annotator.project.formats.files.text_files import read_text
from sam3_annotator.project.formats.foreign_values import storable
from sam3_annotator.project.formats.plan import (
    ImportPlan,
    PlannedCategory,
    PlannedImage,
    RelativeInstance,
    with_problems,
)
from sam3_annotator.project.formats.sentences import left_out, listed
from sam3_annotator.project.formats.yolo.layout import LabelledImage, Layout, find_layout
from sam3_annotator.project.formats.yolo.rows import read_row


def read(path: Path) -> ImportPlan:
    """Read what is to be imported from a YOLO dataset: its `data.yaml`, its folder, or its folder of labels.

    A row of 5 numbers is a box and becomes a rectangle; one of 9 is a polygon or an oriented box, four corners either
    way; one of 7 or more is a polygon. Bridges of rings are undone, so holes and parts come back. A score may follow.
    What cannot be read is left out and told by file and line. Raises FormatError if that leaves nothing, or there is
    no such dataset, and ImageUnreadable if a folder cannot be listed.
    """
    layout = find_layout(path)
    reader = _LabelReader(layout)
    images = tuple(reader.read(image) for image in layout.images)
    warnings = (*layout.warnings, *reader.warnings)
    return with_problems(ImportPlan("YOLO", reader.categories, images, warnings), reader.problems, path)


class _LabelReader:
    """Reads label files one by one and collects what was left out."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._names = dict(sorted(layout.names.items()))
        self._nameless: list[int] = []
        self.problems: list[str] = []

    def read(self, image: LabelledImage) -> PlannedImage:
        instances = self._read_labels(image.labels) if image.labels is not None else None
        return PlannedImage(
            storable(image.name),
            split=image.split,
            folders=(image.folder,),
            relative=tuple(instances or ()),
            is_known_empty=instances == [],
        )

    @property
    def categories(self) -> tuple[PlannedCategory, ...]:
        return tuple(PlannedCategory(name) for name in dict.fromkeys(self._names.values()))

    @property
    def warnings(self) -> Iterator[str]:
        if self._nameless:
            numbers = listed([str(number) for number in sorted(self._nameless)], "class number")
            called = f"class {min(self._nameless)}"
            yield f"{numbers} without a name in data.yaml or classes.txt; called “{called}” and so on."

    def _read_labels(self, file: Path) -> list[RelativeInstance] | None:
        """Read the rows of a file; None if none of those that it has could be read."""
        told_as = name_in(file, self._layout.folder)
        try:
            lines = read_text(file, told_as).splitlines()
        except FormatError as error:
            self.problems.append(f"{error} Its labels were left out.")
            return None
        instances: list[RelativeInstance] = []
        before = len(self.problems)
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            where = f"{told_as}, line {number}"
            try:
                row = read_row(line, self._layout.keypoint_values, where)
            except ValueError as error:
                self.problems.append(left_out(where, error))
                continue
            instances.append(RelativeInstance(self._category(row.number), row.region_on, row.score))
        return instances if instances or len(self.problems) == before else None

    def _category(self, number: int) -> str:
        if number not in self._names:
            self._names[number] = f"class {number}"
            self._nameless.append(number)
        return self._names[number]
