"""The session of the built-in model: a look at the whole image, then a closer one at the object."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.builtin.asked import Asked, read_prompts
from sam3_annotator.model.builtin.candidates import Candidate, add_others, choose_candidates, paint
from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.exemplars import find_alike, read_exemplars
from sam3_annotator.model.builtin.looks import BuiltinEmbedding, Look
from sam3_annotator.model.builtin.ranking import describe
from sam3_annotator.model.builtin.refine import follow_edges, obey_box, obey_clicks
from sam3_annotator.model.builtin.runtime import Runtime
from sam3_annotator.model.builtin.viewer import Viewer
from sam3_annotator.model.builtin.zoom import Belief, Pyramid
from sam3_annotator.model.outputs import Detection, Segmentation
from sam3_annotator.model.prompts import ConceptPrompt, MaskPrompt, Prompt
from sam3_annotator.model.session import Check, Embedding, never_cancelled
from sam3_annotator.paths import resources_dir

FEW_CLICKS = 5
"""After so many clicks or fewer, the first answer may have been about another object: it is looked at anew."""

DOUBTFUL_BELOW = 0.7
"""An answer that goes on from the one before is doubted if it is expected to be worse than this."""


class BuiltinSession:
    """The learned model in the box, on the CPU."""

    def __init__(
        self, weights: Path | None = None, config: BuiltinConfig | None = None, graphs: Path | None = None
    ) -> None:
        """Load the weights into the graphs of a folder, both the shipped ones by default.

        `config` is what the graphs were written from. Raises `ModelUnavailable` if the weights cannot be used.
        """
        path = weights or resources_dir() / "builtin" / "builtin.safetensors"
        self._runtime = Runtime(path, config or BuiltinConfig(), graphs)
        self._viewer = Viewer(self._runtime)

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
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
            raise ValueError(f"An image is (H, W, 3) uint8 RGB; this is {image.shape} {image.dtype}.")
        pyramid = Pyramid(image, self._runtime.config.view_side)
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
        look, others = self._look(embedding, prompts, asked, check)
        check()
        chosen = self._finish(look, asked, multimask)
        if multimask and others:
            chosen = add_others(chosen, [self._finish(other, asked, False)[0] for other in others])
        found = paint(chosen, embedding.image_size)
        # Whoever goes on from a candidate goes on from all that was seen of it, not from its coarse logits.
        beliefs = [Belief(candidate.chance, candidate.window.area, candidate.window) for candidate in chosen]
        embedding.trail.remember(prompts, beliefs[0])
        for belief, logits in zip(beliefs, found.low_res_logits, strict=True):
            embedding.trail.remember([*prompts, MaskPrompt(logits)], belief)
        return found

    def detect(
        self,
        embedding: Embedding,
        concept: ConceptPrompt,
        *,
        threshold: float = 0.5,
        check: Check = never_cancelled,
    ) -> Detection:
        """Find all instances like the exemplars; see `Session.detect`. Raises `UnsupportedPrompt` for a phrase."""
        if not isinstance(embedding, BuiltinEmbedding):
            raise TypeError(f"The built-in model made no {type(embedding).__name__}.")
        exemplars = [
            (exemplar, box, self.segment(embedding, [box], check=check))
            for exemplar, box in read_exemplars(concept, embedding.image_size)
        ]
        return find_alike(self._runtime, embedding.pyramid, exemplars, threshold, check)

    def _look(
        self, embedding: BuiltinEmbedding, prompts: Sequence[Prompt], asked: Asked, check: Check
    ) -> tuple[Look, list[Look]]:
        """Go on from the answer before, or find the object anew: by the first clicks, where that is better.

        After a single click also gives what else was seen on the way.
        """
        earlier = embedding.trail.recall(prompts)
        if asked.box is not None or asked.belief is not None:
            belief = earlier or asked.belief
            return self._viewer.look_closer(embedding, asked, belief, belief.window if belief else None, check), []
        if earlier is None:
            look, others = self._find(embedding, asked, check)
            return look, others if len(asked.points) == 1 else []
        look = self._viewer.look_closer(embedding, asked, earlier, earlier.window, check)
        if len(asked.points) > FEW_CLICKS:
            return look, []
        size, rank = embedding.image_size, self._runtime.ranking.rank
        traits = describe(look, asked, size, goes_on=True, is_close=True)
        if rank([traits])[0] >= DOUBTFUL_BELOW:
            return look, []
        anew, _ = self._find(embedding, asked, check)
        going_on, afresh = rank([traits, describe(anew, asked, size, goes_on=False, is_close=True)])
        return (anew if afresh > going_on else look), []

    def _find(self, embedding: BuiltinEmbedding, asked: Asked, check: Check) -> tuple[Look, list[Look]]:
        """Find the object by clicks alone: look from several distances, then closer at what the best look shows."""
        looks = self._viewer.first_looks(embedding, asked)
        traits = [describe(look, asked, embedding.image_size, goes_on=False, is_close=False) for look in looks]
        best = looks.pop(int(self._runtime.ranking.rank(traits).argmax()))
        return self._viewer.look_closer(embedding, asked, best.belief(), None, check), looks

    def _finish(self, look: Look, asked: Asked, multimask: bool) -> list[Candidate]:
        """Make the masks follow edges and obey the prompts."""
        count = len(look.scores) if multimask else 1
        points = asked.points_in(look.view.window, len(look.view.pixels))
        refined = follow_edges(look.chances[:count], look.view.pixels)
        inside = asked.widened(None) if asked.box is not None else None
        if inside is not None:
            box = look.view.window.place_box(inside, len(look.view.pixels))
            refined = np.stack([obey_box(chance, box) for chance in refined])
        obedient = [obey_clicks(chance, points) for chance in refined]
        is_ambiguous = asked.box is None and asked.belief is None and len(asked.points) == 1
        return choose_candidates(obedient, look.scores[:count], look.view.window, is_ambiguous=is_ambiguous)
