"""Turns prompt maps into what is added to the encoder's features."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.prompt_maps import PROMPT_MAPS


def conv_norm_relu(channels: int, out_channels: int, kernel: int, stride: int = 1) -> nn.Sequential:
    """Make a convolution, batch norm and ReLU."""
    return nn.Sequential(
        nn.Conv2d(channels, out_channels, kernel, stride, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(inplace=True),
    )


class PromptFeatures(NamedTuple):
    """`half` `(B, 16, S/2, S/2)` and `quarter` `(B, 48, S/4, S/4)` for the decoder, and what the encoder adds.

    It adds `injected` at 1/4, 1/8 and 1/16.
    """

    half: Tensor
    quarter: Tensor
    injected: tuple[Tensor, Tensor, Tensor]


class PromptEmbedding(nn.Module):
    """Prompt maps at full resolution, folded into channels, then filtered at three scales.

    For the decoder they are folded by two as well: thin parts of an earlier mask still show there. The last
    convolutions start at zero, so that training starts from the plain pretrained encoder.
    """

    def __init__(self, config: BuiltinConfig) -> None:
        super().__init__()
        half, first, second, third = config.prompt_channels
        widths = (config.stages[1].out_channels, config.stages[2].out_channels, config.stages[3].out_channels)
        self.fold_half = conv_norm_relu(PROMPT_MAPS * 4, half, 1)
        self.fold = nn.Sequential(conv_norm_relu(PROMPT_MAPS * 16, first, 1), conv_norm_relu(first, first, 3))
        self.down8 = conv_norm_relu(first, second, 3, 2)
        self.down16 = conv_norm_relu(second, third, 3, 2)
        self.inject4 = nn.Conv2d(first, widths[0], 1)
        self.inject8 = nn.Conv2d(second, widths[1], 1)
        self.inject16 = nn.Conv2d(third, widths[2], 1)
        for inject in (self.inject4, self.inject8, self.inject16):
            nn.init.zeros_(inject.weight)
            nn.init.zeros_(inject.bias)  # type: ignore[arg-type]  # made with a bias three lines up

    def forward(self, maps: Tensor) -> PromptFeatures:
        """Embed prompt maps `(B, 6, S, S)`."""
        first, second = self.fold
        assert isinstance(first, nn.Sequential)
        quarter = second(_fold(maps, first, 4))  # (B, 48, S/4, S/4)
        eighth = self.down8(quarter)
        sixteenth = self.down16(eighth)
        injected = self.inject4(quarter), self.inject8(eighth), self.inject16(sixteenth)
        return PromptFeatures(_fold(maps, self.fold_half, 2), quarter, injected)


def _fold(maps: Tensor, layer: nn.Sequential, size: int) -> Tensor:
    """Send squares of `size` pixels, as channels of one, through a `layer`.

    As a convolution with strides it does the same, and spares the folding, which takes longer than all of it.
    """
    weight: Tensor = layer.get_parameter("0.weight").reshape(-1, PROMPT_MAPS, size, size)
    out: Tensor = layer[1:](F.conv2d(maps, weight, stride=size))
    return out
