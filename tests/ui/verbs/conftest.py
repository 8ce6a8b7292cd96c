"""What tests of the comparison with the model share: a check, and a comparison that notes what it tells."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs.auditing import Auditing
from sam3_annotator.ui.verbs.checking import Checking


@pytest.fixture
def checking(bridge: StoreBridge) -> Checking:
    """Make a check of the project."""
    return Checking(bridge)


@pytest.fixture
def auditing(bridge: StoreBridge, checking: Checking, engine: EngineBridge, qtbot: QtBot) -> Iterator[Auditing]:
    """Make a comparison, once the model is there; what it says at the end is in `told`."""
    qtbot.waitUntil(lambda: bool(engine.status.capabilities))  # a model that comes later is another one
    made = Auditing(bridge, checking, engine, lambda: None, bridge)
    made.told = []
    made.notice.connect(made.told.append)
    yield made
    made.close()
