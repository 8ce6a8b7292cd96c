"""Every size of the built-in network and of the views it looks through."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StageConfig:
    """One stage of the encoder: `repeats` inverted residual blocks, the first with `stride`."""

    repeats: int
    kernel: int
    stride: int
    expansion: int
    out_channels: int


EFFICIENTNET_LITE2 = (
    StageConfig(1, 3, 1, 1, 16),
    StageConfig(3, 3, 2, 6, 24),
    StageConfig(3, 5, 2, 6, 48),
    StageConfig(4, 3, 2, 6, 88),
    StageConfig(4, 5, 1, 6, 120),
    StageConfig(5, 5, 2, 6, 208),
    StageConfig(1, 3, 1, 6, 352),
)


@dataclass(frozen=True, slots=True)
class BuiltinConfig:
    """The sizes of the network; `tiny()` is for tests.

    `close_side` is that of a close look, `filled_side` that of one which the object nearly fills, `box_side` that of
    one with a box: it is often the only one, and decides how fine the border is. `whole_side` is that of first looks,
    at the whole image and nearer. The first two `stages` are the frozen part, whose features do not depend on the
    prompts. `prompt_channels` are those at 1/2, 1/4, 1/8 and 1/16, `decoder_channels` those at 1/16, 1/8, 1/4 and 1/2.
    """

    close_side: int = 224
    filled_side: int = 192
    box_side: int = 224
    whole_side: int = 160
    stem_channels: int = 32
    stages: tuple[StageConfig, ...] = EFFICIENTNET_LITE2
    prompt_channels: tuple[int, int, int, int] = (16, 48, 64, 96)
    decoder_channels: tuple[int, int, int, int] = (192, 128, 64, 32)
    attention_heads: int = 4
    attention_blocks: int = 4
    candidates: int = 3

    def __post_init__(self) -> None:
        """Refuse sizes that the network cannot be built with."""
        sides = self.close_side, self.filled_side, self.box_side, self.whole_side
        if any(side % 32 for side in sides):
            raise ValueError(f"Views have sides of a multiple of 32; got {sides}.")
        if len(self.stages) != 7:
            raise ValueError(f"The encoder has seven stages; got {len(self.stages)}.")
        if self.decoder_channels[0] % (4 * self.attention_heads):
            raise ValueError("The widest decoder channels must be a multiple of four times the attention heads.")

    @property
    def mask_count(self) -> int:
        """Masks per answer: the merged one, then part / object / whole."""
        return 1 + self.candidates

    @staticmethod
    def tiny() -> BuiltinConfig:
        """Give a network of the same shape that runs in milliseconds."""
        stages = tuple(
            StageConfig(1, stage.kernel, stage.stride, min(stage.expansion, 2), 8) for stage in EFFICIENTNET_LITE2
        )
        return BuiltinConfig(
            close_side=64,
            filled_side=64,
            box_side=64,
            whole_side=32,
            stem_channels=8,
            stages=stages,
            prompt_channels=(8, 8, 8, 8),
            decoder_channels=(16, 16, 8, 8),
            attention_heads=2,
        )
