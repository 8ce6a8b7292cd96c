"""What keys and menus mean for the project."""

from __future__ import annotations

import numpy as np
import pytest

from sam3_annotator.model import BoxPrompt, PointPrompt
from sam3_annotator.project import ImageState, Origin, PromptRecord, Region, region_to_mask
from sam3_annotator.project.regions import rectangle
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.verbs.labelling import Labelling
from sam3_annotator.ui.workspace import Workspace


@pytest.fixture
def workspace(qapp) -> Workspace:
    return Workspace()


@pytest.fixture
def labelling(store, workspace, assist) -> Labelling:
    with store.edit("Add categories") as edit:
        for name in ("cat", "dog"):
            edit.add_category(name)
    workspace.set_category(store.categories()[0].id)
    show(store, workspace, assist, 0)
    return Labelling(store, workspace, assist, lambda name: f"{name} 1.0", lambda: False)


def show(store, workspace, assist, position: int) -> None:
    image = store.images()[position]
    workspace.set_image(image.id)
    pixels = np.full((image.facts.height, image.facts.width, 3), position, dtype=np.uint8)
    assist.show(ShownImage(image.id, f"key-{image.id}", pixels))


def add_square(store, position: int = 0, x: float = 10) -> int:
    with store.edit("Add instance") as edit:
        return edit.add_instance(store.images()[position].id, store.categories()[0].id, rectangle(x, 10, x + 10, 20))


def test_accepting_keeps_region_category_and_provenance(labelling, store, workspace, assist, answered):
    assist.add_prompt(BoxPrompt(10, 10, 40, 40))
    assist.add_prompt(PointPrompt(15, 15, positive=False))
    answered()

    labelling.accept()

    (instance,) = store.instances(workspace.image_id)
    assert store.category(instance.category_id).name == "cat"
    assert region_to_mask(instance.region, 60, 80)[35, 35]
    assert instance.provenance.origin is Origin.MODEL
    assert instance.provenance.model == "Fake 1.0"
    assert instance.provenance.prompts == (
        PromptRecord("box", (10, 10, 40, 40)),
        PromptRecord("point", (15, 15), positive=False),
    )
    assert instance.provenance.predicted_iou == pytest.approx(0.9)
    assert assist.draft is None


def test_accepting_early_stores_the_draft_when_its_mask_arrives(labelling, store, assist, fake_session, qtbot):
    fake_session.hold()
    assist.add_prompt(PointPrompt(30, 30))

    labelling.accept()
    assert store.instances(store.images()[0].id) == ()
    fake_session.release()

    qtbot.waitUntil(lambda: len(store.instances(store.images()[0].id)) == 1)


def test_the_category_is_the_one_at_the_time_of_enter(labelling, store, workspace, assist, fake_session, qtbot):
    fake_session.hold()
    assist.add_prompt(PointPrompt(30, 30))
    labelling.accept()

    workspace.set_category(store.categories()[1].id)
    fake_session.release()

    qtbot.waitUntil(lambda: len(store.instances(store.images()[0].id)) == 1)
    (instance,) = store.instances(store.images()[0].id)
    assert store.category(instance.category_id).name == "cat"


def test_without_a_category_the_draft_stays_and_one_is_asked_for(labelling, store, workspace, assist, answered, qtbot):
    workspace.set_category(None)
    assist.add_prompt(PointPrompt(30, 30))
    answered()

    with qtbot.waitSignal(labelling.category_wanted):
        labelling.accept()

    assert assist.draft is not None
    assert store.instances(workspace.image_id) == ()


def test_a_draft_without_a_region_is_not_stored_and_says_why(labelling, store, assist, answered, qtbot):
    assist.add_prompt(PointPrompt(30, 30))
    assist.add_prompt(PointPrompt(30, 30, positive=False))
    answered()

    with qtbot.waitSignal(labelling.nothing_found) as told:
        labelling.accept()

    assert "found nothing" in told.args[0]
    assert assist.draft is not None


def test_going_on_accepts_calls_the_image_done_and_asks_for_the_next(labelling, store, assist, answered, qtbot):
    assist.add_prompt(PointPrompt(30, 30))
    answered()

    with qtbot.waitSignal(labelling.next_wanted):
        labelling.accept(goes_on=True)

    assert store.images()[0].state is ImageState.DONE
    assert len(store.instances(store.images()[0].id)) == 1


