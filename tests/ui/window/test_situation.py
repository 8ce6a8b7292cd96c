"""What the actions depend on is put together from what each part tells."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QObject, Signal

from sam3_annotator.ui.actions.action_state import ActionState
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.window.situation import Situation
from sam3_annotator.ui.workspace import Workspace


class Source(QObject):
    changed = Signal()


@pytest.fixture
def situation(bridge: StoreBridge, workspace: Workspace) -> Situation:
    return Situation(bridge, workspace)


@pytest.fixture
def told(situation: Situation) -> list[ActionState]:
    made: list[ActionState] = []
    situation.changed.connect(made.append)
    return made


def test_each_part_tells_its_fields_anew_when_any_source_changes(situation: Situation, told: list[ActionState]) -> None:
    source, counts = Source(), {"findings": 0}
    situation.add(lambda state: replace(state, finding_count=counts["findings"]), source.changed)
    situation.add(lambda state: replace(state, tool="brush"))
    situation.begin()
    counts["findings"] = 3
    source.changed.emit()

    assert told == [ActionState(tool="brush"), ActionState(tool="brush", finding_count=3)]


def test_project_and_workspace_are_sources_of_every_part(
    situation: Situation, told: list[ActionState], bridge: StoreBridge, workspace: Workspace
) -> None:
    situation.add(lambda state: replace(state, has_image=workspace.image_id is not None))
    situation.begin()

    workspace.set_image(bridge.store.images()[0].id)
    with bridge.store.edit("Add category") as edit:
        edit.add_category("cat")

    assert [state.has_image for state in told] == [False, True, True]


def test_nothing_is_told_before_the_begin(situation: Situation, told: list[ActionState]) -> None:
    source = Source()
    situation.add(lambda state: state, source.changed)

    source.changed.emit()

    assert told == []
