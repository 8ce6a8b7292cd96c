"""The project is checked beside the window, and what was found goes with what it was about."""

from __future__ import annotations

import shutil
import threading
from dataclasses import replace

import pytest

from sam3_annotator.project import (
    BY_BOXES,
    BY_PHRASES,
    Finding,
    FindingKind,
    ImageState,
    NotAProject,
    dismissed_among,
    rectangle,
)
from sam3_annotator.ui.background import background_is_idle
from sam3_annotator.ui.verbs import operations


@pytest.fixture
def twice(store) -> list[int]:
    """Label the same square twice on the first image, once on the second; gives the instances."""
    with store.edit("Label") as edit:
        cat = edit.add_category("cat")
        first, second = (image.id for image in store.images()[:2])
        return [edit.add_instance(image, cat, rectangle(5, 5, 30, 30)) for image in (first, first, second)]


@pytest.fixture
def check(checking, qtbot):
    def run() -> list[FindingKind]:
        checking.start()
        qtbot.waitUntil(lambda: not checking.is_running)
        return [finding.kind for finding in checking.findings]

    return run


def test_findings_are_told_worst_first(twice, check):
    kinds = check()

    assert FindingKind.LABELLED_TWICE in kinds
    order = list(FindingKind)
    assert kinds == sorted(kinds, key=order.index)


def test_a_deleted_instance_takes_its_findings_along_and_outdates_the_rest(twice, check, checking, store):
    assert FindingKind.LABELLED_TWICE in check()
    assert not checking.is_outdated

    operations.delete_instances(store, [twice[1]])

    assert FindingKind.LABELLED_TWICE not in [finding.kind for finding in checking.findings]
    assert checking.is_outdated


def test_what_has_gone_is_back_in_its_place_when_the_mending_is_undone(twice, check, checking, store):
    check()
    before = checking.findings
    operations.delete_instances(store, twice[:2])
    gone = checking.findings
    assert len(gone) < len(before)

    operations.set_image_state(store, [store.images()[1].id], ImageState.DONE)
    assert checking.findings == gone
    store.undo()
    store.undo()
    assert checking.findings == before

    store.redo()
    assert checking.findings == gone


@pytest.mark.parametrize("which", [0, 1])
def test_an_image_left_out_takes_its_findings_along_also_where_it_is_the_other_copy(
    store, check, checking, which, qtbot
):
    first = store.images()[0]
    copy = store.image_file(first.id).with_name("copy.png")
    shutil.copyfile(store.image_file(first.id), copy)
    operations.add_images(store, [copy])
    copies = [first.id, store.images()[-1].id]
    assert FindingKind.SAME_IMAGE in check()

    operations.set_image_state(store, [copies[which]], ImageState.LEFT_OUT)

    assert FindingKind.SAME_IMAGE not in [finding.kind for finding in checking.findings]
    assert checking.is_outdated
    assert FindingKind.SAME_IMAGE not in check()


def test_an_image_left_out_while_it_is_checked_is_in_no_finding(twice, checking, store, qtbot):
    checking.start()
    operations.set_image_state(store, [store.images()[0].id], ImageState.LEFT_OUT)

    qtbot.waitUntil(lambda: not checking.is_running)

    assert FindingKind.LABELLED_TWICE not in [finding.kind for finding in checking.findings]


def test_what_changes_while_the_check_runs_outdates_it(twice, checking, store, qtbot):
    checking.start()
    operations.add_category(store, "dog")

    qtbot.waitUntil(lambda: not checking.is_running)

    assert checking.is_outdated


def test_an_edit_that_no_finding_is_about_leaves_them_the_same_object(twice, check, checking, store):
    check()
    before = checking.findings

    operations.delete_instances(store, [twice[2]])

    assert checking.is_outdated
    assert checking.findings is before


def test_what_many_changed_images_hold_no_more_goes_in_the_background(
    twice, check, checking, store, qtbot, monkeypatch
):
    monkeypatch.setattr("sam3_annotator.ui.verbs.checking.FEW_IMAGES", 1)
    check()
    before = checking.findings

    operations.set_image_state(store, [image.id for image in store.images()[:2]], ImageState.LEFT_OUT)
    assert checking.findings is before

    with qtbot.waitSignal(checking.changed):
        pass
    assert FindingKind.LABELLED_TWICE not in [finding.kind for finding in checking.findings]
    assert FindingKind.NO_SPLITS in [finding.kind for finding in checking.findings]


def test_a_late_answer_does_not_bring_back_what_has_gone_meanwhile(twice, check, checking, store, qtbot, monkeypatch):
    monkeypatch.setattr("sam3_annotator.ui.verbs.checking.FEW_IMAGES", 1)
    check()
    images = [image.id for image in store.images()]
    answered = threading.Event()

    def answer(*asked):
        dismissed = dismissed_among(*asked)
        answered.set()
        return dismissed

    monkeypatch.setattr("sam3_annotator.ui.verbs.checking.dismissed_among", answer)
    operations.set_image_state(store, images[1:3], ImageState.LEFT_OUT)
    assert answered.wait(30)  # what holds as it is now, which comes as an event
    operations.delete_instances(store, [twice[0]])
    qtbot.waitUntil(background_is_idle)

    assert FindingKind.LABELLED_TWICE not in [finding.kind for finding in checking.findings]