def test_going_on_from_an_image_without_instances_claims_nothing_of_it(labelling, store, qtbot):
    with qtbot.waitSignal(labelling.next_wanted):
        labelling.accept(goes_on=True)

    assert store.images()[0].state is ImageState.UNANNOTATED


def test_a_digit_gives_the_selection_another_category(labelling, store, workspace):
    instance_id = add_square(store)
    workspace.select([instance_id])

    labelling.choose_category(1)

    assert store.category(store.instance(instance_id).category_id).name == "dog"
    assert store.undo_label == "Change category"


def test_a_digit_while_a_draft_is_open_only_chooses_its_category(labelling, store, workspace, assist, answered):
    instance_id = add_square(store)
    workspace.select([instance_id])
    assist.add_prompt(PointPrompt(30, 30))
    answered()

    labelling.choose_category(1)

    assert store.category(store.instance(instance_id).category_id).name == "cat"
    assert store.category(workspace.category_id).name == "dog"


def test_a_digit_beyond_the_categories_does_nothing(labelling, workspace):
    before = workspace.category_id

    labelling.choose_category(8)

    assert workspace.category_id == before


def test_deleting_the_selection_is_one_step(labelling, store, workspace):
    ids = [add_square(store, x=x) for x in (5, 20, 35)]
    workspace.select(ids)

    labelling.delete_selection()
    assert store.instances(workspace.image_id) == ()
    store.undo()

    assert [instance.id for instance in store.instances(workspace.image_id)] == ids


def test_selecting_next_goes_round_and_passes_hidden_instances_over(labelling, store, workspace):
    first, second, third = (add_square(store, x=x) for x in (5, 20, 35))
    workspace.hide([second])

    seen = []
    for _ in range(3):
        labelling.select_next()
        seen.extend(workspace.selection)

    assert seen == [first, third, first]


def test_of_two_that_may_be_one_object_the_next_is_the_other(labelling, store, workspace):
    first, second, third = (add_square(store, x=x) for x in (5, 20, 35))
    workspace.select([third], among=[first, third])

    seen = []
    for _ in range(3):
        labelling.select_next()
        seen.extend(workspace.selection)
    assert seen == [first, third, first]

    workspace.select(())
    labelling.select_next()
    labelling.select_next()
    assert workspace.selection == {second}


def test_an_edited_region_is_stored_and_counted(labelling, store):
    instance_id = add_square(store)

    labelling.replace_region(instance_id, rectangle(0, 0, 5, 5), "Move vertex")

    instance = store.instance(instance_id)
    assert instance.region.box_xyxy == (0, 0, 5, 5)
    assert instance.provenance.edit_count == 1
    assert store.undo_label == "Move vertex"


def test_an_erased_instance_is_gone_in_one_step_and_comes_back_with_its_id(labelling, store, workspace):
    instance_id = add_square(store)
    before = store.instance(instance_id)

    labelling.erase_instance(instance_id)
    assert store.instances(workspace.image_id) == ()
    assert store.undo_label == "Erase"

    store.undo()
    assert store.instances(workspace.image_id) == (before,)


def test_a_stored_draft_is_told_by_its_instance(labelling, store, workspace, assist, answered, qtbot):
    assist.add_prompt(PointPrompt(15, 15))
    answered()

    with qtbot.waitSignal(labelling.stored) as stored:
        labelling.accept()

    assert stored.args == [instance.id for instance in store.instances(workspace.image_id)]


def test_a_region_that_cannot_be_stored_is_told_and_changes_nothing(labelling, store, qtbot):
    instance_id = add_square(store)

    with qtbot.waitSignal(labelling.problem):
        labelling.replace_region(instance_id, Region(), "Delete vertex")

    assert not store.instance(instance_id).region.is_empty


@pytest.fixture
def corrected(labelling, store, workspace) -> int:
    """Begin to correct a square of 20 pixels that was drawn by hand."""
    with store.edit("Add instance") as edit:
        instance_id = edit.add_instance(workspace.image_id, store.categories()[0].id, rectangle(10, 10, 30, 30))
    workspace.select([instance_id])
    labelling.correct_selection()
    return instance_id


