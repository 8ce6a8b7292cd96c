"""The chosen model is loaded and kept; one that cannot be loaded gives way to the built-in one; its file is hashed."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from sam3_annotator.model import BUILTIN, Catalog, EngineStage, FileHash, LoadingProgress, ModelUnavailable
from sam3_annotator.paths import resources_dir
from sam3_annotator.project import Progress
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.model_choice import ModelChoice
from sam3_annotator.ui.settings import Settings

TIMEOUT_S = 20.0


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """Make a catalogue with a model `mine` of the user's own."""
    made = Catalog(tmp_path / "models")
    made.add(shutil.copyfile(resources_dir() / "builtin" / "builtin.safetensors", tmp_path / "mine.safetensors"))
    return made


class Opener:
    """Opens what it is told to, after `may_go_on` if that is shut; notes what was asked for."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.opened: list[str] = []
        self.error: Exception | None = None
        self.started = threading.Event()
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def __call__(self, name: str, /, *, progress: LoadingProgress) -> Any:
        self.opened.append(name)
        if name == BUILTIN:
            return self.session
        progress(43, 100)
        self.started.set()
        assert self.may_go_on.wait(TIMEOUT_S)
        progress(44, 100)
        if self.error is not None:
            raise self.error
        return self.session


@pytest.fixture
def opener(fake_session: Any) -> Iterator[Opener]:
    made = Opener(fake_session)
    yield made
    made.may_go_on.set()


@pytest.fixture
def models(engine: EngineBridge, catalog: Catalog, opener: Opener) -> Iterator[ModelChoice]:
    made = ModelChoice(engine, Settings(), catalog, opener)
    yield made
    opener.may_go_on.set()
    made.close()


def _is_ready(models: ModelChoice, name: str) -> bool:
    return (models.status.stage, models.status.session_name) == (EngineStage.READY, name)


def test_chosen_model_is_loaded_from_its_file_and_kept(
    qtbot: QtBot, models: ModelChoice, opener: Opener, catalog: Catalog
) -> None:
    models.choose("mine")
    qtbot.waitUntil(lambda: _is_ready(models, "mine"))

    assert opener.opened == [str(catalog.resolve("mine"))]
    assert Settings().model == "mine"


def test_without_a_choice_the_built_in_model_is_loaded(qtbot: QtBot, models: ModelChoice, opener: Opener) -> None:
    models.load()
    qtbot.waitUntil(lambda: _is_ready(models, "Built-in"))

    assert opener.opened == [BUILTIN]


def test_built_in_model_is_called_so_whatever_the_list_is_like(
    qtbot: QtBot, models: ModelChoice, catalog: Catalog
) -> None:
    (catalog.folder / "models.json").write_text('{"version": 9}')

    models.load()

    qtbot.waitUntil(lambda: _is_ready(models, "Built-in"))


def test_model_that_cannot_be_loaded_gives_way_and_stays_chosen(
    qtbot: QtBot, models: ModelChoice, opener: Opener
) -> None:
    opener.error = ModelUnavailable("It is cut off.")

    models.choose("mine")
    qtbot.waitUntil(lambda: _is_ready(models, "Built-in"))

    assert models.has_fallen_back
    assert models.name == "mine"


def test_choosing_again_after_a_failure_tries_again(qtbot: QtBot, models: ModelChoice, opener: Opener) -> None:
    opener.error = ModelUnavailable("It is cut off.")
    models.choose("mine")
    qtbot.waitUntil(lambda: _is_ready(models, "Built-in"))
    opener.error = None

    models.choose("mine")
    qtbot.waitUntil(lambda: _is_ready(models, "mine"))

    assert not models.has_fallen_back


@pytest.mark.parametrize("name", ["forgotten", "sam3"])
def test_model_that_is_not_there_gives_way_too(name: str, qtbot: QtBot, models: ModelChoice) -> None:
    models.choose(name)
    qtbot.waitUntil(lambda: _is_ready(models, "Built-in"))

    assert models.has_fallen_back


def test_loading_can_be_stopped(qtbot: QtBot, models: ModelChoice, opener: Opener) -> None:
    opener.may_go_on.clear()
    models.choose("mine")
    assert opener.started.wait(TIMEOUT_S)
    qtbot.waitUntil(lambda: models.status.progress == pytest.approx(0.43))
    assert models.is_loading

    models.stop_loading()
    opener.may_go_on.set()
    qtbot.waitUntil(lambda: _is_ready(models, "Built-in"))

    assert models.name == BUILTIN
    assert not models.has_fallen_back


def test_file_of_the_model_in_use_is_hashed_once_and_tells_it_from_others(
    qtbot: QtBot, models: ModelChoice, catalog: Catalog
) -> None:
    with qtbot.waitSignal(models.changed, timeout=10_000):
        models.choose("mine")
    qtbot.waitUntil(lambda: catalog.entry("mine").file_hash is not None)
    qtbot.waitUntil(lambda: models.describe("mine") != "mine")

    known = catalog.entry("mine").file_hash
    assert known is not None
    assert models.describe("mine") == f"mine (sha256 {known.sha256[:12]})"
    assert models.describe("Built-in") == "Built-in"


def test_file_of_more_bytes_than_a_qt_int_holds_is_hashed(
    qtbot: QtBot, models: ModelChoice, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hash_file(_name: str, progress: Progress) -> FileHash:
        progress(3_450_000_000, 3_450_000_000)  # as SAM 3 has; what Qt cannot take is a warning, so an error here
        return FileHash("0" * 64, "2026-01-01T00:00:00Z", 3_450_000_000, 0)

    monkeypatch.setattr(catalog, "hash_file", hash_file)

    models.hash_file("mine")

    qtbot.waitUntil(lambda: models.describe("mine") == "mine (sha256 000000000000)")
