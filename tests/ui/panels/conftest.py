"""What the tests of the panels share: categories, instances, and the sentences a panel told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from sam3_annotator.project import CategoryId, ImageId, InstanceId, Polygon, ProjectStore, Provenance, Region
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.panels.attribute_section import AttributeSection
from sam3_annotator.ui.panels.instance_list import InstancePanel
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs import attribute_operations, operations
from sam3_annotator.ui.workspace import Workspace

AddInstance = Callable[..., InstanceId]
Press = Callable[..., None]


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    """Give an active window for a panel, that may have a use for its keys itself."""
    made = QMainWindow()
    qtbot.addWidget(made)
    made.resize(260, 400)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


@pytest.fixture
def images(store: ProjectStore) -> list[ImageId]:
    """Give the four images: 1.png, 2.png, 3.png, 10.png."""
    return [image.id for image in store.images()]


@pytest.fixture
def categories(store: ProjectStore) -> list[CategoryId]:
    """Add three categories: person, car, dog."""
    return [operations.add_category(store, name) for name in ("person", "car", "dog")]


@pytest.fixture
def add_instance(store: ProjectStore, images: list[ImageId], categories: list[CategoryId]) -> AddInstance:
    """Add a square: `add_instance(image=0, category=0, side=8)`, counted from 0."""

    def add(image: int = 0, category: int = 0, side: float = 8) -> InstanceId:
        region = Region((Polygon([(0, 0), (side, 0), (side, side), (0, side)]),))
        return operations.add_instance(store, images[image], categories[category], region, Provenance())

    return add


@pytest.fixture
def instance_panel(
    qtbot: QtBot, bridge: StoreBridge, workspace: Workspace, images: list[ImageId], window: QMainWindow
) -> InstancePanel:
    """Make the panel of the instances on the first image, in an active window."""
    workspace.set_image(images[0])
    made = InstancePanel(bridge, workspace, KeyMap())
    window.setCentralWidget(made)
    window.resize(280, 700)
    qtbot.waitUntil(made.isVisible)
    return made


@pytest.fixture
def section(instance_panel: InstancePanel) -> AttributeSection:
    """Give its section of attributes."""
    return instance_panel.attributes


@pytest.fixture
def told(instance_panel: InstancePanel) -> list[str]:
    """Collect problems, and "left" whenever the canvas may take the focus."""
    made: list[str] = []
    instance_panel.problem.connect(made.append)
    instance_panel.focus_left.connect(lambda: made.append("left"))
    return made


@pytest.fixture
def ids(instance_panel: InstancePanel, add_instance: AddInstance, store: ProjectStore) -> list[InstanceId]:
    """Add two persons, of which the first is ids, and a car that has an attribute of its own."""
    made = [add_instance(category=category) for category in (0, 0, 1)]
    attribute_operations.give_attributes(store, made[:1], {"occluded": True, "age": 3, "colour": "red"})
    attribute_operations.give_attributes(store, made[2:], {"doors": 4})
    return made


@pytest.fixture
def type_in(qtbot: QtBot, section: AttributeSection) -> Press:
    """Type into the field of the section, and press a key."""

    def press(text: str, key: Qt.Key = Qt.Key.Key_Return) -> None:
        section.focus_field()
        qtbot.keyClicks(section.field, text)
        qtbot.keyClick(section.field, key)

    return press
