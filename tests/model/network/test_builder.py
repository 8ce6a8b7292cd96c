"""What comes out of the factory."""

from __future__ import annotations

import subprocess
import sys

import torch
from torch import nn

from sam3_annotator.model.network import Sam3Config, build_sam3_image_model, builder


def test_the_default_has_the_size_of_the_released_checkpoint() -> None:
    model = build_sam3_image_model(device="meta")

    # All 849,581,511 values that a checkpoint holds for images and clicks.
    assert sum(value.numel() for value in model.state_dict().values()) == 849_581_511


def test_a_model_is_ready_to_answer() -> None:
    model = build_sam3_image_model(Sam3Config.tiny())

    assert not any(module.training for module in model.modules())
    assert not any(parameter.requires_grad for parameter in model.parameters())


def test_no_table_or_token_of_a_new_model_is_empty() -> None:
    model = build_sam3_image_model(Sam3Config.tiny())

    plain = {name for name, parameter in model.named_parameters() if not parameter.any()}
    assert {name for name in plain if not name.endswith("bias")} == set()


def test_the_same_seed_gives_the_same_model() -> None:
    models = []
    for _ in range(2):
        torch.manual_seed(5)
        models.append(build_sam3_image_model(Sam3Config.tiny()).state_dict())

    assert all(torch.equal(models[0][name], value) for name, value in models[1].items())


def test_parts_have_the_shapes_they_have_in_the_whole() -> None:
    config = Sam3Config.tiny()
    model = build_sam3_image_model(config)
    parts: dict[str, nn.Module] = {
        "vision_backbone": builder.create_vision_backbone(config),
        "neck": builder.create_neck(config),
        **builder.create_concept_parts(config)._asdict(),
        **builder.create_interactive_head(config)._asdict(),
    }

    whole = {name: value.shape for name, value in model.state_dict().items() if name != "no_memory_embedding"}

    assert whole == {
        f"{part}.{name}": value.shape for part, module in parts.items() for name, value in module.state_dict().items()
    }


def test_the_halves_share_the_image_encoder_and_nothing_else() -> None:
    whole, concepts, clicks = (
        {name: value.shape for name, value in build_sam3_image_model(config, device="meta").state_dict().items()}
        for config in (Sam3Config(), Sam3Config(has_clicks=False), Sam3Config(has_concepts=False))
    )

    assert {**concepts, **clicks} == whole
    shared = concepts.keys() & clicks.keys()
    assert {name.partition(".")[0] for name in shared} == {"vision_backbone"}
    assert all(name in shared for name in whole if name.startswith("vision_backbone."))


def test_an_empty_model_is_built_without_loading_the_compiler_of_pytorch() -> None:
    """It takes a second or more and some 100 MB, which everybody would pay who opens a checkpoint."""
    code = (
        "import sys; from sam3_annotator.model.network.builder import build_sam3_image_model; "
        "build_sam3_image_model(device='meta'); print('torch._dynamo' in sys.modules)"
    )

    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)

    assert asked.stdout.strip() == "False"
