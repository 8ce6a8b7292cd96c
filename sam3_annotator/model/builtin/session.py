"""The session of the built-in model: a look at the whole image, then a closer one at the object."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.builtin import shipped_weights
from sam3_annotator.model.builtin.asked import Asked, read_prompts
from sam3_annotator.model.builtin.candidates import Candidate, drop_alike, paint
from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.exemplars import find_alike, paint_found, read_exemplars
from sam3_annotator.model.builtin.looks import Answer, BuiltinEmbedding
from sam3_annotator.model.builtin.meaning import Question, Ranked, Start
from sam3_annotator.model.builtin.refine import follow_edges, obey
from sam3_annotator.model.builtin.runtime import Runtime
from sam3_annotator.model.builtin.search import Found
from sam3_annotator.model.builtin.viewer import Viewer
from sam3_annotator.model.builtin.zoom import Pyramid, ViewWindow
from sam3_annotator.model.outputs import Detection, Segmentation
from sam3_annotator.model.prompts import ConceptPrompt, MaskPrompt, Prompt
from sam3_annotator.model.recent import Recent
from sam3_annotator.model.session import Check, Embedding, never_cancelled

ANSWERS_KEPT = 3
"""So many answers to exemplars are kept whole, each a few megabytes."""


class BuiltinSession:
    """The learned model in the box, on the CPU."""

    def __init__(
        self, weights: Path | None = None, config: BuiltinConfig | None = None, graphs: Path | None = None
    ) -> None:
        """Load the weights into the graphs of a folder, both the shipped ones by default.

        `config` is what the graphs were written from. Raises `ModelUnavailable` if the weights cannot be used.
        """
        path = weights or shipped_weights()
        self._runtime = Runtime(path, config or BuiltinConfig(), graphs)
        self._viewer = Viewer(self._runtime)
        self._alike: Recent[tuple[weakref.ref[BuiltinEmbedding], ConceptPrompt], list[Found]] = Recent(ANSWERS_KEPT)

    @property
    def name(self) -> str:
        """What people call it."""
        return "Built-in"

    @property
    def device(self) -> str:
        """Where it computes."""
        return "CPU"

    @property
    def capabilities(self) -> frozenset[str]:
        """Points, boxes, masks to go on from, and exemplars."""
        return frozenset({"points", "boxes", "masks", "exemplars"})

    def embed(self, image: NDArray[np.uint8], *, check: Check = never_cancelled) -> Embedding:
        """Prepare an image, `(H, W, 3)` uint8 RGB, for windows, and look at the whole of it.

        Raises `ValueError` for pixels of another kind.
        """
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
            raise ValueError(f"An image is (H, W, 3) uint8 RGB; this is {image.shape} {image.dtype}.")
        pyramid = Pyramid(image, self._runtime.config.whole_side)
        check()
        return self._viewer.embed(pyramid)

    def segment(
        self,
        embedding: Embedding,
        prompts: Sequence[Prompt],
        *,
        multimask: bool = True,
        check: Check = never_cancelled,
    ) -> Segmentation:
        """Find the object that points, a box or an earlier mask mean; see `Session.segment`.

        Prompts that continue earlier ones on the same embedding correct the earlier answer.
        """
        if not isinstance(embedding, BuiltinEmbedding):
            raise TypeError(f"The built-in model made no {type(embedding).__name__}.")
        asked = read_prompts(prompts, embedding.image_size)
        earlier = embedding.trail.recall(prompts) or (Answer(asked.belief) if asked.belief is not None else None)
        question = Question(self._viewer, self._runtime.ranking, embedding, asked, earlier)
        answers, starts = question.answer(check)
        check()
        is_first_click = earlier is None and asked.box is None and len(asked.points) == 1
        others = _best_of_each_look(starts) if multimask and is_first_click else []
        offered = drop_alike(finish(answers if multimask else answers[:1], asked), finish(others, asked))
        found = paint(offered, embedding.image_size, asked.positives)
        embedding.trail.remember(prompts, question.remember(offered[0], answers, starts))
        # Whoever goes on from a candidate goes on from all that was seen of it, not from its coarse logits.
        for candidate, logits in zip(offered, found.low_res_logits, strict=True):
            picked = Answer(candidate.belief(), clicks=len(asked.points))
            embedding.trail.remember([*prompts, MaskPrompt(logits)], picked)
        return found

    def detect(
        self,
        embedding: Embedding,
        concept: ConceptPrompt,
        *,
        threshold: float = 0.5,
        check: Check = never_cancelled,
    ) -> Detection:
        """Find all instances like the exemplars; see `Session.detect`. Raises `UnsupportedPrompt` for a phrase.

        The same exemplars at another threshold are not looked for again.
        """
        if not isinstance(embedding, BuiltinEmbedding):
            raise TypeError(f"The built-in model made no {type(embedding).__name__}.")
        key = (weakref.ref(embedding), concept)
        alike = self._alike.get(key)
        if alike is None:
            exemplars = [
                (exemplar, box, self.segment(embedding, [box], check=check))
                for exemplar, box in read_exemplars(concept, embedding.image_size)
            ]
            alike = find_alike(self._runtime, embedding.pyramid, exemplars, check)
            self._alike.put(key, alike)
        return paint_found(alike, threshold, embedding.pyramid, check)


def finish(ranked: Sequence[Ranked], asked: Asked) -> list[Candidate]:
    """Make masks follow edges and obey the prompts; best first."""
    by_view: dict[int, list[Ranked]] = {}
    for one in ranked:
        by_view.setdefault(id(one.guess.pixels), []).append(one)
    finished = [candidate for group in by_view.values() for candidate in _finish_view(group, asked)]
    return sorted(finished, key=lambda one: -one.predicted_iou)


def _finish_view(ranked: Sequence[Ranked], asked: Asked) -> list[Candidate]:
    window = ranked[0].guess.window
    refined = follow_edges(np.stack([one.guess.chance for one in ranked]), ranked[0].guess.pixels)
    return [
        Candidate(obey(chance, window, asked), one.expected, window)
        for chance, one in zip(refined, ranked, strict=True)
    ]


def _best_of_each_look(starts: Sequence[Start]) -> list[Ranked]:
    """Give what the first looks showed, the best of each that was not looked closer at."""
    best: dict[ViewWindow, Ranked] = {}
    for start in starts:
        if start.guess is not None and start.traits is not None:
            best.setdefault(start.guess.window, Ranked(start.guess, start.traits, start.expected))
    return list(best.values())
