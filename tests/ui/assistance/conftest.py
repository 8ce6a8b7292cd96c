"""What tests of the model's answers share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.canvas.proposals import Proposals


@pytest.fixture
def answer(qtbot: QtBot, finder: Finder) -> Callable[[], Proposals]:
    """Wait until nothing is looked for any more, and give what there is."""

    def wait() -> Proposals:
        qtbot.waitUntil(lambda: finder.proposals is not None and not finder.proposals.is_waiting)
        assert finder.proposals is not None
        return finder.proposals

    return wait
