"""Answers "find all like this": reads the exemplars, has the image searched, and gives what was found."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.builtin.candidates import Candidate
from sam3_annotator.model.builtin.feature_map import FeatureMap, map_features
from sam3_annotator.model.builtin.painting import paint_mask
from sam3_annotator.model.builtin.portraits import lay_on_grid, portray
from sam3_annotator.model.builtin.refine import follow_edges
from sam3_annotator.model.builtin.runtime import Runtime
from sam3_annotator.model.builtin.search import Example, Found, Search, drop_duplicates
from sam3_annotator.model.builtin.zoom import Belief, Box, Pyramid, ViewWindow
from sam3_annotator.model.errors import UnsupportedPrompt
from sam3_annotator.model.outputs import Detection, Segmentation
from sam3_annotator.model.packed_masks import PackedMask, PackedMasks
from sam3_annotator.model.prompts import BoxPrompt, ConceptPrompt, Exemplar
from sam3_annotator.model.session import Check

EXEMPLAR_SCORE = 0.99
"""What was shown is one of what is looked for, nearly without doubt: only its mask may be wrong."""

EXEMPLAR_MARGIN = 1.4
"""A view of an exemplar's mask over the longer side of its box."""

FINE_SIDE = 128
"""Masks that are found get their borders at so many pixels a view."""


def read_exemplars(concept: ConceptPrompt, image_size: tuple[int, int]) -> list[tuple[Exemplar, BoxPrompt]]:
    """Give exemplars with their boxes, cut at the image's borders.

    Raises `UnsupportedPrompt` for a phrase, or if no positive exemplar lies on the image.
    """
    if concept.phrase:
        raise UnsupportedPrompt(
            f"The built-in model does not read, so that “{concept.phrase}” means nothing to it; "
            "draw a box around an example instead."
        )
    height, width = image_size
    found = []
    for one in concept.exemplars:
        (x0, x1), (y0, y1) = sorted((one.x0, one.x1)), sorted((one.y0, one.y1))
        x0, y0, x1, y1 = max(x0, 0.0), max(y0, 0.0), min(x1, width), min(y1, height)
        if x0 < x1 and y0 < y1:
            found.append((one, BoxPrompt(x0, y0, x1, y1)))
    if not any(exemplar.positive for exemplar, _ in found):
        raise UnsupportedPrompt("Draw a box around an example of what to find: so far there is none on the image.")
    return found


def find_alike(
    runtime: Runtime,
    pyramid: Pyramid,
    exemplars: Sequence[tuple[Exemplar, BoxPrompt, Segmentation]],
    check: Check,
) -> list[Found]:
    """Find all instances like the positive exemplars, each given with its box and the masks found in it.

    Those least alike are among them; `paint_found` shows them from a score on.
    """
    chosen = [(exemplar.positive, *_best_in_box(masks, box)) for exemplar, box, masks in exemplars]
    sides = [max(box[2] - box[0], box[3] - box[1]) for positive, _, _, box in chosen if positive]
    features = map_features(runtime, pyramid, float(np.median(sides)), check)
    examples, found = [], []
    for positive, mask, predicted, box in chosen:
        example, itself = show_example(mask, predicted, box, features, pyramid, positive=positive)
        examples.append(example)
        if positive:
            found.append(itself)
    found += Search(runtime, pyramid, features, examples).run(check)
    return drop_duplicates(found)


def show_example(
    mask: NDArray[np.bool_], predicted: float, box: Box, features: FeatureMap, pyramid: Pyramid, *, positive: bool
) -> tuple[Example, Found]:
    """Give what is known of an exemplar from its mask `(H, W)`, which has the bounds `box`, and itself as a find."""
    window = ViewWindow.around(box, EXEMPLAR_MARGIN, pyramid.image_size)
    belief = Belief.from_mask(mask, 2 * FINE_SIDE)
    assert belief is not None  # its box is not empty
    candidate = Candidate(belief.seen_through(window, FINE_SIDE), predicted, window)
    on_grid = lay_on_grid(candidate, features)
    portrait = portray(on_grid, features)
    example = Example(on_grid, portrait, (box[2] - box[0], box[3] - box[1]), positive)
    return example, Found(candidate, on_grid, portrait, EXEMPLAR_SCORE)


def _best_in_box(found: Segmentation, box: BoxPrompt) -> tuple[NDArray[np.bool_], float, Box]:
    """Choose the mask that fills its box best, being likely too; the box itself if every mask is empty."""
    wanted = (box.x0, box.y0, box.x1, box.y1)
    best: tuple[NDArray[np.bool_], float, Box] | None = None
    best_fit = 0.0
    for mask, predicted in zip(found.masks, found.predicted_iou, strict=True):
        around = _bounds(mask)
        if around is not None:
            fit = _box_iou(around, wanted) + float(predicted)
            if fit > best_fit:
                best, best_fit = (mask, float(predicted), around), fit
    if best is not None:
        return best
    filled = np.zeros(found.masks.shape[1:], np.bool_)
    filled[int(box.y0) : int(np.ceil(box.y1)), int(box.x0) : int(np.ceil(box.x1))] = True
    return filled, 0.5, wanted


def _bounds(mask: NDArray[np.bool_]) -> Box | None:
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return None
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)


def _box_iou(first: Box, second: Box) -> float:
    across = min(first[2], second[2]) - max(first[0], second[0])
    down = min(first[3], second[3]) - max(first[1], second[1])
    both = max(across, 0.0) * max(down, 0.0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (first, second)]
    return both / (sum(areas) - both)


def paint_found(alike: Sequence[Found], threshold: float, pyramid: Pyramid, check: Check) -> Detection:
    """Let the masks of what scores above a threshold follow edges, and bring them to image size."""
    found = [one for one in alike if one.score > threshold]
    mask = np.zeros(pyramid.image_size, np.bool_)
    packed = []
    boxes = np.zeros((len(found), 4), np.float32)
    scores = np.array([one.score for one in found], np.float32)
    for index, one in enumerate(found):
        check()
        chance = cv2.resize(one.candidate.chance, (FINE_SIDE, FINE_SIDE), interpolation=cv2.INTER_LINEAR)
        pixels = pyramid.cut(one.candidate.window, FINE_SIDE)
        (fine,) = follow_edges(np.asarray(chance, np.float32)[None], pixels, radius=2)
        paint_mask(mask, fine, one.candidate.window)
        packed.append(PackedMask.of(mask))
        x0, y0, x1, y1 = packed[-1].box_xyxy
        mask[y0:y1, x0:x1] = False
        boxes[index] = (x0, y0, x1, y1) if x1 > x0 else one.candidate.window.area
    presence = max((one.score for one in alike), default=0.0)  # whatever the threshold
    return Detection(PackedMasks(pyramid.image_size, tuple(packed)), boxes, scores, float(presence))
