"""The built-in network: encoder stem once per view, then trunk and decoder for every set of prompts."""

from __future__ import annotations

from torch import Tensor, nn

from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.decoder import Decoder, DecoderOutput
from sam3_annotator.model.builtin.encoder import EncoderStem, EncoderTrunk, StemFeatures
from sam3_annotator.model.builtin.likeness import LikenessHead
from sam3_annotator.model.builtin.prompt_embedding import PromptEmbedding
from sam3_annotator.model.builtin.ranking import RankingHead


class BuiltinNetwork(nn.Module):
    """Views and prompt maps in, mask logits out."""

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
        output: DecoderOutput = self.decoder(stem.half, features, prompts.quarter)
        return output


def normalise(view: Tensor) -> Tensor:
    """Turn RGB 0..255 into what the encoder was trained on."""
    return (view - 127.0) / 128.0
