"""A session that needs no weights: GrabCut on clicks, boxes and masks.

It is what the learned built-in model is measured against. It imports OpenCV, and is itself imported only when a
session is opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.errors import UnsupportedPrompt
from sam3_annotator.model.grabcut import graph_cut
from sam3_annotator.model.grabcut.seeds import Request, label_pixels, sort_prompts, windows_of
from sam3_annotator.model.outputs import Detection, Segmentation
from sam3_annotator.model.prompts import ConceptPrompt, Prompt
from sam3_annotator.model.session import Check, Embedding, never_cancelled
from sam3_annotator.model.window import Window

# Longest sides in pixels: of the copy kept with an embedding, of what is cut, of what the border is drawn on, of the
# logits.
SMALL_SIDE = 1024
CUT_SIDE = 144
CUT_SIDE_OF_SEVERAL = 112  # where there are several windows to cut for one answer
BORDER_SIDE = 512
LOGITS_SIDE = 256

LOGITS_RANGE = 16.0  # certainly outside .. certainly inside is -8 .. 8
SAME_IOU = 0.9  # candidates this alike are one

Pixels = NDArray[np.uint8]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class GrabCutEmbedding:
    """The image itself, `(H, W, 3)` RGB and not to be changed while in use, and a copy of at most 1024 pixels."""

    pixels: Pixels
    small: Pixels

    @property
    def image_size(self) -> tuple[int, int]:
        """Height and width of the image in pixels."""
        return self.pixels.shape[0], self.pixels.shape[1]

    @property
    def nbytes(self) -> int:
        """Memory held by both."""
        return self.pixels.nbytes + self.small.nbytes

    def view(self, window: Window, side: int) -> Pixels:
        """Return the window's picture, its longer side at most `side`."""
        height, width = window.size_within(side)
        scale = self.small.shape[1] / self.pixels.shape[1]
        if max(window.size) * scale >= side:  # the copy has all the detail that is wanted
            x0, y0 = int(window.x0 * scale), int(window.y0 * scale)
            x1, y1 = max(x0 + 1, round(window.x1 * scale)), max(y0 + 1, round(window.y1 * scale))
            part = self.small[y0:y1, x0:x1]
        else:
            part = self.pixels[window.y0 : window.y1, window.x0 : window.x1]
        return np.asarray(cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    window: Window
    mask: Bools  # of the window, at the resolution of the cut
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    window: Window
    inside: NDArray[np.float32]  # 0..1, of the window, at the resolution of the border
    logits: NDArray[np.float32]  # of the image
    score: float


class GrabCutSession:
    """Finds an object by the colours at the prompts and by edges; knows nothing of what objects look like.

    `predicted_iou` is a rule of thumb, not a measurement: how strong the edges along the border are, whether the
    mask ends by itself or at the window's frame, whether it is more than a speck. On 60 objects that it was not made
    with, its correlation with the true IoU was 0.6 for boxes and 0.2 for single clicks: there it hardly tells more
    than which candidate to show first.
    """

    name = "GrabCut"
    device = "CPU"
    capabilities = frozenset({"points", "boxes", "masks"})

    def embed(self, image: Pixels, *, check: Check = never_cancelled) -> GrabCutEmbedding:
        """Keep the image, `(H, W, 3)` uint8 RGB, and a small copy; raises `ValueError` for anything else."""
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
            raise ValueError(f"An image is (H, W, 3) uint8 RGB; got {image.dtype} of shape {image.shape}.")
        check()
        height, width = _whole((image.shape[0], image.shape[1])).size_within(SMALL_SIDE)
        small = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
        return GrabCutEmbedding(image, np.asarray(small, dtype=np.uint8))

    def segment(
        self,
        embedding: Embedding,
        prompts: Sequence[Prompt],
        *,
        multimask: bool = True,
        check: Check = never_cancelled,
    ) -> Segmentation:
        """Find the object of the prompts; clicks alone give up to three candidates, from small to large objects.

        Every positive click is in every mask and no negative click is; of two on one pixel the later counts.
        Without a positive click, a box or a mask there is one empty candidate. A click outside the image counts as
        one on its border. Raises `ValueError` for a mask prompt that is neither of the image's size nor logits.
        """
        if not isinstance(embedding, GrabCutEmbedding):
            raise TypeError(f"This session takes its own embeddings only, not {type(embedding).__name__}.")
        request = sort_prompts(prompts, embedding.image_size)
        candidates = []
        windows = windows_of(request)
        for window in windows:
            check()
            side = CUT_SIDE if len(windows) == 1 else CUT_SIDE_OF_SEVERAL
            candidates.append(_cut(embedding.view(window, side), window, request))
        candidates.sort(key=lambda candidate: candidate.score, reverse=True)
        drawn: list[_Drawn] = []
        for candidate in candidates if multimask else candidates[:1]:
            check()
            sharper = _draw(embedding, candidate, request)
            if not any(_is_alike(sharper, better) for better in drawn):
                drawn.append(sharper)
        if not drawn:
            drawn = [_nothing(embedding.image_size)]
        masks = np.zeros((len(drawn), *embedding.image_size), dtype=np.bool_)
        for mask, each in zip(masks, drawn, strict=True):
            check()
            _enlarge(each, request, out=mask)
        scores = np.array([each.score for each in drawn], dtype=np.float32)
        return Segmentation(masks, scores, np.stack([each.logits for each in drawn]))

    def detect(
        self,
        embedding: Embedding,
        concept: ConceptPrompt,
        *,
        threshold: float = 0.5,
        check: Check = never_cancelled,
    ) -> Detection:
        """Raise `UnsupportedPrompt`: colours do not tell concepts."""
        del embedding, concept, threshold, check
        raise UnsupportedPrompt("GrabCut does not find concepts; click on each object or draw a box.")


def _cut(picture: Pixels, window: Window, request: Request) -> _Candidate:
    shape = picture.shape[0], picture.shape[1]
    mask = graph_cut.cut(picture, label_pixels(picture, window, request))
    mask = graph_cut.keep_parts(mask, [window.place(x, y, shape) for x, y in request.positives])
    return _Candidate(window, mask, _score(window, mask, picture, request))


def _score(window: Window, mask: Bools, picture: Pixels, request: Request) -> float:
    """Return the rule of thumb that `GrabCutSession` describes."""
    frame = [
        mask[0] if window.y0 > 0 else [],
        mask[-1] if window.y1 < request.image_size[0] else [],
        mask[:, 0] if window.x0 > 0 else [],
        mask[:, -1] if window.x1 < request.image_size[1] else [],
    ]
    border_length = max(1.0, 2 * float(np.sqrt(np.pi * np.count_nonzero(mask))))
    is_free = max(0.0, 1 - sum(np.count_nonzero(side) for side in frame) / border_length)
    is_no_speck = float(np.sqrt(min(1.0, mask.mean() / 0.1)))
    evidence = graph_cut.border_contrast(mask, picture) * is_free * is_no_speck
    has_bounds = bool(request.boxes or request.masks)
    return 0.25 + 0.7 * evidence if has_bounds else 0.1 + 0.5 * evidence


def _draw(embedding: GrabCutEmbedding, candidate: _Candidate, request: Request) -> _Drawn:
    """Bring a candidate's border to the edges of the image."""
    window = candidate.window
    picture = embedding.view(window, BORDER_SIDE)
    shape = picture.shape[0], picture.shape[1]
    inside = graph_cut.follow_edges(candidate.mask, picture)
    for is_positive in (False, True):  # the positive ones last: the part they hold must not be lost
        for x, y, is_on_object in request.points:
            if is_on_object is is_positive and window.holds(x, y):
                column, row = window.place(x, y, shape)
                inside[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2] = is_positive
    parts = graph_cut.keep_parts(inside > 0.5, [window.place(x, y, shape) for x, y in request.positives])
    inside[(inside > 0.5) & ~parts] = 0
    return _Drawn(window, inside, _logits(inside, window, request.image_size), candidate.score)


def _logits(inside: NDArray[np.float32], window: Window, image_size: tuple[int, int]) -> NDArray[np.float32]:
    """Show what is inside a window as logits of the whole image."""
    height, width = _whole(image_size).size_within(LOGITS_SIDE)
    # Pixel centres are at halves, here and there.
    step_x, step_y = window.size[1] / inside.shape[1], window.size[0] / inside.shape[0]
    scale_x, scale_y = width / image_size[1], height / image_size[0]
    placed = np.array(
        [
            [step_x * scale_x, 0, (step_x / 2 + window.x0) * scale_x - 0.5],
            [0, step_y * scale_y, (step_y / 2 + window.y0) * scale_y - 0.5],
        ]
    )
    reduced = cv2.warpAffine(inside, placed, (width, height))
    return ((reduced - 0.5) * LOGITS_RANGE).astype(np.float32)


def _whole(image_size: tuple[int, int]) -> Window:
    return Window(0, 0, image_size[1], image_size[0])


def _is_alike(one: _Drawn, other: _Drawn) -> bool:
    both = np.count_nonzero((one.logits > 0) & (other.logits > 0))
    return bool(both > SAME_IOU * np.count_nonzero((one.logits > 0) | (other.logits > 0)))


def _nothing(image_size: tuple[int, int]) -> _Drawn:
    window, inside = Window(0, 0, 1, 1), np.zeros((1, 1), dtype=np.float32)
    return _Drawn(window, inside, _logits(inside, window, image_size), 0.0)


def _enlarge(drawn: _Drawn, request: Request, *, out: Bools) -> None:
    """Fill in the mask of the image, and make true to the pixel what the prompts say."""
    window = drawn.window
    levels = cv2.resize((drawn.inside * 255).astype(np.uint8), window.size[::-1], interpolation=cv2.INTER_LINEAR)
    np.greater(levels, 127, out=out[window.y0 : window.y1, window.x0 : window.x1])
    if request.is_inside_boxes:
        bounded = out.copy()
        out[:] = False
        for box in request.boxes:
            out[box.y0 : box.y1, box.x0 : box.x1] = bounded[box.y0 : box.y1, box.x0 : box.x1]
    for x, y, is_positive in request.points:
        out[y, x] = is_positive
