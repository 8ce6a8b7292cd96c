"""What instances measure: exactly their pixels, as exports count them."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
import pytest

from sam3_annotator.project import ImageState, ProjectStore, Region, mask_to_region, read_facts, rectangle
from sam3_annotator.project.measuring import PixelMeasures, measure_region, measured_instances, measures_as_csv


def test_a_region_measures_its_pixels() -> None:
    mask = np.zeros((40, 50), dtype=bool)
    mask[10:20, 5:25] = True
    mask[12:15, 8:12] = False  # a hole
    mask[30, 40] = True  # a part

    measures = measure_region(mask_to_region(mask))

    rows, columns = np.nonzero(mask)
    assert measures.area == 10 * 20 - 3 * 4 + 1
    assert measures.centroid == pytest.approx((columns.mean() + 0.5, rows.mean() + 0.5))
    assert measures.box_xywh == (5, 10, 36, 21)


@pytest.mark.parametrize(
    ("region", "size", "expected"),
    [
        (rectangle(2, 3, 3, 4), (0, 0), PixelMeasures(1, (2.5, 3.5), (2, 3, 1, 1))),
        (rectangle(-4, -5, 3, 2), (20, 10), PixelMeasures(6, (1.5, 1.0), (0, 0, 3, 2))),
        (rectangle(15, 8, 99, 99), (20, 10), PixelMeasures(10, (17.5, 9.0), (15, 8, 5, 2))),
        (rectangle(2.6, 3.2, 5.2, 5.8), (0, 0), PixelMeasures(6, (4.0, 4.5), (3, 3, 2, 3))),
        (rectangle(30, 30, 40, 40), (20, 10), PixelMeasures()),
        (rectangle(2.1, 2.1, 2.2, 2.2), (0, 0), PixelMeasures()),
        (Region(), (20, 10), PixelMeasures()),
    ],
)
def test_what_is_outside_or_between_pixels_does_not_count(
    region: Region, size: tuple[int, int], expected: PixelMeasures
) -> None:
    assert measure_region(region, *size) == expected


def test_the_table_has_a_row_for_each_instance_and_a_column_for_each_attribute(store: ProjectStore) -> None:
    first, second, left_out, _ = (image.id for image in store.images())
    store.set_image_facts({image.id: read_facts(store.image_file(image.id)) for image in store.images()})
    with store.edit("Set up") as edit:
        cell, clump = edit.add_category("cell"), edit.add_category("clump, large")
        edit.add_instance(first, cell, rectangle(1, 2, 4, 4), score=0.98765, attributes={"mitotic": True})
        edit.add_instance(second, clump, rectangle(0, 0, 2, 1), is_crowd=True, attributes={"grade": 2, "stain": "HE"})
        edit.add_instance(first, cell, rectangle(-9, -9, -1, -1))
        edit.add_instance(first, cell, rectangle(5, 5, 6, 6))
        edit.add_instance(left_out, cell, rectangle(0, 0, 9, 9))
        edit.update_image(left_out, state=ImageState.LEFT_OUT)
    reports: list[tuple[int, int]] = []

    text = measures_as_csv(measured_instances(store, lambda done, total: reports.append((done, total))))

    rows: list[dict[str, Any]] = list(csv.DictReader(io.StringIO(text)))
    names = [store.image(image_id).path for image_id in (first, second)]
    assert [(row["image"], row["instance"], row["category"]) for row in rows] == [
        (names[0], "1", "cell"),
        (names[0], "", "cell"),  # exports have no such instance
        (names[0], "2", "cell"),
        (names[1], "1", "clump, large"),
    ]
    assert [row["area_px"] for row in rows] == ["6", "0", "1", "2"]
    places = [(row["centroid_x_px"], row["centroid_y_px"]) for row in rows]
    assert places == [("2.50", "3.00"), ("", ""), ("5.50", "5.50"), ("1.00", "0.50")]
    assert [rows[0][key] for key in ("left_px", "top_px", "width_px", "height_px")] == ["1", "2", "3", "2"]
    assert [(row["score"], row["is_crowd"]) for row in rows[::3]] == [("0.9877", "0"), ("", "1")]
    assert [row["attribute mitotic"] for row in rows[::3]] == ["true", ""]
    assert (rows[3]["attribute grade"], rows[3]["attribute stain"]) == ("2", "HE")
    assert reports[-1] == (4, 4)
