"""The instances of an image are looked for on a later one, and become instances there as they were."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from sam3_annotator.model import EmbeddingCache, Propagated, Workbench, never_cancelled
from sam3_annotator.project import CategoryId, ImageId, Instance, InstanceCopy, InstanceId, Origin, rectangle
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.canvas.proposals import Proposal
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.instance_search import labelled_as, original_of, search_again, store_found_again

BOX, OTHER_BOX = (4, 4, 20, 20), (30, 8, 50, 30)


@pytest.fixture
def images(image_folder) -> list[ShownImage]:
    return [ShownImage.of_file(ImageId(number), image_folder / f"{number}.png") for number in (1, 2)]


@pytest.fixture
def bench(fake_session) -> Workbench:
    return Workbench(fake_session, EmbeddingCache(), never_cancelled, "Fake")


@pytest.fixture
def stay(monkeypatch) -> None:
    """Have all found where it was, but what is wider than 50 pixels."""

    def answer(_session, _embedding, _before, _after, masks, *_told) -> list[Propagated | None]:
        return [None if mask.width > 50 else Propagated(mask, 0.7) for mask in masks]

    monkeypatch.setattr("sam3_annotator.ui.verbs.instance_search.propagate", answer)


def copy_of(box: tuple[float, ...]) -> tuple[CategoryId, InstanceCopy]:
    return CategoryId(1), InstanceCopy("cat", "#e69f00", rectangle(*box))


def test_the_answers_stand_at_the_places_of_what_was_asked(images, bench, stay) -> None:
    asked = [copy_of(box) for box in (BOX, (0, 0, 60, 40), (90, 0, 99, 9), OTHER_BOX)]

    found = search_again(bench, images[1], images[0].pixels, asked, 0.0)

    assert [each and each.region.box_xyxy for each in found] == [BOX, None, None, OTHER_BOX]
    assert found[3].copy_of == asked[3][1]


def test_an_image_is_read_by_the_model_only_if_that_draws_what_it_is_given(images, bench, fake_session, stay) -> None:
    fake_session.capabilities = frozenset({"points"})
    assert len(search_again(bench, images[1], images[0].pixels, [copy_of(BOX)], 0.0)) == 1
    assert search_again(bench, images[1], images[0].pixels, [copy_of((90, 0, 99, 9))], 0.0) == [None]
    assert fake_session.embedded == []

    fake_session.capabilities = frozenset({"masks"})
    search_again(bench, images[1], images[0].pixels, [copy_of(BOX)], 0.0)
    assert len(fake_session.embedded) == 1


def proposal(box: tuple[float, ...], score: float = 0.7) -> Proposal:
    return Proposal(box, rectangle(*box), score, 1.0, "Fake", copy_of(box)[1], CategoryId(1))


def test_what_is_labelled_already_is_told_with_what_it_is() -> None:
    there = [Instance(InstanceId(9), ImageId(2), CategoryId(2), rectangle(31, 8, 50, 30))]

    known = labelled_as({InstanceId(1): proposal(BOX), InstanceId(2): proposal(OTHER_BOX)}, there)

    assert known == {InstanceId(2): InstanceId(9)}


def test_it_is_stored_in_one_step_with_what_was_said_of_it(store) -> None:
    first, second = (image.id for image in store.images()[:2])
    cat = operations.add_category(store, "cat")
    with store.edit("Draw") as edit:
        drawn = edit.add_instance(
            first, cat, rectangle(*BOX), is_crowd=True, attributes=MappingProxyType({"far": True}), score=0.2
        )
    category_id, copy = original_of(store, store.instance(drawn))
    found = Proposal(OTHER_BOX, rectangle(*OTHER_BOX), 0.8, 0.95, "Fake", copy, category_id)

    (made,) = store_found_again(store, second, [found], 0.5, lambda name: f"the {name}").instance_ids

    instance = store.instance(made)
    assert (instance.category_id, instance.is_crowd, instance.attributes) == (cat, True, {"far": True})
    assert (instance.score, instance.region) == (0.8, rectangle(*OTHER_BOX))
    told = instance.provenance
    assert (told.origin, told.model, told.threshold) == (Origin.MODEL, "the Fake", 0.5)
    assert store.undo_label == "Propagate instance"
