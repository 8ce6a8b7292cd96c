"""The instances of an image are propagated through those that follow, from image to image."""

from __future__ import annotations

import pytest

from sam3_annotator.project import ImageState, Origin
from sam3_annotator.ui.verbs import operations
from tests.ui.verbs.labelled_images import boxes, counts, put
from tests.workflows.sequences import CAT_BOX, DOG_BOX, moved


def test_each_image_gets_what_is_on_the_one_before_where_that_is(
    propagating, run_sequence, store, image_ids, follower
) -> None:
    told = []
    propagating.progress.connect(told.append)

    run_sequence()

    for steps, image_id in enumerate(image_ids):
        assert boxes(store, image_id, "cat") == [moved(CAT_BOX, steps)]
        assert boxes(store, image_id, "dog") == [moved(DOG_BOX, steps)]
    cat, dog = store.instances(image_ids[3])
    assert (cat.attributes, cat.is_crowd, dog.is_crowd) == ({"far": True}, False, True)
    assert cat.score == pytest.approx(0.9)
    assert (cat.provenance.origin, cat.provenance.model, cat.provenance.threshold) == (Origin.MODEL, "the Fake", 0.5)
    assert [store.image(image_id).state for image_id in image_ids[1:]] == [ImageState.IN_PROGRESS] * 3
    assert propagating.told == ["6 instances propagated from 1.png to 3 images."]
    assert [shape for _, shape, _ in follower.asked] == [(60, 80, 3), (48, 64, 3), (48, 64, 3)]
    assert (told[0].done, told[0].total, told[-1].done, told[-1].total) == (0, 3, 3, 3)


def test_each_image_is_a_step_and_what_was_done_meanwhile_is_undone_before(
    hold_sequence, finish_sequence, fake_session, store, image_ids
) -> None:
    hold_sequence()
    own = put(store, image_ids[0], "dog", (60, 40, 70, 50))
    fake_session.release()
    finish_sequence()

    assert counts(store) == [3, 2, 2, 2]
    store.undo()
    assert counts(store) == [2, 2, 2, 2]
    assert own not in {each.id for each in store.instances(image_ids[0])}
    for expected in ([2, 2, 2, 0], [2, 2, 0, 0], [2, 0, 0, 0]):
        store.undo()
        assert counts(store) == expected


def test_selected_ones_go_on_alone(run_sequence, propagating, store, image_ids, pets) -> None:
    put(store, image_ids[1], "dog", (2, 30, 12, 40))

    run_sequence(instance_ids=frozenset({pets[1]}))

    assert [boxes(store, image_id, "cat") for image_id in image_ids[1:]] == [[], [], []]
    assert boxes(store, image_ids[1], "dog") == [(2, 30, 12, 40), moved(DOG_BOX)]
    assert boxes(store, image_ids[3]) == [moved(DOG_BOX, 3)]
    assert propagating.told == ["3 instances propagated from 1.png to 3 images."]


@pytest.mark.parametrize("chooses", [False, True])
def test_what_is_labelled_already_is_not_doubled_and_goes_on_as_it_is(
    run_sequence, propagating, store, image_ids, pets, chooses
) -> None:
    x0, y0, x1, y1 = moved(CAT_BOX)
    put(store, image_ids[1], "cat", (x0, y0 + 2, x1, y1 + 2))

    run_sequence(instance_ids=frozenset(pets[:1]) if chooses else None)

    assert boxes(store, image_ids[1], "cat") == [(x0, y0 + 2, x1, y1 + 2)]
    assert boxes(store, image_ids[2], "cat") == [moved((x0, y0 + 2, x1, y1 + 2))]
    made = 2 if chooses else 5
    images = 2 if chooses else 3
    assert propagating.told == [
        f"{made} instances propagated from 1.png to {images} images; 1 is labelled there already."
    ]


def test_what_is_lost_or_looks_too_unlike_ends_there_and_is_told(
    run_sequence, propagating, store, image_ids, follower
) -> None:
    follower.scores_of = {1: [0.4, 0.9], 3: [0]}

    run_sequence()

    assert counts(store) == [2, 1, 1, 0]
    assert boxes(store, image_ids[2]) == [moved(DOG_BOX, 2)]
    assert propagating.told == [
        "2 instances propagated from 1.png to 2 images; 2 were lost on the way: cat on 2.png, dog on 10.png."
    ]


def test_many_that_are_lost_are_told_by_a_few(run_sequence, propagating, store, image_ids, follower) -> None:
    for place in range(6):
        operations.add_category(store, f"thing {place}")
        put(store, image_ids[0], f"thing {place}", (4 + 10 * place, 50, 12 + 10 * place, 58))
    put(store, image_ids[0], "thing 0", (70, 4, 78, 12))
    follower.scores_of = {1: [0.9, 0.9, *[0] * 7]}

    run_sequence()

    assert propagating.told[0].endswith(
        "; 7 were lost on the way: 2 thing 0 on 2.png, thing 1 on 2.png, thing 2 on 2.png, thing 3 on 2.png, "
        "thing 4 on 2.png, …."
    )


