"""What a model sees of the categories, held against what is labelled: what is missed, of another category, not seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from sam3_annotator.project import (
    Cancelled,
    CategoryId,
    ComparedInstance,
    Finding,
    FindingKind,
    ImageId,
    ImageRecord,
    ImageState,
    InstanceId,
    Labelled,
    OutlinedInstance,
    Polygon,
    Region,
    Sighting,
    SoughtCategory,
    compare_sightings,
    find_by_sightings,
    labelled_on,
    outlined_instances,
    rectangle,
    sightings_in_words,
)
from sam3_annotator.project.checks.sightings import ASKED_SCORE

CAT = SoughtCategory(CategoryId(1), "cat", ("cat",))
DOG = SoughtCategory(CategoryId(2), "dog", ("dog", "puppy"))
BUS = SoughtCategory(CategoryId(3), "bus", ("bus",))
SCHOOL_BUS = SoughtCategory(CategoryId(4), "school_bus", ("yellow vehicle",))
SOUGHT = (CAT, DOG, BUS, SCHOOL_BUS)

PLACE = rectangle(10, 10, 30, 30)
RING = Region((Polygon([(0, 0), (40, 0), (40, 40), (0, 40)], [[(8, 8), (32, 8), (32, 32), (8, 32)]]),))


def seen(category: SoughtCategory, region: Region = PLACE, score: float = 0.9, phrase: str = "") -> Sighting:
    """Say that a model saw something of a category."""
    return Sighting(category, phrase or category.phrases[0], region, score)


class Picture:
    """An image with instances; it is done unless told otherwise."""

    def __init__(self, state: ImageState = ImageState.DONE, image_id: int = 1) -> None:
        self.record = ImageRecord(ImageId(image_id), f"photos/{image_id}.png", state)
        self.instances: list[OutlinedInstance] = []
        self.crowds: list[tuple[CategoryId, Region]] = []

    def add(self, category: SoughtCategory, region: Region = PLACE) -> Picture:
        """Label something; the ids count on from a hundred times that of the image."""
        number = InstanceId(100 * self.record.id + len(self.instances))
        facts = self.record.id, self.record.path, category.id, category.name
        self.instances.append(OutlinedInstance(ComparedInstance(number, *facts, region.box_xyxy), region))
        return self

    def add_crowd(self, category: SoughtCategory, region: Region) -> Picture:
        """Label a crowd."""
        self.crowds.append((category.id, region))
        return self

    def compared(self, *sightings: Sighting):
        """Hold what a model saw against the labels."""
        return compare_sightings(Labelled(self.record, tuple(self.instances), tuple(self.crowds)), SOUGHT, sightings)

    def found(self, *sightings: Sighting) -> list[Finding]:
        """Give what is found of this image alone."""
        return find_by_sightings([self.compared(*sightings)])


def kinds(findings: Sequence[Finding]) -> list[FindingKind]:
    return [each.kind for each in findings]


MISSED, OTHER, UNSEEN = FindingKind.MISSED_OBJECT, FindingKind.ANOTHER_CATEGORY, FindingKind.NOT_SEEN


# What is missed


def test_what_is_seen_and_not_labelled_is_told_with_all_that_leads_there() -> None:
    (found,) = Picture().found(seen(DOG, PLACE, 0.873, "puppy"))

    assert found == Finding(
        MISSED,
        "photos/1.png: the model sees “puppy” (dog) where none is labelled, score 0.87; "
        "label it, unless the model is wrong.",
        ImageId(1),
        category_ids=(DOG.id,),
        box_xyxy=(10, 10, 30, 30),
        score=0.873,
        phrase="puppy",
        region=PLACE,
    )
    assert found.as_dict()["score"] == 0.873
    assert "region" not in found.as_dict()


def test_a_phrase_that_is_the_name_is_told_once() -> None:
    assert "the model sees “cat” where" in Picture().found(seen(CAT))[0].sentence


@pytest.mark.parametrize(
    ("state", "is_told"),
    [
        (ImageState.UNANNOTATED, False),
        (ImageState.IN_PROGRESS, False),
        (ImageState.DONE, True),
        (ImageState.REVIEWED, True),
        (ImageState.CONFIRMED_EMPTY, True),
    ],
)
def test_only_an_image_that_is_finished_misses_anything(state: ImageState, is_told: bool) -> None:
    assert kinds(Picture(state).found(seen(CAT))) == [MISSED] * is_told


@pytest.mark.parametrize(("score", "is_told"), [(0.49, False), (0.5, True)])
def test_what_scores_low_is_not_missed(score: float, is_told: bool) -> None:
    assert bool(Picture().found(seen(CAT, score=score))) is is_told


@pytest.mark.parametrize("category", [CAT, DOG])
def test_what_is_labelled_is_not_missed_whatever_it_is_called(category: SoughtCategory) -> None:
    labelled = Picture().add(category, rectangle(10, 10, 30, 28))

    assert MISSED not in kinds(labelled.found(seen(CAT)))


@pytest.mark.parametrize(("category", "is_told"), [(CAT, False), (DOG, True)])
def test_a_part_of_an_instance_of_its_category_is_not_missed_one_of_another_is(
    category: SoughtCategory, is_told: bool
) -> None:
    labelled = Picture().add(category, rectangle(0, 0, 60, 60))

    assert (MISSED in kinds(labelled.found(seen(CAT)))) is is_told


@pytest.mark.parametrize(("right", "is_told"), [(25.5, True), (26.5, False)])
def test_most_of_it_has_to_be_a_part(right: float, is_told: bool) -> None:
    labelled = Picture().add(CAT, rectangle(0, 0, right, 60))

    assert (MISSED in kinds(labelled.found(seen(CAT)))) is is_told


def test_what_is_labelled_in_pieces_is_not_missed() -> None:
    labelled = Picture()
    for left in range(10, 30, 5):
        labelled.add(CAT, rectangle(left, 10, left + 5, 30))

    assert labelled.found(seen(CAT)) == []


@pytest.mark.parametrize("category", [CAT, DOG])
def test_crowds_cover_what_lies_in_them(category: SoughtCategory) -> None:
    inside, beside = seen(CAT), seen(CAT, rectangle(50, 10, 60, 20))
    labelled = Picture().add_crowd(category, rectangle(0, 0, 45, 45))

    assert [each.box_xyxy for each in labelled.found(inside, beside)] == [(50, 10, 60, 20)]


def test_what_is_about_as_large_as_a_crowd_is_that_crowd() -> None:
    assert Picture().add_crowd(DOG, rectangle(10, 10, 24, 30)).found(seen(CAT)) == []


def test_what_lies_in_the_hole_of_a_crowd_or_an_instance_is_missed() -> None:
    assert kinds(Picture().add_crowd(CAT, RING).found(seen(CAT))) == [MISSED]
    assert MISSED in kinds(Picture().add(CAT, RING).found(seen(CAT)))


def test_of_several_sightings_of_one_thing_the_best_is_told() -> None:
    sightings = [
        seen(DOG, rectangle(10, 10, 30, 29), 0.7),
        seen(DOG, rectangle(10, 10, 30, 30), 0.8, "puppy"),
        seen(CAT, rectangle(10, 11, 30, 30), 0.6),
        seen(DOG, rectangle(12, 12, 18, 18), 0.65),  # its head
    ]

    (found,) = Picture().found(*sightings)

    assert (found.score, found.phrase) == (0.8, "puppy")


def test_the_highest_score_comes_first_over_all_images() -> None:
    first = Picture(image_id=1).compared(seen(CAT, PLACE, 0.6), seen(DOG, rectangle(40, 5, 50, 15), 0.9))
    second = Picture(image_id=2).compared(seen(CAT, PLACE, 0.7))

    assert [(each.image_id, each.score) for each in find_by_sightings([first, second])] == [
        (1, 0.9),
        (2, 0.7),
        (1, 0.6),
    ]


# What is of another category


def test_what_is_seen_as_something_else_is_told_with_both_names() -> None:
    (found,) = Picture(ImageState.IN_PROGRESS).add(CAT).found(seen(DOG, PLACE, 0.91))

    assert found == Finding(
        OTHER,
        "photos/1.png: instance 100 (cat) is seen as dog, score 0.91, not as cat; "
        "change its category, unless the model is wrong.",
        ImageId(1),
        instance_ids=(InstanceId(100),),
        category_ids=(CAT.id, DOG.id),
        box_xyxy=(10, 10, 30, 30),
        score=0.91,
        phrase="dog",
    )


@pytest.mark.parametrize(("own", "is_told"), [(0.35, True), (0.69, True), (0.71, False), (0.95, False)])
def test_its_own_category_has_to_score_clearly_less(own: float, is_told: bool) -> None:
    found = Picture().add(CAT).found(seen(CAT, PLACE, own), seen(DOG, PLACE, 0.9))

    assert (OTHER in kinds(found)) is is_told
    assert not is_told or f"as its own {own:.2f}" in found[0].sentence


@pytest.mark.parametrize("region", [rectangle(10, 10, 18, 18), rectangle(0, 0, 60, 60)])
def test_a_part_of_it_or_a_whole_that_is_seen_as_its_own_speaks_for_it_too(region: Region) -> None:
    own = seen(CAT, region, 0.85)

    assert OTHER not in kinds(Picture().add(CAT).found(own, seen(DOG, PLACE, 0.9)))


def test_its_own_category_elsewhere_does_not_speak_for_it() -> None:
    labelled = Picture().add(CAT).add(CAT, rectangle(50, 10, 60, 20))

    found = labelled.found(seen(CAT, rectangle(50, 10, 60, 20), 0.95), seen(DOG, PLACE, 0.8))

    assert [each.instance_ids for each in found if each.kind is OTHER] == [(100,)]


@pytest.mark.parametrize(("score", "is_told"), [(0.49, False), (0.51, True)])
def test_what_is_seen_dimly_is_no_other_category(score: float, is_told: bool) -> None:
    assert (OTHER in kinds(Picture().add(CAT).found(seen(DOG, PLACE, score)))) is is_told


@pytest.mark.parametrize(("bottom", "is_told"), [(23, False), (25, True)])
def test_it_has_to_be_the_same_thing_not_one_upon_the_other(bottom: int, is_told: bool) -> None:
    found = Picture().add(CAT).found(seen(DOG, rectangle(10, 10, 30, bottom)))

    assert (OTHER in kinds(found)) is is_told


@pytest.mark.parametrize(("labelled", "sighted"), [(BUS, SCHOOL_BUS), (SCHOOL_BUS, BUS)])
def test_categories_of_which_one_holds_the_other_do_not_exclude_each_other(
    labelled: SoughtCategory, sighted: SoughtCategory
) -> None:
    assert OTHER not in kinds(Picture().add(labelled).found(seen(sighted)))


def test_the_category_that_holds_its_own_speaks_for_it() -> None:
    found = Picture().add(BUS).found(seen(SCHOOL_BUS, PLACE, 0.8), seen(CAT, PLACE, 0.9))

    assert OTHER not in kinds(found)


def test_where_that_is_labelled_too_the_labels_are_not_disputed() -> None:
    both = Picture().add(CAT).add(DOG, rectangle(10, 10, 30, 29))

    assert both.found(seen(DOG)) == []


# What is not seen


def cats(count: int, unseen: int, picture: Callable[[int], Picture] = lambda number: Picture(image_id=number + 1)):
    """Label a cat on each of so many images, of which the model does not see the first few."""
    pictures = [picture(number).add(CAT) for number in range(count)]
    return [each.compared(*[seen(CAT)] * (number >= unseen)) for number, each in enumerate(pictures)]


def test_what_is_not_seen_is_told_where_that_is_unusual() -> None:
    (found,) = find_by_sightings(cats(10, 1))

    assert found == Finding(
        UNSEEN,
        "photos/1.png: instance 100 (cat) is not seen by the model, which sees 90 % of its category; "
        "see whether it is of another, or nothing.",
        ImageId(1),
        instance_ids=(InstanceId(100),),
        category_ids=(CAT.id,),
        box_xyxy=(10, 10, 30, 30),
    )


@pytest.mark.parametrize(("count", "unseen", "told"), [(5, 1, 1), (4, 1, 0), (10, 2, 2), (9, 2, 0), (5, 0, 0)])
def test_a_category_that_the_model_does_not_know_is_not_told(count: int, unseen: int, told: int) -> None:
    assert kinds(find_by_sightings(cats(count, unseen))) == [UNSEEN] * told


@pytest.mark.parametrize(
    "region",
    [
        rectangle(10, 10, 30, 22),  # more than half of it
        rectangle(12, 12, 18, 18),  # its head
        rectangle(0, 0, 60, 60),  # all there is, in one
    ],
)
def test_what_is_seen_in_part_or_with_others_is_seen(region: Region) -> None:
    picture = Picture(image_id=50).add(CAT)

    assert find_by_sightings([*cats(9, 0), picture.compared(seen(CAT, region, ASKED_SCORE))]) == []


def test_what_is_seen_in_two_halves_is_seen() -> None:
    halves = [seen(CAT, rectangle(0, 10, 20, 30)), seen(CAT, rectangle(20, 10, 40, 30))]
    picture = Picture(ImageState.IN_PROGRESS, image_id=50).add(CAT)

    assert find_by_sightings([*cats(9, 0), picture.compared(*halves)]) == []


def test_what_is_told_as_another_category_is_not_told_as_not_seen() -> None:
    other = Picture(image_id=50).add(CAT).compared(seen(DOG))

    assert kinds(find_by_sightings([*cats(9, 0), other])) == [OTHER]


def test_an_instance_of_a_category_that_was_not_looked_for_is_passed_over() -> None:
    newer = SoughtCategory(CategoryId(9), "newer", ("newer",))

    assert Picture().add(newer).compared(seen(CAT, rectangle(50, 10, 60, 20))).instances == ()


# Around them


def test_it_can_be_ended_between_steps() -> None:
    def end() -> None:
        raise Cancelled

    labelled = Labelled(Picture().record, tuple(Picture().add(CAT).instances))
    with pytest.raises(Cancelled):
        compare_sightings(labelled, SOUGHT, (), end)


def test_crowds_are_labelled_beside_the_instances_that_can_be_asked_about(sound) -> None:
    sound.add(rectangle(40, 10, 50, 20), sound.dog, is_crowd=True)
    image = sound.store.image(sound.images[0])

    labelled = labelled_on(sound.store, image, 60, 80)

    assert labelled.instances == outlined_instances(sound.store, image, 60, 80)
    assert len(labelled.instances) == 2
    assert labelled.crowds == ((sound.dog, rectangle(40, 10, 50, 20)),)


def test_what_was_found_is_counted_in_words() -> None:
    found = [Finding(MISSED, ""), Finding(MISSED, ""), Finding(OTHER, ""), Finding(UNSEEN, "")]

    assert sightings_in_words(2, 1, found) == (
        "2 categories looked for on 1 image: "
        "2 objects may be missed, 1 instance may be of another category, 1 instance not seen"
    )
    other = [Finding(FindingKind.SLIVER, "")]
    assert sightings_in_words(1, 3, other) == "1 category looked for on 3 images: nothing is missed"
