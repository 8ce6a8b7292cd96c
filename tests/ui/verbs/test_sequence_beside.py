"""A sequence is labelled beside the user's own work, which it takes in, and is stopped and fails without a loss."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QTimer

from sam3_annotator.model import ModelSource, OutOfMemory, PointPrompt, Slot
from sam3_annotator.project import ImageState, StorageFull, rectangle
from sam3_annotator.ui.verbs import copy_operations, operations
from sam3_annotator.ui.verbs.propagation_chain import SequencePlan
from tests.ui.verbs.labelled_images import boxes, counts
from tests.workflows.sequences import CAT_BOX, DOG_BOX, moved

PROPAGATE = "sam3_annotator.ui.verbs.instance_search.propagate"


def once(bridge, is_time: Callable[[], bool], act: Callable[[], object]) -> None:
    """Have something done once, as soon as a change that makes it time is over."""
    left = [act]

    def look(_changes) -> None:
        if left and is_time():
            QTimer.singleShot(0, left.pop())

    bridge.changed.connect(look)


@pytest.mark.parametrize("chooses", [False, True])
@pytest.mark.parametrize("change", ["leave out", "finish", "take out"])
def test_images_that_change_while_the_model_looks_at_them_are_not_touched(
    hold_sequence, finish_sequence, propagating, fake_session, store, image_ids, pets, change, chooses
) -> None:
    hold_sequence(instance_ids=frozenset(pets) if chooses else None)
    if change == "take out":
        with store.edit("Take out") as edit:
            edit.delete_image(image_ids[1])
    else:
        state = ImageState.LEFT_OUT if change == "leave out" else ImageState.DONE
        operations.set_image_state(store, [image_ids[1]], state)
    fake_session.release()
    finish_sequence()

    expected = {"leave out": [2, 0, 2, 2], "finish": [2, 0, 0, 0], "take out": [2, 2, 2]}
    assert counts(store) == expected[change]
    is_early = propagating.told[0].endswith("It ended after 2.png, where nothing was left to propagate.")
    assert is_early == (change == "finish")


def test_what_is_corrected_meanwhile_goes_on_as_it_is_by_then(
    run_sequence, bridge, store, image_ids, finish_sequence
) -> None:
    """The second image is corrected as soon as it is done, which is before the model is asked about the third."""
    larger = (4, 2, 30, 26)

    def correct(_changes) -> None:
        made = store.instances(image_ids[1])
        if made and made[0].region.box_xyxy == moved(CAT_BOX):
            dog = store.categories()[1].id
            bridge.changed.disconnect(correct)
            with store.edit("Correct") as edit:
                edit.update_instance(made[0].id, region=rectangle(*larger), category_id=dog)

    bridge.changed.connect(correct)
    run_sequence()

    assert boxes(store, image_ids[1], "cat") == []
    assert boxes(store, image_ids[2], "dog") == [moved(larger), moved(DOG_BOX, 2)]


def test_a_category_changed_and_an_instance_deleted_while_the_model_looks_count_as_they_are_by_then(
    hold_sequence, finish_sequence, propagating, fake_session, store, image_ids, pets
) -> None:
    hold_sequence()
    cat, dog = (each.id for each in store.categories())
    operations.merge_category(store, dog, cat)
    operations.delete_instances(store, pets[:1])
    fake_session.release()
    finish_sequence()

    assert [each.name for each in store.categories()] == ["cat"]
    assert boxes(store, image_ids[1], "cat") == [moved(DOG_BOX)]
    assert propagating.told == ["3 instances propagated from 1.png to 3 images."]


def test_undoing_the_last_image_ends_it(run_sequence, bridge, propagating, store, image_ids) -> None:
    once(bridge, lambda: counts(store)[1] == 2, store.undo)

    run_sequence()

    assert counts(store) == [2, 0, 0, 0]
    assert propagating.told[0].endswith("where nothing was left to propagate.")


def test_stopping_keeps_what_is_labelled_by_then(run_sequence, bridge, propagating, store, engine, qtbot) -> None:
    once(bridge, lambda: counts(store)[1] == 2, propagating.stop)

    run_sequence()
    qtbot.waitUntil(lambda: engine.is_idle)

    assert counts(store) == [2, 2, 0, 0]
    assert propagating.told == ["Stopped with 2 images left. 2 instances propagated from 1.png to 1 image."]


def test_a_click_comes_before_the_images_that_wait(
    hold_sequence, finish_sequence, engine, fake_session, store, image_ids
) -> None:
    order = []
    engine.answered.connect(lambda outcome: order.append(outcome.ticket.slot))
    hold_sequence()

    engine.submit(Slot.SEGMENT, lambda bench: bench.session.segment(_embedding(bench), [PointPrompt(9, 9)]))
    fake_session.release()
    finish_sequence()

    assert order[0] is Slot.SEGMENT
    assert order.count(Slot.PROPAGATE) == 3


def _embedding(bench):
    return bench.embed("a", lambda: np.zeros((48, 64, 3), dtype=np.uint8))


def test_another_model_goes_on_where_the_one_before_was(
    hold_sequence, finish_sequence, engine, fake_session, store, image_ids
) -> None:
    hold_sequence()

    engine.load(ModelSource(lambda _progress: fake_session, "Another"))
    fake_session.release()
    finish_sequence()

    assert counts(store) == [2, 2, 2, 2]
    assert {each.provenance.model for each in store.instances(image_ids[3])} == {"the Another"}


def test_a_model_that_fails_ends_it_and_what_is_labelled_stays(
    run_sequence, propagating, follower, store, monkeypatch
) -> None:
    def fail_at_the_third(*question) -> object:
        if len(follower.asked) == 2:
            raise OutOfMemory("It does not fit.")
        return follower.follow(*question)

    monkeypatch.setattr(PROPAGATE, fail_at_the_third)

    run_sequence()

    assert [str(error) for error in propagating.errors] == ["It does not fit."]
    assert counts(store) == [2, 2, 2, 0]
    assert propagating.told == ["Stopped with 1 image left. 4 instances propagated from 1.png to 2 images."]


def test_a_model_that_takes_no_prompts_at_all_is_refused(run_sequence, propagating, fake_session, store) -> None:
    fake_session.capabilities = frozenset()

    run_sequence()

    assert [str(error) for error in propagating.errors] == [
        "Fake takes no prompts at all; choose another model to propagate."
    ]


def test_a_disk_that_is_full_ends_it_and_what_is_labelled_stays(run_sequence, propagating, store, monkeypatch) -> None:
    add, added = copy_operations.add_copies, []

    def fill_the_disk(*arguments):
        if added:
            raise StorageFull("The disk is full.")
        added.append(arguments)
        return add(*arguments)

    monkeypatch.setattr(copy_operations, "add_copies", fill_the_disk)

    run_sequence()

    assert [str(error) for error in propagating.errors] == ["The disk is full."]
    assert counts(store) == [2, 2, 0, 0]


def test_closing_gives_up_without_a_word(hold_sequence, propagating, fake_session, engine, store, qtbot) -> None:
    hold_sequence()

    propagating.close()
    fake_session.release()
    qtbot.waitUntil(lambda: engine.is_idle)

    assert propagating.told == []
    assert counts(store) == [2, 0, 0, 0]


def test_what_begins_with_an_image_that_is_gone_or_while_another_runs_is_not_begun(
    hold_sequence, propagating, finish_sequence, fake_session, follower, store, image_ids
) -> None:
    hold_sequence()
    propagating.start(SequencePlan(image_ids[0], image_ids[3:], 0.5))
    fake_session.release()
    finish_sequence()
    assert len(follower.asked) == 3

    with store.edit("Take out") as edit:
        edit.delete_image(image_ids[0])
    propagating.start(SequencePlan(image_ids[0], image_ids[1:], 0.5))

    assert not propagating.is_running
    assert len(propagating.told) == 1
