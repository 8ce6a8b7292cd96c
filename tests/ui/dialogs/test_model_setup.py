"""The dialog of the models: choose, add, download and remove, by mouse and keys, and every refusal in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from sam3_annotator.model import BUILTIN, Catalog, EngineStage, ModelState, ModelUnavailable
from sam3_annotator.ui.assistance.model_choice import ModelChoice
from sam3_annotator.ui.background import background_is_idle
from sam3_annotator.ui.dialogs.model_setup import SIZE, ModelSetupDialog
from sam3_annotator.ui.item_delegates.model_delegate import ModelRole
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.sizes import size_on_screen

PATIENCE_MS = 20_000  # the first look into a file loads torch


@pytest.fixture
def dialog(qtbot: QtBot, models: ModelChoice) -> ModelSetupDialog:
    made = ModelSetupDialog(models)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    qtbot.waitUntil(background_is_idle, timeout=PATIENCE_MS)
    return made


@pytest.fixture
def endless_download(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a quarter of the file arrive, and no more until the download is stopped."""

    def arrive(self: Catalog, name: str, *, token: str | None, progress: Any) -> Path:
        part = self.folder / "tiny" / "tiny.safetensors.0123.part"
        part.parent.mkdir(parents=True)
        part.write_bytes(bytes(100_000))
        while True:
            progress(102_400, 409_600)

    monkeypatch.setattr(Catalog, "download", arrive)


def _titles(dialog: ModelSetupDialog) -> list[str]:
    return [dialog.list.item(row).text() for row in range(dialog.list.count())]


def _in_use(dialog: ModelSetupDialog) -> list[str]:
    rows = [dialog.list.item(row) for row in range(dialog.list.count())]
    return [row.text() for row in rows if row.data(ModelRole.IS_IN_USE)]


def _add(qtbot: QtBot, dialog: ModelSetupDialog, path: Path) -> None:
    dialog.ask_file = lambda *_: str(path)
    dialog.add_file.click()
    qtbot.waitUntil(background_is_idle, timeout=PATIENCE_MS)


@pytest.fixture
def loading(
    qtbot: QtBot, dialog: ModelSetupDialog, checkpoint: Path, opener: Any, models: ModelChoice
) -> Callable[[], None]:
    """Begin to load `mine`; give what lets that go on."""
    _add(qtbot, dialog, checkpoint)
    opener.may_go_on.clear()
    dialog.primary.click()
    qtbot.waitUntil(lambda: models.is_loading)
    return opener.may_go_on.set


def test_dialog_opens_at_the_model_in_use(dialog: ModelSetupDialog) -> None:
    assert _titles(dialog) == ["Built-in", "Tiny"]
    assert _in_use(dialog) == ["Built-in"]
    assert dialog.entry is not None
    assert dialog.entry.name == BUILTIN
    assert (dialog.primary.text(), dialog.primary.isEnabled()) == ("In use", False)
    assert not dialog.remove.isVisible()
    assert "Weights of the built-in model, 6.2 million parameters in float16" in dialog.facts.words


def test_added_file_is_turned_to_explained_and_hashed(qtbot: QtBot, dialog: ModelSetupDialog, checkpoint: Path) -> None:
    _add(qtbot, dialog, checkpoint)

    assert dialog.entry is not None
    assert (dialog.entry.name, dialog.entry.state) == ("mine", ModelState.READY)
    assert dialog.entry.file_hash is not None
    assert "A file of SAM 3 as Meta names things, 100,000 parameters in float32" in dialog.facts.words
    assert str(checkpoint) in dialog.facts.words
    assert dialog.entry.file_hash.sha256 in dialog.facts.words


def test_folder_is_added_as_well(qtbot: QtBot, dialog: ModelSetupDialog, checkpoint: Path) -> None:
    dialog.ask_folder = lambda *_: str(checkpoint.parent)
    dialog.add_folder.click()
    qtbot.waitUntil(background_is_idle, timeout=PATIENCE_MS)

    assert dialog.entry is not None
    assert dialog.entry.path == checkpoint.parent


def test_thinking_better_of_adding_changes_nothing(dialog: ModelSetupDialog) -> None:
    dialog.ask_file = lambda *_: ""

    dialog.add_file.click()

    assert _titles(dialog) == ["Built-in", "Tiny"]


