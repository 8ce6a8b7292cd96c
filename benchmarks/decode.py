"""How long a click on a cached embedding takes until its masks, of SAM 3's sizes; the promise is 16.7 ms.

`decode click to low-res masks` is the network alone, until its masks are in main memory; `to full-size mask` is the
session's answer on a 12-megapixel image. The features of the image and the weights are random: they change no time in
the network, but the masks are ragged, and their full size takes longer than that of an object. What one object takes
is measured by itself.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import count

import numpy as np
import torch
from _sam3 import Bench, peer_name, run, transformers_model, transformers_module
from numpy.typing import NDArray
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model import BoxPrompt, PointPrompt
from sam3_annotator.model.machine.device import to_host
from sam3_annotator.model.machine.replay import recorder_for
from sam3_annotator.model.network.mask_decoder import InteractiveFeatures
from sam3_annotator.model.network.preprocessing import InputFrame
from sam3_annotator.model.network.sam3_image import Sam3Image
from sam3_annotator.model.sam3.asked import Asked
from sam3_annotator.model.sam3.click_decoder import ClickDecoder
from sam3_annotator.model.sam3.embedding import Sam3Embedding
from sam3_annotator.model.sam3.postprocessing import fill_holes, full_size_masks
from sam3_annotator.model.sam3.session import Sam3Session

HEIGHT, WIDTH = 3000, 4000


def measure(bench: Bench) -> None:
    network = bench.build(vision=0, text=0)
    input_side, side = bench.config.vision.image_side, bench.config.vision.grid_side
    encoded = bench.encoded()
    click = Asked(((0.4 * input_side, 0.4 * input_side, True),), None, None)
    correction = click.going_on_from(_disc(4 * side)[0])
    with torch.inference_mode():
        features = _prepare_smooth(bench, network)
    decode = ClickDecoder(network, recorder_for(bench.device))

    def decode_step_by_step(asked: Asked) -> object:
        return network.decode_prompts(features, *asked.tensors(bench.device))

    for name, asked in (("click", click), ("click and mask", correction)):
        bench.measure(
            f"decode {name} to low-res masks",
            partial(decode, features, asked),
            counted=partial(decode_step_by_step, asked),
        )
    bench.measure("decode preparing an image", lambda: network.prepare_clicks(encoded))
    session = Sam3Session(network)
    embedding = Sam3Embedding(encoded, features, InputFrame((HEIGHT, WIDTH), input_side))
    step = count()

    def answer_click() -> object:
        return session.segment(embedding, [PointPrompt(500 + next(step), 700)], multimask=True)

    bench.measure("decode click to full-size mask", answer_click, counted=partial(decode_step_by_step, click))
    box = BoxPrompt(800, 900, 2000, 1900)
    bench.measure(
        "decode box to full-size mask",
        lambda: session.segment(embedding, [box], multimask=False),
        counted=partial(decode_step_by_step, replace(click, points=(), box=(200.0, 300.0, 500.0, 640.0))),
    )
    disc = _disc(4 * side)
    bench.measure("decode one object to full-size mask", lambda: full_size_masks(fill_holes(disc), (HEIGHT, WIDTH)))
    if bench.peer:
        _measure_transformers(bench)


def _prepare_smooth(bench: Bench, network: Sam3Image) -> InteractiveFeatures:
    """Prepare smooth maps in place of a neck's with random weights: masks on those would have no outline."""
    side, width = bench.config.vision.grid_side, bench.config.width
    coarse = torch.randn(1, width, 6, 6, device=bench.device)
    fine, middle, same = (
        F.interpolate(coarse, (scale * side, scale * side), mode="bilinear").to(bench.dtype) for scale in (4, 2, 1)
    )
    decoder, prompts = network.mask_decoder, network.prompt_encoder
    s0, s1 = decoder.conv_s0(fine), decoder.conv_s1(middle)
    return decoder.prepare(s0, s1, same, prompts.no_mask_embed, prompts.dense_positions())


def _disc(side: int) -> NDArray[np.float32]:
    """Make the mask logits of an object that covers an eighth of the image."""
    rows, columns = np.mgrid[:side, :side]
    logits = side / 5 - np.hypot(rows - 0.4 * side, columns - 0.5 * side)
    return np.asarray(logits[None], np.float32)


def _measure_transformers(bench: Bench) -> None:
    module = transformers_module("sam3_tracker.modeling_sam3_tracker")
    config = module.Sam3TrackerConfig()
    config.vision_config.backbone_config.num_hidden_layers = 0
    model = transformers_model(bench, lambda: module.Sam3TrackerModel(config))
    maps = [bench.randn(1, channels, side, side) for channels, side in ((32, 288), (64, 144), (256, 72))]
    points = torch.tensor([[[[400.0, 400.0]]]], device=bench.device, dtype=bench.dtype)
    labels = torch.ones(1, 1, 1, dtype=torch.int64, device=bench.device)

    def decode() -> object:
        found = model(image_embeddings=maps, input_points=points, input_labels=labels, multimask_output=True)
        return to_host(found.pred_masks, found.iou_scores)

    bench.measure("decode click to low-res masks", decode, peer=peer_name())


def main(arguments: Sequence[str] | None = None) -> int:
    return run("decode", __doc__, measure, 50, arguments)


if __name__ == "__main__":
    sys.exit(main())