def cut(assist, answered) -> Region:
    """Take a corner off the square."""
    assist.add_prompt(PointPrompt(10, 10, positive=False))
    return answered().region


def test_a_correction_replaces_the_region_of_that_very_instance(labelling, store, assist, answered, corrected):
    region = cut(assist, answered)

    labelling.accept()

    instance = store.instance(corrected)
    assert store.instances(instance.image_id) == (instance,)
    assert instance.region == region
    assert instance.provenance.origin is Origin.HAND
    assert instance.provenance.model == "Fake 1.0"
    assert instance.provenance.prompts == (PromptRecord("point", (10, 10), positive=False),)
    assert instance.provenance.edit_count == 1
    assert store.undo_label == "Correct instance"
    assert assist.draft is None


def test_a_correction_needs_no_current_category_and_keeps_its_own(
    labelling, store, workspace, assist, answered, corrected, qtbot
):
    before = store.instance(corrected).category_id
    cut(assist, answered)
    workspace.set_category(None)

    with qtbot.assertNotEmitted(labelling.category_wanted):
        labelling.accept()

    assert store.instance(corrected).category_id == before


def test_a_digit_while_correcting_gives_the_category_in_the_same_step(labelling, store, assist, answered, corrected):
    before = store.instance(corrected)
    cut(assist, answered)

    labelling.choose_category(1)
    assert store.instance(corrected) == before
    labelling.accept()

    assert store.category(store.instance(corrected).category_id).name == "dog"
    store.undo()
    assert store.instance(corrected) == before


def test_accepting_a_correction_without_a_prompt_changes_nothing(labelling, store, assist, corrected):
    before = store.instance(corrected)

    labelling.accept()

    assert assist.draft is None
    assert store.instance(corrected) == before
    assert store.undo_label == "Add instance"


def test_a_digit_alone_while_correcting_changes_only_the_category(labelling, store, corrected):
    labelling.choose_category(1)
    labelling.accept()

    assert store.category(store.instance(corrected).category_id).name == "dog"
    assert store.instance(corrected).provenance.edit_count == 0
    assert store.undo_label == "Change category"


def test_a_correction_that_leaves_nothing_says_so_and_leaves_the_instance(
    labelling, store, assist, answered, corrected, qtbot
):
    before = store.instance(corrected)
    assist.add_prompt(PointPrompt(20, 20, positive=False))  # takes all of it away
    answered()

    with qtbot.waitSignal(labelling.nothing_found) as told:
        labelling.accept()

    assert "found nothing" in told.args[0]
    assert store.instance(corrected) == before
    assert assist.draft is not None


def test_a_correction_accepted_early_is_stored_when_its_mask_arrives(
    labelling, store, assist, fake_session, corrected, qtbot
):
    fake_session.hold()
    assist.add_prompt(PointPrompt(10, 10, positive=False))
    labelling.accept()
    fake_session.release()

    qtbot.waitUntil(lambda: store.undo_label == "Correct instance")
    assert not region_to_mask(store.instance(corrected).region, 60, 80)[10, 10]


def test_a_hidden_instance_is_shown_again_when_it_is_corrected(labelling, store, workspace, assist):
    instance_id = add_square(store)
    workspace.select([instance_id])
    workspace.hide([instance_id])

    labelling.correct_selection()

    assert workspace.hidden == frozenset()
    assert assist.draft is not None


@pytest.mark.parametrize("count", [0, 2])
def test_only_a_single_instance_is_corrected(labelling, store, workspace, assist, count):
    workspace.select([add_square(store, x=x) for x in (5, 35)][:count])

    labelling.correct_selection()

    assert assist.draft is None


def test_hiding_all_leaves_what_is_hidden_on_other_images(labelling, store, workspace, assist):
    first, second = add_square(store, 0), add_square(store, 1)
    labelling.toggle_all()
    show(store, workspace, assist, 1)

    labelling.toggle_all()
    assert workspace.hidden == {first, second}

    labelling.toggle_all()
    assert workspace.hidden == {first}
