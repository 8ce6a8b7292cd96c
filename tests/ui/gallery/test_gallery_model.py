"""The model: which instances are shown in which order, and how it follows the project."""

from __future__ import annotations

import random
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from sam3_annotator.project import ImageFacts, ImageState, NotAProject, rectangle
from sam3_annotator.ui.gallery import areas, gallery_model
from sam3_annotator.ui.gallery.attribute_filter import ANY_ATTRIBUTE, AttributeFilter
from sam3_annotator.ui.gallery.gallery_model import GalleryModel, GalleryRole
from sam3_annotator.ui.gallery.sorting import Order


@pytest.mark.parametrize(
    ("order", "places"),
    [
        (Order.IMAGES, [0, 2, 1, 3, 4]),
        (Order.LOWEST_SCORE, [2, 4, 3, 0, 1]),
        (Order.SMALLEST, [1, 4, 2, 0, 3]),
        (Order.LARGEST, [3, 0, 2, 4, 1]),
        (Order.NEWEST, [4, 3, 2, 1, 0]),
    ],
)
def test_orders(model: GalleryModel, labelled: Any, shown_ids: Any, order: Order, places: list[int]) -> None:
    model.show_order(order)

    assert model.order is order
    assert not model.is_measuring
    assert shown_ids(model) == [labelled.ids[place] for place in places]
    assert [model.row_of(id_) for id_ in shown_ids(model)] == [0, 1, 2, 3, 4]


def test_one_category_is_shown(model: GalleryModel, labelled: Any, shown_ids: Any) -> None:
    model.show_category(labelled.dog)

    assert shown_ids(model) == [labelled.ids[2], labelled.ids[3]]
    assert model.row_of(labelled.ids[0]) == -1
    assert [model.count(category) for category in (None, labelled.cat, labelled.dog)] == [5, 3, 2]


def test_a_row_says_what_it_is(model: GalleryModel, labelled: Any) -> None:
    index = model.index(model.row_of(labelled.ids[0]))

    assert index.data(GalleryRole.ENTRY).id == labelled.ids[0]
    assert index.data(GalleryRole.CATEGORY).name == "cat"
    assert index.data(Qt.ItemDataRole.ToolTipRole) == "cat\nphotos/1.png\nscore 0.90"
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "cat, photos/1.png, score 0.90"


def test_what_gets_another_category_leaves_and_comes_back_to_its_place(
    model: GalleryModel, labelled: Any, shown_ids: Any
) -> None:
    model.show_category(labelled.cat)
    before = shown_ids(model)

    labelled.edit_category(labelled.ids[1], labelled.dog)
    assert shown_ids(model) == [labelled.ids[0], labelled.ids[4]]
    assert (model.count(labelled.cat), model.count(labelled.dog)) == (2, 3)

    labelled.store.undo()
    assert shown_ids(model) == before
    assert (model.count(labelled.cat), model.count(labelled.dog)) == (3, 2)


@pytest.mark.parametrize("blocks", [0, 200])
def test_rows_come_and_go_with_instances(
    model: GalleryModel, labelled: Any, shown_ids: Any, monkeypatch: pytest.MonkeyPatch, blocks: int
) -> None:
    monkeypatch.setattr(gallery_model, "MANY_BLOCKS", blocks)  # with 0, all rows are new each time
    a, b, c, d, e = labelled.ids

    new = labelled.add(1, rectangle(0, 0, 9, 9))
    assert shown_ids(model) == [a, c, b, d, new, e]
    with labelled.store.edit("Delete") as edit:
        for id_ in (c, b, e):
            edit.delete_instance(id_)
    assert shown_ids(model) == [a, d, new]
    labelled.store.undo()
    assert shown_ids(model) == [a, c, b, d, new, e]
    assert model.count(None) == 6


def test_images_that_are_left_out_take_their_instances_along(
    model: GalleryModel, labelled: Any, shown_ids: Any
) -> None:
    with labelled.store.edit("Leave out") as edit:
        edit.update_image(labelled.images[0], state=ImageState.LEFT_OUT)
    assert shown_ids(model) == [labelled.ids[place] for place in (1, 3, 4)]
    assert [model.count(category) for category in (None, labelled.cat, labelled.dog)] == [3, 2, 1]
    labelled.add(0, rectangle(0, 0, 9, 9))
    assert model.count(None) == model.rowCount() == 3

    labelled.store.undo()
    labelled.store.undo()

    assert model.count(None) == model.rowCount() == 5


