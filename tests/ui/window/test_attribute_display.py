"""The keyboard is led to the attributes of what is selected or just made; keys are called after what they switch."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from sam3_annotator.project import InstanceId
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs import attribute_operations
from sam3_annotator.ui.verbs.attributing import Attributing
from sam3_annotator.ui.window.attribute_display import AttributeDisplay
from sam3_annotator.ui.window.main_window import MainWindow
from sam3_annotator.ui.workspace import Workspace

Add = Callable[..., InstanceId]


@pytest.fixture
def window(qtbot: QtBot, bridge: StoreBridge, workspace: Workspace) -> Iterator[MainWindow]:
    workspace.set_image(bridge.store.images()[0].id)
    made = MainWindow(bridge, workspace, CanvasView(), Settings())
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


@pytest.fixture
def verbs(window: MainWindow) -> Attributing:
    known = window.instance_panel.attributes.known
    return Attributing(window.bridge, window.workspace, lambda: (64, 48), known.switches, window)


@pytest.fixture
def display(window: MainWindow, verbs: Attributing) -> AttributeDisplay:
    made = AttributeDisplay(window, verbs)
    window.window_actions.bind(made.slots())
    return made


def test_the_one_just_made_is_selected_as_long_as_its_attributes_are_at_hand(
    display: AttributeDisplay, add_described: Add, window: MainWindow, workspace: Workspace
) -> None:
    made = add_described()

    display.open()
    assert workspace.selection == {made}
    assert window.focusWidget() is window.instance_panel.attributes.field
    window.instance_panel.attributes.left.emit()
    assert workspace.selection == frozenset()

    workspace.select([made])
    display.open()
    window.instance_panel.attributes.left.emit()
    assert workspace.selection == {made}


def test_where_there_is_nothing_to_describe_it_says_so(
    display: AttributeDisplay, verbs: Attributing, window: MainWindow
) -> None:
    told: list[str] = []
    verbs.notice.connect(told.append)

    display.open()

    assert told == ["Select the instance that the attribute is about. One just made needs no selecting."]
    assert window.focusWidget() is not window.instance_panel.attributes.field


def test_a_closed_panel_is_opened(display: AttributeDisplay, add_described: Add, window: MainWindow) -> None:
    add_described()
    window.instance_panel.parent().close()

    display.open()

    assert window.instance_panel.attributes.field.isVisible()


def test_keys_are_called_after_what_they_switch(
    display: AttributeDisplay, add_described: Add, window: MainWindow, workspace: Workspace
) -> None:
    ids = [add_described(occluded=True), add_described(category=1, asleep=True, age=3)]

    def switches() -> list[str]:
        actions = [window.window_actions.action(f"attribute_{number}") for number in range(1, 10)]
        return [action.text() for action in actions if action.isVisible()]

    workspace.select(ids[:1])
    assert switches() == ["occluded", "asleep"]
    workspace.select(ids[1:])
    assert switches() == ["asleep", "occluded"]
    attribute_operations.delete_attribute(window.store, "asleep")
    assert switches() == ["occluded"]
