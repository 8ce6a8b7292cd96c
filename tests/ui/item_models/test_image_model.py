"""The list of images: it follows the store row by row, and its filter keeps what is worked on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

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
from sam3_annotator.ui.item_models.image_model import ImageFilter, ImageModel, ImageRole, SplitFilter, StateFilter
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
def shown(model: ImageModel) -> ImageFilter:
    return ImageFilter(model)


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


def test_filter_finds_part_of_a_name_whatever_the_case(shown: ImageFilter) -> None:
    shown.set_text(" 1")
    assert names(shown) == ["1.png", "10.png"]
    shown.set_text("PNG")
    assert len(names(shown)) == 4


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (StateFilter.ALL, ["1.png", "2.png", "3.png", "10.png"]),
        (StateFilter.UNANNOTATED, ["10.png"]),
        (StateFilter.DONE, ["1.png", "2.png"]),
        (StateFilter.IN_PROGRESS, []),
        (StateFilter.LEFT_OUT, ["3.png"]),
        (StateFilter.MISSING, ["10.png"]),
    ],
)
def test_filter_by_state(
    store: ProjectStore, model: ImageModel, shown: ImageFilter, state: StateFilter, expected: list[str]
) -> None:
    operations.set_image_state(store, ids(store)[:1], ImageState.DONE)
    operations.set_image_state(store, ids(store)[1:2], ImageState.CONFIRMED_EMPTY)
    operations.set_image_state(store, ids(store)[2:3], ImageState.LEFT_OUT)
    model.set_problems({ids(store)[3]: "missing"}, ids(store))

    shown.set_state(state)

    assert names(shown) == expected
    assert model.tally()[state] == len(expected)


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
    model: ImageModel,
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
    assert model.split_tally()[split] == len(expected)

    shown.set_state(StateFilter.DONE)
    assert names(shown) == of_done
    assert model.split_tally(StateFilter.DONE)[split] == len(of_done)
    assert model.tally(split)[StateFilter.DONE] == len(of_done)


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


def test_neighbours_are_those_shown(store: ProjectStore, shown: ImageFilter) -> None:
    one, two, three, ten = ids(store)
    assert shown.neighbour(one, 1) == two
    assert shown.neighbour(ten, 1) is None
    assert shown.neighbour(None, 1) == one
    assert shown.neighbour(None, -1) == ten

    shown.set_text("1")

    assert shown.neighbour(one, 1) == ten
    assert shown.neighbour(three, -1) == one


def test_next_unfinished_goes_round_and_skips_what_cannot_be_shown(
    store: ProjectStore, model: ImageModel, shown: ImageFilter
) -> None:
    one, two, three, ten = ids(store)
    operations.set_image_state(store, [two], ImageState.DONE)
    model.set_problems({ten: "missing"}, [ten])

    assert shown.unfinished_neighbour(one, 1) == three
    assert shown.unfinished_neighbour(three, 1) == one
    assert shown.unfinished_neighbour(one, -1) == three
    operations.set_image_state(store, [three], ImageState.DONE)
    assert shown.unfinished_neighbour(one, 1) is None


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


def test_runs_are_rows_without_gaps() -> None:
    assert runs([]) == []
    assert runs([0, 1, 2, 5, 7, 8]) == [(0, 2), (5, 5), (7, 8)]


def test_filter_finds_names_whose_accents_macos_has_written(store: ProjectStore, shown: ImageFilter) -> None:
    with store.edit("Add") as edit:
        edit.add_image("photos/e\u0301te\u0301.png")

    shown.set_text("\u00c9t\u00e9")

    assert names(shown) == ["e\u0301te\u0301.png"]
