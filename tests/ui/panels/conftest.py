"""What the tests of the panels share: categories, instances, and the sentences a panel told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from sam3_annotator.project import CategoryId, ImageId, InstanceId, Polygon, ProjectStore, Provenance, Region
from sam3_annotator.ui.verbs import operations

AddInstance = Callable[..., InstanceId]


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
