"""What is opened in the window is found before the window is."""

from __future__ import annotations

from pathlib import Path

import pytest

from sam3_annotator import display
from sam3_annotator.commands.failures import CommandFailed
from sam3_annotator.commands.windows import open_window


@pytest.fixture(autouse=True)
def nobody_to_show_it_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is found come to the display, and no further."""
    monkeypatch.setattr(display, "window_problem", lambda: "There is no display.")


def test_project_is_opened_by_its_name_without_the_suffix(tmp_path: Path) -> None:
    (tmp_path / "cats.sam3proj").touch()

    for name in ("cats", "cats.sam3proj"):
        with pytest.raises(CommandFailed, match="no display"):
            open_window(tmp_path / name)


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="There is nothing at"):
        open_window(tmp_path / "dogs")
