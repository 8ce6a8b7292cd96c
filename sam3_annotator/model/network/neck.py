"""Two necks on the image encoder: feature maps at three scales for the detector and for interactive segmentation."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.doubling import double_and_smooth

Pyramid = tuple[Tensor, Tensor, Tensor]
"""Maps `(B, width, 4 h, 4 w)`, `(B, width, 2 h, 2 w)` and `(B, width, h, w)` of an encoder's `h` x `w` grid."""


class NeckFeatures(NamedTuple):
    """What the detector and what interactive segmentation read, finest map first."""

    detector: Pyramid
    interactive: Pyramid


class Level(nn.Module):
    """Gives the map the channels of the pyramid and leaves it as fine as it is."""

    def __init__(self, width: int, out: int) -> None:
        super().__init__()
        self.conv_1x1 = nn.Conv2d(width, out, 1)
        self.conv_3x3 = nn.Conv2d(out, out, 3, padding=1)

    def forward(self, features: Tensor) -> Tensor:
        """`(B, C, h, w)` -> `(B, out, h, w)`."""
        out: Tensor = self.conv_3x3(self.conv_1x1(features))
        return out


class TwofoldLevel(Level):
    """Makes the map twice as fine."""

    def __init__(self, width: int, out: int) -> None:
        super().__init__(width // 2, out)
        self.dconv_2x2 = nn.ConvTranspose2d(width, width // 2, 2, stride=2)

    def forward(self, features: Tensor, narrow: nn.Conv2d | None = None) -> Tensor:
        """`(B, C, h, w)` -> `(B, out, 2h, 2w)`, or the channels that `narrow`, 1 x 1, makes of them."""
        return double_and_smooth(features, self.dconv_2x2, self.conv_1x1, self.conv_3x3, narrow)


class FourfoldLevel(Level):
    """Makes the map four times as fine."""

    def __init__(self, width: int, out: int) -> None:
        super().__init__(width // 4, out)
        self.dconv_2x2_0 = nn.ConvTranspose2d(width, width // 2, 2, stride=2)
        self.dconv_2x2_1 = nn.ConvTranspose2d(width // 2, width // 4, 2, stride=2)

    def forward(self, features: Tensor, narrow: nn.Conv2d | None = None) -> Tensor:
        """`(B, C, h, w)` -> `(B, out, 4h, 4w)`, or the channels that `narrow`, 1 x 1, makes of them."""
        halfway = F.gelu(self.dconv_2x2_0(features))
        return double_and_smooth(halfway, self.dconv_2x2_1, self.conv_1x1, self.conv_3x3, narrow)


class Neck(nn.ModuleList):
    """A simple feature pyramid (Li et al., 2022)."""

    def __init__(self, width: int, out: int) -> None:
        super().__init__([FourfoldLevel(width, out), TwofoldLevel(width, out), Level(width, out)])

    def forward(self, features: Tensor, narrow: tuple[nn.Conv2d, nn.Conv2d] | None = None) -> Pyramid:
        """Scale the encoder's features `(B, C, h, w)`.

        Whoever reads the two finer maps through a 1 x 1 convolution alone gives both as `narrow` and gets what they
        make of the maps, which themselves are not made then: that takes a third of the work.
        """
        of_fine, of_middle = narrow or (None, None)
        fine, middle, coarse = self
        return fine(features, of_fine), middle(features, of_middle), coarse(features)


class Sam3DualViTDetNeck(nn.Module):
    """Both necks, which read the same encoder with weights of their own; a model with one half has the one it needs."""

    detector: Neck
    interactive: Neck

    def __init__(self, config: Sam3Config) -> None:
        super().__init__()
        if config.has_concepts:
            self.detector = Neck(config.vision.width, config.width)
        if config.has_clicks:
            self.interactive = Neck(config.vision.width, config.width)

    def forward(self, features: Tensor) -> NeckFeatures:
        """Scale the encoder's features `(B, C, h, w)` in both ways, completely."""
        return NeckFeatures(self.detector(features), self.interactive(features))
