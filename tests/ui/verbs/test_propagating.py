"""The instances of an image become questions about the next, and what came of them is told in words."""

from __future__ import annotations

import numpy as np
import pytest

from sam3_annotator.model import (
    Cancelled,
    ConceptPrompt,
    EmbeddingCache,
    PackedMask,
    Propagated,
    Workbench,
    never_cancelled,
)
from sam3_annotator.project import CategoryId, ImageId, ImageUnreadable, InstanceCopy, Region, rectangle
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.canvas.proposals import PropagatedFrom, Proposal, Proposals
from sam3_annotator.ui.verbs.propagating import propagated_in_words, propagation_job

CAT = CategoryId(1)


@pytest.fixture
def shown(image_folder) -> ShownImage:
    return ShownImage.of_file(ImageId(2), image_folder / "2.png")


@pytest.fixture
def bench(fake_session) -> Workbench:
    return Workbench(fake_session, EmbeddingCache(), never_cancelled, "Fake")


@pytest.fixture
def asked(monkeypatch) -> list[tuple[PackedMask, ...]]:
    """Have every object found where it was, scoring less one by one, and note what was asked."""
    noted: list[tuple[PackedMask, ...]] = []

    def stay(_session, _embedding, _before, _after, masks, *_told) -> list[Propagated | None]:
        noted.append(tuple(masks))
        return [Propagated(mask, (place + 1) / len(masks)) for place, mask in enumerate(masks)]

    monkeypatch.setattr("sam3_annotator.ui.verbs.instance_search.propagate", stay)
    return noted


def original(region: Region) -> tuple[CategoryId, InstanceCopy]:
    return CAT, InstanceCopy("cat", "#e69f00", region)


def test_masks_are_the_pixels_on_the_image_before_and_what_has_none_is_not_asked(
    image_folder, shown, bench, asked
) -> None:
    inside, across, outside = (rectangle(*box) for box in ((3.2, 4.7, 10.6, 9.4), (70, 50, 99, 99), (90, 0, 99, 9)))
    originals = [original(region) for region in (inside, across, outside)]

    found = propagation_job(shown, image_folder / "1.png", originals, 0.0)(bench)

    (masks,) = asked
    assert [mask.box_xyxy for mask in masks] == [(3, 5, 11, 9), (70, 50, 80, 60)]
    assert all(mask.inside.all() for mask in masks)
    assert [proposal.region.box_xyxy for proposal in found] == [(70, 50, 80, 60), (3, 5, 11, 9)]
    assert [proposal.score for proposal in found] == [1.0, 0.5]
    assert found[0].copy_of == originals[1][1]
    assert (found[0].category_id, found[0].model, found[0].simplification_iou) == (CAT, "Fake", 1.0)


def test_two_in_the_same_box_are_told_apart(image_folder, shown, bench, asked) -> None:
    originals = [original(rectangle(4, 4, 20, 20))] * 3

    found = propagation_job(shown, image_folder / "1.png", originals, 0.0)(bench)

    assert len({proposal.box_xyxy for proposal in found}) == 3
    assert {proposal.region.box_xyxy for proposal in found} == {(4, 4, 20, 20)}
    assert np.allclose([proposal.box_xyxy for proposal in found], (4, 4, 20, 20))


def test_an_answer_no_longer_wanted_is_not_worked_out(image_folder, shown, fake_session, asked) -> None:
    def check() -> None:
        raise Cancelled

    bench = Workbench(fake_session, EmbeddingCache(), check)
    with pytest.raises(Cancelled):
        propagation_job(shown, image_folder / "1.png", [original(rectangle(4, 4, 20, 20))], 0.0)(bench)

    assert asked == []


def test_a_file_that_is_not_there_is_told(tmp_path, shown, bench) -> None:
    with pytest.raises(ImageUnreadable, match=r"gone\.png"):
        propagation_job(shown, tmp_path / "gone.png", [original(rectangle(4, 4, 20, 20))], 0.0)(bench)


def answered(total: int, *scores: float) -> Proposals:
    asked = Proposals(ImageId(2), ConceptPrompt()).with_propagated(PropagatedFrom(ImageId(1), "1.png", total))
    found = [
        Proposal((place, 0, place + 1, 1), rectangle(place, 0, place + 1, 1), score, 1.0)
        for place, score in enumerate(scores)
    ]
    return asked.with_found(found).with_threshold(0.5)


@pytest.mark.parametrize(
    ("proposals", "words"),
    [
        (answered(1, 0.9), "The instance of 1.png was found again."),
        (answered(1), "The instance of 1.png was not found again."),
        (answered(1, 0.2), "The instance of 1.png was found again; 1 scores below the threshold."),
        (answered(2, 0.9, 0.8), "All 2 instances of 1.png were found again."),
        (answered(3, 0.9, 0.8), "2 of 3 instances of 1.png were found again; 1 was not."),
        (answered(3), "None of the 3 instances of 1.png was found again."),
        (answered(1200, 0.9), "1 of 1,200 instances of 1.png was found again; 1,199 were not."),
        (
            answered(2, 0.9, 0.8).with_labelled({(0, 0, 1, 1): 7}),
            "All 2 instances of 1.png were found again; 1 is labelled here already.",
        ),
        (answered(1, 0.9).with_labelled({(0, 0, 1, 1): 7}), "The instance of 1.png is labelled here already."),
        (answered(2, 0.2, 0.1), "All 2 instances of 1.png were found again; 2 score below the threshold."),
    ],
)
def test_what_became_of_them_is_told(proposals: Proposals, words: str) -> None:
    assert proposals.propagated_from is not None
    assert propagated_in_words(proposals, proposals.propagated_from) == words
