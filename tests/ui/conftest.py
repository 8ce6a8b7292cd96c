"""What tests of the window's parts share: an engine with the fake session, and an assist on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from sam3_annotator.ui.assist import Assist
from sam3_annotator.ui.canvas.draft import Draft
from sam3_annotator.ui.engine_bridge import EngineBridge
from sam3_annotator.ui.settings import Settings


@pytest.fixture
def engine(qapp, fake_session) -> Iterator[EngineBridge]:
    """Run the engine on its thread, with the fake session."""
    bridge = EngineBridge(lambda: fake_session, embedding_budget_bytes=1 << 20)
    bridge.start()
    yield bridge
    fake_session.release()
    bridge.close()


@pytest.fixture
def assist(engine: EngineBridge) -> Assist:
    """Make an assist on the engine."""
    return Assist(engine, Settings())


@pytest.fixture
def answered(qtbot: QtBot, assist: Assist) -> Callable[[], Draft]:
    """Wait until the draft has its answer, and return it."""

    def wait() -> Draft:
        qtbot.waitUntil(lambda: assist.draft is not None and not assist.draft.is_waiting)
        assert assist.draft is not None
        return assist.draft

    return wait
