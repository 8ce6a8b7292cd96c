"""Every instance of a project in numbers: how large it is and where, in pixels, and what is said of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from math import ceil, floor

import numpy as np

from sam3_annotator.project.attributes import Attributes
from sam3_annotator.project.masks import region_to_mask
from sam3_annotator.project.progress import Progress, no_progress
from sam3_annotator.project.queries import images_in_use, instance_counts
from sam3_annotator.project.reading import ProjectReader
from sam3_annotator.project.regions import Region

_COLUMNS = (
    *("image", "instance", "category", "area_px", "centroid_x_px", "centroid_y_px"),
    *("left_px", "top_px", "width_px", "height_px", "score", "is_crowd"),
)


@dataclass(frozen=True, slots=True)
class PixelMeasures:
    """What the pixels of a region measure; pixel *i* spans *i..i+1*, so the centroid of the first is 0.5.

    `area` counts them, holes left out. Of a region without a pixel all numbers are 0 and the centroid is None.
    """

    area: int = 0
    centroid: tuple[float, float] | None = None
    box_xywh: tuple[int, int, int, int] = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class MeasuredInstance:
    """An instance in numbers; `image` is the path as the project keeps it.

    `number` counts those of an image that have a pixel, as exports of masks do; None for one without.
    """

    image: str
    number: int | None
    category: str
    measures: PixelMeasures
    score: float | None
    is_crowd: bool
    attributes: Attributes


def measure_region(region: Region, width: int = 0, height: int = 0) -> PixelMeasures:
    """Measure the pixels that `region_to_mask` sets; within the image if its size is known."""
    x0, y0, x1, y1 = region.box_xyxy
    left, top, right, bottom = floor(x0), floor(y0), ceil(x1), ceil(y1)
    if width and height:
        left, top, right, bottom = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
    if right <= left or bottom <= top:
        return PixelMeasures()
    mask = region_to_mask(region.translated(-left, -top), bottom - top, right - left)
    of_columns, of_rows = np.count_nonzero(mask, axis=0), np.count_nonzero(mask, axis=1)
    area = int(of_rows.sum())
    if not area:
        return PixelMeasures()
    columns, rows = np.flatnonzero(of_columns), np.flatnonzero(of_rows)
    centroid = (
        left + float(of_columns @ np.arange(len(of_columns))) / area + 0.5,
        top + float(of_rows @ np.arange(len(of_rows))) / area + 0.5,
    )
    x, y = int(columns[0]), int(rows[0])
    return PixelMeasures(area, centroid, (left + x, top + y, int(columns[-1]) - x + 1, int(rows[-1]) - y + 1))


def measured_instances(store: ProjectReader, progress: Progress = no_progress) -> list[MeasuredInstance]:
    """Measure all instances but those of images that are left out, image by image; `progress` counts instances.

    Raises NotAProject if one is damaged, and Cancelled if `progress` does.
    """
    categories = {category.id: category.name for category in store.categories()}
    images = images_in_use(store)
    counts = instance_counts(store)
    total = sum(counts.get(image.id, 0) for image in images)
    measured: list[MeasuredInstance] = []
    for image in images:
        progress(len(measured), total)
        numbers = count(1)
        for instance in store.instances(image.id):
            measures = measure_region(instance.region, image.facts.width, image.facts.height)
            each = MeasuredInstance(
                image.path,
                next(numbers) if measures.area else None,
                categories[instance.category_id],
                measures,
                instance.score,
                instance.is_crowd,
                instance.attributes,
            )
            measured.append(each)
    progress(total, total)
    return measured


def measures_as_csv(measured: Iterable[MeasuredInstance]) -> str:
    """Write a table with a row for each instance; attributes have columns of their own, behind `attribute `."""
    rows = list(measured)
    names = sorted({name for row in rows for name in row.attributes})
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*_COLUMNS, *(f"attribute {name}" for name in names)])
    for row in rows:
        place = ("", "") if row.measures.centroid is None else (f"{value:.2f}" for value in row.measures.centroid)
        score = "" if row.score is None else f"{row.score:.4g}"
        said = [_cell(row.attributes.get(name, "")) for name in names]
        numbers = (row.measures.area, *place, *row.measures.box_xywh, score, int(row.is_crowd))
        writer.writerow([row.image, row.number, row.category, *numbers, *said])
    return text.getvalue()


def _cell(value: str | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
