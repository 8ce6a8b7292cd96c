"""How long a click on a cached embedding takes until its masks, of SAM 3's sizes; the promise is 16.7 ms.

`decode click to low-res masks` is the network alone; `to full-size mask` is the session's answer on a 12-megapixel
image. The features of the image and the weights are random: they change no time in the network, but the masks are
ragged, and their full size takes longer than that of an object. What one object takes is measured by itself.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import count

import numpy as np
import torch
from _sam3 import Bench, peer_name, run, transformers_module
from numpy.typing import NDArray
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model import BoxPrompt, PointPrompt
from sam3_annotator.model.network.mask_decoder import InteractiveFeatures
from sam3_annotator.model.network.sam3_image import Sam3Image
from sam3_annotator.model.postprocessing import fill_holes, full_size_masks
from sam3_annotator.model.preprocessing import InputFrame
from sam3_annotator.model.sam3.embedding import Sam3Embedding
from sam3_annotator.model.sam3.session import Sam3Session

HEIGHT, WIDTH = 3000, 4000


def measure(bench: Bench) -> None:
    network = bench.build(vision=0, text=0)
    input_side, side = bench.config.vision.image_side, bench.config.vision.grid_side
    encoded = bench.encoded()
    click = torch.tensor([[[input_side * 0.4] * 2]], device=bench.device)
    label = torch.ones(1, 1, dtype=torch.int64, device=bench.device)
    mask = bench.randn(1, 1, 4 * side, 4 * side)
    with torch.inference_mode():
        features = _prepare_smooth(bench, network)

    def decode(mask_logits: torch.Tensor | None = None) -> object:
        return network.segment(features, points_xy=click, point_labels=label, mask_logits=mask_logits, multimask=True)

    bench.measure("decode click to low-res masks", decode)
    bench.measure("decode click and mask to low-res masks", lambda: decode(mask))
    bench.measure("decode preparing an image", lambda: network.prepare_clicks(encoded))
    session = Sam3Session(network)
    embedding = Sam3Embedding(encoded, features, InputFrame((HEIGHT, WIDTH), input_side))
    step = count()

    def answer_click() -> object:
        return session.segment(embedding, [PointPrompt(500 + next(step), 700)], multimask=True)

    bench.measure("decode click to full-size mask", answer_click)
    box = BoxPrompt(800, 900, 2000, 1900)
    bench.measure("decode box to full-size mask", lambda: session.segment(embedding, [box], multimask=False))
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
    return (side / 5 - np.hypot(rows - 0.4 * side, columns - 0.5 * side))[None].astype(np.float32)


def _measure_transformers(bench: Bench) -> None:
    module = transformers_module("sam3_tracker.modeling_sam3_tracker")
    config = module.Sam3TrackerConfig()
    config.vision_config.backbone_config.num_hidden_layers = 0
    model = module.Sam3TrackerModel(config).eval().to(bench.device, bench.dtype)
    maps = [bench.randn(1, channels, side, side) for channels, side in ((32, 288), (64, 144), (256, 72))]
    points = torch.tensor([[[[400.0, 400.0]]]], device=bench.device, dtype=bench.dtype)
    labels = torch.ones(1, 1, 1, dtype=torch.int64, device=bench.device)
    bench.measure(
        "decode click to low-res masks",
        lambda: model(image_embeddings=maps, input_points=points, input_labels=labels, multimask_output=True),
        peer=peer_name(),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    return run("decode", __doc__, measure, 50, arguments)


if __name__ == "__main__":
    sys.exit(main())
