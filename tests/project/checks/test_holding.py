"""What was found goes as soon as it can be seen that it is no longer so, and not before."""

from __future__ import annotations

from typing import Any

import pytest

from sam3_annotator.project import (
    Finding,
    FindingKind,
    ImageState,
    Provenance,
    Region,
    Split,
    findings_that_hold,
    rectangle,
)

EVERYTHING = range(100)
PLACE = rectangle(40, 10, 60, 30)


@pytest.fixture
def missed(sound: Any) -> Finding:
    """Give what a model has seen of a cat on the first image, which is done."""
    sound.update(0, state=ImageState.DONE)
    return Finding(
        FindingKind.MISSED_OBJECT, "", sound.images[0], category_ids=(sound.cat,), score=0.9, phrase="cat", region=PLACE
    )


@pytest.fixture
def other(sound: Any) -> Finding:
    """Give a cat on the second image that a model sees as a dog."""
    cat = sound.add(PLACE, image=1)
    ids = (sound.cat, sound.dog)
    return Finding(FindingKind.ANOTHER_CATEGORY, "", sound.images[1], instance_ids=(cat,), category_ids=ids)


@pytest.fixture
def unseen(sound: Any, other: Finding) -> Finding:
    """Give the same cat, which a model does not see."""
    return Finding(
        FindingKind.NOT_SEEN, "", sound.images[1], instance_ids=other.instance_ids, category_ids=(sound.cat,)
    )


def test_what_is_as_it_was_holds(sound: Any, missed: Finding, other: Finding, unseen: Finding) -> None:
    of_the_project = Finding(FindingKind.NO_SPLITS, "")
    findings = (of_the_project, missed, other, unseen)

    assert findings_that_hold(sound.store, findings, EVERYTHING) == findings


@pytest.mark.parametrize(
    ("region", "holds"),
    [(PLACE, False), (rectangle(40, 10, 60, 21), False), (rectangle(40, 10, 60, 19), True)],
)
def test_what_has_been_labelled_is_no_longer_missed(sound: Any, missed: Finding, region: Region, holds: bool) -> None:
    sound.add(region, sound.dog)

    assert bool(findings_that_hold(sound.store, [missed], [missed.image_id])) is holds


@pytest.mark.parametrize(
    ("state", "holds"),
    [
        (ImageState.IN_PROGRESS, False),
        (ImageState.REVIEWED, True),
        (ImageState.CONFIRMED_EMPTY, True),
        (ImageState.LEFT_OUT, False),
    ],
)
def test_an_image_that_is_not_finished_misses_nothing(
    sound: Any, missed: Finding, state: ImageState, holds: bool
) -> None:
    sound.update(0, state=state)

    assert bool(findings_that_hold(sound.store, [missed], [missed.image_id])) is holds


@pytest.fixture
def unsure(sound: Any, other: Finding) -> Finding:
    """Give the same cat, which a search was not sure of."""
    return Finding(FindingKind.UNSURE, "", sound.images[1], instance_ids=other.instance_ids, category_ids=(sound.cat,))


@pytest.mark.parametrize(
    ("state", "holds"), [(ImageState.IN_PROGRESS, True), (ImageState.DONE, False), (ImageState.LEFT_OUT, False)]
)
def test_what_a_search_was_not_sure_of_goes_with_the_image_that_is_done(
    sound: Any, unsure: Finding, state: ImageState, holds: bool
) -> None:
    sound.update(1, state=state)

    assert bool(findings_that_hold(sound.store, [unsure], [unsure.image_id])) is holds


@pytest.mark.parametrize(("edit_count", "holds"), [(0, True), (1, False)])
def test_what_a_search_was_not_sure_of_goes_once_its_outline_is_changed(
    sound: Any, unsure: Finding, edit_count: int, holds: bool
) -> None:
    (instance_id,) = unsure.instance_ids
    with sound.store.edit("Change") as edit:
        edit.update_instance(instance_id, provenance=Provenance(edit_count=edit_count))

    assert bool(findings_that_hold(sound.store, [unsure], [unsure.image_id])) is holds


def test_an_instance_that_has_another_category_takes_along_what_was_said_of_the_one_before(
    sound: Any, other: Finding, unseen: Finding
) -> None:
    outline = Finding(FindingKind.OUTLINE_DISAGREES, "", other.image_id, instance_ids=other.instance_ids)
    with sound.store.edit("Change") as edit:
        edit.update_instance(other.instance_ids[0], category_id=sound.dog)

    assert findings_that_hold(sound.store, [other, unseen, outline], [other.image_id]) == (outline,)


def test_a_new_outline_alone_changes_nothing_until_it_is_checked(sound: Any, other: Finding, unseen: Finding) -> None:
    with sound.store.edit("Change") as edit:
        edit.update_instance(other.instance_ids[0], region=rectangle(40, 10, 41, 11))

    assert findings_that_hold(sound.store, [other, unseen], [other.image_id]) == (other, unseen)


def test_a_category_that_is_gone_takes_along_what_was_seen_of_it(sound: Any, missed: Finding, other: Finding) -> None:
    with sound.store.edit("New") as edit:
        bird = edit.add_category("bird")
    of_birds = [
        Finding(each.kind, "", each.image_id, instance_ids=each.instance_ids, category_ids=(sound.cat, bird))
        for each in (missed, other)
    ]
    with sound.store.edit("Delete") as edit:
        edit.delete_category(bird)

    assert findings_that_hold(sound.store, of_birds, ()) == ()


def test_deleted_instances_take_their_findings_along(sound: Any, other: Finding, unseen: Finding) -> None:
    with sound.store.edit("Delete") as edit:
        edit.delete_instance(other.instance_ids[0])

    assert findings_that_hold(sound.store, [other, unseen], [other.image_id]) == ()


def test_only_what_was_changed_is_looked_at(sound: Any, missed: Finding, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(type(sound.store), "instances", lambda _store, image_id: asked.append(image_id) or ())

    findings_that_hold(sound.store, [missed, missed], [sound.images[1]])
    assert asked == []
    findings_that_hold(sound.store, [missed, missed], [sound.images[0]])
    assert asked == [sound.images[0]]


@pytest.mark.parametrize("kind", [FindingKind.SAME_IMAGE_IN_TWO_SPLITS, FindingKind.ALIKE_IMAGES_IN_TWO_SPLITS])
def test_images_that_came_into_one_split_are_not_in_two(sound: Any, kind: FindingKind) -> None:
    both = Finding(kind, "", sound.images[2], other_image_id=sound.images[0])
    assert findings_that_hold(sound.store, [both], EVERYTHING) == (both,)

    for changed, split in ((2, Split.TRAIN), (0, None)):
        sound.update(changed, split=split)
        assert findings_that_hold(sound.store, [both], [sound.images[changed]]) == ()