def test_it_ends_where_nothing_is_left(run_sequence, propagating, store, follower) -> None:
    follower.scores_of = {2: [0, 0]}

    run_sequence()

    assert counts(store) == [2, 2, 0, 0]
    assert len(follower.asked) == 2
    assert propagating.told == [
        "2 instances propagated from 1.png to 1 image; 2 were lost on the way: cat on 3.png, dog on 3.png. "
        "It ended after 3.png, where nothing was left to propagate."
    ]


def test_where_nothing_is_left_it_goes_on_from_a_later_image_that_has_its_own(
    run_sequence, propagating, store, image_ids, follower
) -> None:
    follower.scores_of = {1: [0, 0]}
    put(store, image_ids[2], "dog", (20, 30, 30, 40))

    run_sequence()

    assert boxes(store, image_ids[3]) == [moved((20, 30, 30, 40))]
    assert len(follower.asked) == 2


def test_selected_ones_do_not(run_sequence, store, image_ids, pets, follower) -> None:
    follower.scores_of = {1: [0, 0]}
    put(store, image_ids[2], "dog", (20, 30, 30, 40))

    run_sequence(instance_ids=frozenset(pets))

    assert boxes(store, image_ids[3]) == []


def test_a_finished_image_stays_as_it_is_and_hands_on_what_is_on_it(
    run_sequence, propagating, store, image_ids, follower
) -> None:
    put(store, image_ids[1], "dog", (20, 30, 30, 40))
    operations.set_image_state(store, [image_ids[1]], ImageState.REVIEWED)

    run_sequence()

    assert boxes(store, image_ids[1]) == [(20, 30, 30, 40)]
    assert store.image(image_ids[1]).state is ImageState.REVIEWED
    assert boxes(store, image_ids[3]) == [moved((20, 30, 30, 40), 2)]
    assert len(follower.asked) == 2
    assert propagating.told == [
        "2 instances propagated from 1.png to 2 images; 1 image is finished and stayed as before."
    ]


def test_of_a_finished_image_selected_ones_go_on_as_what_they_are_there(
    run_sequence, propagating, store, image_ids, pets
) -> None:
    put(store, image_ids[1], "dog", (2, 30, 12, 40))
    put(store, image_ids[1], "cat", moved(CAT_BOX))
    operations.set_image_state(store, [image_ids[1]], ImageState.DONE)

    run_sequence(instance_ids=frozenset(pets))

    assert boxes(store, image_ids[1]) == [(2, 30, 12, 40), moved(CAT_BOX)]
    assert boxes(store, image_ids[3]) == [moved(CAT_BOX, 3)]
    assert propagating.told == [
        "2 instances propagated from 1.png to 2 images; 1 is labelled there already; 1 was lost on the way: "
        "dog on 2.png; 1 image is finished and stayed as before."
    ]


def test_on_an_image_confirmed_as_empty_all_ends(run_sequence, propagating, store, image_ids, follower) -> None:
    operations.set_image_state(store, [image_ids[2]], ImageState.CONFIRMED_EMPTY)

    run_sequence()

    assert counts(store) == [2, 2, 0, 0]
    assert store.image(image_ids[2]).state is ImageState.CONFIRMED_EMPTY
    assert propagating.told[0].endswith("It ended after 3.png, where nothing was left to propagate.")


def test_images_left_out_gone_or_unreadable_are_passed_over(
    run_sequence, propagating, store, image_ids, follower
) -> None:
    put(store, image_ids[1], "dog", (20, 30, 30, 40))
    operations.set_image_state(store, [image_ids[1]], ImageState.LEFT_OUT)
    store.image_file(image_ids[2]).write_bytes(b"no image")

    run_sequence()

    assert counts(store) == [2, 1, 0, 2]
    assert boxes(store, image_ids[3]) == [moved(CAT_BOX), moved(DOG_BOX)]
    assert follower.asked == [(2, (60, 80, 3), (48, 64, 3))]
    assert propagating.told == ["2 instances propagated from 1.png to 1 image. 1 image could not be read: 3.png."]


def test_a_first_image_that_cannot_be_read_ends_it(run_sequence, propagating, store, image_ids) -> None:
    store.image_file(image_ids[0]).unlink()

    run_sequence()

    assert counts(store) == [2, 0, 0, 0]
    assert "1.png" in str(propagating.errors[0])
    assert propagating.told == ["Stopped with 3 images left. Nothing was propagated from 1.png."]
