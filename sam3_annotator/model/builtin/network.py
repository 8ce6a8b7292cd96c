"""The built-in network: encoder stem once per view, then trunk and decoder for every set of prompts."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.decoder import Decoder, DecoderOutput
from sam3_annotator.model.builtin.encoder import EncoderStem, EncoderTrunk, StemFeatures
from sam3_annotator.model.builtin.heads import LikenessHead, RankingHead
from sam3_annotator.model.builtin.prompt_embedding import PromptEmbedding


class BuiltinNetwork(nn.Module):
    """Views and prompt maps in, mask logits out.

    This is what is trained; the program answers with `runtime.Runtime`, which runs the same in graphs.
    """

    def __init__(self, config: BuiltinConfig) -> None:
        super().__init__()
        self.config = config
        self.stem = EncoderStem(config)
        self.trunk = EncoderTrunk(config)
        self.prompts = PromptEmbedding(config)
        self.decoder = Decoder(config)
        self.ranking = RankingHead()
        self.likeness = LikenessHead()

    def forward(self, stem: StemFeatures, maps: Tensor) -> DecoderOutput:
        """Answer prompt maps `(B, 6, S, S)` on the stem's features of the same views."""
        prompts = self.prompts(maps)
        features = self.trunk(stem.quarter, prompts.injected)
        output: DecoderOutput = self.decoder(stem.half, features, prompts)
        return output

    def describe(self, view: Tensor) -> Tensor:
        """Describe a view `(B, 3, H, W)` of which nothing is asked: three levels of features `(B, C, H/8, W/8)`."""
        quarter = self.stem(view).quarter
        eighth = self.trunk.stage3(quarter)
        sixteenth = self.trunk.stage5(self.trunk.stage4(eighth))
        wide = F.interpolate(sixteenth, scale_factor=2.0, mode="bilinear", align_corners=False)
        return torch.cat([F.avg_pool2d(quarter, 2), eighth, wide], 1)


def normalise(view: Tensor) -> Tensor:
    """Turn RGB 0..255 into what the encoder was trained on."""
    return (view - 127.0) / 128.0
