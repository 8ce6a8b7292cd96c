"""What a model takes, in two groups, and how one says that it takes nothing of a group."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Final

from sam3_annotator.model.errors import UnsupportedPrompt

CLICKS: Final = frozenset({"points", "boxes", "masks"})
"""What means one object."""

CONCEPTS: Final = frozenset({"exemplars", "phrases"})
"""What means all objects of a kind."""


def refuse_clicks(model: str, capabilities: AbstractSet[str]) -> UnsupportedPrompt | None:
    """Say that the model of this name is not for single objects; None if it is, or if nothing is known of it."""
    if not capabilities or capabilities & CLICKS:
        return None
    return UnsupportedPrompt(
        f"{model} takes phrases and exemplars, but no points and boxes; choose another model for single objects."
    )


def refuse_concepts(model: str, capabilities: AbstractSet[str]) -> UnsupportedPrompt | None:
    """Say that the model of this name does not find all of a kind; None if it does, or if nothing is known of it."""
    if not capabilities or capabilities & CONCEPTS:
        return None
    return UnsupportedPrompt(
        f"{model} takes points and boxes, but no phrases and exemplars; choose another model to find all of a kind."
    )
