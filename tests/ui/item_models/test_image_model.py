"""The list of images: it follows the store row by row."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt

from sam3_annotator.project import (
    CategoryId,
    ImageFacts,
    ImageId,
    ImageState,
    Polygon,
    ProjectStore,
    Provenance,
    Region,
    Split,
)
from sam3_annotator.ui.item_models.image_model import ImageModel, ImageRole
from sam3_annotator.ui.item_models.runs import runs
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs import operations

SQUARE = Region((Polygon([(1, 1), (9, 1), (9, 9), (1, 9)]),))
Checked = Callable[[QAbstractItemModel], None]


@pytest.fixture
def model(bridge: StoreBridge, checked: Checked) -> ImageModel:
    made = ImageModel(bridge)
    checked(made)
    return made


@pytest.fixture
def car(store: ProjectStore) -> CategoryId:
    return operations.add_category(store, "car")


def ids(store: ProjectStore) -> list[ImageId]:
    return [image.id for image in store.images()]


def names(model: QAbstractItemModel) -> list[str]:
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def refreshed(model: ImageModel) -> list[int]:
    rows: list[int] = []
    model.dataChanged.connect(lambda first, last, _roles: rows.extend(range(first.row(), last.row() + 1)))
    return rows


def test_rows_are_in_natural_order(model: ImageModel) -> None:
    assert names(model) == ["1.png", "2.png", "3.png", "10.png"]


def test_edit_refreshes_only_the_image_it_touched(store: ProjectStore, model: ImageModel, car: CategoryId) -> None:
    resets: list[int] = []
    model.modelReset.connect(lambda: resets.append(1))
    rows = refreshed(model)

    operations.add_instance(store, ids(store)[2], car, SQUARE, Provenance())

    assert set(rows) == {2}
    assert resets == []
    assert model.index(2).data(ImageRole.COUNT) == 1
    assert model.index(2).data(ImageRole.RECORD).state is ImageState.IN_PROGRESS


def test_count_follows_deletion_undo_and_redo(store: ProjectStore, model: ImageModel, car: CategoryId) -> None:
    image = ids(store)[0]
    made = [operations.add_instance(store, image, car, SQUARE, Provenance()) for _ in range(3)]
    index = model.index(0)

    operations.delete_instances(store, made[:2])
    assert index.data(ImageRole.COUNT) == 1
    store.undo()
    assert index.data(ImageRole.COUNT) == 3
    store.redo()
    assert index.data(ImageRole.COUNT) == 1


def test_counts_are_read_when_a_project_is_opened(store: ProjectStore, bridge: StoreBridge, car: CategoryId) -> None:
    operations.add_instance(store, ids(store)[1], car, SQUARE, Provenance())

    assert ImageModel(bridge).index(1).data(ImageRole.COUNT) == 1


def test_added_images_are_inserted_and_their_undo_removes_them(store: ProjectStore, model: ImageModel) -> None:
    with store.edit("Add images") as edit:
        edit.add_image("photos/20.png")
        edit.add_image("photos/21.png")

    assert names(model)[-2:] == ["20.png", "21.png"]
    store.undo()
    assert names(model) == ["1.png", "2.png", "3.png", "10.png"]
    store.redo()
    assert names(model)[-2:] == ["20.png", "21.png"]


def test_deleted_image_comes_back_in_its_place(store: ProjectStore, model: ImageModel, car: CategoryId) -> None:
    operations.add_instance(store, ids(store)[1], car, SQUARE, Provenance())
    _, two, _, ten = ids(store)
    with store.edit("Remove images") as edit:
        edit.delete_image(two)
        edit.delete_image(ten)
    assert names(model) == ["1.png", "3.png"]

    store.undo()

    assert names(model) == ["1.png", "2.png", "3.png", "10.png"]
    assert model.index(1).data(ImageRole.COUNT) == 1


def test_many_added_images_arrive_as_one_insertion(store: ProjectStore, model: ImageModel) -> None:
    insertions: list[tuple[int, int]] = []
    model.rowsInserted.connect(lambda _parent, first, last: insertions.append((first, last)))

    with store.edit("Add images") as edit:
        for number in range(500):
            edit.add_image(f"more/{number}.png")

    assert insertions == [(4, 503)]


def test_split_of_an_image_is_in_its_row_and_tooltip(store: ProjectStore, model: ImageModel) -> None:
    assert model.index(0).data(ImageRole.CAPTION) == "Not annotated"
    assert model.index(0).data(Qt.ItemDataRole.ToolTipRole).endswith("no instances")

    operations.set_image_split(store, [store.images()[0].id], Split.TEST)

    assert model.index(0).data(Qt.ItemDataRole.ToolTipRole).endswith("no instances · test")
    assert model.index(0).data(ImageRole.CAPTION) == "Not annotated · test"


def test_image_with_a_problem_says_so_in_its_tooltip(store: ProjectStore, model: ImageModel) -> None:
    image = ids(store)[0]

    store.set_image_facts({image: ImageFacts(problem="“1.png” is damaged; copy it again.")})

    assert model.index(0).data(ImageRole.PROBLEM) == "“1.png” is damaged; copy it again."
    assert "“1.png” is damaged" in model.index(0).data(Qt.ItemDataRole.ToolTipRole)
    assert model.index(0).data(ImageRole.CAPTION) == "Cannot be shown"


def test_problem_found_later_is_taken_back_when_the_file_is_there_again(store: ProjectStore, model: ImageModel) -> None:
    image = ids(store)[1]
    rows = refreshed(model)

    model.set_problems({image: "missing"}, ids(store))
    assert model.problem(image) == "missing"
    model.set_problems({}, ids(store))

    assert model.problem(image) == ""
    assert rows == [1, 1]


def test_new_facts_end_a_problem_found_earlier(store: ProjectStore, model: ImageModel) -> None:
    image = ids(store)[1]
    model.set_problems({image: "missing"}, [image])

    store.set_image_facts({image: ImageFacts(width=5, height=5)})

    assert model.problem(image) == ""


def test_screen_readers_hear_name_and_state(model: ImageModel) -> None:
    assert model.index(3).data(Qt.ItemDataRole.AccessibleTextRole) == "10.png, Not annotated"


def test_image_left_out_is_called_so_with_and_without_instances(
    store: ProjectStore, model: ImageModel, car: CategoryId
) -> None:
    one, two, *_ = ids(store)
    operations.add_instance(store, one, car, SQUARE, Provenance())
    model.set_problems({two: "missing"}, [two])

    operations.set_image_state(store, [one, two], ImageState.LEFT_OUT)

    assert [model.index(row).data(ImageRole.CAPTION) for row in (0, 1)] == ["Left out · 1 instance", "Left out"]
    assert model.index(0).data(Qt.ItemDataRole.AccessibleTextRole) == "1.png, Left out · 1 instance"
    assert "Left out · 1 instance" in model.index(0).data(Qt.ItemDataRole.ToolTipRole)


def test_images_of_one_name_are_told_apart_by_their_folders(store: ProjectStore, model: ImageModel) -> None:
    def shown() -> list[str]:
        return [model.index(row).data(ImageRole.NAME) for row in range(model.rowCount())]

    before = shown()
    with store.edit("Add") as edit:
        for path in ("x/a/photo.jpg", "y/a/photo.jpg", "y/b/photo.jpg", "photo.jpg"):
            edit.add_image(path)

    assert shown()[len(before) :] == ["x/a/photo.jpg", "y/a/photo.jpg", "b/photo.jpg", "photo.jpg"]
    row = len(before) + 2
    assert model.index(row).data() == "photo.jpg"  # what typing looks for
    assert model.index(row).data(Qt.ItemDataRole.AccessibleTextRole).startswith("b/photo.jpg, ")
    with store.edit("Rename") as edit:
        for path in ("x/a/photo.jpg", "y/a/photo.jpg"):
            edit.delete_image(next(image.id for image in store.images() if image.path == path))
    assert shown()[len(before) :] == ["b/photo.jpg", "photo.jpg"]


def test_runs_are_rows_without_gaps() -> None:
    assert runs([]) == []
    assert runs([0, 1, 2, 5, 7, 8]) == [(0, 2), (5, 5), (7, 8)]
