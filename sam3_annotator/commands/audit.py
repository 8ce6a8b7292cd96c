"""Compares what is labelled in a project with what a model draws and sees, for the command `check`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.commands.embedding import kept_embeddings
from sam3_annotator.commands.model_options import ModelOptions, open_chosen
from sam3_annotator.commands.pictures import Pictures
from sam3_annotator.commands.progress import progress_bar
from sam3_annotator.model import BoxPrompt, Check, Embedding, Session
from sam3_annotator.project import (
    BY_PHRASES,
    Agreement,
    Finding,
    ProjectStore,
    SeenImage,
    SoughtCategory,
    counted,
    find_by_sightings,
    find_disagreements,
    find_undecodable,
    labelled_on,
    sightings_in_words,
    sought_categories,
)
from sam3_annotator.ui.verbs.comparing import ImageComparison, images_to_compare, kinds_found_by


@dataclass(frozen=True, slots=True)
class Audit:
    """What a model of that name said: all agreements, and what it saw on which images of the categories `sought`.

    The findings are the low agreements, what it sees otherwise than it is labelled, and images that cannot be read.
    """

    model: str
    agreements: tuple[Agreement, ...]
    sought: tuple[SoughtCategory, ...]
    seen: tuple[SeenImage, ...]
    findings: tuple[Finding, ...]

    @property
    def in_words(self) -> str:
        """What was compared, and what came of looking for categories if that was done, without a full stop."""
        compared = f"{counted(len(self.agreements), 'outline')} compared with {self.model}"
        if not self.sought:
            return compared
        return f"{compared}; {sightings_in_words(len(self.sought), len(self.seen), self.findings)}"


def open_for_audit(options: ModelOptions) -> Session:
    """Load the model; raises `ModelError` if it cannot be loaded, or takes nothing that labels are compared by."""
    session = open_chosen(options)
    kinds_found_by(session)
    return session


def audit_labels(
    store: ProjectStore, session: Session, cache_gigabytes: float | None, least: float | None, known: Iterable[Finding]
) -> Audit:
    """Compare what is labelled in a project, but on images left out; see `find_disagreements` for what is `least`.

    Images of which a `known` finding tells already that they cannot be read are not told again.
    """
    sought = sought_categories(store) if kinds_found_by(session) >= BY_PHRASES else ()
    images = images_to_compare(store, sought)
    pictures = Pictures(store, images)
    agreements: list[Agreement] = []
    seen: list[SeenImage] = []
    with progress_bar("Comparing with the model") as progress, kept_embeddings(cache_gigabytes) as cache:
        for image, key, pixels in pictures.read(progress):
            check = partial(progress, pictures.count + len(pictures.unreadable), len(images))
            comparison = ImageComparison(labelled_on(store, image, *pixels.shape[:2]), sought)
            if not comparison.has_questions(session):
                continue
            embedding = cache.embed(key, session, partial(np.asarray, pixels), check)
            comparison.ask(session, embedding, partial(_draw, session, embedding, check), check)
            agreements += comparison.agreements
            seen += [] if comparison.seen is None else [comparison.seen]
    unreadable = find_undecodable(store, pictures.unreadable, known)
    findings = (*unreadable, *find_disagreements(agreements, least), *find_by_sightings(seen))
    return Audit(session.name, tuple(agreements), sought, tuple(seen), findings)


def _draw(
    session: Session, embedding: Embedding, check: Check, box_xyxy: tuple[float, float, float, float]
) -> NDArray[np.bool_]:
    mask: NDArray[np.bool_] = session.segment(embedding, [BoxPrompt(*box_xyxy)], multimask=False, check=check).masks[0]
    return mask
