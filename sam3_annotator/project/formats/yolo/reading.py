"""Reads YOLO datasets: boxes, polygons and oriented boxes, told apart row by row."""

from __future__ import annotations

from pathlib import Path

from sam3_annotator.project.errors import FormatError
from sam3_annotator.project.formats.plan import ImportPlan, PlannedCategory, PlannedImage, RelativeInstance
from sam3_annotator.project.formats.sentences import listed
from sam3_annotator.project.formats.yolo.data_file import read_text
from sam3_annotator.project.formats.yolo.layout import LabelledImage, Layout, find_layout
from sam3_annotator.project.formats.yolo.rows import read_row

_MOST_SENTENCES = 20


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
    if reader.warnings and not any(image.relative for image in images):
        raise FormatError(f"Nothing in {path.name} can be imported. {reader.warnings[0]}")
    return ImportPlan("YOLO", reader.categories, images, (*layout.warnings, *reader.warnings))


class _LabelReader:
    """Reads label files one by one and collects what was left out."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._names = dict(sorted(layout.names.items()))
        self._nameless: list[int] = []
        self._left_out: list[str] = []

    def read(self, image: LabelledImage) -> PlannedImage:
        name = image.name.encode(errors="replace").decode()
        instances = self._read_labels(image.labels) if image.labels is not None else ()
        return PlannedImage(name, split=image.split, folders=(image.folder,), relative=tuple(instances))

    @property
    def categories(self) -> tuple[PlannedCategory, ...]:
        return tuple(PlannedCategory(name) for name in dict.fromkeys(self._names.values()))

    @property
    def warnings(self) -> list[str]:
        warnings = self._left_out[:_MOST_SENTENCES]
        if len(self._left_out) > _MOST_SENTENCES:
            warnings.append(f"{len(self._left_out) - _MOST_SENTENCES:,} more rows or files were left out.")
        if self._nameless:
            numbers = listed([str(number) for number in sorted(self._nameless)], "class number")
            warnings.append(
                f"{numbers} without a name in data.yaml or classes.txt; called “class {min(self._nameless)}” and so on."
            )
        return warnings

    def _read_labels(self, file: Path) -> list[RelativeInstance]:
        told_as = self._told_as(file)
        try:
            lines = read_text(file).splitlines()
        except FormatError as error:
            self._left_out.append(f"{told_as} was left out: {error}")
            return []
        instances = []
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            where = f"{told_as}, line {number}"
            try:
                row = read_row(line, self._layout.keypoint_values, where)
            except ValueError as error:
                self._left_out.append(f"{where}: {error}, so it was left out.")
                continue
            instances.append(RelativeInstance(self._category(row.number), row.region_on, row.score))
        return instances

    def _told_as(self, file: Path) -> str:
        folder = self._layout.folder
        path = file.relative_to(folder) if file.is_relative_to(folder) else file
        return path.as_posix().encode(errors="replace").decode()

    def _category(self, number: int) -> str:
        if number not in self._names:
            self._names[number] = f"class {number}"
            self._nameless.append(number)
        return self._names[number]
