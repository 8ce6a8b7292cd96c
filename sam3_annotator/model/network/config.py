"""Every size of the SAM 3 image model; the defaults are those of the released checkpoint."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class VisionConfig:
    """The ViT backbone and its necks.

    A picture of `image_side` pixels is cut into `patch_side` patches; all blocks but `global_blocks` attend inside
    windows of `window_side` patches. The position table covers `pretrained_side` patches and is tiled.
    """

    image_side: int = 1008
    patch_side: int = 14
    width: int = 1024
    depth: int = 32
    heads: int = 16
    mlp_width: int = 4736
    window_side: int = 24
    pretrained_side: int = 24
    global_blocks: tuple[int, ...] = (7, 15, 23, 31)
    rope_theta: float = 10000.0

    @property
    def grid_side(self) -> int:
        """Patches along one side of the picture: 72."""
        return self.image_side // self.patch_side


@dataclass(frozen=True, slots=True)
class TextConfig:
    """The causal text transformer; `context_length` counts tokens, start and end included."""

    vocabulary_size: int = 49408
    context_length: int = 32
    width: int = 1024
    depth: int = 24
    heads: int = 16
    mlp_width: int = 4096


@dataclass(frozen=True, slots=True)
class DetectorConfig:
    """Geometry encoder, fusion encoder, query decoder, scoring and segmentation head."""

    heads: int = 8
    mlp_width: int = 2048
    geometry_layers: int = 3
    fusion_layers: int = 6
    decoder_layers: int = 6
    queries: int = 200
    roi_side: int = 7
    scoring_mlp_width: int = 2048
    norm_groups: int = 8
    upsampling_stages: int = 2


@dataclass(frozen=True, slots=True)
class InteractiveConfig:
    """Prompt encoder and mask decoder of clicks, boxes and masks.

    `has_raw_iou` (SAM 3.1): the predicted IoU is the head's value itself, else the sigmoid of it.
    """

    heads: int = 8
    layers: int = 2
    mlp_width: int = 2048
    attention_downsample: int = 2
    mask_channels: int = 16
    candidates: int = 3
    has_raw_iou: bool = False


@dataclass(frozen=True, slots=True)
class Sam3Config:
    """All sizes; `width` is the number of channels that everything after the necks works in (256).

    `has_concepts` and `has_clicks` say which of the halves on the image encoder there are: the one that finds all
    instances of a concept, the one that segments single objects by clicks, boxes and masks.
    """

    width: int = 256
    vision: VisionConfig = field(default_factory=VisionConfig)
    text: TextConfig = field(default_factory=TextConfig)
    detector: DetectorConfig = field(default_factory=DetectorConfig)
    interactive: InteractiveConfig = field(default_factory=InteractiveConfig)
    has_concepts: bool = True
    has_clicks: bool = True

    @staticmethod
    def tiny() -> Sam3Config:
        """Give a model of the same shape that runs in milliseconds: 8 x 8 patches, two windows a side."""
        return Sam3Config(
            width=32,
            vision=VisionConfig(
                image_side=112,
                width=32,
                depth=4,
                heads=2,
                mlp_width=48,
                window_side=4,
                pretrained_side=4,
                global_blocks=(1, 3),
            ),
            text=TextConfig(context_length=32, width=32, depth=2, heads=2, mlp_width=64),
            detector=DetectorConfig(
                heads=4,
                mlp_width=48,
                geometry_layers=2,
                fusion_layers=2,
                decoder_layers=2,
                queries=10,
                scoring_mlp_width=48,
                norm_groups=4,
            ),
            interactive=InteractiveConfig(heads=4, mlp_width=48),
        )
