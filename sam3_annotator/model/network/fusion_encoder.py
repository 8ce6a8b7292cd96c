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

        `image` `(B, HW, C)` float32 is what `prepare` gave; `positions` `(HW, C)`; `prompt` `(B, T, C)`; `prompt_valid`
        `(B, T)` bool, True = real.
        """
        stream = image
        for index, layer in enumerate(self.layers):
            stream = layer(
                stream,
                prompt,
                prompt,
                positions=positions,
                context_valid=prompt_valid,
                has_looked_around=index == 0,  # called as a module, so that hooks can ask whether it is still wanted
            )
        return stream.type_as(prompt)

    def prepare(self, image: Tensor, positions: Tensor) -> Tensor:
        """Let the places of the image `(B, HW, C)` look at one another a first time, once per image; gives float32."""
        first: EncoderLayer = self.layers[0]  # type: ignore[assignment]  # the list was made of them
        return first.look_around(image.float(), positions)
