"""Parts a picture into object and ground by colour and edges (GrabCut), and brings the border to full resolution."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Models = NDArray[np.float64]

# OpenCV's labels: certain and probable ground, certain and probable object.
GROUND, OBJECT, MAYBE_GROUND, MAYBE_OBJECT = cv2.GC_BGD, cv2.GC_FGD, cv2.GC_PR_BGD, cv2.GC_PR_FGD

_COLOURS = 5  # of object and ground each; OpenCV's number
_SAMPLES = 800  # pixels that the first colour models are made from
_ALIKE = 20  # colours that differ less in each channel, of 256, belong together
_FEWEST = 10  # pixels on either side without which there is nothing to tell apart


def cut(picture: Bytes, labels: Bytes) -> Bools:
    """Return the object's mask, `(h, w)`; `picture` is `(h, w, 3)`, `labels` `(h, w)` of the four above.

    Always the same for the same input. With too few pixels on either side, or where object and ground look alike so
    that next to nothing would be left, the labels are the answer.
    """
    is_object = _is_object(labels)
    if min(np.count_nonzero(is_object), np.count_nonzero(~is_object)) < _FEWEST:
        return is_object
    cv2.setRNGSeed(0)
    ground, thing = _colour_models(picture[~is_object]), _colour_models(picture[is_object])
    answer = labels.copy()
    # From models of our own: those of GC_INIT come from k-means over all pixels and take most of its time.
    cv2.grabCut(picture, answer, (0, 0, 1, 1), ground, thing, 1, cv2.GC_EVAL)
    found = _is_object(answer)
    return found if np.count_nonzero(found) * 50 > np.count_nonzero(is_object) else is_object


def alike_around(picture: Bytes, place: tuple[int, int]) -> Bools:
    """Return the connected part of a picture around a place (column, row) that has about its colour."""
    filled = np.zeros((picture.shape[0] + 2, picture.shape[1] + 2), np.uint8)
    smooth = cv2.GaussianBlur(picture, (5, 5), 0)
    flags = 4 | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE
    cv2.floodFill(smooth, filled, place, (0, 0, 0), (_ALIKE,) * 3, (_ALIKE,) * 3, flags)
    return filled[1:-1, 1:-1] > 0


def _is_object(labels: Bytes) -> Bools:
    return np.isin(labels, (OBJECT, MAYBE_OBJECT))


def _colour_models(colours: Bytes) -> Models:
    """Return Gaussian mixtures of `(N, 3)` colours in OpenCV's layout: weights, means, covariances."""
    chosen = np.linspace(0, len(colours) - 1, min(len(colours), _SAMPLES)).astype(int)
    samples = colours[chosen].astype(np.float32)
    # Its stub wants an array for the labels to start from; None is what says that there are none.
    criteria = (cv2.TERM_CRITERIA_COUNT, 5, 0.0)
    _, nearest, _ = cv2.kmeans(samples, _COLOURS, None, criteria, 1, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]  # the stubs want labels, OpenCV takes None
    models = np.zeros((1, 13 * _COLOURS))
    for number in range(_COLOURS):
        own = samples[nearest[:, 0] == number].astype(np.float64)
        if not len(own):
            continue
        models[0, number] = len(own) / len(samples)
        models[0, _COLOURS + 3 * number :][:3] = own.mean(axis=0)
        # The added 1 keeps the covariance of a flat colour invertible.
        models[0, 4 * _COLOURS + 9 * number :][:9] = (np.cov(own.T, bias=True) + np.eye(3)).ravel()
    return models


def keep_parts(mask: Bools, places: list[tuple[int, int]]) -> Bools:
    """Return the connected parts that hold one of the places (column, row); without places, the parts that count.

    Those are the largest and what has at least a tenth of its area.
    """
    count, parts, facts, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if places:
        is_kept = np.zeros(count, dtype=bool)
        is_kept[[parts[row, column] for column, row in places]] = True
    else:
        areas = facts[:, cv2.CC_STAT_AREA].copy()
        areas[0] = 0
        is_kept = areas * 10 >= max(1, areas.max())
    is_kept[0] = False
    return np.asarray(is_kept[parts])


def follow_edges(mask: Bools, picture: Bytes) -> Floats:
    """Return the mask in the resolution of `picture`, 0..1, its border drawn to the edges there (guided filter)."""
    shape = (picture.shape[1], picture.shape[0])
    smooth: Floats = cv2.resize(mask.astype(np.float32), shape, interpolation=cv2.INTER_LINEAR).astype(np.float32)
    scale = max(picture.shape[0] / mask.shape[0], picture.shape[1] / mask.shape[1])
    if scale <= 1:
        return smooth
    guide = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    window = (2 * int(np.ceil(scale)) + 1,) * 2
    mean_guide, mean_mask = cv2.blur(guide, window), cv2.blur(smooth, window)
    variance = cv2.blur(guide * guide, window) - mean_guide * mean_guide
    covariance = cv2.blur(guide * smooth, window) - mean_guide * mean_mask
    slope = covariance / (variance + 1e-3)
    offset = mean_mask - slope * mean_guide
    guided = cv2.blur(slope, window) * guide + cv2.blur(offset, window)
    # Only near the border: further in or out, the texture of the picture means nothing.
    around = np.ones((3, 3), np.uint8)
    is_near = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_GRADIENT, around)
    is_near = cv2.resize(is_near, shape, interpolation=cv2.INTER_NEAREST)
    return np.where(is_near > 0, np.clip(guided, 0, 1), smooth).astype(np.float32)


def border_contrast(mask: Bools, picture: Bytes) -> float:
    """Return how strong the edges of the picture are along the mask's border, 0..1 (a half is an ordinary edge)."""
    is_border = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    if not is_border.any():
        return 0.0
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)
    slopes = np.concatenate([cv2.Sobel(lab, cv2.CV_32F, 1, 0), cv2.Sobel(lab, cv2.CV_32F, 0, 1)], axis=2)
    strength = float(np.sqrt((slopes[is_border] ** 2).sum(axis=1)).mean())
    return strength / (strength + 60.0)