def test_images_left_out_before_are_not_shown(qtbot: QtBot, labelled: Any, bridge: Any) -> None:
    with labelled.store.edit("Leave out") as edit:
        edit.update_image(labelled.images[0], state=ImageState.LEFT_OUT)
    model = GalleryModel(bridge)
    model.start()
    qtbot.waitUntil(lambda: model.is_loaded)

    assert model.count(None) == model.rowCount() == 3


def test_an_image_left_out_with_another_change_is_counted_right(model: GalleryModel, labelled: Any) -> None:
    with labelled.store.edit("Leave out") as edit:
        edit.update_image(labelled.images[2], state=ImageState.LEFT_OUT)
        edit.update_instance(labelled.ids[4], category_id=labelled.dog)

    assert [model.count(category) for category in (None, labelled.cat, labelled.dog)] == [4, 2, 2]


def test_an_image_taken_out_of_the_project_goes(model: GalleryModel, labelled: Any) -> None:
    with labelled.store.edit("Remove image") as edit:
        edit.delete_image(labelled.images[1])

    assert model.count(None) == model.rowCount() == 3


def test_what_changes_while_the_project_is_read_is_not_lost(
    qtbot: QtBot, labelled: Any, bridge: Any, shown_ids: Any
) -> None:
    a, b, c, d, e = labelled.ids
    model = GalleryModel(bridge)
    model.start()

    new = labelled.add(0, rectangle(0, 0, 9, 9))
    labelled.edit_category(a, labelled.dog)
    with labelled.store.edit("Delete") as edit:
        edit.delete_instance(e)
    qtbot.waitUntil(lambda: model.is_loaded)

    assert shown_ids(model) == [a, c, new, b, d]
    assert (model.count(labelled.cat), model.count(labelled.dog)) == (2, 3)


def test_a_row_stays_where_it_is_when_its_outline_changes(
    qtbot: QtBot, model: GalleryModel, labelled: Any, shown_ids: Any
) -> None:
    model.show_order(Order.SMALLEST)
    before = shown_ids(model)

    with qtbot.waitSignal(model.outlines_changed) as told, labelled.store.edit("Reshape") as edit:
        edit.update_instance(labelled.ids[1], region=rectangle(0, 0, 60, 60))
    assert told.args == [frozenset({labelled.ids[1]})]
    assert shown_ids(model) == before

    model.show_order(Order.LARGEST)
    assert shown_ids(model)[0] == labelled.ids[1]


def test_another_category_is_no_other_outline(qtbot: QtBot, model: GalleryModel, labelled: Any) -> None:
    with qtbot.waitSignal(model.outlines_changed) as told:
        labelled.edit_category(labelled.ids[1], labelled.dog)

    assert told.args == [frozenset()]


