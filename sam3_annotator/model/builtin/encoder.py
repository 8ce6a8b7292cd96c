"""EfficientNet-Lite with batch norm folded away: a frozen stem, then a trunk that prompts are added to."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model.builtin.config import BuiltinConfig, StageConfig


class SameConv(nn.Module):
    """Convolution with TensorFlow's "same" padding, which on strides pads more to the right and below."""

    def __init__(self, channels: int, out_channels: int, kernel: int, stride: int = 1, groups: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, out_channels, kernel, stride, groups=groups)
        if stride == 1:
            self.conv.padding = (kernel // 2, kernel // 2)
        before = (kernel - stride) // 2
        after = kernel - stride - before
        self.extra = (before, after, before, after) if stride > 1 else None

    def forward(self, x: Tensor) -> Tensor:
        """`(B, C, H, W)` -> `(B, C', H / stride, W / stride)`; H and W are multiples of the stride."""
        if self.extra is not None:
            x = F.pad(x, self.extra)
        out: Tensor = self.conv(x)
        return out


class InvertedResidual(nn.Module):
    """Widen, filter each channel, project back; with a shortcut where shapes allow."""

    def __init__(self, channels: int, out_channels: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = channels * expansion
        self.expand = SameConv(channels, wide, 1) if expansion > 1 else None
        self.depthwise = SameConv(wide, wide, kernel, stride, groups=wide)
        self.project = SameConv(wide, out_channels, 1)
        self.has_shortcut = stride == 1 and channels == out_channels

    def forward(self, x: Tensor) -> Tensor:
        """`(B, C, H, W)` -> `(B, C', H / stride, W / stride)`."""
        wide = x if self.expand is None else F.relu6(self.expand(x))
        out: Tensor = self.project(F.relu6(self.depthwise(wide)))
        return x + out if self.has_shortcut else out


def _make_stage(channels: int, stage: StageConfig) -> nn.Sequential:
    blocks = []
    for index in range(stage.repeats):
        stride = stage.stride if index == 0 else 1
        blocks.append(InvertedResidual(channels, stage.out_channels, stage.kernel, stride, stage.expansion))
        channels = stage.out_channels
    return nn.Sequential(*blocks)


class StemFeatures(NamedTuple):
    """What does not depend on prompts: `half` `(B, 16, S/2, S/2)` and `quarter` `(B, 24, S/4, S/4)`."""

    half: Tensor
    quarter: Tensor


class EncoderStem(nn.Module):
    """The first convolution and two stages, kept as pretrained."""

    def __init__(self, config: BuiltinConfig) -> None:
        super().__init__()
        self.conv = SameConv(3, config.stem_channels, 3, 2)
        self.stage1 = _make_stage(config.stem_channels, config.stages[0])
        self.stage2 = _make_stage(config.stages[0].out_channels, config.stages[1])

    def forward(self, view: Tensor) -> StemFeatures:
        """Encode a view `(B, 3, S, S)`, normalised as `(RGB - 127) / 128`."""
        half = self.stage1(F.relu6(self.conv(view)))  # (B, 16, S/2, S/2)
        return StemFeatures(half, self.stage2(half))


class TrunkFeatures(NamedTuple):
    """Features at a quarter, an eighth, a sixteenth and a thirty-second of the view."""

    quarter: Tensor
    eighth: Tensor
    sixteenth: Tensor
    thirty_second: Tensor


class EncoderTrunk(nn.Module):
    """The remaining five stages; prompts are added before stages 3, 4 and 5."""

    def __init__(self, config: BuiltinConfig) -> None:
        super().__init__()
        widths = [stage.out_channels for stage in config.stages]
        self.stage3 = _make_stage(widths[1], config.stages[2])
        self.stage4 = _make_stage(widths[2], config.stages[3])
        self.stage5 = _make_stage(widths[3], config.stages[4])
        self.stage6 = _make_stage(widths[4], config.stages[5])
        self.stage7 = _make_stage(widths[5], config.stages[6])

    def forward(self, quarter: Tensor, injected: tuple[Tensor, Tensor, Tensor]) -> TrunkFeatures:
        """Go on from the stem's `quarter`; `injected` holds what prompts add at 1/4, 1/8 and 1/16."""
        quarter = quarter + injected[0]
        eighth = self.stage3(quarter) + injected[1]
        sixteenth = self.stage5(self.stage4(eighth) + injected[2])
        thirty_second = self.stage7(self.stage6(sixteenth))
        return TrunkFeatures(quarter, eighth, sixteenth, thirty_second)


def fold_batch_norm(
    weight: Tensor, gamma: Tensor, beta: Tensor, mean: Tensor, variance: Tensor, eps: float = 1e-3
) -> tuple[Tensor, Tensor]:
    """Merge a batch norm into the convolution before it: new weight `(O, I, k, k)` and bias `(O,)`."""
    scale = gamma / torch.sqrt(variance + eps)
    return weight * scale.view(-1, 1, 1, 1), beta - mean * scale
