"""The order of the images: chosen, kept while somebody works, followed by what goes through the images."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QAbstractItemModel, QPersistentModelIndex

from sam3_annotator.project import ImageId, Polygon, ProjectStore, Provenance, Region
from sam3_annotator.ui.item_models import image_order
from sam3_annotator.ui.item_models.image_filter import ImageFilter
from sam3_annotator.ui.item_models.image_model import ImageModel
from sam3_annotator.ui.item_models.image_order import ImageOrder
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs import operations

SQUARE = Region((Polygon([(1, 1), (9, 1), (9, 9), (1, 9)]),))


@pytest.fixture
def model(bridge: StoreBridge, checked: Callable[[QAbstractItemModel], None]) -> ImageModel:
    """List 1.png, 2.png, 3.png and 10.png, of which 2.png has two instances and 10.png one."""
    made = ImageModel(bridge)
    checked(made)
    store = bridge.store
    for name in ("2.png", "2.png", "10.png"):
        label(store, name)
    return made


@pytest.fixture
def shown(model: ImageModel, checked: Callable[[QAbstractItemModel], None]) -> ImageFilter:
    made = ImageFilter(model)
    checked(made)
    return made


def image(store: ProjectStore, name: str) -> ImageId:
    return next(each.id for each in store.images() if each.name == name)


def label(store: ProjectStore, name: str) -> None:
    category = next(iter(store.categories()), None)
    category_id = category.id if category else operations.add_category(store, "car")
    operations.add_instance(store, image(store, name), category_id, SQUARE, Provenance())


def names(model: QAbstractItemModel) -> list[str]:
    return [model.index(row, 0).data() for row in range(model.rowCount())]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (ImageOrder.MOST, ["2.png", "10.png", "1.png", "3.png"]),
        (ImageOrder.FEWEST, ["1.png", "3.png", "10.png", "2.png"]),
        (ImageOrder.NAME, ["1.png", "2.png", "3.png", "10.png"]),
        (ImageOrder.ADDED, ["1.png", "2.png", "3.png", "10.png"]),
    ],
)
def test_images_are_brought_into_order(shown: ImageFilter, order: ImageOrder, expected: list[str]) -> None:
    shown.set_order(order)

    assert names(shown) == expected
    assert [record.name for record in shown.records()] == expected
    assert shown.order is order


def test_images_are_shuffled(shown: ImageFilter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_order.random, "shuffle", list.reverse)

    shown.set_order(ImageOrder.SHUFFLED)
    assert names(shown) == ["10.png", "3.png", "2.png", "1.png"]

    shown.set_order(ImageOrder.ADDED)
    assert names(shown) == ["1.png", "2.png", "3.png", "10.png"]


def test_names_are_in_natural_order_though_added_otherwise(store: ProjectStore, shown: ImageFilter) -> None:
    with store.edit("Add an image") as edit:
        edit.add_image("photos/2b.png")

    assert names(shown)[-1] == "2b.png"
    shown.set_order(ImageOrder.NAME)
    assert names(shown) == ["1.png", "2.png", "2b.png", "3.png", "10.png"]


def test_going_through_the_images_follows_the_order(store: ProjectStore, shown: ImageFilter) -> None:
    shown.set_order(ImageOrder.MOST)

    assert shown.neighbour(image(store, "2.png"), 1) == image(store, "10.png")
    assert shown.neighbour(image(store, "2.png"), -1) is None
    assert [record.name for record in shown.following(image(store, "10.png"))] == ["1.png", "3.png"]


def test_no_image_moves_while_somebody_works(store: ProjectStore, shown: ImageFilter) -> None:
    shown.set_order(ImageOrder.FEWEST)
    for _ in range(3):
        label(store, "1.png")
    assert names(shown) == ["1.png", "3.png", "10.png", "2.png"]

    shown.set_order(ImageOrder.FEWEST)
    assert names(shown) == ["3.png", "10.png", "2.png", "1.png"]


def test_images_that_come_back_follow_the_others(store: ProjectStore, shown: ImageFilter) -> None:
    shown.set_order(ImageOrder.MOST)
    with store.edit("Remove an image") as edit:
        edit.delete_image(image(store, "2.png"))
    assert names(shown) == ["10.png", "1.png", "3.png"]

    store.undo()
    assert names(shown) == ["10.png", "1.png", "3.png", "2.png"]


def test_whoever_holds_a_row_holds_the_same_image_afterwards(model: ImageModel) -> None:
    held = QPersistentModelIndex(model.index(1))
    assert held.data() == "2.png"

    model.set_order(ImageOrder.FEWEST)

    assert (held.row(), held.data()) == (3, "2.png")
