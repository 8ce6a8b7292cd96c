"""Whatever is wrong with files or model is said in the window, and the rest goes on."""

from __future__ import annotations

import shutil
import sys

import pytest
from PySide6.QtCore import Qt

from sam3_annotator import crash_log
from sam3_annotator.app import assemble_window, build_window
from sam3_annotator.model import ModelUnavailable
from sam3_annotator.project import ImageState, rectangle
from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.images.image_display import ImageDisplay
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.start.opening import open_path
from tests.workflows.sequences import put


@pytest.fixture
def show(qtbot, fake_session):
    """Show a window on a project file or a folder, and close it at the end."""
    windows = []

    def open_window(path):
        opened = assemble_window(open_path(path), Settings(), lambda: fake_session)
        windows.append(opened)
        opened.resize(1200, 760)
        opened.show()
        qtbot.waitExposed(opened)
        qtbot.waitUntil(opened.is_idle, timeout=20_000)
        return opened

    yield open_window
    for window in windows:
        window.close()


def spoil(folder, kind: str) -> None:
    target = folder / "1.png"
    if kind == "missing":
        target.unlink()
    elif kind == "zero bytes":
        target.write_bytes(b"")
    elif kind == "truncated":
        target.write_bytes(target.read_bytes()[:200])
    else:
        target.write_text("this is no image")


@pytest.mark.parametrize("kind", ["missing", "zero bytes", "truncated", "text"])
def test_an_unreadable_image_is_shown_as_such_and_the_next_one_works(user, fake_session, image_folder, qtbot, kind):
    user.add_category("cat")
    user.close()
    spoil(image_folder, kind)
    user.restart()

    user.window.workspace.set_image(user.window.store.images()[0].id)
    user.settle()
    assert user.window.canvas.findChild(ImageDisplay).image_id is None
    assert user.window.store.images()[0].facts.problem.endswith(".")
    user.click(20, 20)
    assert user.draft is None

    user.press(Qt.Key.Key_D)
    user.settle()
    user.click(20, 20)
    user.settle()
    user.press(Qt.Key.Key_Return)
    assert len(user.instances(1)) == 1


def test_an_image_that_nobody_can_see_is_not_called_done(user, image_folder):
    user.add_category("cat")
    put(user, 0, "cat", rectangle(4, 4, 14, 14))
    user.close()
    spoil(image_folder, "truncated")
    user.restart()
    first = user.window.store.images()[0].id
    user.window.workspace.set_image(first)
    user.settle()

    user.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    user.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)

    assert user.image_position() == 1
    assert user.window.store.image(first).state is ImageState.IN_PROGRESS


def test_an_image_that_comes_back_is_shown_again(user, image_folder, tmp_path):
    shutil.move(image_folder / "1.png", tmp_path / "kept.png")
    user.restart()
    user.window.workspace.set_image(user.window.store.images()[0].id)
    user.settle()
    assert user.window.store.images()[0].facts.problem

    shutil.move(tmp_path / "kept.png", image_folder / "1.png")
    user.window.window_actions.trigger("reload_image")
    user.settle()

    assert user.window.canvas.findChild(ImageDisplay).image_id == user.window.store.images()[0].id
    assert not user.window.store.images()[0].facts.problem


@pytest.mark.skipif(sys.platform == "win32", reason="a folder with an open file cannot be moved there")
def test_a_drive_that_is_pulled_is_told_and_the_work_goes_on_once_it_is_back(user, tell, image_folder, tmp_path):
    user.add_category("cat")
    folder, elsewhere = user.window.store.path.parent, tmp_path.with_name(tmp_path.name + "-elsewhere")
    user.click(20, 20)
    user.settle()
    folder.rename(elsewhere)

    user.press(Qt.Key.Key_Return)
    user.settle()
    user.press(Qt.Key.Key_D)
    user.settle()
    user.window.window_actions.trigger("reload_image")  # it had been read ahead
    user.settle()
    assert any("Connect its drive again" in message for message in tell())
    assert user.window.canvas.findChild(ImageDisplay).image_id is None

    elsewhere.rename(folder)
    user.press(Qt.Key.Key_A)
    user.settle()
    user.press(Qt.Key.Key_Return)  # the draft has waited
    user.settle()
    assert len(user.instances(0)) == 1


def test_a_second_window_on_a_project_looks_but_changes_nothing(user, show):
    user.add_category("cat")

    second = show(user.window.store.path)

    assert second.store.is_read_only
    assert any("change nothing" in message.text for message in second.messages.messages)
    assert not second.window_actions.action("accept_next").isEnabled()


def test_a_model_that_cannot_be_loaded_is_told_and_the_images_are_still_there(qtbot, store):
    path = store.path
    store.close()

    def fail():
        raise ModelUnavailable("The weights file is damaged. Download it again.")

    window = build_window(path, session_factory=fail)
    window.show()
    qtbot.waitUntil(lambda: bool(window.messages.messages), timeout=20_000)
    qtbot.waitUntil(window.is_idle, timeout=20_000)

    assert [message.text for message in window.messages.messages] == ["The weights file is damaged. Download it again."]
    assert window.canvas.findChild(ImageDisplay).image_id is not None
    window.close()


def test_a_crash_report_reaches_the_message_bar_with_its_traceback(user, qtbot, tmp_path):
    crash_log.install(tmp_path / "log")

    crash_log.record(ZeroDivisionError("of our own making"))
    qtbot.waitUntil(lambda: bool(user.window.messages.messages))

    (message,) = user.window.messages.messages
    assert "of our own making" in message.text
    assert "ZeroDivisionError" in message.details
    crash_log.uninstall()


def test_a_model_that_fails_says_so_and_the_prompts_stay(user, fake_session, tell, qtbot):
    def fail(*_args, **_options):
        raise RuntimeError("the decoder burst")

    fake_session.segment = fail
    user.click(20, 20)
    qtbot.waitUntil(lambda: bool(tell()))

    assert "prompts are still there" in tell()[0]
    assert len(user.window.findChild(Assist).draft.prompts) == 1


def test_a_moved_folder_is_found_again(user, image_folder, tmp_path, qtbot):
    user.add_category("cat")
    user.click(20, 20)
    user.settle()
    user.press(Qt.Key.Key_Return)
    user.close()
    shutil.move(image_folder, tmp_path / "elsewhere")
    user.restart()

    user.window.workspace.set_image(user.window.store.images()[0].id)
    user.settle()
    assert user.window.window_actions.state.is_unreadable

    user.window.image_panel.find_moved(tmp_path / "elsewhere")
    qtbot.waitUntil(lambda: not any(image.facts.problem for image in user.window.store.images()), timeout=20_000)

    assert user.window.store.image_file(user.window.store.images()[0].id) == tmp_path / "elsewhere" / "1.png"
    qtbot.waitUntil(lambda: user.window.canvas.findChild(ImageDisplay).image_id is not None, timeout=20_000)
    assert not user.window.window_actions.state.is_unreadable
    assert len(user.instances(0)) == 1
