"""How long SAM 3 takes from a 12-megapixel image to its embedding, at the released sizes; the promise is 3.5 s.

Weights are random: they change no time. The parts are measured by themselves, on random tokens. The peak of memory is
that of a loaded session with one embedding; with a peer it is that of the larger of the two, one after the other.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np
from _sam3 import Bench, peer_name, run, transformers_model, transformers_module

from sam3_annotator.model.network.preprocessing import to_model_input
from sam3_annotator.model.network.sam3_image import Sam3Image
from sam3_annotator.model.sam3.session import Sam3Session

HEIGHT, WIDTH = 3000, 4000


def measure(bench: Bench) -> None:
    network = bench.build()
    session = Sam3Session(network)
    # What is recorded on a graphics card tells nobody of its work: it is counted where it is done step by step.
    stepwise = Sam3Session(network, get_recorder=lambda _: None) if bench.device.type == "cuda" else session
    image = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    bench.measure("encode image to embedding", lambda: session.embed(image), counted=lambda: stepwise.embed(image))
    bench.measure("encode resizing the image", lambda: to_model_input(image, bench.config.vision.image_side))
    _measure_parts(bench, network)
    if bench.peer:
        del session, stepwise, network
        _measure_transformers(bench)


def _measure_parts(bench: Bench, network: Sam3Image) -> None:
    vision = network.config.vision
    tokens = bench.randn(1, vision.grid_side**2, vision.width)
    encoded = bench.encoded()
    blocks, rotations = network.vision_backbone.blocks, network.vision_backbone.rotations(bench.device)
    first_global = vision.global_blocks[0]
    bench.measure("encode one windowed block", lambda: blocks[0](tokens, rotations[0], None))
    bench.measure("encode one global block", lambda: blocks[first_global](tokens, rotations[1], None))
    bench.measure("encode preparing for clicks", lambda: network.prepare_clicks(encoded))
    bench.measure("encode preparing for the first concept", lambda: network.prepare_concepts(encoded))


def _measure_transformers(bench: Bench) -> None:
    """Measure from resized pixels to the detector's features: it has no features for clicks beside them."""
    config = transformers_module("sam3.configuration_sam3").Sam3VisionConfig()
    model = transformers_model(bench, lambda: transformers_module("sam3.modeling_sam3").Sam3VisionModel(config))
    pixels = bench.randn(1, 3, 1008, 1008)
    bench.measure("encode image to embedding", lambda: model(pixels), peer=peer_name())


def main(arguments: Sequence[str] | None = None) -> int:
    return run("encode", __doc__, measure, 2, arguments)


if __name__ == "__main__":
    sys.exit(main())
