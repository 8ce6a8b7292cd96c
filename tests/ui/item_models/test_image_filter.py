"""The filter over the list of images: what it shows, and that it keeps what is worked on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel

from sam3_annotator.project import (
    CategoryId,
    ImageId,
    ImageState,
    InstanceId,
    Progress,
    ProjectStore,
    Provenance,
    Split,
    no_progress,
    rectangle,
)
from sam3_annotator.ui.item_models.image_criteria import (
    ANY_CONTENT,
    NO_CONTENT,
    Content,
    ContentFilter,
    SplitFilter,
    StateFilter,
)
from sam3_annotator.ui.item_models.image_filter import ImageFilter
from sam3_annotator.ui.item_models.image_model import ImageModel
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.beside import announce, beside

Checked = Callable[[QAbstractItemModel], None]
SQUARE = rectangle(1, 1, 9, 9)


@pytest.fixture
def model(bridge: StoreBridge) -> ImageModel:
    return ImageModel(bridge)


@pytest.fixture
def shown(model: ImageModel, checked: Checked) -> ImageFilter:
    made = ImageFilter(model)
    checked(made)
    return made


@pytest.fixture
def car(store: ProjectStore) -> CategoryId:
    return operations.add_category(store, "car")


@pytest.fixture
def bus(store: ProjectStore) -> CategoryId:
    return operations.add_category(store, "bus")


def ids(store: ProjectStore) -> list[ImageId]:
    return [image.id for image in store.images()]


def names(model: QAbstractItemModel) -> list[str]:
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def add(store: ProjectStore, image: int, category_id: CategoryId) -> InstanceId:
    return operations.add_instance(store, ids(store)[image], category_id, SQUARE, Provenance())


def having(category_id: CategoryId) -> ContentFilter:
    return ContentFilter(Content.WITH, category_id)


def lacking(category_id: CategoryId) -> ContentFilter:
    return ContentFilter(Content.WITHOUT, category_id)


def test_filter_finds_part_of_a_name_whatever_the_case(shown: ImageFilter) -> None:
    shown.set_text(" 1")
    assert names(shown) == ["1.png", "10.png"]
    shown.set_text("PNG")
    assert len(names(shown)) == 4


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (StateFilter.ALL, ["1.png", "2.png", "3.png", "10.png", "11.png"]),
        (StateFilter.UNANNOTATED, ["10.png"]),
        (StateFilter.DONE, ["1.png", "2.png", "11.png"]),
        (StateFilter.TO_REVIEW, ["1.png"]),
        (StateFilter.REVIEWED, ["11.png"]),
        (StateFilter.CONFIRMED_EMPTY, ["2.png"]),
        (StateFilter.IN_PROGRESS, []),
        (StateFilter.LEFT_OUT, ["3.png"]),
        (StateFilter.MISSING, ["10.png"]),
    ],
)
def test_filter_by_state(
    store: ProjectStore, model: ImageModel, shown: ImageFilter, state: StateFilter, expected: list[str]
) -> None:
    with store.edit("Add image") as edit:
        edit.add_image("11.png")
    operations.set_image_state(store, ids(store)[:1], ImageState.DONE)
    operations.set_image_state(store, ids(store)[1:2], ImageState.CONFIRMED_EMPTY)
    operations.set_image_state(store, ids(store)[2:3], ImageState.LEFT_OUT)
    operations.set_image_state(store, ids(store)[4:], ImageState.REVIEWED)
    model.set_problems({ids(store)[3]: "missing"}, ids(store))

    shown.set_state(state)

    assert names(shown) == expected
    assert shown.tally()[state] == len(expected)


@pytest.mark.parametrize(
    ("split", "expected", "of_done"),
    [
        (SplitFilter.ANY, ["1.png", "2.png", "3.png", "10.png"], ["1.png", "2.png"]),
        (SplitFilter.TRAIN, ["1.png", "3.png"], ["1.png"]),
        (SplitFilter.VAL, ["2.png"], ["2.png"]),
        (SplitFilter.TEST, [], []),
        (SplitFilter.NONE, ["10.png"], []),
    ],
)
def test_filter_by_split_goes_with_the_one_by_state(
    store: ProjectStore,
    shown: ImageFilter,
    split: SplitFilter,
    expected: list[str],
    of_done: list[str],
) -> None:
    one, two, three, _ = ids(store)
    operations.set_image_split(store, [one, three], Split.TRAIN)
    operations.set_image_split(store, [two], Split.VAL)
    operations.set_image_state(store, [one, two], ImageState.DONE)

    shown.set_split(split)
    assert names(shown) == expected
    assert shown.split_tally()[split] == len(expected)

    shown.set_state(StateFilter.DONE)
    assert names(shown) == of_done
    assert shown.split_tally()[split] == len(of_done)
    assert shown.tally()[StateFilter.DONE] == len(of_done)


def test_image_being_worked_on_stays_in_the_split_shown_until_another_is_shown(
    store: ProjectStore, shown: ImageFilter
) -> None:
    first, second, *_ = ids(store)
    operations.set_image_split(store, [first, second], Split.TRAIN)
    shown.set_split(SplitFilter.TRAIN)
    shown.keep(first)

    operations.set_image_split(store, [first], Split.VAL)
    assert names(shown) == ["1.png", "2.png"]
    assert shown.neighbour(first, 1) == second

    shown.keep(second)
    assert names(shown) == ["2.png"]
    assert shown.neighbour(second, 1) is None


def test_image_being_worked_on_stays_until_another_is_shown(
    store: ProjectStore, shown: ImageFilter, car: CategoryId
) -> None:
    first, second, *_ = ids(store)
    shown.set_state(StateFilter.UNANNOTATED)
    shown.keep(first)

    operations.add_instance(store, first, car, SQUARE, Provenance())
    assert names(shown)[0] == "1.png"

    shown.keep(second)
    assert names(shown)[0] == "2.png"


def test_one_of_a_thousand_images_is_found(tmp_path: Path, qapp: object) -> None:
    with ProjectStore.create(tmp_path / "large.sam3proj") as large:
        with large.edit("Add images", undoable=False) as edit:
            for number in range(1000):
                edit.add_image(f"photos/{number:03}.jpg")
        bridge = StoreBridge(large)

        shown = ImageFilter(ImageModel(bridge))
        shown.set_text("999")

        assert names(shown) == ["999.jpg"]
        bridge.close()


def test_filter_finds_names_whose_accents_macos_has_written(store: ProjectStore, shown: ImageFilter) -> None:
    with store.edit("Add") as edit:
        edit.add_image("photos/e\u0301te\u0301.png")

    shown.set_text("\u00c9t\u00e9")

    assert names(shown) == ["e\u0301te\u0301.png"]


def test_filter_by_content_shows_what_is_on_the_images(
    store: ProjectStore, shown: ImageFilter, car: CategoryId, bus: CategoryId
) -> None:
    for image, category in ((0, car), (0, car), (0, bus), (1, bus), (3, car)):
        add(store, image, category)

    found = {}
    for name, content in {
        "any": ANY_CONTENT,
        "car": having(car),
        "no car": lacking(car),
        "bus": having(bus),
        "no instances": NO_CONTENT,
    }.items():
        shown.set_content(content)
        found[name] = names(shown)
        assert shown.content_tally().count(content) == len(found[name])

    assert found == {
        "any": ["1.png", "2.png", "3.png", "10.png"],
        "car": ["1.png", "10.png"],
        "no car": ["2.png", "3.png"],
        "bus": ["1.png", "2.png"],
        "no instances": ["3.png"],
    }


def test_filters_by_state_split_content_and_name_go_together(
    store: ProjectStore, shown: ImageFilter, car: CategoryId
) -> None:
    one, two, three, ten = ids(store)
    for image in (0, 1, 3):
        add(store, image, car)
    operations.set_image_split(store, [one, two, three], Split.TRAIN)
    operations.set_image_state(store, [one, three, ten], ImageState.DONE)
    shown.set_content(having(car))
    assert shown.tally()[StateFilter.DONE] == 2
    assert shown.split_tally()[SplitFilter.TRAIN] == 2

    shown.set_split(SplitFilter.TRAIN)
    assert names(shown) == ["1.png", "2.png"]
    assert shown.tally()[StateFilter.DONE] == 1

    shown.set_state(StateFilter.DONE)
    assert names(shown) == ["1.png"]
    tally = shown.content_tally()
    assert [tally.count(each) for each in (ANY_CONTENT, having(car), lacking(car), NO_CONTENT)] == [2, 1, 1, 1]

    shown.set_text("2")
    assert names(shown) == []


def test_filter_by_content_follows_what_is_added_deleted_relabelled_and_undone(
    store: ProjectStore, shown: ImageFilter, car: CategoryId, bus: CategoryId
) -> None:
    shown.set_content(having(car))
    assert names(shown) == []

    first, second = add(store, 0, car), add(store, 0, car)
    assert names(shown) == ["1.png"]
    operations.delete_instances(store, [first])
    assert names(shown) == ["1.png"]
    operations.set_instances_category(store, [second], bus)
    assert names(shown) == []
    store.undo()
    assert names(shown) == ["1.png"]
    store.undo()
    store.undo()
    store.undo()
    assert names(shown) == []
    store.redo()
    assert names(shown) == ["1.png"]


def test_filter_by_content_follows_a_merge_of_categories(
    store: ProjectStore, shown: ImageFilter, car: CategoryId, bus: CategoryId
) -> None:
    add(store, 0, car)
    add(store, 1, bus)
    shown.set_content(having(bus))

    operations.merge_category(store, car, into=bus)
    assert names(shown) == ["1.png", "2.png"]
    store.undo()
    assert names(shown) == ["2.png"]


def test_filter_by_content_follows_what_is_labelled_beside(
    store: ProjectStore, shown: ImageFilter, car: CategoryId
) -> None:
    shown.set_content(having(car))

    def label(other: ProjectStore, _progress: Progress) -> None:
        for image in (1, 2):
            add(other, image, car)

    announce(store, beside(store, label)(no_progress))

    assert names(shown) == ["2.png", "3.png"]


def test_image_that_comes_back_is_shown_by_what_is_on_it(
    store: ProjectStore, shown: ImageFilter, car: CategoryId
) -> None:
    add(store, 1, car)
    shown.set_content(having(car))
    with store.edit("Remove images") as edit:
        edit.delete_image(ids(store)[1])
    assert names(shown) == []

    store.undo()

    assert names(shown) == ["2.png"]


def test_first_images_of_a_project_are_shown_by_what_is_on_them(tmp_path: Path, qapp: object) -> None:
    with ProjectStore.create(tmp_path / "empty.sam3proj") as empty:
        car = operations.add_category(empty, "car")
        bridge = StoreBridge(empty)
        shown = ImageFilter(ImageModel(bridge))
        shown.set_content(having(car))
        with empty.edit("Import") as edit:
            for name in ("a.png", "b.png"):
                image = edit.add_image(name)
            instance = edit.add_instance(image, car, SQUARE)

        assert names(shown) == ["b.png"]
        operations.delete_instances(empty, [instance])
        assert names(shown) == []
        bridge.close()


def test_image_being_worked_on_stays_whatever_is_on_it_until_another_is_shown(
    store: ProjectStore, shown: ImageFilter, car: CategoryId
) -> None:
    first, second, *_ = ids(store)
    instance = add(store, 0, car)
    add(store, 1, car)
    shown.set_content(having(car))
    shown.keep(first)

    operations.delete_instances(store, [instance])
    assert names(shown) == ["1.png", "2.png"]
    assert shown.neighbour(first, 1) == second

    shown.keep(second)
    assert names(shown) == ["2.png"]
