"""What the tests of the window share: the store on the GUI thread, a workspace, no work left behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from sam3_annotator.project import ProjectStore
from sam3_annotator.ui.background import cancel_background_tasks
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.workspace import Workspace


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
