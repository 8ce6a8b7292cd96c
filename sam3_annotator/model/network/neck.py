"""Two necks on the image encoder: feature maps at three scales for the detector and for interactive segmentation."""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

from torch import Tensor, nn

from sam3_annotator.model.network.config import Sam3Config

Pyramid = tuple[Tensor, Tensor, Tensor]
"""Maps `(B, width, 4 h, 4 w)`, `(B, width, 2 h, 2 w)` and `(B, width, h, w)` of an encoder's `h` x `w` grid."""


class NeckFeatures(NamedTuple):
    """What the detector and what interactive segmentation read, finest map first."""

    detector: Pyramid
    interactive: Pyramid


class Sam3DualViTDetNeck(nn.Module):
    """A simple feature pyramid (Li et al., 2022), twice: both read the same encoder with weights of their own."""

    def __init__(self, config: Sam3Config) -> None:
        super().__init__()
        self.detector = _make_levels(config.vision.width, config.width)
        self.interactive = _make_levels(config.vision.width, config.width)

    def forward(self, features: Tensor) -> NeckFeatures:
        """Scale the encoder's features `(B, C, h, w)`."""
        return NeckFeatures(_scale(self.detector, features), _scale(self.interactive, features))


def _make_levels(width: int, out: int) -> nn.ModuleList:
    """Make what scales a map by 4, by 2 and by 1."""
    fourfold = OrderedDict(
        dconv_2x2_0=_double(width, width // 2), gelu=nn.GELU(), dconv_2x2_1=_double(width // 2, width // 4)
    )
    twofold = OrderedDict(dconv_2x2=_double(width, width // 2))
    return nn.ModuleList(
        [
            nn.Sequential(OrderedDict(**fourfold, **_project(width // 4, out))),
            nn.Sequential(OrderedDict(**twofold, **_project(width // 2, out))),
            nn.Sequential(OrderedDict(**_project(width, out))),
        ]
    )


def _double(width: int, out: int) -> nn.Module:
    return nn.ConvTranspose2d(width, out, 2, stride=2)


def _project(width: int, out: int) -> dict[str, nn.Module]:
    return {"conv_1x1": nn.Conv2d(width, out, 1), "conv_3x3": nn.Conv2d(out, out, 3, padding=1)}


def _scale(levels: nn.ModuleList, features: Tensor) -> Pyramid:
    fine, middle, coarse = (level(features) for level in levels)
    return fine, middle, coarse
