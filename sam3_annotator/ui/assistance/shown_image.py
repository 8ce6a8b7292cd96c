"""The image on the canvas as the model sees it: the whole, or a window of it in a resolution of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model import BoxPrompt, ConceptPrompt, Embedding, MaskPrompt, PointPrompt, Prompt, Window, Workbench
from sam3_annotator.project import ImageId, hash_file, read_image
from sam3_annotator.ui.canvas.hit_test import BoxXyxy


@dataclass(frozen=True, slots=True, eq=False)
class ShownImage:
    """An image by its id, what names its content in the embedding cache, its pixels `(H, W, 3)` RGB.

    The model sees it through `window`; None is the whole. Prompts and answers are in pixels of the image: `place` and
    `place_concept` bring prompts into the window, whose left and top are `offset`, for answers to be brought back.
    """

    image_id: ImageId
    content_key: str
    pixels: NDArray[np.uint8]
    window: Window | None = None

    @staticmethod
    def of_file(image_id: ImageId, file: Path) -> ShownImage:
        """Read the whole of an image from its file; raises `ImageUnreadable`."""
        return ShownImage(image_id, hash_file(file), read_image(file))

    @property
    def embedding_key(self) -> str:
        """What names the content of the window in the embedding cache."""
        window = self.window
        if window is None:
            return self.content_key
        return f"{self.content_key} {window.x0},{window.y0},{window.x1},{window.y1}"

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the whole image."""
        return self.pixels.shape[0], self.pixels.shape[1]

    @property
    def offset(self) -> tuple[int, int]:
        """Where the window begins in the image, x and y."""
        return (0, 0) if self.window is None else (self.window.x0, self.window.y0)

    def read(self) -> NDArray[np.uint8]:
        """Give the pixels that the model sees."""
        window = self.window
        if window is None:
            return self.pixels
        return np.ascontiguousarray(self.pixels[window.y0 : window.y1, window.x0 : window.x1])

    def embed(self, bench: Workbench) -> Embedding:
        """Have the embedding of what the model sees, on the model thread; that of a window is kept for a while only."""
        return bench.embed(self.embedding_key, self.read, lasts=self.window is None)

    def through(self, window: Window | None) -> ShownImage:
        """Look through another window."""
        return replace(self, window=window)

    def showing(self, boxes: Iterable[BoxXyxy]) -> ShownImage:
        """Look through the window if it shows these boxes of the image, as far as they are on it; else at the whole."""
        window = self.window
        shows_all = window is None or all(window.shows(self._on_image(box)) for box in boxes)
        return self if shows_all else self.through(None)

    def cuts(self, box_xyxy: BoxXyxy) -> bool:
        """Whether what has this box in the image may go on beyond what the model sees."""
        return self.window is not None and self.window.cuts(box_xyxy, self.size)

    def place(self, prompts: Iterable[Prompt]) -> tuple[Prompt, ...]:
        """Bring prompts into the window; logits, which are of the window already, stay as they are."""
        return tuple(self._place(prompt) for prompt in prompts)

    def place_concept(self, concept: ConceptPrompt) -> ConceptPrompt:
        """Bring the exemplars of a concept into the window."""
        x, y = self.offset
        exemplars = tuple(
            replace(each, x0=each.x0 - x, y0=each.y0 - y, x1=each.x1 - x, y1=each.y1 - y) for each in concept.exemplars
        )
        return replace(concept, exemplars=exemplars)

    def _on_image(self, box_xyxy: BoxXyxy) -> BoxXyxy:
        height, width = self.size
        x0, y0, x1, y1 = box_xyxy
        return min(max(x0, 0), width), min(max(y0, 0), height), min(max(x1, 0), width), min(max(y1, 0), height)

    def _place(self, prompt: Prompt) -> Prompt:
        x, y = self.offset
        if isinstance(prompt, PointPrompt):
            return replace(prompt, x=prompt.x - x, y=prompt.y - y)
        if isinstance(prompt, BoxPrompt):
            return BoxPrompt(prompt.x0 - x, prompt.y0 - y, prompt.x1 - x, prompt.y1 - y)
        if self.window is not None and prompt.mask.dtype == np.bool_:
            return MaskPrompt(prompt.mask[self.window.y0 : self.window.y1, self.window.x0 : self.window.x1])
        return prompt


def box_of_prompt(prompt: Prompt) -> BoxXyxy:
    """Give the box of a click or a box in the image; a mask, which is of no one place, has none and is refused."""
    if isinstance(prompt, PointPrompt):
        return prompt.x, prompt.y, prompt.x, prompt.y
    if isinstance(prompt, BoxPrompt):
        return prompt.x0, prompt.y0, prompt.x1, prompt.y1
    raise TypeError("A mask prompt has no box.")


def exemplar_boxes(concept: ConceptPrompt) -> list[BoxXyxy]:
    """Give the boxes of a concept's exemplars in the image."""
    return [(each.x0, each.y0, each.x1, each.y1) for each in concept.exemplars]
