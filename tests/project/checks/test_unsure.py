"""Instances that a search has found hardly above its threshold are told until somebody has finished their image."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sam3_annotator.project import (
    Finding,
    FindingKind,
    ImageState,
    InstanceId,
    Origin,
    PromptRecord,
    Provenance,
    rectangle,
)

FOUND = Provenance(Origin.MODEL, "SAM 3", phrase="tabby cat", threshold=0.5)


def _add(project: Any, score: float | None, provenance: Provenance = FOUND, image: int = 0) -> InstanceId:
    added: InstanceId = project.add(rectangle(34, 20, 44, 30), image=image, score=score, provenance=provenance)
    return added


def _unsure(project: Any) -> list[Finding]:
    return [finding for finding in project.findings() if finding.kind is FindingKind.UNSURE]


def test_what_was_found_with_low_scores_is_told_the_lowest_first(sound: Any) -> None:
    low = _add(sound, 0.6)
    lowest = _add(sound, 0.51, image=1)
    _add(sound, 0.63, image=2)

    first, second = _unsure(sound)

    assert (first.instance_ids, second.instance_ids) == ((lowest,), (low,))
    assert (first.image_id, first.category_ids) == (sound.images[1], (sound.cat,))
    assert first.box_xyxy == (34, 20, 44, 30)
    assert f"instance {lowest} (cat) was found as “tabby cat” with a score of 0.51" in first.sentence


def test_what_was_found_by_examples_is_told_too(sound: Any) -> None:
    exemplar = PromptRecord("exemplar", (2, 2, 12, 12))
    _add(sound, 0.3, Provenance(Origin.MODEL, "Built-in", prompts=(exemplar,), threshold=0.25))

    (finding,) = _unsure(sound)

    assert "was found by examples with a score of 0.30" in finding.sentence


@pytest.mark.parametrize("state", [ImageState.DONE, ImageState.REVIEWED, ImageState.LEFT_OUT])
def test_what_is_on_an_image_that_somebody_has_settled_is_not_told(sound: Any, state: ImageState) -> None:
    _add(sound, 0.51)
    sound.update(0, state=state)

    assert not _unsure(sound)


def test_what_was_changed_since_has_been_looked_at(sound: Any) -> None:
    instance = _add(sound, 0.51)
    with sound.store.edit("Correct") as edit:
        edit.update_instance(instance, region=rectangle(34, 20, 45, 31), provenance=replace(FOUND, edit_count=1))

    assert not _unsure(sound)


def test_what_was_not_searched_for_has_no_threshold_to_be_near(sound: Any) -> None:
    _add(sound, 0.1, Provenance(Origin.IMPORT))
    _add(sound, 0.1, Provenance(Origin.MODEL, "Built-in"), image=1)
    _add(sound, None, image=2)

    assert not _unsure(sound)
