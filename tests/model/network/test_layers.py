"""The shared layers, against the same sums written out."""

from __future__ import annotations

import torch
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model.network.layers import MLP, ChannelLayerNorm, StreamNorm


def test_mlp_cuts_off_negatives_between_its_layers_and_not_after_the_last() -> None:
    mlp = MLP([1, 2, 1])
    with torch.no_grad():
        mlp.layers[0].weight.copy_(torch.tensor([[1.0], [-1.0]]))
        mlp.layers[0].bias.zero_()
        mlp.layers[1].weight.copy_(torch.tensor([[-3.0, -5.0]]))
        mlp.layers[1].bias.fill_(1.0)

        out = mlp(torch.tensor([[2.0], [-2.0]]))

    assert out.flatten().tolist() == [-5.0, -9.0]


def test_mlp_has_a_layer_from_each_width_to_the_next() -> None:
    shapes = [tuple(layer.weight.shape) for layer in MLP([2, 3, 5, 7]).layers]

    assert shapes == [(3, 2), (5, 3), (7, 5)]


def test_stream_norm_computes_in_float32_and_answers_as_its_weights_are() -> None:
    stream = 300 + torch.randn(5, 8, generator=torch.Generator().manual_seed(0))  # bfloat16 knows no parts of one there
    norm = StreamNorm(8)
    exact = norm(stream)

    found = norm.bfloat16()(stream)

    torch.testing.assert_close(exact, F.layer_norm(stream, (8,)), atol=0, rtol=0)
    assert torch.equal(found, exact.bfloat16())


def test_channel_norm_makes_each_place_zero_on_average_with_unit_variance() -> None:
    norm = ChannelLayerNorm(6)
    x = torch.randn(2, 6, 3, 4, generator=torch.Generator().manual_seed(0)) * 5 + 2

    out = norm(x)

    torch.testing.assert_close(out.mean(1), torch.zeros(2, 3, 4), atol=1e-6, rtol=0)
    torch.testing.assert_close(out.var(1, correction=0), torch.ones(2, 3, 4), atol=1e-5, rtol=0)


def test_channel_norm_scales_and_shifts_each_channel() -> None:
    norm = ChannelLayerNorm(2)
    with torch.no_grad():
        norm.weight.copy_(torch.tensor([2.0, 3.0]))
        norm.bias.copy_(torch.tensor([10.0, 20.0]))

    out = norm(torch.tensor([-1.0, 1.0])[None, :, None, None])

    torch.testing.assert_close(out.flatten(), torch.tensor([8.0, 23.0]), atol=1e-4, rtol=0)


def test_channel_norm_adds_a_millionth_to_the_variance() -> None:
    out = ChannelLayerNorm(2)(torch.tensor([-0.001, 0.001])[None, :, None, None])

    torch.testing.assert_close(out.flatten(), torch.tensor([-(0.5**0.5), 0.5**0.5]), atol=1e-4, rtol=0)
