"""The project is checked beside the window, and what was found goes with what it was about."""

from __future__ import annotations

import shutil

import pytest

from sam3_annotator.project import FindingKind, ImageState, rectangle
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.checking import Checking


@pytest.fixture
def twice(store) -> list[int]:
    """Label the same square twice on the first image, once on the second; gives the instances."""
    with store.edit("Label") as edit:
        cat = edit.add_category("cat")
        first, second = (image.id for image in store.images()[:2])
        return [edit.add_instance(image, cat, rectangle(5, 5, 30, 30)) for image in (first, first, second)]


@pytest.fixture
def checking(bridge) -> Checking:
    return Checking(bridge)


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
