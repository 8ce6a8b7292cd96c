"""The dialog that has instances propagated through images: what it offers, what it says, and the plan it hands over."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QRadioButton

from sam3_annotator.project import ImageState, InstanceId
from sam3_annotator.ui.dialogs.form_dialog import DIALOG_WIDTH
from sam3_annotator.ui.dialogs.sequence_dialog import SequenceDialog, SequenceStart
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.verbs.propagation_chain import SequencePlan

SELECTED = frozenset({InstanceId(5), InstanceId(7)})


@pytest.fixture
def start(store) -> SequenceStart:
    first, *following = store.images()
    return SequenceStart(first, 12, frozenset(), following)


@pytest.fixture
def open_dialog(qtbot):
    def make(start: SequenceStart) -> SequenceDialog:
        made = SequenceDialog(start, 0.4, Settings())
        qtbot.addWidget(made)
        with qtbot.waitExposed(made):
            made.open()
        made.plans = []
        made.planned.connect(made.plans.append)
        return made

    return make


@pytest.fixture
def image_ids(store) -> tuple:
    return tuple(image.id for image in store.images())


def test_a_number_and_enter_start_it(open_dialog, start, image_ids) -> None:
    dialog = open_dialog(start)
    assert dialog.note == "12 instances through 3 images, up to 10.png; no more follow"

    QTest.keyClicks(dialog.focusWidget(), "2")
    assert dialog.note == "12 instances through 2 images, up to 3.png"
    QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)

    assert dialog.plans == [SequencePlan(image_ids[0], image_ids[1:3], 0.4)]
    assert not dialog.isVisible()


def test_on_a_large_screen_it_is_as_wide_as_other_dialogs_and_all_it_says_is_seen(qtbot, start) -> None:
    dialog = SequenceDialog(start, 0.4, Settings())
    qtbot.addWidget(dialog)
    dialog.resize(dialog.sizeHint())  # as Qt does where the screen has room for it
    assert dialog.width() > DIALOG_WIDTH

    with qtbot.waitExposed(dialog):
        dialog.open()

    sentence = max(dialog.findChildren(QLabel), key=lambda label: len(label.text()))
    assert dialog.width() == DIALOG_WIDTH
    assert sentence.height() >= sentence.heightForWidth(sentence.width())


def test_all_that_follow_are_counted_and_it_is_remembered(open_dialog, start, image_ids) -> None:
    dialog = open_dialog(start)
    assert dialog.all_following.text() == "All that follow (3)"

    dialog.all_following.click()
    assert dialog.note == "12 instances through 3 images, up to 10.png"
    dialog.reject()
    assert not Settings().sequence_takes_all

    again = open_dialog(start)
    again.all_following.click()
    again.threshold.handle.setValue(70)
    QTest.mouseClick(again.primary, Qt.MouseButton.LeftButton)
    assert again.plans == [SequencePlan(image_ids[0], image_ids[1:], 0.7)]

    once_more = open_dialog(start)
    assert once_more.all_following.isChecked()
    QTest.keyClick(once_more.focusWidget(), Qt.Key.Key_Return)
    assert len(once_more.plans) == 1


def test_who_says_how_many_wants_so_many(open_dialog, start) -> None:
    dialog = open_dialog(start)
    dialog.all_following.click()

    dialog.count.setValue(1)
    assert dialog.next_few.isChecked()
    dialog.primary.click()

    assert Settings().sequence_count == 1
    assert open_dialog(start).note == "12 instances through 1 image, up to 2.png"


def test_selected_ones_are_what_is_propagated_unless_all_are_wanted(open_dialog, start) -> None:
    dialog = open_dialog(replace(start, selected=SELECTED))
    assert dialog.selected.text() == "The 2 instances selected"
    assert dialog.note.startswith("2 instances through")
    assert dialog.plan.instance_ids == SELECTED

    dialog.all_instances.click()

    assert dialog.note.startswith("12 instances through")
    assert dialog.plan.instance_ids is None


def test_without_a_selection_there_is_no_such_choice(open_dialog, start) -> None:
    dialog = open_dialog(start)

    choices = [each.text() for each in dialog.findChildren(QRadioButton)]
    assert choices == ["The next", dialog.all_following.text()]  # a choice of one is none
    assert dialog.all_instances.text() in [each.text() for each in dialog.findChildren(QLabel)]
    assert dialog.plan.instance_ids is None


def test_images_that_are_finished_are_told(open_dialog, start) -> None:
    following = [replace(each, state=ImageState.DONE) for each in start.following[:2]]
    dialog = open_dialog(replace(start, following=[*following, *start.following[2:]]))

    assert dialog.note.endswith("; 2 are finished")
    dialog.count.setValue(1)
    assert dialog.note == "12 instances through 1 image, up to 2.png; 1 is finished"