def test_file_that_is_no_checkpoint_is_refused_in_words(qtbot: QtBot, dialog: ModelSetupDialog, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no checkpoint")

    _add(qtbot, dialog, tmp_path / "notes.txt")

    assert "notes.txt is a text, “no checkpoint…”, not weights" in dialog.note
    assert _titles(dialog) == ["Built-in", "Tiny"]


def test_dialog_keeps_its_size_however_long_a_path_is(qtbot: QtBot, dialog: ModelSetupDialog, tmp_path: Path) -> None:
    _add(qtbot, dialog, tmp_path / f"{60 * 'long'}.pt")
    qtbot.waitUntil(lambda: "There is no file or folder" in dialog.note)

    dialog.resize(100, 100)  # less than it has to say

    assert dialog.size() == size_on_screen(SIZE)


def test_refusal_of_one_file_is_over_when_the_next_is_read(
    qtbot: QtBot, dialog: ModelSetupDialog, tmp_path: Path, checkpoint: Path
) -> None:
    _add(qtbot, dialog, tmp_path / "none.pt")
    assert "There is no file or folder" in dialog.note

    dialog.ask_file = lambda *_: str(checkpoint)
    dialog.add_file.click()

    assert dialog.note == "Reading the file…"
    qtbot.waitUntil(background_is_idle, timeout=PATIENCE_MS)
    assert dialog.note == ""


def test_file_refused_while_a_model_is_loaded_is_told_at_once(
    qtbot: QtBot, dialog: ModelSetupDialog, tmp_path: Path, loading: Callable[[], None]
) -> None:
    assert dialog.note == "mine: loading"

    _add(qtbot, dialog, tmp_path / "none.pt")

    assert "There is no file or folder" in dialog.note
    loading()


def test_what_is_wrong_with_one_model_is_not_said_of_another(
    qtbot: QtBot, dialog: ModelSetupDialog, catalog: Catalog, checkpoint: Path
) -> None:
    catalog.add(checkpoint)
    checkpoint.write_bytes(checkpoint.read_bytes()[:-1])
    dialog._refresh()

    dialog.turn_to("mine")
    dialog.turn_to(BUILTIN)
    qtbot.waitUntil(background_is_idle, timeout=PATIENCE_MS)
    assert dialog.note == ""

    dialog.turn_to("mine")
    qtbot.waitUntil(lambda: "mine.safetensors is no checkpoint" in dialog.note, timeout=PATIENCE_MS)


def test_enter_in_the_list_uses_the_model(qtbot: QtBot, dialog: ModelSetupDialog, checkpoint: Path) -> None:
    _add(qtbot, dialog, checkpoint)
    assert dialog.primary.text() == "Use this model"

    QTest.keyClick(dialog.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.primary.text() == "In use")

    assert Settings().model == "mine"
    assert _in_use(dialog) == ["mine"]


def test_model_that_could_not_be_loaded_is_marked_and_can_be_tried_again(
    qtbot: QtBot, dialog: ModelSetupDialog, checkpoint: Path, opener: Any, models: ModelChoice
) -> None:
    opener.error = ModelUnavailable("It is cut off.")
    _add(qtbot, dialog, checkpoint)

    dialog.primary.click()
    qtbot.waitUntil(lambda: models.has_fallen_back and models.status.stage is EngineStage.READY)

    assert dialog.note == "It is cut off. Meanwhile the built-in model is used."
    assert _in_use(dialog) == ["Built-in"]
    assert (dialog.primary.text(), dialog.primary.isEnabled()) == ("Use this model", True)


def test_terms_and_token_are_shown_where_a_download_needs_them(dialog: ModelSetupDialog) -> None:
    assert not dialog.facts.token.isVisible()

    dialog.turn_to("tiny")

    assert "Tiny License of Nobody. You do with it as you like." in dialog.facts.words
    assert dialog.facts.token.isVisible()
    assert dialog.facts.token.echoMode() is QLineEdit.EchoMode.Password
    assert dialog.primary.text() == "Download"
    assert dialog.note.startswith("Goes to ")


def test_download_with_a_token_ends_with_a_model_to_use(
    qtbot: QtBot, dialog: ModelSetupDialog, fake_hub: Any, catalog: Catalog
) -> None:
    fake_hub.access = "gated"
    dialog.turn_to("tiny")
    QTest.keyClicks(dialog.facts.token, f" {fake_hub.GOOD} ")

    QTest.keyClick(dialog.facts.token, Qt.Key.Key_Return)
    assert dialog.is_downloading
    assert not dialog.list.isEnabled()
    assert dialog.secondary.text() == "Stop"
    qtbot.waitUntil(lambda: not dialog.is_downloading, timeout=PATIENCE_MS)

    assert dialog.note == "Tiny is downloaded and checked."
    assert dialog.primary.text() == "Use this model"
    assert catalog.entry("tiny").state is ModelState.READY
    assert not dialog.facts.token.isVisible()


def test_token_is_forgotten_when_one_turns_away(dialog: ModelSetupDialog) -> None:
    dialog.turn_to("tiny")
    dialog.facts.token.setText("hf_secret")

    dialog.turn_to(BUILTIN)
    dialog.turn_to("tiny")

    assert dialog.facts.token.text() == ""


def test_refusal_is_told_and_leads_back_to_the_token(qtbot: QtBot, dialog: ModelSetupDialog, fake_hub: Any) -> None:
    fake_hub.access = "gated"
    dialog.turn_to("tiny")

    dialog.primary.click()
    qtbot.waitUntil(lambda: not dialog.is_downloading, timeout=PATIENCE_MS)

    assert "Ask for access on https://huggingface.co/meta/tiny" in dialog.note
    assert dialog.focusWidget() is dialog.facts.token
    assert dialog.primary.isEnabled()


def test_escape_stops_a_download_and_what_has_arrived_is_kept(
    qtbot: QtBot, dialog: ModelSetupDialog, endless_download: None
) -> None:
    dialog.turn_to("tiny")
    dialog.primary.click()
    assert dialog.note == "Asking Hugging Face…"
    qtbot.waitUntil(lambda: "102 kB of 410 kB" in dialog.note)

    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.note == "Stopping…"
    assert dialog.focusWidget() is dialog.secondary
    qtbot.waitUntil(lambda: not dialog.is_downloading)

    assert dialog.isVisible()
    assert dialog.note == "Stopped. What has arrived is kept."
    assert dialog.primary.text() == "Go on downloading"
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_closing_the_window_of_the_dialog_stops_a_download(
    qtbot: QtBot, dialog: ModelSetupDialog, endless_download: None
) -> None:
    dialog.turn_to("tiny")
    dialog.primary.click()
    qtbot.waitUntil(lambda: "102 kB of 410 kB" in dialog.note)

    dialog.close()

    assert not dialog.isVisible()
    qtbot.waitUntil(lambda: not dialog.is_downloading)


@pytest.mark.parametrize(
    "close",
    [lambda dialog: dialog.close(), lambda dialog: QTest.keyClick(dialog, Qt.Key.Key_Escape)],
    ids=["its window's button", "Esc"],
)
def test_closing_the_dialog_lets_a_model_be_loaded(
    close: Any, qtbot: QtBot, dialog: ModelSetupDialog, models: ModelChoice, loading: Callable[[], None]
) -> None:
    close(dialog)

    assert not dialog.isVisible()
    loading()
    qtbot.waitUntil(lambda: models.status.stage is EngineStage.READY and models.status.session_name == "mine")


def test_loading_is_given_up_by_its_button(
    qtbot: QtBot, dialog: ModelSetupDialog, models: ModelChoice, loading: Callable[[], None]
) -> None:
    assert dialog.secondary.text() == "Stop"

    dialog.secondary.click()
    loading()

    qtbot.waitUntil(lambda: models.status.session_name == "Built-in" and models.status.stage is EngineStage.READY)
    assert dialog.isVisible()
    assert Settings().model == BUILTIN


def test_missing_file_says_what_to_do_and_can_be_removed_with_a_key(
    qtbot: QtBot, dialog: ModelSetupDialog, checkpoint: Path
) -> None:
    _add(qtbot, dialog, checkpoint)
    checkpoint.unlink()
    dialog.turn_to(BUILTIN)
    dialog._refresh()
    dialog.turn_to("mine")

    assert dialog.note == "Put the file back, or remove the model and add it from where it is now."
    assert not dialog.primary.isEnabled()
    dialog.list.setFocus()
    QTest.keyClick(dialog.list, Qt.Key.Key_Delete)
    assert _titles(dialog) == ["Built-in", "Tiny"]


def test_download_is_deleted_only_after_a_yes(qtbot: QtBot, dialog: ModelSetupDialog, catalog: Catalog) -> None:
    path = catalog.download("tiny")
    dialog._refresh()
    dialog.turn_to("tiny")
    asked: list[str] = []
    dialog.confirm = lambda _parent, question: bool(asked.append(question))

    dialog.remove.click()
    assert asked == ["Delete what was downloaded of Tiny, 400 kB?"]
    assert path.is_file()

    dialog.confirm = lambda *_: True
    dialog.remove.click()
    assert not path.exists()
    assert dialog.primary.text() == "Download"


def test_removing_the_model_in_use_goes_back_to_the_built_in_one(
    qtbot: QtBot, dialog: ModelSetupDialog, checkpoint: Path
) -> None:
    _add(qtbot, dialog, checkpoint)
    dialog.primary.click()
    qtbot.waitUntil(lambda: dialog.primary.text() == "In use")

    dialog.remove.setFocus()
    dialog.remove.click()

    assert Settings().model == BUILTIN
    assert dialog.focusWidget() is dialog.list
    assert checkpoint.is_file()
    assert _in_use(dialog) == ["Built-in"]


def test_list_that_cannot_be_read_is_told(qtbot: QtBot, models: ModelChoice, catalog: Catalog) -> None:
    catalog.folder.mkdir()
    (catalog.folder / "models.json").write_text('{"version": 9}')

    dialog = ModelSetupDialog(models)
    qtbot.addWidget(dialog)

    assert "A newer version of the program wrote" in dialog.note
    assert _titles(dialog) == []