def test_what_many_images_are_changed_to_while_others_are_asked_about_is_asked_next(
    twice, check, checking, store, qtbot, monkeypatch
):
    monkeypatch.setattr("sam3_annotator.ui.verbs.checking.FEW_IMAGES", 1)
    check()
    before = checking.findings

    operations.set_image_state(store, [image.id for image in store.images()[:2]], ImageState.LEFT_OUT)
    store.undo()
    qtbot.waitUntil(background_is_idle)

    assert checking.findings == before


def test_a_second_check_is_current_again(twice, check, checking, store):
    check()
    operations.delete_instances(store, [twice[1]])

    kinds = check()

    assert FindingKind.LABELLED_TWICE not in kinds
    assert not checking.is_outdated


def test_a_stopped_check_leaves_what_was_found_before(twice, check, checking, qtbot):
    before = check()

    checking.start()
    checking.stop()
    qtbot.waitUntil(lambda: not checking.is_running)

    assert [finding.kind for finding in checking.findings] == before


def test_a_check_given_up_needs_no_project_any_more(twice, check, checking, store, qtbot):
    before = check()

    checking.start()
    checking.close()
    store.close()

    qtbot.waitUntil(background_is_idle)
    assert not checking.is_running
    assert [finding.kind for finding in checking.findings] == before


PLACE = rectangle(40, 10, 60, 30)


@pytest.fixture
def compared(twice, check, checking, store) -> list[Finding]:
    """Have a model miss a cat on the third image, which is done, and see something else in the cat on the second."""
    cat, dog = store.categories()[0].id, operations.add_category(store, "dog")
    _, second, third, _ = (image.id for image in store.images())
    operations.set_image_state(store, [third], ImageState.DONE)
    check()
    missed = Finding(FindingKind.MISSED_OBJECT, "", third, category_ids=(cat,), score=0.8, region=PLACE)
    other = Finding(
        FindingKind.ANOTHER_CATEGORY, "", second, instance_ids=(twice[2],), category_ids=(cat, dog), score=0.9
    )
    checking.take_comparison([missed, other], [second, third], BY_BOXES | BY_PHRASES)
    return [missed, other]


def of_model(checking) -> list[Finding]:
    return [each for each in checking.findings if each.kind.needs_model]


def test_what_a_model_has_found_stays_when_the_project_is_checked_again(compared, check, checking):
    check()

    assert of_model(checking) == compared


def test_the_highest_score_stands_first(compared, checking):
    better = replace(compared[0], score=0.95)

    checking.take_comparison([*compared, better], [each.image_id for each in compared], BY_PHRASES)

    assert of_model(checking) == [better, *compared]


def test_what_has_been_labelled_is_no_longer_missed(compared, checking, store):
    with store.edit("Label") as edit:
        edit.add_instance(compared[0].image_id, compared[0].category_ids[0], PLACE)

    assert of_model(checking) == compared[1:]


def test_an_image_no_longer_finished_misses_nothing(compared, checking, store):
    operations.set_image_state(store, [compared[0].image_id], ImageState.IN_PROGRESS)

    assert of_model(checking) == compared[1:]


def test_an_instance_of_another_category_by_now_is_not_disputed(compared, checking, store):
    operations.set_instances_category(store, compared[1].instance_ids, compared[1].category_ids[1])

    assert of_model(checking) == compared[:1]


def test_an_outline_changed_by_hand_takes_along_what_was_said_of_it_at_the_next_check(compared, check, checking, store):
    with store.edit("Correct") as edit:
        edit.update_instance(compared[1].instance_ids[0], region=rectangle(5, 5, 30, 31))
    assert of_model(checking) == compared

    check()

    assert of_model(checking) == compared[:1]


def test_what_changes_while_a_check_is_under_way_that_fails_is_not_forgotten(
    compared, checking, store, qtbot, monkeypatch
):
    def fail(*_: object) -> None:
        raise NotAProject("A region in the project file is damaged and cannot be read; restore it from a backup.")

    monkeypatch.setattr("sam3_annotator.ui.verbs.checking.check_project", fail)
    checking.start()
    with store.edit("Label") as edit:
        edit.add_instance(compared[0].image_id, compared[0].category_ids[0], PLACE)
    qtbot.waitUntil(lambda: not checking.is_running)

    assert of_model(checking) == compared[1:]
    assert checking.is_outdated


def test_a_comparison_by_boxes_leaves_what_one_by_phrases_has_found(compared, checking):
    images = [each.image_id for each in compared]

    checking.take_comparison([], images, BY_BOXES)
    assert of_model(checking) == compared
    checking.take_comparison([], images[:1], BY_PHRASES)
    assert of_model(checking) == compared[1:]
