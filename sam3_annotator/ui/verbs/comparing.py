"""Asks a model about what is labelled on one image: by the boxes of instances, by the phrases of categories."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model import Check, ConceptPrompt, Embedding, Session, UnsupportedPrompt
from sam3_annotator.project import (
    ASKED_SCORE,
    BY_BOXES,
    BY_PHRASES,
    USUAL_TOLERANCE,
    Agreement,
    FindingKind,
    ImageRecord,
    Labelled,
    ProjectStore,
    SeenImage,
    Sighting,
    SoughtCategory,
    compare_outlines,
    compare_sightings,
    images_in_use,
    instance_counts,
    phrases_of,
)
from sam3_annotator.ui.assistance.proposing import proposals_of
from sam3_annotator.ui.canvas.hit_test import BoxXyxy


def kinds_found_by(session: Session) -> frozenset[FindingKind]:
    """Say what a comparison with a model can find; raises `UnsupportedPrompt` if that is nothing."""
    by_boxes = BY_BOXES if "boxes" in session.capabilities else frozenset()
    by_phrases = BY_PHRASES if "phrases" in session.capabilities else frozenset()
    if not by_boxes and not by_phrases:
        raise UnsupportedPrompt(
            f"The model “{session.name}” takes neither boxes nor phrases, by which labels are compared; choose another."
        )
    return by_boxes | by_phrases


def images_to_compare(store: ProjectStore, sought: Sequence[SoughtCategory]) -> tuple[ImageRecord, ...]:
    """Give the images with instances, and where categories are `sought` those that are finished without any."""
    counts = instance_counts(store)
    return tuple(image for image in images_in_use(store) if image.id in counts or (sought and image.state.is_finished))


class ImageComparison:
    """What a model says about an image, as far as it has been asked: stopped by a check, it goes on where it was.

    `agreements` are those of the outlines, `seen` is what came of looking for all categories, once that is done.
    """

    def __init__(self, labelled: Labelled, sought: Sequence[SoughtCategory]) -> None:
        self.labelled = labelled
        self.agreements: list[Agreement] = []
        self.seen: SeenImage | None = None
        self._sought = sought
        # On an open image without instances whatever is seen says nothing.
        has_answers = bool(labelled.instances) or labelled.image.state.is_finished
        self._phrases = phrases_of(sought) if has_answers else ()
        self._sightings: list[tuple[Sighting, ...]] = []  # by phrase

    def has_questions(self, session: Session) -> bool:
        """Whether there is anything to ask this model; raises `UnsupportedPrompt` if there never is."""
        kinds = kinds_found_by(session)
        return bool((kinds >= BY_BOXES and self.labelled.instances) or (kinds >= BY_PHRASES and self._phrases))

    def ask(
        self, session: Session, embedding: Embedding, draw: Callable[[BoxXyxy], NDArray[np.bool_]], check: Check
    ) -> None:
        """Ask all that is left to be asked; `draw` gives the model's `(H, W)` mask for a box."""
        kinds = kinds_found_by(session)
        if kinds >= BY_BOXES:
            for agreement in compare_outlines(self.labelled.instances[len(self.agreements) :], draw):
                self.agreements.append(agreement)
                check()
        if kinds >= BY_PHRASES and self._phrases:
            for phrase in self._phrases[len(self._sightings) :]:
                self._sightings.append(self._look_for(phrase, session, embedding, check))
                check()
            every = [sighting for sightings in self._sightings for sighting in sightings]
            self.seen = compare_sightings(self.labelled, self._sought, every, check)

    def _look_for(self, phrase: str, session: Session, embedding: Embedding, check: Check) -> tuple[Sighting, ...]:
        """Give what would be proposed for a phrase if nothing were labelled, for each category that has it."""
        found = session.detect(embedding, ConceptPrompt(phrase), threshold=ASKED_SCORE, check=check)
        proposals = proposals_of(found, (), USUAL_TOLERANCE, session.name, check=check)
        categories = [category for category in self._sought if phrase in category.phrases]
        return tuple(Sighting(each, phrase, one.region, one.score) for each in categories for one in proposals)
