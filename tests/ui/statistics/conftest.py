"""What tests of the statistics share: a project with labels made in many ways, its figures, and the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from sam3_annotator.project import (
    CategoryId,
    ImageId,
    ImageState,
    InstanceId,
    Origin,
    ProjectStore,
    PromptRecord,
    Provenance,
    Split,
    rectangle,
)
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.statistics.figures import Figures, read_figures
from sam3_annotator.ui.statistics.statistics_window import StatisticsWindow
from sam3_annotator.ui.store_bridge import StoreBridge


@dataclass(frozen=True)
class Labelled:
    """A store of four images: a cat drawn, one clicked, one found and corrected, one found and kept; a dog; no bird."""

    store: ProjectStore
    images: tuple[ImageId, ...]
    cat: CategoryId
    dog: CategoryId
    bird: CategoryId

    def add_dog(self, side: float = 10) -> InstanceId:
        """Label another dog, as the main window does."""
        with self.store.edit("Add instance") as edit:
            return edit.add_instance(self.images[0], self.dog, rectangle(0, 0, side, side))


@pytest.fixture
def labelled(store: ProjectStore) -> Labelled:
    """Label the images of the store, with nothing to undo."""
    images = tuple(image.id for image in store.images())
    click = PromptRecord("point", (5.0, 5.0))
    with store.edit("Set up", undoable=False) as edit:
        cat, dog, bird = (edit.add_category(name) for name in ("cat", "dog", "Bird"))
        for side, provenance in (
            (10, Provenance(created_at="2026-05-01T10:00:00+00:00")),
            (20, Provenance(Origin.MODEL, "Built-in", (click, click), created_at="2026-05-01T10:00:06+00:00")),
            (20, Provenance(Origin.MODEL, "SAM 3", phrase="kitten", threshold=0.5, edit_count=1)),
            (40, Provenance(Origin.MODEL, "SAM 3", phrase="kitten", threshold=0.5)),
        ):
            edit.add_instance(images[0], cat, rectangle(0, 0, side, side), provenance=provenance)
        edit.add_instance(images[1], dog, rectangle(0, 0, 30, 30), provenance=Provenance(Origin.IMPORT))
        edit.update_image(images[0], state=ImageState.DONE, split=Split.TRAIN)
    return Labelled(store, images, cat, dog, bird)


@pytest.fixture
def figures(labelled: Labelled) -> Figures:
    """Read the figures of the labelled project."""
    return read_figures(labelled.store.path)


OpenWindow = Callable[[], StatisticsWindow]


@pytest.fixture
def open_window(qtbot: QtBot, bridge: StoreBridge) -> Iterator[OpenWindow]:
    """Open the statistics of the project, as it is by then, and wait until all is there."""
    settings = Settings()
    opened: list[StatisticsWindow] = []

    def make() -> StatisticsWindow:
        window = StatisticsWindow(bridge, KeyMap(settings), settings, "photos")
        opened.append(window)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        qtbot.waitUntil(lambda: window.is_idle)
        return window

    yield make
    for window in filter(isValid, opened):
        window.close_for_good()


@pytest.fixture
def window(labelled: Labelled, open_window: OpenWindow) -> StatisticsWindow:
    """Open the statistics of the labelled project."""
    return open_window()
