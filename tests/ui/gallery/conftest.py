"""What tests of the gallery share: a project with labels on its images, and the parts of the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from sam3_annotator.project import CategoryId, ImageId, InstanceId, ProjectStore, Region, rectangle
from sam3_annotator.ui.gallery.crop_loader import CropLoader
from sam3_annotator.ui.gallery.gallery_model import GalleryModel
from sam3_annotator.ui.gallery.gallery_window import GalleryWindow
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.store_bridge import StoreBridge

ShownIds = Callable[[GalleryModel], list[InstanceId]]


@dataclass(frozen=True)
class Labelled:
    """A store of four images: on the first two cats and a dog, on the third a cat; areas and scores are all unlike."""

    store: ProjectStore
    images: tuple[ImageId, ...]
    cat: CategoryId
    dog: CategoryId
    ids: tuple[InstanceId, ...]

    def edit_category(self, instance_id: InstanceId, category_id: CategoryId) -> None:
        """Give an instance another category, as the main window does."""
        with self.store.edit("Change category") as edit:
            edit.update_instance(instance_id, category_id=category_id)

    def add(self, image: int, region: Region, *, score: float | None = None) -> InstanceId:
        """Label another cat."""
        with self.store.edit("Add instance") as edit:
            return edit.add_instance(self.images[image], self.cat, region, score=score)


@pytest.fixture
def labelled(store: ProjectStore) -> Labelled:
    """Label the images of the store, with nothing to undo."""
    images = tuple(image.id for image in store.images())
    with store.edit("Set up", undoable=False) as edit:
        cat, dog = edit.add_category("cat"), edit.add_category("dog")
        ids = (
            edit.add_instance(images[0], cat, rectangle(5, 5, 30, 30), score=0.9),
            edit.add_instance(images[1], cat, rectangle(5, 5, 15, 15)),
            edit.add_instance(images[0], dog, rectangle(20, 20, 40, 40), score=0.4),
            edit.add_instance(images[1], dog, rectangle(30, 10, 60, 40), score=0.7),
            edit.add_instance(images[2], cat, rectangle(10, 10, 25, 25), score=0.5),
        )
    return Labelled(store, images, cat, dog, ids)


@pytest.fixture
def model(qtbot: QtBot, labelled: Labelled, bridge: StoreBridge) -> GalleryModel:
    """Make the model of the labelled project, read."""
    made = GalleryModel(bridge)
    made.start()
    qtbot.waitUntil(lambda: made.is_loaded and made.is_idle)
    return made


@pytest.fixture
def loader(labelled: Labelled, bridge: StoreBridge) -> CropLoader:
    """Make a loader of the labelled project."""
    return CropLoader(bridge.store)


@pytest.fixture
def shown_ids() -> ShownIds:
    """Read what a gallery shows, in its order."""
    return lambda model: [model.id_at(row) for row in range(model.rowCount())]


MakeWindow = Callable[[], GalleryWindow]


@pytest.fixture
def make_window(qtbot: QtBot, labelled: Labelled, bridge: StoreBridge) -> Iterator[MakeWindow]:
    """Open a gallery of the labelled project, as it is by then, and wait until all is there."""
    settings = Settings()
    opened: list[GalleryWindow] = []

    def make() -> GalleryWindow:
        window = GalleryWindow(bridge, KeyMap(settings), settings, "photos")
        opened.append(window)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        qtbot.waitUntil(lambda: window.model.is_loaded and window.is_idle)
        return window

    yield make
    for window in filter(isValid, opened):
        window.close_for_good()


@pytest.fixture
def window(make_window: MakeWindow) -> GalleryWindow:
    """Open the gallery of the labelled project."""
    return make_window()
