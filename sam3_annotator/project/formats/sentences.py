"""Parts of the sentences in which imports and exports tell what happened."""

from __future__ import annotations

from collections.abc import Sequence

from sam3_annotator.project.words import counted

_NAMED = 5  # things that a sentence names before it only counts
_MOST_SENTENCES = 20


def listed(names: Sequence[str], noun: str) -> str:
    """Return a count with the first few names, each once, as `7 images (a.jpg, b.jpg, …)`."""
    different = list(dict.fromkeys(names))
    some = ", ".join(different[:_NAMED]) + (", …" if len(different) > _NAMED else "")
    return f"{counted(len(names), noun)} ({some})"


def left_out(what: str, reason: object) -> str:
    """Say what was left out and why; `reason` goes on where `what` ends, as `has no area` after `a.json: shape 3`."""
    return f"{what} {reason}, so it was left out."


def first_of(sentences: Sequence[str]) -> tuple[str, ...]:
    """Return the first of many sentences, and one that counts the others."""
    more = len(sentences) - _MOST_SENTENCES
    if more <= 0:
        return tuple(sentences)
    return (*sentences[:_MOST_SENTENCES], f"{counted(more, 'more problem')} of this kind, not listed here.")
