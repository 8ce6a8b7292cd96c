"""Compares the outlines of a project with what a model draws in their boxes, for the command `check`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.commands.embedding import kept_embeddings
from sam3_annotator.commands.failures import CommandFailed
from sam3_annotator.commands.model_options import ModelOptions, open_chosen
from sam3_annotator.commands.pictures import Pictures
from sam3_annotator.commands.progress import progress_bar
from sam3_annotator.model import BoxPrompt, Check, Embedding, Session
from sam3_annotator.project import (
    Agreement,
    Finding,
    ProjectStore,
    compare_outlines,
    find_disagreements,
    find_undecodable,
    images_in_use,
    instance_counts,
    outlined_instances,
)


@dataclass(frozen=True, slots=True)
class Audit:
    """What a model of that name said: all agreements, and as findings the low ones and images that cannot be read."""

    model: str
    agreements: tuple[Agreement, ...]
    findings: tuple[Finding, ...]


def open_for_audit(options: ModelOptions) -> Session:
    """Load the model; raises `CommandFailed` if it takes no boxes, and `ModelError` if it cannot be loaded."""
    session = open_chosen(options)
    if "boxes" not in session.capabilities:
        raise CommandFailed(f"The model “{session.name}” takes no boxes, which outlines are compared by; name another.")
    return session


def audit_outlines(
    store: ProjectStore, session: Session, cache_gigabytes: float | None, least: float | None, known: Iterable[Finding]
) -> Audit:
    """Compare the outlines of a project, but of images left out; see `find_disagreements` for which are findings.

    Images of which a `known` finding tells already that they cannot be read are not told again.
    """
    counts = instance_counts(store)
    images = [image for image in images_in_use(store) if image.id in counts]
    pictures = Pictures(store, images)
    agreements: list[Agreement] = []
    with progress_bar("Comparing outlines") as progress, kept_embeddings(cache_gigabytes) as cache:
        for image, key, pixels in pictures.read(progress):
            check = partial(progress, pictures.count + len(pictures.unreadable), len(images))
            outlined = outlined_instances(store, image, *pixels.shape[:2])
            if outlined:
                embedding = cache.embed(key, session, partial(np.asarray, pixels), check)
                agreements += compare_outlines(outlined, partial(_draw, session, embedding, check))
    unreadable = find_undecodable(store, pictures.unreadable, known)
    return Audit(session.name, tuple(agreements), (*unreadable, *find_disagreements(agreements, least)))


def _draw(
    session: Session, embedding: Embedding, check: Check, box_xyxy: tuple[float, float, float, float]
) -> NDArray[np.bool_]:
    mask: NDArray[np.bool_] = session.segment(embedding, [BoxPrompt(*box_xyxy)], multimask=False, check=check).masks[0]
    return mask
