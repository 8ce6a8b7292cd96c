"""What prompts say about where to look and about each pixel there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.grabcut import graph_cut
from sam3_annotator.model.prompts import BoxPrompt, PointPrompt, Prompt
from sam3_annotator.model.window import Window

# Clicks leave the size of the object open: a window for each of these parts of the image's longer side.
WINDOW_PARTS = (0.25, 0.5, 1.0)
# How far around a click its object probably reaches, as a part of the window; measured on single clicks.
CLICK_REACH = 0.25
CLICK_RADIUS = 2  # around a click this many pixels of what is cut are certain

Pixels = NDArray[np.uint8]
AnyMask = NDArray[np.bool_] | NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """The prompts on one image, sorted by kind and in whole pixels of the image."""

    image_size: tuple[int, int]
    points: list[tuple[int, int, bool]]
    boxes: list[Window]
    masks: list[AnyMask]

    @property
    def positives(self) -> list[tuple[int, int]]:
        """The pixels that are on the object."""
        return [(x, y) for x, y, is_positive in self.points if is_positive]

    @property
    def is_inside_boxes(self) -> bool:
        """Whether the boxes bound the object: no positive click lies outside all of them."""
        return bool(self.boxes) and all(any(box.holds(x, y) for box in self.boxes) for x, y in self.positives)


def sort_prompts(prompts: Sequence[Prompt], image_size: tuple[int, int]) -> Request:
    """Sort prompts by kind; raises `ValueError` for a mask that is neither of the image's size nor logits."""
    height, width = image_size
    request = Request(image_size, [], [], [])
    for prompt in prompts:
        if isinstance(prompt, PointPrompt):
            x, y = min(max(int(prompt.x), 0), width - 1), min(max(int(prompt.y), 0), height - 1)
            request.points.append((x, y, prompt.positive))
        elif isinstance(prompt, BoxPrompt):
            x0, y0 = max(0, round(prompt.x0)), max(0, round(prompt.y0))
            x1, y1 = min(width, max(x0 + 1, round(prompt.x1))), min(height, max(y0 + 1, round(prompt.y1)))
            if x0 < x1 and y0 < y1:  # else it is off the image
                request.boxes.append(Window(x0, y0, x1, y1))
        elif prompt.mask.ndim != 2 or (prompt.mask.dtype == np.bool_ and prompt.mask.shape != image_size):
            raise ValueError(f"A mask prompt is bool {image_size} here, or float (h, w); got {prompt.mask.shape}.")
        elif (prompt.mask > 0).any():
            request.masks.append(prompt.mask)
    return request


def windows_of(request: Request) -> list[Window]:
    """Return where to look: around box or mask, or around the clicks in several sizes; nowhere without any."""
    bounds = [*request.boxes, *(_bounds(mask, request.image_size) for mask in request.masks)]
    pixels = request.positives
    if not pixels and not bounds:
        return []
    if not bounds:  # negative clicks tell where the object ends
        pixels = [(x, y) for x, y, _ in request.points]
    for bound in bounds:
        pixels += [(bound.x0, bound.y0), (bound.x1 - 1, bound.y1 - 1)]
    columns, rows = zip(*pixels, strict=True)
    extent = max(max(columns) - min(columns), max(rows) - min(rows)) + 1
    if bounds:
        return [Window.around(pixels, 0.2 * extent + 4, request.image_size)]
    reaches = [max(part * max(request.image_size), extent) / 2 for part in WINDOW_PARTS]
    return list(dict.fromkeys(Window.around(pixels, reach, request.image_size) for reach in reaches))


def _bounds(mask: AnyMask, image_size: tuple[int, int]) -> Window:
    """Return the box of a mask of any resolution, in pixels of the image."""
    rows, columns = np.nonzero((mask > 0).any(axis=1))[0], np.nonzero((mask > 0).any(axis=0))[0]
    per_row, per_column = image_size[0] / mask.shape[0], image_size[1] / mask.shape[1]
    x0, y0 = int(columns[0] * per_column), int(rows[0] * per_row)
    x1, y1 = int((columns[-1] + 1) * per_column), int((rows[-1] + 1) * per_row)
    return Window(x0, y0, max(x0 + 1, x1), max(y0 + 1, y1))


