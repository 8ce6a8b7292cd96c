"""What the demo says can be done."""

from __future__ import annotations

import pytest

from sam3_annotator.demo import run


@pytest.mark.parametrize(
    ("is_windows", "typed"), [(True, r'"C:\My photos\a.sam3proj"'), (False, r"'C:\My photos\a.sam3proj'")]
)
def test_a_path_can_be_typed_in_the_terminal_of_the_system(is_windows: bool, typed: str) -> None:
    assert run._typed(r"C:\My photos\a.sam3proj", is_windows=is_windows) == typed
