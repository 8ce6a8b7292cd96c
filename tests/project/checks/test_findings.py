"""The words of findings."""

from __future__ import annotations

import pytest

from sam3_annotator.project import FindingKind


@pytest.mark.parametrize("kind", FindingKind)
def test_heading_fits_into_a_line_of_the_panel(kind: FindingKind) -> None:
    assert 0 < len(kind.heading) <= 30


def test_no_two_kinds_have_one_heading() -> None:
    assert len({kind.heading for kind in FindingKind}) == len(FindingKind)
