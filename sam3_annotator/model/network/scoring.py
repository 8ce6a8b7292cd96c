"""Scores each query by how well it matches the prompt."""

from __future__ import annotations

from torch import Tensor, nn

from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.layers import MLP

LOGIT_LIMIT = 12.0


class DotProductScoring(nn.Module):
    """The scaled dot product of a query with the mean of the prompt."""

    def __init__(self, config: Sam3Config) -> None:
        super().__init__()
        width = config.width
        self.prompt_mlp = MLP([width, config.detector.scoring_mlp_width, width])
        self.out_norm = nn.LayerNorm(width)
        self.prompt_proj = nn.Linear(width, width)
        self.hs_proj = nn.Linear(width, width)

    def forward(self, queries: Tensor, prompt: Tensor, prompt_valid: Tensor) -> Tensor:
        """Give class logits `(B, Q, 1)` within -12..12 of `queries` `(B, Q, C)` and `prompt` `(B, T, C)`.

        `prompt_valid` `(B, T)` bool, True = real token; all real tokens count, start, end and CLS included.
        """
        tokens = self.out_norm(prompt + self.prompt_mlp(prompt))
        weights = prompt_valid[..., None].to(tokens.dtype)
        pooled = (tokens * weights).sum(1) / weights.sum(1)
        asked = self.prompt_proj(pooled)[..., None]  # (B, C, 1)
        logits: Tensor = self.hs_proj(queries) @ asked / queries.shape[-1] ** 0.5
        return logits.clamp(-LOGIT_LIMIT, LOGIT_LIMIT)
