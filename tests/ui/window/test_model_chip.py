"""The model chip: honest words, no flicker, details on a click."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from sam3_annotator.model import EngineStage, EngineStatus, ModelUnavailable, Slot
from sam3_annotator.ui.window.model_chip import ModelChip, ModelDetails

READY = EngineStatus(EngineStage.READY, None, "Built-in", "CPU", frozenset({"points", "boxes"}))
BUSY = EngineStatus(EngineStage.BUSY, Slot.EMBED, "Built-in", "CPU", READY.capabilities)


@pytest.fixture
def chip(qtbot: Any) -> ModelChip:
    created = ModelChip()
    qtbot.addWidget(created)
    return created


def test_chip_names_the_model_and_what_it_does(chip: ModelChip) -> None:
    chip.set_status(READY)

    assert chip.text() == "Built-in · ready"
    assert chip.accessibleName() == "Model: Built-in · ready"


def test_short_work_does_not_flicker(chip: ModelChip) -> None:
    chip.set_status(READY)
    chip.set_status(BUSY)
    assert chip.text() == "Built-in · ready"

    chip.set_status(READY)

    assert not chip._timer.isActive()


def test_a_click_in_a_pause_of_long_work_does_not_flicker(chip: ModelChip, qtbot: Any) -> None:
    chip.set_status(READY)
    chip.set_status(BUSY)
    qtbot.waitUntil(lambda: chip.text() == "Built-in · reading the image")

    chip.set_status(replace(BUSY, slot=Slot.SEGMENT))
    assert chip.text() == "Built-in · reading the image"
    chip.set_status(BUSY)

    assert not chip._timer.isActive()


def test_long_work_is_told(chip: ModelChip, qtbot: Any) -> None:
    chip.set_status(READY)
    chip.set_status(BUSY)

    qtbot.waitUntil(lambda: chip.text() == "Built-in · reading the image")


def test_loading_is_told_with_the_model_and_how_far_it_is(chip: ModelChip) -> None:
    chip.set_status(EngineStatus(EngineStage.LOADING, session_name="SAM 3"))
    assert chip.text() == "SAM 3 · loading"

    chip.set_status(EngineStatus(EngineStage.LOADING, session_name="SAM 3", progress=0.43))
    assert chip.text() == "SAM 3 · loading, 43 %"


@pytest.mark.parametrize(
    ("activity", "progress", "words"),
    [
        ("Starting PyTorch", 0.0, "starting PyTorch"),
        ("Filling 847 of 1254 weights", 0.67, "filling 847 of 1254 weights, 67 %"),
    ],
)
def test_loading_says_what_it_is_doing(activity: str, progress: float, words: str, chip: ModelChip) -> None:
    chip.set_status(EngineStatus(EngineStage.LOADING, session_name="SAM 3", progress=progress, activity=activity))

    assert chip.text() == f"SAM 3 · {words}"


@pytest.mark.parametrize(
    ("status", "buttons"),
    [
        (READY, ["Choose a model…"]),
        (EngineStatus(EngineStage.LOADING, session_name="SAM 3"), ["Stop loading", "Choose a model…"]),
        (EngineStatus(EngineStage.LOADING, session_name="Built-in"), ["Choose a model…"]),
    ],
)
def test_details_lead_to_another_model(status: EngineStatus, buttons: list[str], chip: ModelChip, qtbot: Any) -> None:
    chip.set_status(status)
    with qtbot.waitSignal(chip.choose_wanted):
        details = chip.open_details()
        shown = (button for button in details.findChildren(QPushButton) if button.isVisible())
        found = {button.text(): button for button in shown}
        found["Choose a model…"].click()

    assert list(found) == buttons


def test_failure_is_told_at_once_with_its_sentence(chip: ModelChip) -> None:
    chip.set_status(BUSY)
    chip.set_status(EngineStatus(EngineStage.FAILED, error=ModelUnavailable("There is no model file.")))

    assert chip.text() == "Model · not available"
    assert chip.toolTip() == "There is no model file."


def test_details_tell_device_and_abilities(chip: ModelChip, qtbot: Any) -> None:
    details = ModelDetails(READY, chip)
    qtbot.addWidget(details)

    words = [label.text() for label in details.findChildren(QLabel) if label.text()]
    marks = [label.accessibleName() for label in details.findChildren(QLabel) if label.accessibleName()]
    assert words[:2] == ["Built-in", "Ready · CPU"]
    assert marks == ["yes", "yes", "no", "no", "no"]


def test_details_of_a_failure_say_the_sentence(chip: ModelChip, qtbot: Any) -> None:
    details = ModelDetails(EngineStatus(EngineStage.FAILED, error=ModelUnavailable("There is no model file.")), chip)
    qtbot.addWidget(details)

    assert "There is no model file." in [label.text() for label in details.findChildren(QLabel)]


def test_open_details_follow_the_model_and_keep_their_buttons(chip: ModelChip, qtbot: Any) -> None:
    loading = EngineStatus(EngineStage.LOADING, session_name="SAM 3", progress=0.1, activity="Filling")
    chip.set_status(loading)
    details = chip.open_details()
    stop, choose = details.findChildren(QPushButton)

    chip.set_status(replace(loading, progress=0.2))
    assert _words(details)[:2] == ["SAM 3", "Filling, 20 %"]
    assert details.findChildren(QPushButton) == [stop, choose]

    chip.set_status(replace(READY, session_name="SAM 3"))
    assert _words(details)[:3] == ["SAM 3", "Ready · CPU", "Points"]
    assert not stop.isVisible()
    fresh = chip.open_details()
    assert details.size() == fresh.size()
    fresh.close()
    details.close()


def _words(details: ModelDetails) -> list[str]:
    return [label.text() for label in details.findChildren(QLabel) if label.isVisible() and label.text()]


def test_long_name_is_shortened_before_what_the_model_does(chip: ModelChip) -> None:
    chip.set_status(EngineStatus(EngineStage.LOADING, session_name=40 * "w", progress=0.43))

    shown = chip.fitted_text(240)

    assert shown.startswith("ww")
    assert shown.endswith("w · loading, 43 %")
    assert "…" in shown
    assert chip.toolTip() == chip.text()


def test_details_are_no_wider_than_a_long_name_lets_them(chip: ModelChip) -> None:
    chip.set_status(replace(READY, session_name=40 * "w"))
    details = chip.open_details()

    title = details.findChildren(QLabel)[0]
    assert title.fontMetrics().horizontalAdvance(title.text()) <= title.width()
    details.close()


def test_details_of_a_failure_are_as_high_as_their_words(chip: ModelChip) -> None:
    chip.set_status(EngineStatus(EngineStage.FAILED, error=ModelUnavailable(20 * "It is cut off. ")))
    details = chip.open_details()

    layout = details.layout()
    assert layout is not None
    assert details.height() == layout.totalHeightForWidth(details.width())
    details.close()
