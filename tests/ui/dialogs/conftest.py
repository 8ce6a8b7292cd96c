"""Models of a small hub for the dialog of the models, with a session that takes as long as a test wants."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sam3_annotator.model import BUILTIN, Catalog, KnownModel, Licence
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.model_choice import ModelChoice
from sam3_annotator.ui.settings import Settings

PATIENCE_MS = 20_000  # the first look into a file loads torch


@pytest.fixture
def checkpoint(tmp_path: Path, tiny_weights: bytes) -> Path:
    path = tmp_path / "mine.safetensors"
    path.write_bytes(tiny_weights)
    return path


@pytest.fixture
def catalog(tmp_path: Path, fake_hub: Any, tiny_weights: bytes) -> Catalog:
    """Know one model, `tiny`, that the hub of the tests publishes."""
    licence = Licence("Tiny License", "Nobody", "You do with it as you like.")
    tiny = KnownModel("tiny", "Tiny", "For tests", "meta/tiny", "tiny.safetensors", len(tiny_weights), licence)
    return Catalog(tmp_path / "models", [tiny])


class Opener:
    """Gives the fake session, after `may_go_on` if that is shut, or raises what the test says."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.error: Exception | None = None
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def __call__(self, name: str, /, **_: Any) -> Any:
        assert self.may_go_on.wait(PATIENCE_MS / 1000)
        if self.error is not None and name != BUILTIN:
            raise self.error
        return self.session


@pytest.fixture
def opener(fake_session: Any) -> Opener:
    return Opener(fake_session)


@pytest.fixture
def models(engine: EngineBridge, catalog: Catalog, opener: Opener) -> Iterator[ModelChoice]:
    made = ModelChoice(engine, Settings(), catalog, opener)
    yield made
    made.close()
