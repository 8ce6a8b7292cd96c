"""Plans of imports, and what they tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from sam3_annotator.project import FormatError, rectangle
from sam3_annotator.project.formats.plan import ImportPlan, PlannedImage, PlannedInstance, with_problems

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
