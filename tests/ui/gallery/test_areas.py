"""Areas: few at once, many in the background, never those of an outline that has changed since."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from sam3_annotator.project import InstanceId, NotAProject, rectangle
from sam3_annotator.ui.gallery import areas
from sam3_annotator.ui.gallery.areas import Areas


@pytest.fixture
def measured(labelled: Any, bridge: Any) -> Areas:
    return Areas(bridge.store)


def test_few_are_measured_at_once(measured: Areas, labelled: Any) -> None:
    assert measured.measure_few([labelled.ids[1], InstanceId(99)])

    assert measured.known == {labelled.ids[1]: 100}


def test_many_are_not(measured: Areas, labelled: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(areas, "FEW", 1)

    assert not measured.measure_few(labelled.ids)
    assert measured.known == {}
    assert measured.measure_few(labelled.ids[:1])
    assert measured.measure_few(labelled.ids[:2])


def test_all_are_measured_in_the_background(qtbot: QtBot, measured: Areas, labelled: Any) -> None:
    with qtbot.waitSignal(measured.ready):
        measured.measure_all()
        measured.measure_all()
        assert not measured.is_idle

    assert [measured.known[id_] for id_ in labelled.ids] == [625, 100, 400, 900, 225]
    assert measured.is_idle


def test_what_changes_meanwhile_is_not_known_by_its_old_outline(qtbot: QtBot, measured: Areas, labelled: Any) -> None:
    with qtbot.waitSignal(measured.ready):
        measured.measure_all()
        measured.forget(labelled.ids[:1])
    assert labelled.ids[0] not in measured.known

    with labelled.store.edit("Reshape") as edit:
        edit.update_instance(labelled.ids[0], region=rectangle(0, 0, 2, 2))
    assert measured.measure_few(labelled.ids)

    assert measured.known[labelled.ids[0]] == 4


def test_a_damaged_project_is_told(qtbot: QtBot, measured: Areas, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise NotAProject("A region in the project file is damaged.")

    monkeypatch.setattr(areas, "instance_areas", refuse)

    with qtbot.waitSignal(measured.failed):
        measured.measure_all()

    assert measured.is_idle
