"""What the system wants opened is asked for, also while a window is open."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QFileOpenEvent
from pytestqt.qtbot import QtBot

from sam3_annotator.ui.start.application import Application


def test_the_file_of_a_double_click_is_asked_for(qapp: Application, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(qapp.file_requested) as asked:
        qapp.sendEvent(qapp, QFileOpenEvent(str(tmp_path / "cats.sam3proj")))

    assert asked.args == [tmp_path / "cats.sam3proj"]
