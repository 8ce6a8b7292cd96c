"""How instances were made, and what that took."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam3_annotator.project import (
    CategoryId,
    Effort,
    ImageState,
    InstanceId,
    Origin,
    PhraseEffort,
    PromptRecord,
    Provenance,
    Region,
    Split,
    median_areas,
    statistics,
)

Square = Callable[..., Region]
CLICK = PromptRecord("point", (5.0, 5.0))
AWAY = PromptRecord("point", (9.0, 9.0), positive=False)
BOX = PromptRecord("box", (0.0, 0.0, 10.0, 10.0))
EXEMPLAR = PromptRecord("exemplar", (0.0, 0.0, 10.0, 10.0))


def at(second: int) -> str:
    return f"2026-05-01T10:{second // 60:02}:{second % 60:02}+00:00"


def by_hand(second: int) -> Provenance:
    return Provenance(created_at=at(second))


def pointed(*prompts: PromptRecord, second: int | None = None, edits: int = 0) -> Provenance:
    created = "" if second is None else at(second)
    return Provenance(Origin.MODEL, "Built-in", prompts, created_at=created, edit_count=edits)


def found(phrase: str, *, second: int | None = None, edits: int = 0) -> Provenance:
    prompts, created = (() if phrase else (EXEMPLAR,)), "" if second is None else at(second)
    return Provenance(
        Origin.MODEL, "SAM 3", prompts, phrase=phrase, threshold=0.5, created_at=created, edit_count=edits
    )


@pytest.fixture
def add(small: Any, square: Square) -> Callable[..., InstanceId]:
    """Add an instance: `add(provenance, image=0, category=small.cat)`."""

    def make(provenance: Provenance, image: int = 0, category: CategoryId = small.cat) -> InstanceId:
        with small.store.edit("Add") as edit:
            return edit.add_instance(small.images[image], category, square(), provenance=provenance)

    return make


def cats(small: Any) -> Effort:
    return statistics(small.store).effort.categories[0]


def test_instances_are_counted_by_how_they_were_made(small: Any, add: Callable[..., InstanceId]) -> None:
    for provenance in (Provenance(), pointed(CLICK), pointed(BOX), found("cat"), found(""), found("", edits=2)):
        add(provenance)
    add(Provenance(Origin.IMPORT), image=1)
    add(Provenance(), category=small.dog)

    assert cats(small).made == {"hand": 1, "pointed": 2, "found": 3, "import": 1}
    assert (cats(small).instances, cats(small).images) == (7, 2)
    assert statistics(small.store).effort.total.made == {"hand": 2, "pointed": 2, "found": 3, "import": 1}


def test_instances_are_counted_by_the_split_of_their_image(small: Any, add: Callable[..., InstanceId]) -> None:
    for image, count in enumerate((3, 2, 1)):
        for _ in range(count):
            add(Provenance(), image)
    with small.store.edit("Split") as edit:
        edit.update_image(small.images[0], split=Split.TRAIN)
        edit.update_image(small.images[1], split=Split.VAL)

    assert cats(small).splits == {"train": 3, "val": 2, "test": 0, "none": 1}


def test_what_was_pointed_at_has_been_seen_and_what_was_found_only_on_finished_images(
    small: Any, add: Callable[..., InstanceId]
) -> None:
    for provenance in (pointed(CLICK), pointed(CLICK, edits=1), found("cat"), found("cat", edits=1), Provenance()):
        add(provenance)
    assert (cats(small).kept, cats(small).corrected) == (1, 2)

    with small.store.edit("Done") as edit:
        edit.update_image(small.images[0], state=ImageState.DONE)

    assert (cats(small).kept, cats(small).corrected, cats(small).corrected_share) == (2, 2, 0.5)


def test_what_a_hand_drew_or_brought_is_no_correction_of_a_model(small: Any, add: Callable[..., InstanceId]) -> None:
    add(Provenance(edit_count=3))
    add(Provenance(Origin.IMPORT, edit_count=3))

    assert (cats(small).corrected, cats(small).corrected_share) == (0, None)


def test_phrases_tell_what_became_of_what_they_found_in_each_category(
    small: Any, add: Callable[..., InstanceId]
) -> None:
    for provenance in (found("kitten"), found("kitten", edits=1), found("cat"), found("cat"), found("cat", edits=2)):
        add(provenance)
    add(found("kitten"), 1, small.dog)
    add(found(""), 1, small.dog)
    with small.store.edit("Done") as edit:
        edit.update_image(small.images[0], state=ImageState.REVIEWED)

    assert statistics(small.store).effort.phrases == (
        PhraseEffort(small.cat, "cat", "cat", 3, 2, 1),
        PhraseEffort(small.cat, "cat", "kitten", 2, 1, 1),
        PhraseEffort(small.dog, "dog", "kitten", 1, 0, 0),
        PhraseEffort(small.dog, "dog", "", 1, 0, 0),
    )


def test_clicks_are_the_mean_of_what_was_clicked(small: Any, add: Callable[..., InstanceId]) -> None:
    assert cats(small).clicks is None
    for provenance in (pointed(CLICK), pointed(BOX, CLICK, AWAY, CLICK), pointed(BOX), found(""), Provenance()):
        add(provenance)

    assert cats(small).clicks == 2.0


def test_seconds_are_the_median_from_one_to_the_next(small: Any, add: Callable[..., InstanceId]) -> None:
    for second in (0, 4, 10, 30):
        add(by_hand(second) if second % 20 else pointed(CLICK, second=second))

    assert cats(small).seconds == 6.0


def test_seconds_go_to_the_category_that_took_them(small: Any, add: Callable[..., InstanceId]) -> None:
    add(by_hand(0))
    add(by_hand(3))
    add(by_hand(10), category=small.dog)

    assert [each.seconds for each in statistics(small.store).effort.categories] == [3.0, 7.0]
    assert statistics(small.store).effort.total.seconds == 5.0


@pytest.mark.parametrize(
    "seconds",
    [(0,), (0, 121), (0, 10, 10), (5, 5)],
    ids=["nothing before", "a pause", "many at once", "nothing but many at once"],
)
def test_pauses_and_what_is_made_at_once_take_no_time(
    small: Any, add: Callable[..., InstanceId], seconds: tuple[int, ...]
) -> None:
    for second in seconds:
        add(by_hand(second))

    assert cats(small).seconds is None


def test_time_goes_on_after_many_were_made_at_once(small: Any, add: Callable[..., InstanceId]) -> None:
    for second in (0, 10, 10, 15):
        add(by_hand(second))

    assert cats(small).seconds == 5.0


@pytest.mark.parametrize("other", [found("cat", second=3), Provenance(Origin.IMPORT, created_at=at(3))])
def test_what_was_found_or_imported_between_two_breaks_the_time(
    small: Any, add: Callable[..., InstanceId], other: Provenance
) -> None:
    for provenance in (by_hand(0), other, by_hand(8)):
        add(provenance)
    assert cats(small).seconds is None

    add(by_hand(10))

    assert cats(small).seconds == 2.0


def test_instances_that_no_moment_is_known_of_take_no_time(small: Any, add: Callable[..., InstanceId]) -> None:
    for created_at in ("", "yesterday", at(5)):
        add(Provenance(created_at=created_at))

    assert cats(small).seconds is None


def test_images_left_out_are_no_part_of_the_effort(small: Any, add: Callable[..., InstanceId]) -> None:
    add(by_hand(0))
    add(found("cat", second=4), 1)
    with small.store.edit("Leave out") as edit:
        edit.update_image(small.images[1], state=ImageState.LEFT_OUT)

    effort = statistics(small.store).effort

    assert (effort.total.instances, effort.total.images, effort.phrases) == (1, 1, ())


def test_a_category_without_instances_has_its_zeros(small: Any) -> None:
    assert cats(small) == Effort(
        category_id=small.cat,
        name="cat",
        instances=0,
        images=0,
        splits={"train": 0, "val": 0, "test": 0, "none": 0},
        made={"hand": 0, "pointed": 0, "found": 0, "import": 0},
        kept=0,
        corrected=0,
        clicks=None,
        seconds=None,
    )


def test_median_areas_leave_out_crowds_and_images_left_out(small: Any, square: Square) -> None:
    with small.store.edit("Add") as edit:
        ids = [edit.add_instance(small.images[0], small.cat, square()) for _ in range(3)]
        ids += [edit.add_instance(small.images[0], small.dog, square()) for _ in range(2)]
        crowd = edit.add_instance(small.images[0], small.cat, square(), is_crowd=True)
        away = edit.add_instance(small.images[1], small.cat, square())
        edit.update_image(small.images[1], state=ImageState.LEFT_OUT)
    areas = dict(zip(ids, (1.0, 2.0, 9.0, 4.0, 6.0), strict=True)) | {crowd: 1000.0, away: 1000.0}

    assert median_areas(small.store, areas) == {small.cat: 2.0, small.dog: 5.0, None: 4.0}
    assert median_areas(small.store, {}) == {}
