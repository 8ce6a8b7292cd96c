"""The list of categories: it follows the store, and renaming and dragging write to it."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, Qt

from sam3_annotator.project import CategoryId, ImageState, Polygon, ProjectStore, Provenance, Region
from sam3_annotator.ui.item_models.category_model import CategoryModel, CategoryRole
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs import operations

SQUARE = Region((Polygon([(1, 1), (9, 1), (9, 9), (1, 9)]),))
Checked = Callable[[QAbstractItemModel], None]


@pytest.fixture
def model(bridge: StoreBridge, checked: Checked) -> CategoryModel:
    made = CategoryModel(bridge, KeyMap())
    checked(made)
    return made


@pytest.fixture
def letters(store: ProjectStore) -> list[CategoryId]:
    return [operations.add_category(store, name) for name in "abcd"]


def names(model: CategoryModel) -> list[str]:
    return [model.index(row).data() for row in range(model.rowCount())]


def drop(model: CategoryModel, source: int, before: int) -> None:
    mime = model.mimeData([model.index(source)])
    model.dropMimeData(mime, Qt.DropAction.MoveAction, before, 0, QModelIndex())


def test_digit_keys_are_1_to_9_and_0(store: ProjectStore, model: CategoryModel) -> None:
    for number in range(12):
        operations.add_category(store, f"category {number}")

    digits = [model.index(row).data(CategoryRole.KEY) for row in range(12)]

    assert digits == [*"1234567890", "", ""]


def test_row_dragged_down_lands_before_the_row_it_was_dropped_on(
    store: ProjectStore, model: CategoryModel, letters: list[CategoryId]
) -> None:
    drop(model, 0, 2)
    assert names(model) == ["b", "a", "c", "d"]
    drop(model, 3, 0)
    assert names(model) == ["d", "b", "a", "c"]
    drop(model, 0, -1)
    assert names(model) == ["b", "a", "c", "d"]

    for _ in range(3):
        store.undo()
    assert names(model) == ["a", "b", "c", "d"]


def test_things_from_elsewhere_cannot_be_dropped(model: CategoryModel, letters: list[CategoryId]) -> None:
    assert not model.dropMimeData(QMimeData(), Qt.DropAction.MoveAction, 0, 0, QModelIndex())
    assert names(model) == ["a", "b", "c", "d"]


def test_refused_name_is_told_and_changes_nothing(model: CategoryModel, letters: list[CategoryId]) -> None:
    problems: list[str] = []
    model.problem.connect(problems.append)

    assert not model.setData(model.index(0), "b")
    assert not model.setData(model.index(0), "  ")

    assert names(model) == ["a", "b", "c", "d"]
    assert len(problems) == 2


def test_renamed_in_place(store: ProjectStore, model: CategoryModel, letters: list[CategoryId]) -> None:
    assert model.setData(model.index(1), "bus")

    assert store.category(letters[1]).name == "bus"
    assert names(model)[1] == "bus"


def test_counts_follow_instances_and_their_categories(
    store: ProjectStore, model: CategoryModel, letters: list[CategoryId]
) -> None:
    made = operations.add_instance(store, store.images()[0].id, letters[0], SQUARE, Provenance())
    operations.set_instances_category(store, [made], letters[2])

    assert [model.index(row).data(CategoryRole.COUNT) for row in range(4)] == [0, 0, 1, 0]
    store.undo()
    assert [model.index(row).data(CategoryRole.COUNT) for row in range(4)] == [1, 0, 0, 0]


def test_instances_on_images_left_out_are_counted_apart(
    bridge: StoreBridge, store: ProjectStore, model: CategoryModel, letters: list[CategoryId]
) -> None:
    def counts(of: CategoryModel) -> list[int]:
        return [of.index(row).data(CategoryRole.COUNT) for row in range(4)]

    first, second, *_ = (image.id for image in store.images())
    for image_id, category_id in ((first, letters[0]), (first, letters[1]), (second, letters[0])):
        operations.add_instance(store, image_id, category_id, SQUARE, Provenance())

    operations.set_image_state(store, [first], ImageState.LEFT_OUT)
    assert counts(model) == counts(CategoryModel(bridge, KeyMap())) == [1, 0, 0, 0]
    assert "1 instance in the project, and 1 on images left out" in model.index(0).data(Qt.ItemDataRole.ToolTipRole)

    operations.add_instance(store, first, letters[2], SQUARE, Provenance())
    operations.delete_instances(store, [store.instances(first)[0].id])
    assert counts(model) == counts(CategoryModel(bridge, KeyMap())) == [1, 0, 0, 0]

    operations.set_image_state(store, [first], ImageState.DONE)
    assert counts(model) == [1, 1, 1, 0]
    for _ in range(3):
        store.undo()
    assert counts(model) == counts(CategoryModel(bridge, KeyMap())) == [1, 0, 0, 0]
    store.undo()
    assert counts(model) == [2, 1, 0, 0]


_numbers = itertools.count()  # all examples share one store, where a name is taken once


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["add", "move", "rename", "delete", "undo", "redo"]), st.integers(0, 5)), max_size=12
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_rows_are_those_of_the_store_after_any_steps(
    store: ProjectStore, model: CategoryModel, steps: list[tuple[str, int]]
) -> None:
    for step, choice in steps:
        categories = store.categories()
        chosen = categories[choice % len(categories)].id if categories else None
        if step == "add":
            operations.add_category(store, f"added {next(_numbers)}")
        elif step == "undo":
            store.undo()
        elif step == "redo":
            store.redo()
        elif chosen is not None:
            if step == "move":
                operations.move_category(store, chosen, choice)
            elif step == "rename":
                operations.rename_category(store, chosen, f"renamed {next(_numbers)}")
            else:
                operations.delete_category(store, chosen)

        assert [model.category_at(row) for row in range(model.rowCount())] == list(store.categories())
