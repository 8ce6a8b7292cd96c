"""The command that finds one object on one image."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from sam3_annotator.commands.embedding import embed_file
from sam3_annotator.commands.failures import DONE, CommandFailed
from sam3_annotator.commands.model_options import ModelOptions, open_chosen
from sam3_annotator.commands.whole_files import mask_png, write_whole
from sam3_annotator.commands.words import Box, Point, corners_within
from sam3_annotator.model import BoxPrompt, PointPrompt, Prompt, refuse_clicks
from sam3_annotator.project import read_image


def segment_image(
    image_path: Path,
    out: Path,
    *,
    model: ModelOptions,
    points: list[Point],
    negatives: list[Point],
    box: Box | None,
) -> int:
    """Write the mask of the object that the prompts mean: PNG, 8 bit, 0 or 255, the size of the upright image."""
    if not out.parent.is_dir():
        raise CommandFailed(f"The folder {out.parent} does not exist; make it first, or name another --out.")
    if out.exists() and image_path.exists() and out.samefile(image_path):
        raise CommandFailed(f"{out} is the image itself, which the mask would replace; name another --out.")
    image = read_image(image_path)
    height, width = image.shape[:2]
    prompts: list[Prompt] = [BoxPrompt(*corners_within(box, width, height))] if box is not None else []
    prompts += [_point_prompt(point, True, width, height) for point in points]
    prompts += [_point_prompt(point, False, width, height) for point in negatives]
    session = open_chosen(model)
    if refusal := refuse_clicks(session.name, session.capabilities):
        raise refusal
    started = time.perf_counter()
    found = session.segment(embed_file(image_path, image, session, model.cache_gigabytes), prompts)
    milliseconds = (time.perf_counter() - started) * 1000
    mask = found.masks[0]
    write_whole(mask_png(mask), out)
    print(
        f"{out}: {np.count_nonzero(mask)} of {height * width} px, predicted IoU {found.predicted_iou[0]:.2f}, "
        f"{milliseconds:.0f} ms, {session.name} on {session.device}"
    )
    return DONE


def _point_prompt(point: Point, positive: bool, width: int, height: int) -> PointPrompt:
    if not (0 <= point.x < width and 0 <= point.y < height):
        raise CommandFailed(
            f"The point {point.x:g},{point.y:g} is outside the image, which is {width} x {height} pixels."
        )
    return PointPrompt(point.x, point.y, positive)
