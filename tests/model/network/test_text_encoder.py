"""The text encoder, against an independent implementation and against what it promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import pytest
import torch
from torch import Tensor, nn

from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.text_encoder import VETextEncoder

START, END = 49406, 49407

TABLE = {
    r"token_embedding\.weight": "embeddings.token_embedding.weight",
    r"positional_embedding": "embeddings.position_embedding.weight",
    r"blocks\.(\d+)\.ln_(\d)\.(.*)": r"encoder.layers.\1.layer_norm\2.\3",
    r"blocks\.(\d+)\.attn\.in_proj\.(.*)": r"encoder.layers.\1.self_attn.{q,k,v}_proj.\2",
    r"blocks\.(\d+)\.attn\.out_proj\.(.*)": r"encoder.layers.\1.self_attn.out_proj.\2",
    r"blocks\.(\d+)\.mlp\.c_fc\.(.*)": r"encoder.layers.\1.mlp.fc1.\2",
    r"blocks\.(\d+)\.mlp\.c_proj\.(.*)": r"encoder.layers.\1.mlp.fc2.\2",
    r"ln_final\.(.*)": r"final_layer_norm.\1",
}


@pytest.fixture
def encoder(tiny_config: Sam3Config, randomise: Callable[..., None]) -> VETextEncoder:
    encoder = VETextEncoder(tiny_config)
    randomise(encoder, 0)
    return encoder


@pytest.fixture
def make_reference(
    sam3_reference: ModuleType, rename: Callable[..., dict[str, Tensor]]
) -> Callable[[VETextEncoder, Sam3Config], nn.Module]:
    """Make the reference's text transformer, without the linear layer after it, with the weights of ours."""

    def make(encoder: VETextEncoder, config: Sam3Config) -> nn.Module:
        from transformers import CLIPTextConfig, CLIPTextModel

        sizes = config.text
        reference = CLIPTextModel(
            CLIPTextConfig(
                vocab_size=sizes.vocabulary_size,
                max_position_embeddings=sizes.context_length,
                hidden_size=sizes.width,
                num_hidden_layers=sizes.depth,
                num_attention_heads=sizes.heads,
                intermediate_size=sizes.mlp_width,
                hidden_act="gelu",
            )
        ).eval()
        weights = {name: value for name, value in encoder.state_dict().items() if not name.startswith("resizer")}
        reference.load_state_dict(rename(weights, TABLE))
        return reference

    return make


def make_ids(*phrases: list[int], length: int = 32) -> Tensor:
    rows = [[START, *phrase, END] for phrase in phrases]
    return torch.tensor([row + [0] * (length - len(row)) for row in rows])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_features_equal_those_of_the_reference(
    seed: int,
    tiny_config: Sam3Config,
    randomise: Callable[..., None],
    make_reference: Callable[[VETextEncoder, Sam3Config], nn.Module],
) -> None:
    encoder = VETextEncoder(tiny_config)
    randomise(encoder, seed)
    ids = make_ids([4481, 1228, 2840], [1929])

    with torch.no_grad():
        ours = encoder(ids).tokens
        theirs = encoder.resizer(make_reference(encoder, tiny_config)(ids).last_hidden_state)

    assert ours.shape == (2, 32, 32)
    assert ours.std() > 0.5
    torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-4)


def test_a_batch_of_two_is_encoded_as_two_singles(encoder: VETextEncoder) -> None:
    ids = make_ids([4481, 1228, 2840], [1929])

    with torch.no_grad():
        both, singles = encoder(ids).tokens, torch.cat([encoder(ids[:1]).tokens, encoder(ids[1:]).tokens])

    torch.testing.assert_close(both, singles, atol=1e-5, rtol=1e-5)


def test_phrases_are_told_apart(encoder: VETextEncoder) -> None:
    with torch.no_grad():
        dog, shoe = encoder(make_ids([1929], [7342])).tokens

    assert torch.equal(dog[0], shoe[0])  # the start token sees nothing but itself
    assert (dog[1] - shoe[1]).std() > 0.1
    assert (dog[2] - shoe[2]).std() > 0.1


def test_start_words_and_end_are_valid_and_padding_is_not(encoder: VETextEncoder) -> None:
    with torch.no_grad():
        valid = encoder(make_ids([4481, 1228, 2840], [1929])).valid

    assert valid.sum(1).tolist() == [5, 3]
    assert valid[0, :5].all()
    assert valid[1, :3].all()


def test_valid_tokens_do_not_depend_on_the_padding(encoder: VETextEncoder) -> None:
    with torch.no_grad():
        padded, bare = encoder(make_ids([4481, 1228])).tokens, encoder(make_ids([4481, 1228], length=4)).tokens

    torch.testing.assert_close(padded[:, :4], bare, atol=1e-5, rtol=1e-5)


def test_released_sizes_have_their_known_number_of_weights() -> None:
    with torch.device("meta"):
        encoder = VETextEncoder(Sam3Config())

    resizer = sum(parameter.numel() for parameter in encoder.resizer.parameters())
    unused_projection = 1024 * 512
    assert resizer == 262_400
    assert sum(p.numel() for p in encoder.parameters()) - resizer == 353_462_272 - unused_projection


def test_context_length_is_a_size_like_any_other(tiny_config: Sam3Config) -> None:
    encoder = VETextEncoder(replace(tiny_config, text=replace(tiny_config.text, context_length=16)))

    with torch.no_grad():
        assert encoder(make_ids([1929], length=16)).tokens.shape == (1, 16, 32)


def test_computing_in_bfloat16_adds_little_to_what_rounding_the_weights_does(tiny_config: Sam3Config) -> None:
    torch.manual_seed(0)
    encoder = VETextEncoder(replace(tiny_config, text=replace(tiny_config.text, depth=16))).requires_grad_(False)
    ids = torch.tensor([[5, 9, 2, 7, 1, 8]])

    exact = encoder(ids).tokens
    found = encoder.bfloat16()(ids).tokens
    rounded = encoder.float()(ids).tokens

    assert found.dtype == torch.bfloat16
    by_weights = (rounded - exact).std()
    assert (found - rounded).std() < 2 * by_weights
