"""How long a phrase on a cached image takes until all instances, of SAM 3's sizes; the promise is half a second.

The features of the image and the weights are random: all candidates score alike, some below the default threshold and
above the score from which masks are drawn. So the drawing of all 200 is in these times, as it would not be on a
photograph; their full size, of none, is not. What the first concept on an image needs is a step by itself.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import count

import torch
from _sam3 import Bench, peer_name, run, transformers_model, transformers_module

from sam3_annotator.model import ConceptPrompt, Exemplar
from sam3_annotator.model.device import to_host
from sam3_annotator.model.preprocessing import InputFrame
from sam3_annotator.model.sam3.embedding import Sam3Embedding
from sam3_annotator.model.sam3.session import Sam3Session


def measure(bench: Bench) -> None:
    network = bench.build(vision=0)
    encoded = bench.encoded()
    with torch.inference_mode():
        clicks, concepts = network.prepare_clicks(encoded), network.prepare_concepts(encoded)
    frame = InputFrame((3000, 4000), bench.config.vision.image_side)
    session = Sam3Session(network)
    step = count()

    def embed() -> Sam3Embedding:
        embedding = Sam3Embedding(encoded, clicks, frame)
        embedding.keep_detector(concepts)
        return embedding

    embedding = embed()

    def ask(concept: ConceptPrompt, threshold: float = 0.5, on: Sam3Embedding = embedding) -> object:
        return session.detect(on, concept, threshold=threshold)

    def exemplar() -> Exemplar:
        return Exemplar(300, 400, 700 + next(step), 900)

    bench.measure("phrase preparing an image", lambda: network.prepare_concepts(encoded))
    bench.measure("phrase first time", lambda: ask(ConceptPrompt(f"cat {next(step)}")))
    # An exemplar beside the same phrase makes it another concept, whose phrase is known; so does another image.
    bench.measure("phrase cached, exemplar added", lambda: ask(ConceptPrompt("cat", exemplars=(exemplar(),))))
    bench.measure("phrase cached", lambda: ask(ConceptPrompt("cat"), on=embed()))
    bench.measure("phrase new threshold", lambda: ask(ConceptPrompt("dog"), 0.4 + 1e-6 * next(step)))
    if bench.peer:
        del network, session
        _measure_transformers(bench)


def _measure_transformers(bench: Bench) -> None:
    module = transformers_module("sam3.modeling_sam3")
    config = transformers_module("sam3.configuration_sam3").Sam3Config()
    config.vision_config.backbone_config.num_hidden_layers = 0
    model = transformers_model(bench, lambda: module.Sam3Model(config))
    ids = torch.tensor([[49406, 2368, 49407, *[0] * 29]], device=bench.device)
    valid = (ids != 0).long()
    with torch.inference_mode():
        image = model.get_vision_features(pixel_values=bench.randn(1, 3, 1008, 1008))
        text = model.get_text_features(input_ids=ids, attention_mask=valid)

    def ask(**words: torch.Tensor) -> object:
        found = model(vision_embeds=image, attention_mask=valid, **words)
        return to_host(found.pred_masks, found.pred_logits, found.pred_boxes, found.presence_logits)

    bench.measure("phrase first time", lambda: ask(input_ids=ids), peer=peer_name())
    bench.measure("phrase cached", lambda: ask(text_embeds=text), peer=peer_name())


def main(arguments: Sequence[str] | None = None) -> int:
    return run("phrase", __doc__, measure, 3, arguments)


if __name__ == "__main__":
    sys.exit(main())
