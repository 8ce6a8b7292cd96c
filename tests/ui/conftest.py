"""What tests of the window's parts share: the store's bridge, a workspace, an engine with the fake session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sam3_annotator.project import AttributeValue, InstanceId, ProjectStore, Provenance, rectangle
from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.background import cancel_background_tasks
from sam3_annotator.ui.canvas.draft import Draft
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs import attribute_operations, operations
from sam3_annotator.ui.workspace import Workspace


@pytest.fixture
def engine(qapp: QApplication, fake_session: Any) -> Iterator[EngineBridge]:
    """Run the engine on its thread, with the fake session."""
    bridge = EngineBridge(lambda: fake_session)
    bridge.start()
    yield bridge
    fake_session.release()
    bridge.close()


@pytest.fixture
def assist(engine: EngineBridge) -> Assist:
    """Make an assist on the engine."""
    return Assist(engine, Settings())


@pytest.fixture
def finder(engine: EngineBridge) -> Finder:
    """Make a finder on the engine, for images on which nothing is labelled."""
    return Finder(engine, Settings(), lambda _: ())


@pytest.fixture
def answered(qtbot: QtBot, assist: Assist) -> Callable[[], Draft]:
    """Wait until the draft has its answer, and return it."""

    def wait() -> Draft:
        qtbot.waitUntil(lambda: assist.draft is not None and not assist.draft.is_waiting)
        assert assist.draft is not None
        return assist.draft

    return wait


@pytest.fixture
def add_described(store: ProjectStore) -> Callable[..., InstanceId]:
    """Add an instance with attributes, `add_described(image=0, category=0, occluded=True)`, of a car or a person."""
    categories = [operations.add_category(store, name) for name in ("car", "person")]

    def add(image: int = 0, category: int = 0, **attributes: AttributeValue) -> InstanceId:
        image_id, category_id = store.images()[image].id, categories[category]
        made = operations.add_instance(store, image_id, category_id, rectangle(0, 0, 5, 5), Provenance())
        attribute_operations.give_attributes(store, [made], attributes)
        return made

    return add


@pytest.fixture(autouse=True)
def _no_window_is_left(qapp: QApplication) -> Iterator[None]:
    """Delete all windows, as the program does: each that is left makes every later one slower to build."""
    yield
    for widget in qapp.topLevelWidgets():
        if widget.parent() is None:
            widget.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(autouse=True)
def _no_background_task_is_left() -> Iterator[None]:
    """End what a test has started, before its folder goes."""
    yield
    cancel_background_tasks()


@pytest.fixture
def bridge(qapp: QApplication, store: ProjectStore) -> Iterator[StoreBridge]:
    """Give the bridge to the store of four images, which has no categories and no instances."""
    made = StoreBridge(store)
    yield made
    made.close()


@pytest.fixture
def workspace(qapp: QApplication) -> Workspace:
    """Make a workspace in which nothing is chosen."""
    return Workspace()
