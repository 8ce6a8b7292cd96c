"""What is done with a project as a whole, in the real window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox

from sam3_annotator.app import assemble_window
from sam3_annotator.project import EXPORT_MARKER, ProjectStore
from sam3_annotator.ui.background import BackgroundTask, background_is_idle
from sam3_annotator.ui.dialogs.export_dialog import ExportDialog
from sam3_annotator.ui.dialogs.new_project import NewProjectDialog
from sam3_annotator.ui.images.image_display import ImageDisplay
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.start.opening import Opened


def test_new_project_of_the_file_menu_is_opened(user, qtbot, image_folder):
    (image_folder / "more").mkdir()
    user.window.window_actions.trigger("new_project")
    (dialog,) = user.window.findChildren(NewProjectDialog)
    dialog.images.set_path(image_folder / "more")

    with qtbot.waitSignal(user.window.project_requested) as requested:
        qtbot.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)

    assert requested.args == [image_folder / "more" / "annotations.sam3proj"]


@pytest.fixture
def endless_export(monkeypatch):
    """Let an export go on until it is stopped."""

    def work(*_args):
        def run(progress):
            while True:
                progress(1, 2)

        return run

    monkeypatch.setattr("sam3_annotator.ui.dialogs.export_dialog.export_work", work)


def test_closing_the_window_stops_an_export(user, qtbot, endless_export, monkeypatch):
    cancelled = []
    monkeypatch.setattr(
        BackgroundTask, "cancel", lambda task, cancel=BackgroundTask.cancel: (cancelled.append(task), cancel(task))
    )
    user.window.window_actions.trigger("export")
    (dialog,) = user.window.findChildren(ExportDialog)
    dialog.begin()

    user.window.close()

    assert cancelled
    qtbot.waitUntil(background_is_idle)


def test_quitting_once_is_enough_while_an_export_runs(user, qtbot, endless_export):
    user.window.window_actions.trigger("export")
    (dialog,) = user.window.findChildren(ExportDialog)
    dialog.begin()

    user.window.window_actions.trigger("quit")

    assert not user.window.isVisible()
    assert not dialog.isVisible()
    qtbot.waitUntil(background_is_idle)


def test_a_click_on_a_category_recategorises_the_selection_as_its_key_does(user):
    user.add_category("cat")
    user.add_category("dog")
    user.press(Qt.Key.Key_1)
    user.click(30, 30)
    user.settle()
    user.press(Qt.Key.Key_Return)
    user.press(Qt.Key.Key_V)
    user.click(30, 30)

    panel = user.window.category_panel
    place = panel.view.visualRect(panel.model.index(1)).center()
    QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=place)

    (instance,) = user.instances(0)
    assert user.window.store.category(instance.category_id).name == "dog"
    assert user.window.store.undo_label == "Change category"


def test_keys_are_the_windows_again_after_a_category_was_chosen_in_the_box(user, qtbot):
    user.add_category("cat")
    user.add_category("dog")
    user.click(30, 30)
    user.settle()
    user.press(Qt.Key.Key_Return)
    user.press(Qt.Key.Key_Tab)
    box = user.window.instance_panel.findChild(QComboBox)
    box.setFocus()
    box.showPopup()
    qtbot.waitUntil(box.view().hasFocus)
    QTest.keyClick(box.view(), Qt.Key.Key_Up)
    QTest.keyClick(box.view(), Qt.Key.Key_Return)
    assert user.window.store.undo_label == "Change category"

    qtbot.waitUntil(lambda: user.window.focusWidget() is user.window.canvas)
    assert not box.view().isVisible()
    (instance,) = user.instances(0)
    assert user.window.store.category(instance.category_id).name == "cat"


def test_what_holds_no_images_is_told_from_what_has_images_that_are_here(user, tmp_path):
    def shown() -> str:
        return " ".join(message.text for message in user.window.messages.messages)

    (tmp_path / "nothing").mkdir()
    user.window.paths_dropped.emit([tmp_path / "nothing"])
    assert "holds no images" in shown()

    (tmp_path / "out").mkdir()
    (tmp_path / "out" / EXPORT_MARKER).touch()
    user.window.paths_dropped.emit([tmp_path / "out"])
    assert "is an export of a project" in shown()

    (tmp_path / "scan.dcm").write_bytes(bytes(128) + b"DICM")
    user.window.paths_dropped.emit([tmp_path / "scan.dcm"])
    assert "“scan.dcm” is neither a project nor an image of a kind that can be read here. Save it as TIFF" in shown()


def test_a_project_without_images_says_what_to_do_and_shows_the_first_added(user, qtbot, fake_session, tmp_path):
    photos = [user.window.store.image_file(image.id) for image in user.window.store.images()]
    empty = ProjectStore.create(tmp_path / "empty.sam3proj")
    window = assemble_window(Opened(empty), Settings(), lambda: fake_session)
    window.show()
    qtbot.waitExposed(window)
    assert "No images yet" in window.canvas.accessibleDescription()

    window.paths_dropped.emit(photos)
    qtbot.waitUntil(window.is_idle, timeout=20_000)

    assert window.workspace.image_id == window.store.images()[0].id
    assert window.canvas.findChild(ImageDisplay).image_id == window.workspace.image_id
    window.close()
