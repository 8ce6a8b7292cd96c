"""Keys go through the images that are shown, and stop where they should."""

from __future__ import annotations

import pytest

from sam3_annotator.project import ImageId, ImageState, ProjectStore, Provenance, rectangle
from sam3_annotator.ui.item_models.image_criteria import Content, ContentFilter, StateFilter, Stops
from sam3_annotator.ui.item_models.image_filter import ImageFilter
from sam3_annotator.ui.item_models.image_model import ImageModel
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs import operations


@pytest.fixture
def model(bridge: StoreBridge) -> ImageModel:
    return ImageModel(bridge)


@pytest.fixture
def shown(model: ImageModel) -> ImageFilter:
    return ImageFilter(model)


def ids(store: ProjectStore) -> list[ImageId]:
    return [image.id for image in store.images()]


def test_neighbours_are_those_shown(store: ProjectStore, shown: ImageFilter) -> None:
    one, two, three, ten = ids(store)
    assert shown.neighbour(one, 1) == two
    assert shown.neighbour(ten, 1) is None
    assert shown.neighbour(None, 1) == one
    assert shown.neighbour(None, -1) == ten
    assert [record.id for record in shown.following(two)] == [three, ten]

    shown.set_text("1")

    assert shown.neighbour(one, 1) == ten
    assert [record.id for record in shown.following(two)] == [ten]
    assert shown.neighbour(three, -1) == one


def test_next_unfinished_goes_round_and_skips_what_cannot_be_shown(
    store: ProjectStore, model: ImageModel, shown: ImageFilter
) -> None:
    one, two, three, ten = ids(store)
    operations.set_image_state(store, [two], ImageState.DONE)
    model.set_problems({ten: "missing"}, [ten])

    assert shown.next_stop(one, 1, Stops.UNFINISHED) == three
    assert shown.next_stop(three, 1, Stops.UNFINISHED) == one
    assert shown.next_stop(one, -1, Stops.UNFINISHED) == three
    operations.set_image_state(store, [three], ImageState.DONE)
    assert shown.next_stop(one, 1, Stops.UNFINISHED) is None


def test_turning_does_not_filter_the_list_again(
    store: ProjectStore, shown: ImageFilter, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, three, ten = (image.id for image in shown.records())
    with store.edit("Finish") as edit:
        for image_id in (one, two, ten):
            edit.update_image(image_id, state=ImageState.DONE)
    shown.set_state(StateFilter.DONE)

    def refuse(*_: object) -> bool:
        raise AssertionError("with thousands of images each key would wait for that")

    monkeypatch.setattr(ImageFilter, "filterAcceptsRow", refuse)

    assert shown.next_stop(one, 1, Stops.UNFINISHED) is None
    assert shown.next_stop(three, -1, Stops.TO_REVIEW) == two
    assert (shown.neighbour(three, 1), shown.neighbour(three, -1)) == (ten, two)


def test_keys_go_through_the_images_with_a_category(store: ProjectStore, shown: ImageFilter) -> None:
    one, _, three, ten = ids(store)
    car = operations.add_category(store, "car")
    for image_id in (one, three, ten):
        operations.add_instance(store, image_id, car, rectangle(1, 1, 9, 9), Provenance())
    operations.set_image_state(store, [three], ImageState.DONE)
    shown.set_content(ContentFilter(Content.WITH, car))

    assert shown.neighbour(one, 1) == three
    assert shown.next_stop(one, 1, Stops.UNFINISHED) == ten
    assert shown.next_stop(ten, 1, Stops.UNFINISHED) == one
