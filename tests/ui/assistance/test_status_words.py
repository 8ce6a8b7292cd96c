"""Whatever the model is doing has words."""

from __future__ import annotations

import pytest

from sam3_annotator.model import EngineStage, EngineStatus, Slot
from sam3_annotator.ui.assistance.status_words import status_words


@pytest.mark.parametrize("stage", EngineStage)
def test_every_stage_has_words(stage: EngineStage) -> None:
    assert status_words(EngineStatus(stage))


@pytest.mark.parametrize("slot", Slot)
def test_every_kind_of_work_has_words(slot: Slot) -> None:
    assert status_words(EngineStatus(EngineStage.BUSY, slot)) not in ("", "working")
