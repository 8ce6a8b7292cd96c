"""A user changes the model in the open window, also to one that cannot be loaded."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from sam3_annotator.app import build_window
from sam3_annotator.model import BUILTIN, Catalog, ModelOrigin
from sam3_annotator.paths import resources_dir
from sam3_annotator.ui.dialogs.model_setup import ModelSetupDialog
from sam3_annotator.ui.settings import Settings

PATIENCE_MS = 60_000


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """Add the user's own copy of the built-in model's weights, as `mine`."""
    path = shutil.copyfile(resources_dir() / "builtin" / "builtin.safetensors", tmp_path / "mine.safetensors")
    Catalog().add(path)
    return path


@pytest.fixture
def show(qtbot: QtBot, store):
    """Show the window of the project, with the configured model, and close it at the end."""
    project = store.path
    store.close()
    windows = []

    def open_window():
        windows.append(build_window(project))
        windows[-1].show()
        qtbot.waitExposed(windows[-1])
        qtbot.waitUntil(windows[-1].is_idle, timeout=PATIENCE_MS)
        return windows[-1]

    yield open_window
    for window in windows:
        window.close()


def test_model_chosen_in_the_dialog_is_used_now_and_at_the_next_start(qtbot: QtBot, show, mine: Path) -> None:
    window = show()
    window.window_actions.trigger("choose_model")
    dialog = window.findChild(ModelSetupDialog)

    dialog.turn_to("mine")
    dialog.primary.click()
    qtbot.waitUntil(lambda: window.chip.text() == "mine · ready" and window.is_idle(), timeout=PATIENCE_MS)
    dialog.close()
    window.close()

    assert show().chip.text() == "mine · ready"


@pytest.mark.parametrize("dropped", ["the file", "its folder"])
def test_checkpoint_dropped_on_the_window_is_added_to_the_models(qtbot: QtBot, show, tmp_path: Path, dropped) -> None:
    window = show()
    folder = tmp_path / "downloads"
    folder.mkdir()
    path = shutil.copyfile(resources_dir() / "builtin" / "builtin.safetensors", folder / "model.safetensors")
    count = len(window.store.images())

    window.paths_dropped.emit([path if dropped == "the file" else folder])

    dialog = window.findChild(ModelSetupDialog)
    qtbot.waitUntil(lambda: dialog.entry is not None and dialog.entry.origin is ModelOrigin.ADDED, timeout=PATIENCE_MS)
    assert dialog.entry.path in (path, folder)
    assert dialog.isVisible()
    assert window.messages.messages == ()
    assert len(window.store.images()) == count
    dialog.close()


def test_dialog_of_the_models_is_open_once(show) -> None:
    window = show()
    window.window_actions.trigger("choose_model")
    (dialog,) = window.findChildren(ModelSetupDialog)

    window.window_actions.trigger("choose_model")

    assert window.findChildren(ModelSetupDialog) == [dialog]
    dialog.close()
    window.window_actions.trigger("choose_model")
    (again,) = (each for each in window.findChildren(ModelSetupDialog) if each.isVisible())
    again.close()


def test_model_that_is_gone_is_replaced_by_the_built_in_one_and_told(qtbot: QtBot, show, mine: Path) -> None:
    Settings().model = "mine"
    mine.unlink()

    window = show()

    assert window.chip.text() == "Built-in · ready"
    (message,) = window.messages.messages
    assert "The file of the model “mine” is not at" in message.text
    assert "Meanwhile the built-in model is used." in message.text
    choose = next(button for button in window.messages.findChildren(QPushButton) if button.text() == "Choose a model…")
    choose.click()
    dialog = window.findChild(ModelSetupDialog)
    assert dialog is not None
    dialog.close()
    assert Settings().model == "mine" != BUILTIN