def test_many_areas_are_measured_in_the_background(
    qtbot: QtBot, model: GalleryModel, labelled: Any, shown_ids: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(areas, "FEW", 2)
    before = shown_ids(model)

    model.show_order(Order.SMALLEST)
    assert model.is_measuring
    assert shown_ids(model) == before
    new = labelled.add(2, rectangle(0, 0, 2, 2))
    with labelled.store.edit("Reshape") as edit:
        edit.update_instance(labelled.ids[1], region=rectangle(0, 0, 60, 60))
    qtbot.waitUntil(lambda: not model.is_measuring)

    assert shown_ids(model) == [new, *(labelled.ids[place] for place in (4, 2, 0, 3, 1))]


def test_another_order_need_not_wait_for_areas(
    qtbot: QtBot, model: GalleryModel, labelled: Any, shown_ids: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(areas, "FEW", 2)
    model.show_order(Order.SMALLEST)

    model.show_order(Order.NEWEST)
    newest_first = list(reversed(labelled.ids))
    assert not model.is_measuring
    assert shown_ids(model) == newest_first
    qtbot.waitUntil(lambda: model.is_idle)

    assert shown_ids(model) == newest_first


def test_the_order_stays_where_areas_cannot_be_measured(
    qtbot: QtBot, model: GalleryModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise NotAProject("A region in the project file is damaged.")

    monkeypatch.setattr(areas, "FEW", 2)
    monkeypatch.setattr(areas, "instance_areas", refuse)

    with qtbot.waitSignal(model.failed):
        model.show_order(Order.LARGEST)

    assert model.order is Order.IMAGES
    assert not model.is_measuring


def test_categories_are_named_as_they_are_now(qtbot: QtBot, model: GalleryModel, labelled: Any) -> None:
    with qtbot.waitSignal(model.dataChanged), labelled.store.edit("Rename") as edit:
        edit.update_category(labelled.cat, name="tomcat")

    assert model.index(0).data() == "tomcat"
    assert [category.name for category in model.categories] == ["tomcat", "dog"]


def test_all_is_shown_where_the_category_shown_is_merged_into_another(model: GalleryModel, labelled: Any) -> None:
    model.show_category(labelled.dog)

    with labelled.store.edit("Merge categories") as edit:
        for place in (2, 3):
            edit.update_instance(labelled.ids[place], category_id=labelled.cat)
        edit.delete_category(labelled.dog)

    assert model.category_id is None
    assert model.rowCount() == model.count(labelled.cat) == 5


def test_other_files_are_told(qtbot: QtBot, model: GalleryModel, labelled: Any) -> None:
    with qtbot.waitSignal(model.files_changed) as told:
        labelled.store.set_image_facts({labelled.images[0]: ImageFacts(8, 8, 9, "f" * 128)})

    assert told.args == [frozenset({labelled.images[0]})]
    assert set(model.ids_on({labelled.images[0]})) == {labelled.ids[0], labelled.ids[2]}


def change_something(labelled: Any, rng: random.Random) -> None:
    """Do one of the things that change what is shown, or undo or redo one."""
    store = labelled.store
    present = [instance.id for image in labelled.images for instance in store.instances(image)]
    match rng.randrange(8):
        case 0:
            store.undo()
        case 1:
            store.redo()
        case 2:
            labelled.add(rng.randrange(4), rectangle(0, 0, rng.randrange(2, 40), 9), score=rng.choice([None, 0.3, 0.6]))
        case 3 if present:
            with store.edit("Delete") as edit:
                for id_ in rng.sample(present, rng.randint(1, len(present))):
                    edit.delete_instance(id_)
        case 4:
            image = rng.choice(labelled.images)
            is_left_out = store.image(image).state is ImageState.LEFT_OUT
            with store.edit("Leave out") as edit:
                edit.update_image(image, state=ImageState.DONE if is_left_out else ImageState.LEFT_OUT)
        case 5:
            with store.edit("Describe") as edit:
                for id_ in rng.sample(present, len(present) // 2):
                    edit.update_instance(id_, attributes=rng.choice([{}, {"far": True}, {"far": False, "id": 1}]))
        case _:
            with store.edit("Change category") as edit:
                for id_ in rng.sample(present, len(present) // 2):
                    edit.update_instance(id_, category_id=rng.choice([labelled.cat, labelled.dog]))


@pytest.mark.parametrize("attribute", [ANY_ATTRIBUTE, AttributeFilter("far", "yes")])
@pytest.mark.parametrize("blocks", [0, 3, 200])
@pytest.mark.parametrize("order", Order)
def test_whatever_happens_it_shows_what_one_that_reads_the_project_then_shows(
    qtbot: QtBot,
    model: GalleryModel,
    labelled: Any,
    bridge: Any,
    shown_ids: Any,
    monkeypatch: pytest.MonkeyPatch,
    attribute: AttributeFilter,
    blocks: int,
    order: Order,
) -> None:
    monkeypatch.setattr(gallery_model, "MANY_BLOCKS", blocks)
    rng = random.Random(blocks)
    model.show_order(order)
    model.show_category(labelled.cat)
    model.show_attribute(attribute)

    for _ in range(40):
        change_something(labelled, rng)
    fresh = GalleryModel(bridge)
    fresh.start()
    qtbot.waitUntil(lambda: fresh.is_loaded)
    fresh.show_order(order)
    fresh.show_category(labelled.cat)
    fresh.show_attribute(attribute)

    assert shown_ids(model) == shown_ids(fresh)
    for category in (None, labelled.cat, labelled.dog):
        assert model.count(category) == fresh.count(category)
