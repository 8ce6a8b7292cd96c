"""The formats that dialogs offer are those that the program has."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from sam3_annotator.project.formats.registry import FORMATS
from sam3_annotator.ui.dialogs.format_box import FormatBox
from sam3_annotator.ui.dialogs.format_choices import EXPORT_CHOICES, IMPORT_CHOICES


def test_every_format_is_offered_for_what_it_can_do() -> None:
    assert {choice.name for choice in EXPORT_CHOICES} == {name for name, known in FORMATS.items() if known.write}
    assert {choice.name for choice in IMPORT_CHOICES} == {name for name, known in FORMATS.items() if known.read}


def test_the_note_follows_the_choice(qtbot: QtBot) -> None:
    box = FormatBox(EXPORT_CHOICES)
    qtbot.addWidget(box)

    with qtbot.waitSignal(box.changed):
        box.choose("yolo-detect")

    assert box.choice.title == "YOLO detect"
    assert box._note.text() == box.choice.note
