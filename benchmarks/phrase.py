"""How long a phrase on a cached image takes until all instances, of SAM 3's sizes; the promise is half a second.

The features of the image and the weights are random: all candidates score alike, some below the default threshold and
above the score from which masks are drawn. So the drawing of all 200 is in these times, as it would not be on a
photograph; their full size, of none, is not. What the first concept on an image needs is a step by itself.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from itertools import count

import torch
from _sam3 import Bench, peer_name, run, transformers_model, transformers_module

from sam3_annotator.model import ConceptPrompt, Exemplar
from sam3_annotator.model.machine.device import to_host
from sam3_annotator.model.network.preprocessing import InputFrame
from sam3_annotator.model.sam3.embedding import Sam3Embedding
from sam3_annotator.model.sam3.session import Sam3Session


def measure(bench: Bench) -> None:
    network = bench.build(vision=0)
    encoded = bench.encoded()
    with torch.inference_mode():
        clicks, concepts = network.prepare_clicks(encoded), network.prepare_concepts(encoded)
    frame = InputFrame((3000, 4000), bench.config.vision.image_side)
    session = Sam3Session(network)
    # What is recorded on a graphics card tells nobody of its work: it is counted where it is done step by step.
    stepwise = Sam3Session(network, get_recorder=lambda _: None) if bench.device.type == "cuda" else session
    step = count()

    def embed() -> Sam3Embedding:
        embedding = Sam3Embedding(encoded, clicks, frame)
        embedding.keep_detector(concepts)
        return embedding

    embedding = embed()

    def ask(
        concept: ConceptPrompt, threshold: float = 0.5, on: Sam3Embedding = embedding, by: Sam3Session | None = None
    ) -> object:
        return (by or session).detect(on, concept, threshold=threshold)

    def first_time(by: Sam3Session) -> object:
        return ask(ConceptPrompt(f"cat {next(step)}"), by=by)

    # An exemplar beside the same phrase makes it another concept, whose phrase is known; so does another image.
    def with_exemplar(by: Sam3Session) -> object:
        return ask(ConceptPrompt("cat", exemplars=(Exemplar(300, 400, 700 + next(step), 900),)), by=by)

    def on_another_image(by: Sam3Session) -> object:
        return ask(ConceptPrompt("cat"), on=embed(), by=by)

    bench.measure("phrase preparing an image", lambda: network.prepare_concepts(encoded))
    on_another_image(stepwise)  # from here on it knows the phrase
    for name, action in (
        ("first time", first_time),
        ("cached, exemplar added", with_exemplar),
        ("cached", on_another_image),
    ):
        bench.measure(f"phrase {name}", partial(action, session), counted=partial(action, stepwise))
    bench.measure("phrase new threshold", lambda: ask(ConceptPrompt("dog"), 0.4 + 1e-6 * next(step)))
    if bench.peer:
        del network, session, stepwise
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
