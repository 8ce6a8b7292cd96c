"""Remembers what was answered on the way, so that the next click corrects the mask the user sees."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from sam3_annotator.model.builtin.zoom import Belief
from sam3_annotator.model.prompts import MaskPrompt, Prompt

Key = tuple[object, ...]


class Trail:
    """Beliefs by the prompts that led to them, for one image; the oldest are dropped."""

    def __init__(self, capacity: int = 24) -> None:
        self._capacity = capacity
        self._beliefs: OrderedDict[Key, Belief] = OrderedDict()

    def remember(self, prompts: Sequence[Prompt], belief: Belief) -> None:
        """Keep what these prompts led to."""
        key = _key(prompts)
        self._beliefs[key] = belief
        self._beliefs.move_to_end(key)
        while len(self._beliefs) > self._capacity:
            self._beliefs.popitem(last=False)

    def recall(self, prompts: Sequence[Prompt]) -> Belief | None:
        """Find what the longest true beginning of these prompts led to; None if none was asked before."""
        for length in range(len(prompts) - 1, 0, -1):
            belief = self._beliefs.get(_key(prompts[:length]))
            if belief is not None:
                return belief
        return None


def _key(prompts: Sequence[Prompt]) -> Key:
    # A mask is known by its content; two masks alike are rare, and lead to the same answer.
    return tuple(
        (prompt.mask.shape, prompt.mask.tobytes()) if isinstance(prompt, MaskPrompt) else prompt for prompt in prompts
    )
