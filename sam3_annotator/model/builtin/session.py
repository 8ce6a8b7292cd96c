"""The session of the built-in model: a look at the whole image, then a closer one at the object."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from sam3_annotator.model.builtin.asked import Asked, read_prompts
from sam3_annotator.model.builtin.candidates import Candidate, choose_candidates, paint
from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.encoder import StemFeatures
from sam3_annotator.model.builtin.exemplars import find_alike, read_exemplars
from sam3_annotator.model.builtin.looks import BuiltinEmbedding, Look, View
from sam3_annotator.model.builtin.network import BuiltinNetwork, normalise
from sam3_annotator.model.builtin.prompt_maps import draw_prompt_maps
from sam3_annotator.model.builtin.refine import follow_edges, obey_box, obey_clicks
from sam3_annotator.model.builtin.weights import load_network
from sam3_annotator.model.builtin.zoom import SMALLEST_SPAN, Belief, Box, Pyramid, ViewWindow
from sam3_annotator.model.outputs import Detection, Segmentation
from sam3_annotator.model.prompts import ConceptPrompt, MaskPrompt, Prompt
from sam3_annotator.model.session import Check, Embedding, never_cancelled
from sam3_annotator.paths import resources_dir

MARGIN = 2.0
"""A window shows the object with so much of its surroundings: its side over the object's longer side."""

CLOSER_BELOW = 0.3
"""Look closer once more if the object spans less of the window than this."""

MOST_LOOKS = 4

NEARER_PARTS = (2.5, 6)
"""The first click is looked at from nearer too, through windows of the longer side divided by these."""

LARGE_FROM = 900
"""An image of so many pixels on the longer side can hold much smaller objects."""

NEARER_PARTS_OF_LARGE = (2.5, 6, 16)
"""The same for large images."""

MOST_OF_NEARER = 0.7
"""An object that spans more of a nearer window goes on beyond it, and is seen better from afar."""

WHOLE_BONUS = 0.1
"""A nearer look must predict its mask to be better by so much: most clicks mean what is seen from afar."""


class BuiltinSession:
    """The learned model in the box, on the CPU."""

    def __init__(self, weights: Path | None = None, config: BuiltinConfig | None = None) -> None:
        """Load the weights, the shipped ones by default; raises `ModelUnavailable` if they cannot be used."""
        self._config = config or BuiltinConfig()
        path = weights or resources_dir() / "builtin" / "builtin.safetensors"
        self._network: BuiltinNetwork = load_network(path, self._config).to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub has no such overload

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
        pyramid = Pyramid(image, self._config.view_side)
        check()
        window = ViewWindow.whole(pyramid.image_size)
        return BuiltinEmbedding(pyramid, self._encode(pyramid, window, self._config.whole_side))

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
        look = self._look_closer(embedding, prompts, asked, check)
        check()
        chosen = self._finish(look, asked, multimask)
        found = paint(chosen, look.view.window, embedding.image_size)
        # Whoever goes on from a candidate goes on from all that was seen of it, not from its coarse logits.
        beliefs = [Belief(candidate.chance, look.view.window.area, look.view.window) for candidate in chosen]
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
        return find_alike(self._network, embedding.pyramid, exemplars, threshold, check)

    def _look_closer(self, embedding: BuiltinEmbedding, prompts: Sequence[Prompt], asked: Asked, check: Check) -> Look:
        """Look through windows until the object fills one; gives the last look."""
        belief = embedding.trail.recall(prompts)
        last = belief.window if belief is not None else None
        belief = belief or asked.belief
        box = asked.widened(belief.box(asked.positives) if belief is not None else None)
        if belief is None and asked.box is None:
            belief = self._first_belief(embedding, asked)
            box = asked.widened(belief.box(asked.positives))
        for _ in range(MOST_LOOKS):
            check()
            assert box is not None  # read_prompts refuses prompts that say nothing of where
            window = ViewWindow.around(box, MARGIN, embedding.image_size)
            if last is not None and last.shows(box, window):
                window = last
            view = embedding.view(
                window, lambda window: self._encode(embedding.pyramid, window, self._config.view_side)
            )
            (look,) = self._ask([view], asked, belief)
            belief = look.belief()
            box = asked.widened(belief.box(asked.positives))
            if box is None or not _is_small(box, window):
                break
        return look

    def _first_belief(self, embedding: BuiltinEmbedding, asked: Asked) -> Belief:
        """Look at the whole image and, nearer, around the first click: small objects show only there."""
        side, longest = self._config.whole_side, max(embedding.image_size)
        x, y = asked.positives[0]
        parts = NEARER_PARTS if longest < LARGE_FROM else NEARER_PARTS_OF_LARGE
        spans = [longest / part for part in parts if longest / part >= SMALLEST_SPAN]
        windows = [
            ViewWindow.around((x - span / 2, y - span / 2, x + span / 2, y + span / 2), 1.0, embedding.image_size)
            for span in spans
        ]
        looks = self._ask(
            [embedding.whole, *(self._encode(embedding.pyramid, window, side) for window in windows)], asked, None
        )
        belief, best = looks[0].belief(), float(looks[0].scores[0]) + WHOLE_BONUS
        for look in looks[1:]:
            nearer = look.belief()
            box = nearer.box(asked.positives)
            fits = box is not None and max(box[2] - box[0], box[3] - box[1]) < MOST_OF_NEARER * look.view.window.span
            if fits and look.scores[0] > best:
                belief, best = nearer, float(look.scores[0])
        return belief

    def _encode(self, pyramid: Pyramid, window: ViewWindow, side: int) -> View:
        pixels = pyramid.cut(window, side)
        with torch.inference_mode():
            values = normalise(torch.from_numpy(pixels).permute(2, 0, 1)[None].float())
            stem: StemFeatures = self._network.stem(values.contiguous(memory_format=torch.channels_last))
        return View(window, pixels, stem)

    def _ask(self, views: Sequence[View], asked: Asked, belief: Belief | None) -> list[Look]:
        """Put prompts and the belief so far to the network, on several views of the same side at once."""
        side = len(views[0].pixels)
        maps = []
        for view in views:
            box = view.window.place_box(asked.box, side) if asked.box is not None else None
            earlier = belief.seen_through(view.window, side) if belief is not None else None
            maps.append(draw_prompt_maps(side, asked.points_in(view.window, side), box, earlier))
        with torch.inference_mode():
            half, quarter = (torch.cat(features) for features in zip(*(view.stem for view in views), strict=True))
            output = self._network(StemFeatures(half, quarter), torch.from_numpy(np.stack(maps)))
            wide = torch.nn.functional.interpolate(output.logits, scale_factor=2.0, mode="bilinear")
            chances, scores = wide.sigmoid().numpy(), output.score_logits.sigmoid().numpy()
        return [Look(*found) for found in zip(views, chances, scores, strict=True)]

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
        return choose_candidates(obedient, look.scores[:count], is_ambiguous=is_ambiguous)


def _is_small(box: Box, window: ViewWindow) -> bool:
    """Whether there is more to see closer up."""
    longest = max(box[2] - box[0], box[3] - box[1])
    return longest < CLOSER_BELOW * window.span and window.span > 1.3 * SMALLEST_SPAN
