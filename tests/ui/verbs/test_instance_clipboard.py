"""Instances on the system's clipboard."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QClipboard, QGuiApplication
from PySide6.QtWidgets import QApplication

from sam3_annotator.project import InstanceCopy, KnownError, rectangle
from sam3_annotator.ui.verbs.instance_clipboard import MIME_TYPE, InstanceClipboard

CAT = InstanceCopy("cat", "#112233", rectangle(1, 2, 3, 4))
DOG = InstanceCopy("dog", "#445566", rectangle(5, 6, 7, 8))


@pytest.fixture
def system(qapp: QApplication) -> Iterator[QClipboard]:
    clipboard = QGuiApplication.clipboard()
    clipboard.clear()
    yield clipboard
    clipboard.clear()


def put(system: QClipboard, content: bytes) -> None:
    data = QMimeData()
    data.setData(MIME_TYPE, content)
    system.setMimeData(data)


def test_what_is_put_is_there_for_another_window_and_as_words_for_other_programs(system: QClipboard) -> None:
    InstanceClipboard().put([CAT, DOG, CAT], "a b.jpg")

    other = InstanceClipboard()
    other.look()
    assert other.has_copies
    assert other.copies() == (CAT, DOG, CAT)
    assert system.text() == "3 instances from a b.jpg: 2 cat, 1 dog"


def test_change_is_told_once_and_also_when_another_program_takes_the_clipboard(system: QClipboard) -> None:
    clipboard = InstanceClipboard()
    told: list[bool] = []
    clipboard.changed.connect(lambda: told.append(clipboard.has_copies))

    clipboard.put([CAT], "a.jpg")
    clipboard.put([DOG], "a.jpg")
    system.setText("something else")
    system.setText("and else")

    assert told == [True, False]
    assert clipboard.copies() == ()


def test_an_empty_clipboard_has_nothing(system: QClipboard) -> None:
    clipboard = InstanceClipboard()

    clipboard.look()

    assert not clipboard.has_copies
    assert clipboard.copies() == ()


def test_damaged_instances_are_refused_only_when_they_are_wanted(system: QClipboard) -> None:
    clipboard = InstanceClipboard()

    put(system, b"{")

    assert clipboard.has_copies
    with pytest.raises(KnownError, match="damaged"):
        clipboard.copies()


def test_after_its_window_it_hears_nothing_any_more(system: QClipboard) -> None:
    clipboard = InstanceClipboard()
    clipboard.close()
    clipboard.changed.connect(lambda: pytest.fail("It still looks."))

    InstanceClipboard().put([CAT], "a.jpg")


def test_the_program_ends_well_with_instances_on_the_clipboard() -> None:
    code = """
from PySide6.QtWidgets import QApplication
from sam3_annotator.project import InstanceCopy, rectangle
from sam3_annotator.ui.verbs.instance_clipboard import MIME_TYPE, InstanceClipboard
app = QApplication([])
InstanceClipboard().put([InstanceCopy("cat", "#112233", rectangle(1, 2, 3, 4))], "a.jpg")
print(*app.clipboard().mimeData().formats())
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)

    assert (ran.stdout.split(), ran.returncode) == ([MIME_TYPE, "text/plain"], 0), ran.stderr
