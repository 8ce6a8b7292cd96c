"""What settles a proposal: for a concept, whatever is there; for an image before, one instance for each."""

from __future__ import annotations

from dataclasses import replace

from sam3_annotator.model import ConceptPrompt
from sam3_annotator.project import CategoryId, ImageId, Instance, InstanceCopy, InstanceId, Region, rectangle
from sam3_annotator.ui.assistance.settled import without_labelled
from sam3_annotator.ui.canvas.proposals import PropagatedFrom, Proposal, Proposals

WHOLE, PART, ELSEWHERE = rectangle(0, 0, 40, 40), rectangle(0, 0, 40, 34), rectangle(60, 0, 90, 40)
RIDER, HORSE = CategoryId(1), CategoryId(2)


def proposal(region: Region, category_id: CategoryId | None = None) -> Proposal:
    copy = None if category_id is None else InstanceCopy(str(category_id), "#000000", region)
    box = (*region.box_xyxy[:3], region.box_xyxy[3] + (category_id or 0) / 100)
    return Proposal(box, region, 0.9, 1.0, "Fake", copy, category_id)


def instance(number: int, region: Region, category_id: CategoryId) -> Instance:
    return Instance(InstanceId(number), ImageId(2), category_id, region)


def propagated(*found: Proposal) -> Proposals:
    asked = Proposals(ImageId(2), ConceptPrompt()).with_propagated(PropagatedFrom(ImageId(1), "1.png", len(found)))
    return asked.with_found(found)


def test_of_a_concept_all_that_an_instance_covers_is_labelled() -> None:
    found = Proposals(ImageId(2), ConceptPrompt("horse")).with_found([proposal(WHOLE), proposal(PART)])

    assert without_labelled(found, [instance(7, WHOLE, RIDER)]).open == ()


def test_an_instance_settles_one_of_its_category_and_leaves_what_it_overlaps() -> None:
    rider, horse, other = proposal(PART, RIDER), proposal(WHOLE, HORSE), proposal(ELSEWHERE, RIDER)
    found = propagated(rider, horse, other)

    settled = without_labelled(found, [instance(7, WHOLE, RIDER)])

    assert settled.open == (horse, other)
    assert settled.settled == {rider.box_xyxy: 7}


def test_of_the_same_category_it_is_the_one_most_like_it() -> None:
    near, same = proposal(PART, RIDER), proposal(WHOLE, RIDER)

    assert without_labelled(propagated(same, near), [instance(7, WHOLE, RIDER)]).open == (near,)


def test_what_was_given_another_category_by_hand_is_not_proposed_again() -> None:
    found = propagated(proposal(WHOLE, RIDER), proposal(ELSEWHERE, RIDER))

    assert without_labelled(found, [instance(7, WHOLE, HORSE)]).open == found.open[1:]


def test_each_instance_settles_its_own() -> None:
    found = propagated(proposal(PART, RIDER), proposal(WHOLE, HORSE))

    settled = without_labelled(found, [instance(7, PART, HORSE), instance(8, PART, RIDER)])

    assert sorted(settled.settled.values()) == [7, 8]
    assert settled.open == ()


def test_the_very_same_goes_before_what_only_comes_near() -> None:
    part, whole = proposal(PART, RIDER), proposal(WHOLE, RIDER)
    near = rectangle(0, 0, 40, 35)

    settled = without_labelled(propagated(part, whole), [instance(7, near, RIDER), instance(8, PART, RIDER)])

    assert settled.settled == {whole.box_xyxy: 7, part.box_xyxy: 8}


def test_of_twins_each_instance_settles_one() -> None:
    first = proposal(WHOLE, RIDER)
    second = replace(first, box_xyxy=(0, 0, 40, 40.5))
    found = propagated(first, second)

    assert len(without_labelled(found, [instance(7, WHOLE, RIDER)]).open) == 1
    assert without_labelled(found, [instance(7, WHOLE, RIDER), instance(8, WHOLE, RIDER)]).open == ()
