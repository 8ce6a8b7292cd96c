"""Phrases are looked for in all images beside the user's own work, in the real window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from sam3_annotator.model import ModelSource, ModelUnavailable, OutOfMemory
from sam3_annotator.project import ImageState, ProjectStore
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.dialogs.autolabel_dialog import AutolabelDialog
from sam3_annotator.ui.dialogs.model_setup import ModelSetupDialog
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.autolabelling import Autolabelling
from sam3_annotator.ui.verbs.background_labelling import LabellingProgress
from sam3_annotator.ui.window.notices import AUTOLABEL, AUTOLABEL_FAILURE, COMPARISON, COMPARISON_FAILURE
from tests.conftest import FakeSession
from tests.workflows.conftest import NO_MODIFIER, PATIENCE_MS

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
BOXES = ((2, 2, 12, 12), (20, 4, 34, 18))


@pytest.fixture
def finding(finding_session, user):
    finding_session.instances = list(zip(BOXES, (0.6, 0.9), strict=True))
    return user


@pytest.fixture
def open_dialog(finding):
    def press() -> AutolabelDialog:
        finding.press(Qt.Key.Key_F, CTRL | SHIFT)
        finding.settle()
        return next(each for each in finding.window.findChildren(AutolabelDialog) if each.isVisible())

    return press


@pytest.fixture
def find(finding, open_dialog):
    """Have a phrase found in all images."""

    def run(phrase: str = "cat") -> None:
        dialog = open_dialog()
        QTest.keyClicks(dialog.phrases.field, phrase)
        start(finding, dialog)

    return run


def start(user, dialog: AutolabelDialog) -> None:
    """Press the button of the dialog, and go back to the window as the system does for a person."""
    QTest.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)
    user.window.activateWindow()
    user.window.focus_canvas()


@pytest.fixture
def find_and_hold(finding, finding_session, find, qtbot):
    """Have a phrase found; give the control back while the model looks at the first image."""

    def run(phrase: str = "cat") -> None:
        finding_session.hold()
        find(phrase)
        qtbot.waitUntil(finding_session.has_call_waiting.is_set, timeout=PATIENCE_MS)

    return run


def counts(user) -> list[int]:
    return [len(user.instances(position)) for position in range(4)]


def activity(user) -> str:
    return user.window.status_line._activity._text.text()


def test_the_phrase_that_is_open_is_found_in_all_images_and_its_proposals_are_not_doubled(finding, open_dialog, tell):
    finding.add_category("dog")
    finding.add_category("cat")
    finding.type_phrase("cat")
    finding.settle()
    assert len(finding.proposals) == 2

    dialog = open_dialog()
    assert [row.name for row in dialog.phrases.rows if row.is_checked] == ["cat"]
    start(finding, dialog)
    finding.settle()

    assert counts(finding) == [2, 2, 2, 2]
    assert finding.proposals == []
    assert activity(finding) == ""
    assert tell() == ["4 images looked through: 8 instances found on 4 of them (8 cat)."]
    finding.press(Qt.Key.Key_Z, CTRL)
    finding.settle()
    assert (counts(finding), finding.image_position()) == ([2, 2, 2, 0], 3)


def test_a_draft_and_what_waits_for_its_category_stay_as_they_are(finding, find_and_hold, finding_session, qtbot):
    finding.click(50, 40)
    finding.settle()
    finding.press(Qt.Key.Key_Return)  # there is no category yet, so it waits for one
    before = finding.draft

    finding.window.focus_canvas()
    find_and_hold()
    finding_session.release()
    finding.settle()

    assert counts(finding) == [2, 2, 2, 2]
    assert finding.draft == before
    finding.add_category("bird")
    finding.settle()
    assert [finding.window.store.category(each.category_id).name for each in finding.instances(0)] == [
        "cat",
        "cat",
        "bird",
    ]


def test_a_polygon_and_a_drag_go_on_while_a_category_and_its_instances_come(
    finding, find_and_hold, finding_session, qtbot
):
    finding.press(Qt.Key.Key_P)
    for corner in ((20, 30), (34, 30), (34, 44)):
        finding.click(*corner)
    find_and_hold()
    finding.press(Qt.Key.Key_B)
    canvas = finding.window.canvas
    start, end = (canvas.viewport_from_image(QPointF(*at)).toPoint() for at in ((40, 20), (60, 40)))
    QTest.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, NO_MODIFIER, start)
    QTest.mouseMove(canvas.viewport(), end)

    finding_session.release()
    qtbot.waitUntil(lambda: counts(finding) == [2, 2, 2, 2], timeout=PATIENCE_MS)
    QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, NO_MODIFIER, end)
    finding.settle()

    assert len(finding.draft.prompts) == 1
    assert canvas.polygon.vertex_count == 3


def test_the_work_is_told_and_stopped_from_the_status_line(finding, find_and_hold, finding_session, tell, qtbot):
    find_and_hold()
    assert activity(finding) == "Finding in image 1 of 4"

    finding.press(Qt.Key.Key_F, CTRL | SHIFT)
    assert tell() == ["Images are being looked through already."]
    (stop,) = finding.window.status_line._activity.findChildren(QToolButton)
    stop.click()
    finding_session.release()
    finding.settle()

    assert counts(finding) == [0, 0, 0, 0]
    assert tell() == ["Stopped with 4 images left."]
    assert activity(finding) == ""


@pytest.mark.parametrize(
    ("looked", "looks", "words"),
    [
        (0, 1, "Finding in image 2 of 4"),
        (1, 1, "Finding in image 2 of 4"),
        (0, 5, "Finding in image 2 of 4"),
        (1, 5, "Finding in image 2 of 4, part 1 of 4"),
        (4, 5, "Finding in image 2 of 4, part 4 of 4"),
        (5, 5, "Finding in image 2 of 4, part 4 of 4"),
    ],
)
def test_image_and_part_that_are_looked_at_are_told(finding, looked, looks, words):
    finding.window.findChild(Autolabelling).progress.emit(LabellingProgress(1, 4, looked, looks))

    assert activity(finding) == words


def test_what_came_of_it_is_still_told_when_somebody_comes_back(finding, find):
    find()
    finding.settle()
    finding.press(Qt.Key.Key_F7, SHIFT)
    finding.settle()

    told = finding.window.messages.messages
    assert [message.key for message in told] == [AUTOLABEL, COMPARISON]
    assert not any(message.passes for message in told)


def test_what_ended_both_early_is_told_until_they_are_begun_again(finding, find, finding_session, tell, monkeypatch):
    def fail(*_arguments, **_words) -> None:
        raise OutOfMemory("The model needs more memory. Close other programs.")

    finding.add_category("cat")
    operations.set_image_state(finding.window.store, [finding.window.store.images()[0].id], ImageState.DONE)
    with monkeypatch.context() as patched:
        patched.setattr(finding_session, "detect", fail)
        find()
        finding.settle()
        finding.press(Qt.Key.Key_F7, SHIFT)
        finding.settle()
        failures = [message.key for message in finding.window.messages.messages if "more memory" in message.text]
        assert failures == [AUTOLABEL_FAILURE, COMPARISON_FAILURE]

    find()
    finding.settle()
    finding.press(Qt.Key.Key_F7, SHIFT)
    finding.settle()
    assert not any("more memory" in sentence for sentence in tell())


def test_a_model_that_cannot_be_loaded_ends_both_and_is_told_once(finding, find_and_hold, finding_session, tell, qtbot):
    def fail(_progress) -> None:
        raise ModelUnavailable("It is cut off.")

    finding.add_category("cat")
    operations.set_image_state(finding.window.store, [finding.window.store.images()[0].id], ImageState.DONE)
    find_and_hold()
    finding.press(Qt.Key.Key_F7, SHIFT)
    finding.window.findChild(EngineBridge).load(ModelSource(fail, "Broken"))
    finding_session.release()
    finding.settle()

    assert tell().count("It is cut off.") == 1
    assert any(sentence.startswith("Stopped with ") for sentence in tell())


def test_a_model_without_phrases_in_the_midst_leads_to_the_models(finding, find_and_hold, finding_session, qtbot):
    find_and_hold()
    finding.window.findChild(EngineBridge).load(ModelSource(lambda _progress: FakeSession(), "Without phrases"))
    finding_session.release()
    finding.settle()

    (told,) = (each for each in finding.window.messages.messages if "takes no phrases" in each.text)
    assert [action.text for action in told.actions] == ["Choose a model…"]


def test_it_and_a_comparison_with_the_model_go_on_side_by_side(finding, find_and_hold, finding_session, tell, qtbot):
    finding.add_category("cat")
    finding.press(Qt.Key.Key_B)
    finding.drag(2, 2, 12, 12)
    finding.settle()
    finding.press(Qt.Key.Key_Return)
    find_and_hold("bird")

    finding.press(Qt.Key.Key_F7, SHIFT)
    qtbot.waitUntil(lambda: activity(finding).startswith("Comparing"), timeout=PATIENCE_MS)
    finding_session.release()
    finding.settle()

    assert sum(counts(finding)) == 8  # one of them the box
    assert any("compared with " in sentence for sentence in tell())
    assert any("7 instances found" in sentence for sentence in tell())
    assert activity(finding) == ""


def test_closing_the_window_ends_it(finding, find_and_hold, finding_session, qtbot):
    find_and_hold()
    path = finding.window.store.path
    labelling = finding.window.findChild(Autolabelling)

    finding_session.release()
    finding.close()

    assert not labelling.is_running
    with ProjectStore.open(path) as store:
        assert all(image.state in (ImageState.UNANNOTATED, ImageState.IN_PROGRESS) for image in store.images())


def test_the_dialog_goes_with_its_window(finding, open_dialog, qapp):
    dialog = open_dialog()
    operations.set_image_state(finding.window.store, [finding.window.store.images()[0].id], ImageState.DONE)

    finding.close()

    assert not dialog.isVisible()
    qapp.processEvents()  # whatever it still had to do needs no project that is closed


def test_a_model_that_knows_no_names_leads_to_the_models(user, tell, qtbot):
    user.press(Qt.Key.Key_F, CTRL | SHIFT)
    user.settle()
    assert tell() == ["This model knows no names, so it cannot find things by phrases. SAM 3 can."]
    assert user.window.findChildren(AutolabelDialog) == []

    user.press_message_button("Choose a model")

    qtbot.waitUntil(lambda: any(each.isVisible() for each in user.window.findChildren(ModelSetupDialog)))


def test_a_project_for_reading_only_offers_none(user, monkeypatch):
    assert user.window.window_actions.action("find_everywhere").isEnabled()

    monkeypatch.setattr(user.window.store, "is_read_only", True)
    user.add_category("cat")
    user.window.canvas.set_tool("box")

    assert not user.window.window_actions.action("find_everywhere").isEnabled()
