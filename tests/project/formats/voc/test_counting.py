"""Pascal VOC counts pixels from 1, and many programs from 0: what a dataset shows of it holds for all its files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from sam3_annotator.project.formats.plan import ImportPlan
from sam3_annotator.project.formats.voc.reading import read

Box = tuple[float, float, float, float]
INSIDE: Box = (3, 4, 10, 12)


def write(file: Path, *boxes: Sequence[object]) -> None:
    objects = "".join(
        f"<object><name>cat</name><bndbox><xmin>{x0}</xmin><ymin>{y0}</ymin><xmax>{x1}</xmax><ymax>{y1}</ymax></bndbox>"
        "</object>"
        for x0, y0, x1, y1 in boxes
    )
    size = "<size><width>64</width><height>48</height></size>"
    file.write_text(f"<annotation><filename>a.png</filename>{size}{objects}</annotation>", encoding="utf-8")


def boxes(plan: ImportPlan) -> list[Box]:
    return [instance.region.box_xyxy for image in plan.images for instance in image.instances]


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((0, 5, 10, 12), (0, 5, 10, 12)),
        ((5, 0, 10, 12), (5, 0, 10, 12)),
        (("5.0", "6.0", "10.0", "12.0"), (5, 6, 10, 12)),
        (("5.25", 6, "10.5", 12), (5.25, 6, 10.5, 12)),
        ((" 5 ", 6, 10, "12\n"), (4, 5, 10, 12)),
        ((1, 1, 1, 1), (0, 0, 1, 1)),
    ],
)
def test_box_of_a_program_that_counts_from_zero_is_its_corners(
    tmp_path: Path, box: Sequence[object], expected: Box
) -> None:
    write(tmp_path / "a.xml", box)

    assert boxes(read(tmp_path / "a.xml")) == [expected]


def test_coordinate_of_zero_speaks_for_its_whole_file_and_is_told(tmp_path: Path) -> None:
    write(tmp_path / "a.xml", (0, 5, 10, 12), INSIDE)
    write(tmp_path / "b.xml", INSIDE, (1, 4, 10, 12))

    plan = read(tmp_path)

    assert boxes(plan) == [(0, 5, 10, 12), (3, 4, 10, 12), (2, 3, 10, 12), (0, 3, 10, 12)]
    assert any("1 file (a.xml) counting pixels from 0" in warning for warning in plan.warnings)


def test_more_boxes_that_begin_at_zero_than_at_one_speak_for_all_files(tmp_path: Path) -> None:
    write(tmp_path / "a.xml", (0, 5, 10, 12), (7, 0, 10, 12))
    write(tmp_path / "b.xml", INSIDE)
    write(tmp_path / "c.xml", (1, 4, 10, 12))  # one pixel from the border

    plan = read(tmp_path)

    assert boxes(plan) == [(0, 5, 10, 12), (7, 0, 10, 12), INSIDE, (1, 4, 10, 12)]
    assert any("3 files (a.xml, b.xml, c.xml) counting pixels from 0" in warning for warning in plan.warnings)


@pytest.mark.parametrize("at_border", [(1, 4, 10, 12), (5, 1, 10, 12)])
def test_without_more_zeros_than_ones_files_count_from_one(tmp_path: Path, at_border: Box) -> None:
    write(tmp_path / "a.xml", at_border)
    write(tmp_path / "b.xml", INSIDE)

    plan = read(tmp_path)

    assert boxes(plan)[1] == (2, 3, 10, 12)
    assert plan.warnings == ()


def test_folders_of_splits_speak_for_each_other(tmp_path: Path) -> None:
    for split, box in (("train", (0, 5, 10, 12)), ("val", INSIDE)):
        (tmp_path / split).mkdir()
        write(tmp_path / split / "a.xml", box)

    assert boxes(read(tmp_path)) == [(0, 5, 10, 12), INSIDE]
