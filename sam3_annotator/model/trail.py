"""Remembers what was answered on the way, so that the next click corrects the mask the user sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Generic, TypeVar

from sam3_annotator.model.prompts import MaskPrompt, Prompt
from sam3_annotator.model.recent import Recent

T = TypeVar("T")

Key = tuple[object, ...]

_leaves_no_trace = ContextVar("leaves_no_trace", default=False)


@contextmanager
def leaving_no_trace() -> Iterator[None]:
    """Let no trail remember what is asked meanwhile, for previews: nobody will go on from them."""
    token = _leaves_no_trace.set(True)
    try:
        yield
    finally:
        _leaves_no_trace.reset(token)


class Trail(Generic[T]):
    """Answers by the prompts that led to them, for one image; the oldest are dropped.

    Masks are known by their content: two masks alike lead to the same answer.
    """

    def __init__(self, capacity: int = 32) -> None:
        self._answers: Recent[Key, T] = Recent(capacity)

    def remember(self, prompts: Sequence[Prompt], answer: T) -> None:
        """Keep what these prompts led to, but for previews (`leaving_no_trace`)."""
        if not _leaves_no_trace.get():
            self._answers.put(_key(prompts), answer)

    def recall(self, prompts: Sequence[Prompt]) -> T | None:
        """Find what the longest true beginning of these prompts led to; None if none was asked before.

        A mask among them says what to go on from, so that answers from before it do not count.
        """
        masks = [index for index, prompt in enumerate(prompts) if isinstance(prompt, MaskPrompt)]
        for length in range(len(prompts) - 1, masks[-1] if masks else 0, -1):
            answer = self._answers.get(_key(prompts[:length]))
            if answer is not None:
                return answer
        return None


def _key(prompts: Sequence[Prompt]) -> Key:
    return tuple(prompt.content if isinstance(prompt, MaskPrompt) else prompt for prompt in prompts)
