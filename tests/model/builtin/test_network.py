"""The network: shapes, batches, and the promises its construction makes."""

from __future__ import annotations

import pytest
import torch

from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.decoder import ScoreHead
from sam3_annotator.model.builtin.encoder import SameConv, fold_batch_norm
from sam3_annotator.model.builtin.network import BuiltinNetwork, normalise


def make_input(batch: int, side: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(batch)
    return torch.randn(batch, 3, side, side, generator=generator), torch.rand(batch, 6, side, side, generator=generator)


def test_the_shipped_sizes_give_four_masks_at_half_the_view() -> None:
    config = BuiltinConfig()
    network = BuiltinNetwork(config).eval()
    view, maps = make_input(1, config.close_side)

    with torch.no_grad():
        output = network(network.stem(view), maps)

    assert output.logits.shape == (1, 4, config.close_side // 2, config.close_side // 2)
    assert output.score_logits.shape == (1, 4)
    assert sum(parameter.numel() for parameter in network.parameters()) < 10_000_000


def test_the_stem_gives_half_and_quarter_resolution(tiny_network: BuiltinNetwork) -> None:
    view, _ = make_input(2, 64)

    stem = tiny_network.stem(view)

    assert stem.half.shape == (2, 8, 32, 32)
    assert stem.quarter.shape == (2, 8, 16, 16)


def test_a_batch_of_two_answers_as_two_singles(tiny_network: BuiltinNetwork) -> None:
    view, maps = make_input(2, 64)

    with torch.no_grad():
        both = tiny_network(tiny_network.stem(view), maps)
        singles = [tiny_network(tiny_network.stem(view[i : i + 1]), maps[i : i + 1]) for i in range(2)]

    torch.testing.assert_close(both.logits, torch.cat([one.logits for one in singles]), atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(
        both.score_logits, torch.cat([one.score_logits for one in singles]), atol=1e-4, rtol=1e-4
    )


def test_every_side_that_is_a_multiple_of_32_is_taken(tiny_network: BuiltinNetwork) -> None:
    for side in (32, 96, 160):
        view, maps = make_input(1, side)

        output = tiny_network(tiny_network.stem(view), maps)

        assert output.logits.shape == (1, 4, side // 2, side // 2)


def test_a_new_network_leaves_the_pretrained_features_as_they_are() -> None:
    network = BuiltinNetwork(BuiltinConfig.tiny()).eval()
    _, maps = make_input(1, 64)

    injected = network.prompts(maps).injected

    assert not any(bool(one.any()) for one in injected)


def test_a_mask_that_is_sure_of_itself_is_described_so() -> None:
    head = ScoreHead(4, 6)
    square = torch.full((1, 1, 32, 32), -9.0)
    square[..., 8:24, 8:24] = 9.0

    sure, unsure = (
        head.describe(one, torch.ones(1, 4, 16, 16), torch.ones(1, 6, 4, 4))[0, 0, -3:] for one in (square, square / 9)
    )

    assert sure[0] == pytest.approx(0.25, abs=0.01)
    assert sure[1] > 0.95 > unsure[1]
    assert sure[2] < unsure[2]


def test_strided_padding_is_tensorflow_s() -> None:
    conv = SameConv(1, 1, 3, 2)
    torch.nn.init.ones_(conv.conv.weight)
    torch.nn.init.zeros_(conv.conv.bias)

    out = conv(torch.ones(1, 1, 4, 4))

    # The window of the last place reaches one beyond the right and the lower border; that of the first, none.
    assert out[0, 0].tolist() == [[9.0, 6.0], [6.0, 4.0]]


def test_folding_a_batch_norm_keeps_the_answer() -> None:
    torch.manual_seed(0)
    conv = torch.nn.Conv2d(3, 5, 3, bias=False)
    norm = torch.nn.BatchNorm2d(5, eps=1e-3).eval()
    for values in (norm.weight.data, norm.bias.data, norm.running_mean, norm.running_var):
        values.uniform_(0.5, 2)
    x = torch.randn(1, 3, 8, 8)

    weight, bias = fold_batch_norm(conv.weight, norm.weight, norm.bias, norm.running_mean, norm.running_var)

    torch.testing.assert_close(torch.nn.functional.conv2d(x, weight, bias), norm(conv(x)), atol=1e-5, rtol=1e-5)


def test_normalise_maps_the_middle_grey_to_zero() -> None:
    assert normalise(torch.tensor([127.0, 255.0])).tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    "sizes",
    [
        {"close_side": 100},
        {"filled_side": 100},
        {"box_side": 100},
        {"whole_side": 70},
        {"stages": ()},
        {"attention_heads": 5},
    ],
)
def test_sizes_that_do_not_fit_are_refused(sizes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"must|have|has"):
        BuiltinConfig(**sizes)  # type: ignore[arg-type]  # wrong on purpose
