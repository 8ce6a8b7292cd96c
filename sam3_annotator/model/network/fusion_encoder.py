"""Lets the image know what is asked for: image features attend to the prompt tokens."""

from __future__ import annotations

from torch import Tensor, nn

from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.encoder_layer import EncoderLayer


class TransformerEncoderFusion(nn.Module):
    """The stream is the image; the prompt is looked at in every layer and stays as it is."""

    def __init__(self, config: Sam3Config) -> None:
        super().__init__()
        detector = config.detector
        self.layers = nn.ModuleList(
            EncoderLayer(config.width, detector.heads, detector.mlp_width) for _ in range(detector.fusion_layers)
        )

    def forward(self, image: Tensor, positions: Tensor, prompt: Tensor, prompt_valid: Tensor) -> Tensor:
        """Give the memory `(B, HW, C)`.

        `image` `(B, HW, C)`; `positions` `(HW, C)`; `prompt` `(B, T, C)`; `prompt_valid` `(B, T)` bool, True = real.
        """
        stream = image.float()
        for layer in self.layers:
            stream = layer(stream, prompt, prompt, positions=positions, context_valid=prompt_valid)
        return stream.type_as(image)
