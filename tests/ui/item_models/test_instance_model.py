"""The list of instances: those of the current image, the newest first, refreshed row by row."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt

from sam3_annotator.project import CategoryId, ImageId, InstanceId, Origin, Polygon, ProjectStore, Provenance, Region
from sam3_annotator.ui.item_models.instance_model import InstanceModel, InstanceRole, area_words
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs import attribute_operations, operations
from sam3_annotator.ui.workspace import Workspace

Checked = Callable[[QAbstractItemModel], None]


def square(side: float) -> Region:
    return Region((Polygon([(0, 0), (side, 0), (side, side), (0, side)]),))


@pytest.fixture
def car(store: ProjectStore) -> CategoryId:
    return operations.add_category(store, "car")


@pytest.fixture
def images(store: ProjectStore) -> list[ImageId]:
    return [image.id for image in store.images()]


@pytest.fixture
def model(bridge: StoreBridge, workspace: Workspace, images: list[ImageId], checked: Checked) -> InstanceModel:
    workspace.set_image(images[0])
    made = InstanceModel(bridge, workspace)
    checked(made)
    return made


def add(store: ProjectStore, image: ImageId, category: CategoryId, side: float = 8) -> InstanceId:
    return operations.add_instance(store, image, category, square(side), Provenance())


def test_newest_instance_comes_first(
    store: ProjectStore, model: InstanceModel, images: list[ImageId], car: CategoryId
) -> None:
    made = [add(store, images[0], car) for _ in range(3)]

    assert model.ids() == tuple(reversed(made))
    assert [model.row_of(instance_id) for instance_id in made] == [2, 1, 0]


def test_instances_of_other_images_do_not_show(
    store: ProjectStore, model: InstanceModel, images: list[ImageId], car: CategoryId, workspace: Workspace
) -> None:
    elsewhere = add(store, images[1], car)
    assert model.rowCount() == 0
    assert model.row_of(elsewhere) == -1

    workspace.set_image(images[1])
    assert model.ids() == (elsewhere,)


def test_undo_restores_deleted_instances_in_their_places(
    store: ProjectStore, model: InstanceModel, images: list[ImageId], car: CategoryId
) -> None:
    made = [add(store, images[0], car) for _ in range(5)]
    operations.delete_instances(store, [made[0], made[2], made[3]])
    assert model.ids() == (made[4], made[1])

    insertions: list[tuple[int, int]] = []
    model.rowsInserted.connect(lambda _parent, first, last: insertions.append((first, last)))
    store.undo()

    assert model.ids() == tuple(reversed(made))
    assert len(insertions) == 2


def test_single_edit_touches_one_row_and_never_resets(
    store: ProjectStore, model: InstanceModel, images: list[ImageId], car: CategoryId
) -> None:
    made = [add(store, images[0], car) for _ in range(4)]
    resets: list[int] = []
    rows: list[int] = []
    model.modelReset.connect(lambda: resets.append(1))
    model.dataChanged.connect(lambda first, last, _roles: rows.extend(range(first.row(), last.row() + 1)))

    operations.replace_region(store, made[1], square(20), "Move vertex")

    assert rows == [2]
    assert resets == []
    assert model.index(2).data(InstanceRole.MEASURE) == "400 px²"


def test_score_is_shown_instead_of_the_area(
    store: ProjectStore, model: InstanceModel, images: list[ImageId], car: CategoryId
) -> None:
    with store.edit("Add instance") as edit:
        edit.add_instance(images[0], car, square(8), score=0.934)

    assert model.index(0).data(InstanceRole.MEASURE) == "0.93"


def test_renamed_category_shows_at_once(
    store: ProjectStore, model: InstanceModel, images: list[ImageId], car: CategoryId
) -> None:
    add(store, images[0], car)

    operations.rename_category(store, car, "lorry")

    assert model.index(0).data() == "lorry"


def test_category_made_and_used_in_one_edit_is_known(
    store: ProjectStore, model: InstanceModel, images: list[ImageId]
) -> None:
    with store.edit("Import") as edit:
        edit.add_instance(images[0], edit.add_category("dog"), square(8))

    assert model.index(0).data() == "dog"


@pytest.mark.parametrize(("origin", "verb"), [(Origin.MODEL, "made"), (Origin.HAND, "corrected")])
def test_tool_tip_says_which_model_made_or_corrected_an_instance(
    store: ProjectStore, model: InstanceModel, images: list[ImageId], car: CategoryId, origin: Origin, verb: str
) -> None:
    with store.edit("Add") as edit:
        edit.add_instance(images[0], car, square(8), provenance=Provenance(origin, "Fake", edit_count=1))

    assert f"{verb} with Fake, edited 1 time" in model.index(0).data(Qt.ItemDataRole.ToolTipRole)


def test_hidden_instances_say_so(
    store: ProjectStore, model: InstanceModel, images: list[ImageId], car: CategoryId, workspace: Workspace
) -> None:
    first, second = add(store, images[0], car), add(store, images[0], car)

    workspace.hide([first])

    assert [model.index(row).data(InstanceRole.HIDDEN) for row in (0, 1)] == [False, True]
    assert model.index(1).data(Qt.ItemDataRole.AccessibleTextRole).endswith("hidden")
    workspace.hide([second])
    assert [model.index(row).data(InstanceRole.HIDDEN) for row in (0, 1)] == [True, False]


def test_bulk_insertion_is_one_block(
    store: ProjectStore, model: InstanceModel, images: list[ImageId], car: CategoryId
) -> None:
    insertions: list[tuple[int, int]] = []
    model.rowsInserted.connect(lambda _parent, first, last: insertions.append((first, last)))

    with store.edit("Import") as edit:
        for _ in range(300):
            edit.add_instance(images[0], car, square(8))

    assert insertions == [(0, 299)]
    assert list(model.ids()) == sorted(model.ids(), reverse=True)


@pytest.mark.parametrize(
    ("area", "words"),
    [
        (0, "0 px²"),
        (999.4, "999 px²"),
        (1000, "1.0k px²"),
        (12_345, "12.3k px²"),
        (99_949, "99.9k px²"),
        (99_950, "100k px²"),
        (999_499, "999k px²"),
        (999_500, "1.0M px²"),
        (4_100_000, "4.1M px²"),
    ],
)
def test_area_is_said_in_at_most_four_digits(area: float, words: str) -> None:
    assert area_words(area) == words


def test_crowd_is_told_before_the_area_and_follows_the_store(
    store: ProjectStore, model: InstanceModel, images: list[ImageId], car: CategoryId
) -> None:
    made = add(store, images[0], car, 20)

    operations.set_instances_crowd(store, [made], is_crowd=True)

    assert model.index(0).data(InstanceRole.MEASURE) == "crowd · 400 px²"
    assert model.index(0).data(Qt.ItemDataRole.AccessibleTextRole) == "car, crowd · 400 px²"
    store.undo()
    assert model.index(0).data(InstanceRole.MEASURE) == "400 px²"


def test_attributes_are_told_in_a_line_and_all_of_them_in_the_tooltip(
    store: ProjectStore, model: InstanceModel, images: list[ImageId], car: CategoryId
) -> None:
    made = add(store, images[0], car)
    assert model.index(0).data(InstanceRole.ATTRIBUTES) == ""

    attribute_operations.give_attributes(store, [made], {"occluded": True, "parked": False, "colour": "red"})

    assert model.index(0).data(InstanceRole.ATTRIBUTES) == "occluded · red"
    assert model.index(0).data(Qt.ItemDataRole.AccessibleTextRole) == "car, 64 px², occluded · red"
    assert model.index(0).data(Qt.ItemDataRole.ToolTipRole).endswith("\noccluded: yes\nparked: no\ncolour: red")