def label_pixels(picture: Pixels, window: Window, request: Request) -> Pixels:
    """Return what the prompts say about each pixel of a window's picture, in the labels of `graph_cut`."""
    shape = picture.shape[0], picture.shape[1]
    is_likely = np.zeros(shape, dtype=np.uint8)
    if request.masks:
        for mask in request.masks:
            is_likely |= _sampled(mask, window, shape, request.image_size)
    elif request.boxes:
        is_likely |= _in_boxes(window, shape, request)
    else:
        is_likely |= _near_clicks(window, shape, request)
    taken = _taken_away(picture, window, request)
    is_likely[taken] = 0
    if is_likely.all() and min(shape) > 4:  # no ground to differ from: take the frame for that
        is_likely[[0, -1]] = 0
        is_likely[:, [0, -1]] = 0
    labels = np.where(is_likely > 0, graph_cut.MAYBE_OBJECT, graph_cut.MAYBE_GROUND).astype(np.uint8)
    labels[taken] = graph_cut.GROUND
    if request.is_inside_boxes:
        labels[_in_boxes(window, shape, request) == 0] = graph_cut.GROUND
    for x, y, is_positive in request.points:
        if window.holds(x, y):
            label = graph_cut.OBJECT if is_positive else graph_cut.GROUND
            cv2.circle(labels, window.place(x, y, shape), CLICK_RADIUS, label, cv2.FILLED)
    for x, y in request.positives:  # a negative click beside must not take a positive one away
        column, row = window.place(x, y, shape)
        labels[row, column] = graph_cut.OBJECT
    return labels


def _near_clicks(window: Window, shape: tuple[int, int], request: Request) -> Pixels:
    """Mark the pixels within reach of a positive click that are not nearer to a negative one."""
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    nearest = {True: np.full(shape, np.inf), False: np.full(shape, np.inf)}
    for x, y, is_positive in request.points:
        column, row = window.place(x, y, shape)
        np.minimum(nearest[is_positive], (columns - column) ** 2 + (rows - row) ** 2, out=nearest[is_positive])
    reach = max(CLICK_RADIUS + 1, int(CLICK_REACH * max(shape) / max(1, len(request.positives)) ** 0.5))
    return ((nearest[True] <= reach**2) & (nearest[True] < nearest[False])).astype(np.uint8)


def _taken_away(picture: Pixels, window: Window, request: Request) -> NDArray[np.bool_]:
    """Mark what looks like a negative click and is connected with it, unless a positive click is in that part too."""
    shape = picture.shape[0], picture.shape[1]
    positives = [window.place(x, y, shape) for x, y in request.positives]
    taken = np.zeros(shape, dtype=np.bool_)
    for x, y, is_positive in request.points:
        if not is_positive and window.holds(x, y):
            part = graph_cut.alike_around(picture, window.place(x, y, shape))
            if not any(part[row, column] for column, row in positives):
                taken |= part
    return taken


def _sampled(mask: AnyMask, window: Window, shape: tuple[int, int], image_size: tuple[int, int]) -> Pixels:
    """Return a mask of any resolution at the centres of the window's pixels."""
    rows = (window.y0 + (np.arange(shape[0]) + 0.5) * window.size[0] / shape[0]) * mask.shape[0] / image_size[0]
    columns = (window.x0 + (np.arange(shape[1]) + 0.5) * window.size[1] / shape[1]) * mask.shape[1] / image_size[1]
    return (mask[np.ix_(rows.astype(int), columns.astype(int))] > 0).astype(np.uint8)


def _in_boxes(window: Window, shape: tuple[int, int], request: Request) -> Pixels:
    inside = np.zeros(shape, dtype=np.uint8)
    for box in request.boxes:
        x0, y0 = window.place(box.x0, box.y0, shape)
        x1, y1 = window.place(box.x1 - 1, box.y1 - 1, shape)
        inside[y0 : y1 + 1, x0 : x1 + 1] = 1
    return inside
