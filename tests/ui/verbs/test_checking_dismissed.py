"""What is judged to be fine leaves the findings, and comes back among them when that is taken back or holds no more."""

from __future__ import annotations

import shutil

import pytest

from sam3_annotator.project import (
    BY_BOXES,
    Finding,
    FindingKind,
    Split,
    dismiss_findings,
    rectangle,
    restore_findings,
)
from sam3_annotator.ui.background import background_is_idle
from sam3_annotator.ui.verbs import operations


@pytest.fixture
def checked(checking, store, qtbot):
    """Check a project with an object labelled twice, on each of the first two images; gives the two findings."""
    with store.edit("Label") as edit:
        cat = edit.add_category("cat")
        for image in store.images()[:2]:
            for _ in range(2):
                edit.add_instance(image.id, cat, rectangle(5, 5, 30, 30))
    checking.start()
    qtbot.waitUntil(lambda: not checking.is_running)
    return [each for each in checking.findings if each.kind is FindingKind.LABELLED_TWICE]


def judge(store, *findings, write=dismiss_findings) -> None:
    with store.edit("Judge") as edit:
        write(store, edit, findings)


def test_a_dismissed_finding_goes_and_is_back_in_its_place_when_told_again(checked, checking, store):
    before = checking.findings

    judge(store, checked[0])
    assert checked[0] not in checking.findings
    assert checking.dismissed == (checked[0],)
    assert not checking.is_outdated  # no check would find anything else

    judge(store, checked[0], write=restore_findings)
    assert (checking.findings, checking.dismissed) == (before, ())
    store.undo()
    assert checking.dismissed == (checked[0],)
    store.undo()
    assert (checking.findings, checking.dismissed) == (before, ())


def test_a_dismissed_finding_is_told_again_once_its_instance_is_changed(checked, checking, store):
    judge(store, *checked)

    with store.edit("Change") as edit:
        edit.update_instance(checked[0].instance_ids[0], region=rectangle(5, 5, 30, 31))
    assert (checked[0] in checking.findings, checking.dismissed) == (True, (checked[1],))

    store.undo()
    assert checking.dismissed == tuple(checked)


def test_what_it_is_about_takes_a_dismissed_finding_along(checked, checking, store):
    judge(store, checked[0])

    operations.delete_instances(store, [checked[0].instance_ids[0]])

    assert checking.dismissed == ()
    assert checked[0] not in checking.findings
    store.undo()
    assert checking.dismissed == (checked[0],)


def test_another_check_leaves_it_dismissed(checked, checking, qtbot, store):
    judge(store, checked[0])

    checking.start()
    qtbot.waitUntil(lambda: not checking.is_running)

    assert [each.sentence for each in checking.dismissed] == [checked[0].sentence]


def test_what_is_dismissed_while_a_check_runs_is_so_at_its_end(checked, checking, qtbot, store):
    checking.start()
    judge(store, checked[0])

    qtbot.waitUntil(lambda: not checking.is_running)

    assert [each.sentence for each in checking.dismissed] == [checked[0].sentence]
    assert not checking.is_outdated


def test_a_comparison_leaves_what_is_dismissed_of_it_and_of_the_check(checked, checking, store):
    image, instance = checked[0].image_id, checked[0].instance_ids[0]

    def disagrees(agreement: float) -> Finding:
        kind = FindingKind.OUTLINE_DISAGREES
        return Finding(kind, f"{agreement}", image, instance_ids=(instance,), agreement=agreement)

    checking.take_comparison([disagrees(0.3)], [image], BY_BOXES)
    judge(store, checked[0], *(each for each in checking.findings if each.kind is FindingKind.OUTLINE_DISAGREES))
    assert len(checking.dismissed) == 2

    checking.take_comparison([disagrees(0.5)], [image], BY_BOXES)

    assert checking.dismissed == (checked[0], disagrees(0.5))


def test_a_renamed_category_brings_what_is_about_its_name_back(checking, store, qtbot):
    operations.add_category(store, "cat")
    alike = operations.add_category(store, "Cat")
    checking.start()
    qtbot.waitUntil(lambda: not checking.is_running)
    (finding,) = (each for each in checking.findings if each.kind is FindingKind.ALIKE_CATEGORIES)
    judge(store, finding)
    assert checking.dismissed == (finding,)

    operations.rename_category(store, alike, "CAT")

    assert finding in checking.findings


def test_an_image_that_is_deleted_takes_what_is_dismissed_of_its_copy_along(checking, store, qtbot):
    first, second = (image.id for image in store.images()[:2])
    shutil.copyfile(store.image_file(first), store.image_file(second))
    operations.set_image_split(store, [first], Split.TRAIN)
    operations.set_image_split(store, [second], Split.VAL)
    checking.start()
    qtbot.waitUntil(lambda: not checking.is_running)
    finding = next(each for each in checking.findings if each.kind is FindingKind.SAME_IMAGE_IN_TWO_SPLITS)
    judge(store, finding)
    assert checking.dismissed == (finding,)

    with store.edit("Delete") as edit:
        edit.delete_image(first)
    assert checking.dismissed == ()

    store.undo()
    assert checking.dismissed == (finding,)


def test_what_is_dismissed_on_many_images_at_once_goes_in_the_background(checked, checking, store, qtbot, monkeypatch):
    monkeypatch.setattr("sam3_annotator.ui.verbs.checking.FEW_IMAGES", 1)

    judge(store, *checked)

    qtbot.waitUntil(background_is_idle)
    qtbot.waitUntil(lambda: checking.dismissed == tuple(checked))
