"""Whole models, written to disk as people have them, are loaded as they are or refused with a sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from sam3_annotator.model import Cancelled, ModelUnavailable
from sam3_annotator.model.checkpoint import load_model
from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.sam3_image import Sam3Image

Tensors = dict[str, Tensor]
AssertSame = Callable[[Sam3Image, Sam3Image], None]
BUILTIN = Path(__file__).parents[3] / "resources" / "builtin" / "builtin.safetensors"


def renamed(tensors: Tensors, *replacements: tuple[str, str]) -> Tensors:
    result = {}
    for name, value in tensors.items():
        for old, new in replacements:
            if name.startswith(old):
                name = new + name.removeprefix(old)
                break
        result[name] = value
    return result


@pytest.fixture
def official_file(official: Tensors, tmp_path: Path) -> Path:
    torch.save(official, tmp_path / "sam3.pt")
    return tmp_path / "sam3.pt"


def test_the_official_file_gives_the_model_back(
    official_file: Path, tiny_model: Sam3Image, tiny_config: Sam3Config, assert_same: AssertSame
) -> None:
    model = load_model(official_file, config=tiny_config)

    assert_same(model, tiny_model)
    assert not model.mask_decoder.has_raw_iou
    assert not model.training
    assert not any(parameter.requires_grad for parameter in model.parameters())
    answer = model(torch.zeros(1, 3, 112, 112), text="cat")
    assert torch.equal(answer.pred_logits, tiny_model(torch.zeros(1, 3, 112, 112), text="cat").pred_logits)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda tensors: {"model": tensors, "epoch": 3}, id="below model"),
        pytest.param(
            lambda tensors: {"state_dict": renamed(tensors, ("", "module."))}, id="below state_dict, parallel"
        ),
        pytest.param(
            lambda tensors: renamed(tensors, ("detector.", "sam3_model."), ("tracker.", "sam2_predictor.model.")),
            id="older prefixes",
        ),
        pytest.param(
            lambda tensors: renamed(tensors, ("detector.", ""), ("tracker.", "inst_interactive_predictor.model.")),
            id="saved from the built model",
        ),
        pytest.param(
            lambda tensors: {name: value for name, value in tensors.items() if "freqs_cis" not in name},
            id="without rotary angles",
        ),
        pytest.param(
            lambda tensors: {
                name.replace("freqs_cis", f"freqs_cis_{part}"): value
                for name, value in tensors.items()
                for part in ("real", "imag")
            },
            id="rotary angles in two parts",
        ),
    ],
)
def test_other_layouts_of_the_official_file_are_read_alike(
    official: Tensors,
    change: Callable[[Tensors], object],
    tiny_model: Sam3Image,
    tiny_config: Sam3Config,
    tmp_path: Path,
    assert_same: AssertSame,
) -> None:
    torch.save(change(official), tmp_path / "weights.bin")

    assert_same(load_model(tmp_path / "weights.bin", config=tiny_config), tiny_model)


def test_hugging_face_file_gives_the_model_back(
    huggingface: Tensors, tiny_model: Sam3Image, tiny_config: Sam3Config, tmp_path: Path, assert_same: AssertSame
) -> None:
    save_file(huggingface, tmp_path / "model.safetensors", metadata={"format": "pt"})

    assert_same(load_model(tmp_path / "model.safetensors", config=tiny_config), tiny_model)
    assert_same(load_model(str(tmp_path), config=tiny_config), tiny_model)  # the folder that holds it


def test_hugging_face_file_with_a_doubled_prefix_is_read_alike(
    huggingface: Tensors, tiny_model: Sam3Image, tiny_config: Sam3Config, tmp_path: Path, assert_same: AssertSame
) -> None:
    doubled = renamed(huggingface, ("tracker_model.", "tracker_model.tracker_model."))
    save_file(doubled, tmp_path / "model.safetensors", metadata={"format": "pt"})

    assert_same(load_model(tmp_path / "model.safetensors", config=tiny_config), tiny_model)


def test_hugging_face_file_in_parts_gives_the_model_back(
    huggingface: Tensors, tiny_model: Sam3Image, tiny_config: Sam3Config, tmp_path: Path, assert_same: AssertSame
) -> None:
    places = {name: f"model-0000{1 + index % 2}-of-00002.safetensors" for index, name in enumerate(huggingface)}
    for part in set(places.values()):
        save_file({name: value for name, value in huggingface.items() if places[name] == part}, tmp_path / part)
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": places}))

    assert_same(load_model(tmp_path, config=tiny_config), tiny_model)


def test_official_names_in_a_safetensors_file_are_read_alike(
    official: Tensors, tiny_model: Sam3Image, tiny_config: Sam3Config, tmp_path: Path, assert_same: AssertSame
) -> None:
    save_file(official, tmp_path / "sam3_fp32.safetensors")

    assert_same(load_model(tmp_path / "sam3_fp32.safetensors", config=tiny_config), tiny_model)


def test_sam_3_1_is_read_with_its_interactive_head(
    official: Tensors, tiny_model: Sam3Image, tiny_config: Sam3Config, tmp_path: Path, assert_same: AssertSame
) -> None:
    vision = "detector.backbone.vision_backbone"
    later = renamed(
        official,
        (f"{vision}.sam2_convs.", f"{vision}.interactive_convs."),
        ("tracker.sam_", "tracker.model.interactive_sam_"),
        ("tracker.no_mem_embed", "tracker.model.interactivity_no_mem_embed"),
        ("tracker.", "tracker.model."),
    )
    later[f"{vision}.propagation_convs.0.conv_1x1.weight"] = torch.zeros(2)
    later["tracker.model.sam_mask_decoder.iou_token.weight"] = torch.zeros(1, 32)  # of another decoder
    torch.save(later, tmp_path / "sam3.1_multiplex.pt")

    model = load_model(tmp_path, config=tiny_config)

    assert_same(model, tiny_model)
    assert model.mask_decoder.has_raw_iou
    assert not tiny_model.mask_decoder.has_raw_iou


def test_parameters_take_the_dtype_asked_for_while_buffers_keep_theirs(
    official_file: Path, tiny_model: Sam3Image, tiny_config: Sam3Config
) -> None:
    model = load_model(official_file, dtype=torch.bfloat16, config=tiny_config)

    expected = dict(tiny_model.named_parameters())
    for name, parameter in model.named_parameters():
        assert torch.equal(parameter, expected[name].bfloat16())
    matrix = "positional_encoding_gaussian_matrix"
    assert torch.equal(getattr(model.prompt_encoder, matrix), getattr(tiny_model.prompt_encoder, matrix))
    assert model(torch.zeros(1, 3, 112, 112), text="cat").pred_masks.isfinite().all()


def test_half_precision_files_fill_a_float32_model(
    official: Tensors, tiny_model: Sam3Image, tiny_config: Sam3Config, tmp_path: Path
) -> None:
    torch.save({name: value.half() for name, value in official.items()}, tmp_path / "sam3.pt")

    model = load_model(tmp_path / "sam3.pt", config=tiny_config)

    assert torch.equal(
        model.neck.interactive[2].conv_1x1.weight, tiny_model.neck.interactive[2].conv_1x1.weight.half().float()
    )


def test_loading_tells_how_far_it_is_and_can_be_cancelled(official_file: Path, tiny_config: Sam3Config) -> None:
    told: list[tuple[int, int, str]] = []
    model = load_model(official_file, config=tiny_config, progress=lambda *news: told.append(news))

    assert told[:2] == [(0, 0, "Reading the file"), (0, 0, "Building the network")]
    done = [each[0] for each in told]
    assert done == sorted(done)
    count, size = len(model.state_dict()), sum(value.nbytes for value in model.state_dict().values())
    assert told[2] == (0, size, f"Filling 0 of {count} weights")
    assert told[-1] == (size, size, f"Filling {count} of {count} weights")

    calls = 0

    def cancel_in_the_middle(*_: object) -> None:
        nonlocal calls
        calls += 1
        if calls == 100:
            raise Cancelled

    with pytest.raises(Cancelled):
        load_model(official_file, config=tiny_config, progress=cancel_in_the_middle)


def test_a_missing_tensor_is_named(official: Tensors, tiny_config: Sam3Config, tmp_path: Path) -> None:
    name = "detector.backbone.vision_backbone.sam2_convs.0.conv_1x1.bias"
    torch.save({key: value for key, value in official.items() if key != name}, tmp_path / "sam3.pt")

    with pytest.raises(ModelUnavailable, match=r"not the whole of it.*neck\.interactive\.0\.conv_1x1\.bias"):
        load_model(tmp_path / "sam3.pt", config=tiny_config)


def test_a_missing_part_of_a_joined_tensor_is_named(
    huggingface: Tensors, tiny_config: Sam3Config, tmp_path: Path
) -> None:
    name = "detector_model.vision_encoder.backbone.layers.2.attention.k_proj.bias"
    save_file({key: value for key, value in huggingface.items() if key != name}, tmp_path / "model.safetensors")

    with pytest.raises(ModelUnavailable, match=r"nothing for “vision_backbone\.blocks\.2\.attn\.qkv\.bias”"):
        load_model(tmp_path / "model.safetensors", config=tiny_config)


@pytest.mark.parametrize(
    "name",
    [
        "detector.transformer.decoder.instance_queries.weight",  # fits a row, but there is no such tensor here
        "tracker.brand_new",  # fits no row
        "optimizer_step",
    ],
)
def test_a_tensor_that_is_not_of_the_model_is_named(
    official: Tensors, name: str, tiny_config: Sam3Config, tmp_path: Path
) -> None:
    torch.save(official | {name: torch.zeros(3)}, tmp_path / "sam3.pt")

    with pytest.raises(ModelUnavailable, match=f"not of this model: “{name}”"):
        load_model(tmp_path / "sam3.pt", config=tiny_config)


def test_a_tensor_of_another_shape_is_named_with_both_shapes(
    official: Tensors, tiny_config: Sam3Config, tmp_path: Path
) -> None:
    name = "tracker.sam_mask_decoder.iou_token.weight"
    torch.save(official | {name: torch.zeros(32)}, tmp_path / "sam3.pt")

    with pytest.raises(ModelUnavailable, match=rf"“{name}” is \(32,\), where \(1, 32\) is expected"):
        load_model(tmp_path / "sam3.pt", config=tiny_config)


def test_a_split_tensor_of_another_height_is_refused(
    official: Tensors, tiny_config: Sam3Config, tmp_path: Path
) -> None:
    name = "detector.segmentation_head.cross_attend_prompt.in_proj_bias"
    torch.save(official | {name: torch.zeros(97)}, tmp_path / "sam3.pt")

    with pytest.raises(ModelUnavailable, match=rf"“{name}” is \(97,\)"):
        load_model(tmp_path / "sam3.pt", config=tiny_config)


@pytest.mark.parametrize(
    ("name", "shape"),
    [("detector.segmentation_head.cross_attend_prompt.in_proj_bias", r"\(32,\)"), ("tracker.no_mem_embed", r"\(32,\)")],
)
def test_a_single_number_in_place_of_a_tensor_is_refused(
    official: Tensors, name: str, shape: str, tiny_config: Sam3Config, tmp_path: Path
) -> None:
    torch.save(official | {name: torch.tensor(1.0)}, tmp_path / "sam3.pt")

    with pytest.raises(ModelUnavailable, match=rf"“{name}” is \(\), where {shape} is expected"):
        load_model(tmp_path / "sam3.pt", config=tiny_config)


def test_sparse_weights_are_refused(official: Tensors, tiny_config: Sam3Config, tmp_path: Path) -> None:
    name = "tracker.sam_mask_decoder.iou_token.weight"
    torch.save(official | {name: official[name].to_sparse()}, tmp_path / "sam3.pt")

    with pytest.raises(ModelUnavailable, match=f"“{name}” is in sparse_coo"):
        load_model(tmp_path / "sam3.pt", config=tiny_config)


def test_parameters_in_a_file_give_a_model_that_learns_nothing(
    official: Tensors, tiny_model: Sam3Image, tiny_config: Sam3Config, tmp_path: Path, assert_same: AssertSame
) -> None:
    torch.save({name: torch.nn.Parameter(value) for name, value in official.items()}, tmp_path / "sam3.pt")

    model = load_model(tmp_path / "sam3.pt", config=tiny_config)

    assert_same(model, tiny_model)
    assert not any(tensor.requires_grad for tensor in (*model.parameters(), *model.buffers()))


def test_the_same_in_two_parts_is_refused(huggingface: Tensors, tiny_config: Sam3Config, tmp_path: Path) -> None:
    places = {name: f"model-0000{1 + index % 2}-of-00002.safetensors" for index, name in enumerate(huggingface)}
    name = next(name for name, part in places.items() if part.startswith("model-00002"))
    for part in set(places.values()):
        kept = {each: value for each, value in huggingface.items() if places[each] == part or each == name}
        save_file(kept, tmp_path / part)
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": places}))

    with pytest.raises(ModelUnavailable, match=f"parts that overlap: “{name}” is in model-00002"):
        load_model(tmp_path, config=tiny_config)


def test_quantised_weights_are_refused(official: Tensors, tiny_config: Sam3Config, tmp_path: Path) -> None:
    name = "tracker.sam_mask_decoder.iou_token.weight"
    torch.save(official | {name: torch.zeros(1, 32, dtype=torch.int8)}, tmp_path / "sam3.pt")

    with pytest.raises(ModelUnavailable, match=f"“{name}” is in int8"):
        load_model(tmp_path / "sam3.pt", config=tiny_config)


@pytest.mark.parametrize(
    "copies",
    [
        ("detector.backbone.language_backbone.resizer.bias", "sam3_model.backbone.language_backbone.resizer.bias"),
        ("tracker.sam_prompt_encoder.point_embeddings.1.weight", "tracker.sam_prompt_encoder.point_embeddings"),
    ],
)
def test_the_same_under_two_names_is_refused(
    official: Tensors, copies: tuple[str, str], tiny_config: Sam3Config, tmp_path: Path
) -> None:
    torch.save(official | {copies[1]: official[copies[0]]}, tmp_path / "sam3.pt")

    with pytest.raises(ModelUnavailable, match="the same under two names"):
        load_model(tmp_path / "sam3.pt", config=tiny_config)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("detector.backbone.language_backbone.projector.weight", "SAM3-LiteText"),
        ("detector.backbone.vision_backbone.trunk.model.head.0.weight", "EfficientSAM3"),
        ("image_encoder.trunk.blocks.0.norm1.weight", "SAM 2"),
        ("image_encoder.blocks.0.norm1.weight", "the first SAM"),
        ("backbone.conv1.weight", "another model than SAM 3"),
        ("layer4.1.bn2.bias", "another model than SAM 3"),
    ],
)
def test_other_models_are_called_by_name(name: str, sentence: str, tmp_path: Path) -> None:
    torch.save({name: torch.zeros(3)}, tmp_path / "weights.pt")

    with pytest.raises(ModelUnavailable, match=sentence):
        load_model(tmp_path / "weights.pt")


def test_the_built_in_model_is_recognised_and_how_to_open_it_is_said() -> None:
    with pytest.raises(ModelUnavailable, match=r"built-in model.*open_session"):
        load_model(BUILTIN)
