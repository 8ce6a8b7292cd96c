"""Plans of imports, and what they tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from sam3_annotator.project import FormatError, Split, rectangle
from sam3_annotator.project.formats.plan import ImportPlan, ImportReport, PlannedImage, PlannedInstance, with_problems

EMPTY = ImportPlan("COCO", (), (PlannedImage("a.png"),), ("A note.",))
FULL = ImportPlan("COCO", (), (PlannedImage("a.png", instances=(PlannedInstance("cat", rectangle(0, 0, 9, 9)),)),))


def test_problems_are_told_before_notes_and_not_all_of_many() -> None:
    plan = with_problems(FULL, [f"Problem {number}." for number in range(1000)], Path("labels.json"))

    assert plan.images == FULL.images
    assert (len(plan.warnings), plan.warnings[0], plan.warnings[19]) == (21, "Problem 0.", "Problem 19.")


def test_a_plan_without_instances_stands_unless_problems_took_them() -> None:
    assert with_problems(EMPTY, [], Path("labels.json")) == EMPTY
    with pytest.raises(FormatError, match=r"Nothing in labels.json can be imported. Shape 1 has no area."):
        with_problems(EMPTY, ["Shape 1 has no area."], Path("labels.json"))


def test_a_source_without_a_name_is_told_by_its_path() -> None:
    with pytest.raises(FormatError, match=r"Nothing in \. can"):
        with_problems(EMPTY, ["Shape 1 has no area."], Path())


def test_a_report_writes_large_numbers_as_all_others_are_written() -> None:
    report = ImportReport(5000, 0, 60_000, 59_000, 0, (), (), 1200, {Split.TRAIN: 4000, Split.TEST: 1})

    assert str(report) == (
        "60,000 instances imported on 5,000 images; 59,000 were there already, of which 1,200 got attributes. "
        "The labels put 4,000 images into train, 1 image into test."
    )
