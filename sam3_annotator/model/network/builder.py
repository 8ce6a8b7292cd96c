"""Makes the SAM 3 image model, part by part, with random weights and ready to answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.decoder import TransformerDecoder
from sam3_annotator.model.network.fusion_encoder import TransformerEncoderFusion
from sam3_annotator.model.network.geometry_encoder import GeometryEncoder
from sam3_annotator.model.network.mask_decoder import MaskDecoder
from sam3_annotator.model.network.neck import Sam3DualViTDetNeck
from sam3_annotator.model.network.prompt_encoder import PromptEncoder
from sam3_annotator.model.network.sam3_image import ClickParts, ConceptParts, Sam3Image
from sam3_annotator.model.network.scoring import DotProductScoring
from sam3_annotator.model.network.segmentation_head import UniversalSegmentationHead
from sam3_annotator.model.network.text_encoder import VETextEncoder
from sam3_annotator.model.network.vision_backbone import ViT

Network = TypeVar("Network", bound=nn.Module)

DRAWING_IN_PLACE = (
    nn.init.kaiming_uniform_,
    nn.init.normal_,
    nn.init.uniform_,
    Tensor.normal_,
    Tensor.uniform_,
)


def build_sam3_image_model(config: Sam3Config | None = None, device: torch.device | str = "cpu") -> Sam3Image:
    """Build the whole model; the sizes left out are those of the released checkpoint.

    Weights come from torch's random generator; a checkpoint replaces them. Under `device="meta"` they take no memory.
    """
    device = torch.device(device)
    with device, _Undrawn() if device.type == "meta" else nullcontext():
        return _ready(_assemble(config or Sam3Config()))


def _assemble(config: Sam3Config) -> Sam3Image:
    return Sam3Image(
        config,
        vision_backbone=create_vision_backbone(config),
        neck=create_neck(config),
        concepts=create_concept_parts(config) if config.has_concepts else None,
        clicks=create_interactive_head(config) if config.has_clicks else None,
    )


def create_vision_backbone(config: Sam3Config) -> ViT:
    """Create the image encoder."""
    return _ready(ViT(config.vision))


def create_neck(config: Sam3Config) -> Sam3DualViTDetNeck:
    """Create what scales the image encoder's map, for each half that there is."""
    return _ready(Sam3DualViTDetNeck(config))


def create_concept_parts(config: Sam3Config) -> ConceptParts:
    """Create all that answers concepts."""
    text_encoder = create_text_encoder(config)
    fusion_encoder, decoder = create_transformer(config)
    return ConceptParts(
        text_encoder=text_encoder,
        geometry_encoder=create_geometry_encoder(config),
        fusion_encoder=fusion_encoder,
        decoder=decoder,
        scoring=create_scoring(config),
        segmentation_head=create_segmentation_head(config),
    )


def create_text_encoder(config: Sam3Config) -> VETextEncoder:
    """Create the encoder of phrases."""
    return _ready(VETextEncoder(config))


def create_geometry_encoder(config: Sam3Config) -> GeometryEncoder:
    """Create the encoder of exemplar boxes."""
    return _ready(GeometryEncoder(config))


def create_transformer(config: Sam3Config) -> tuple[TransformerEncoderFusion, TransformerDecoder]:
    """Create what brings image and prompt together, and what finds instances in that."""
    return _ready(TransformerEncoderFusion(config)), _ready(TransformerDecoder(config))


def create_scoring(config: Sam3Config) -> DotProductScoring:
    """Create what scores the queries."""
    return _ready(DotProductScoring(config))


def create_segmentation_head(config: Sam3Config) -> UniversalSegmentationHead:
    """Create what draws the masks of a concept."""
    return _ready(UniversalSegmentationHead(config))


def create_interactive_head(config: Sam3Config) -> ClickParts:
    """Create what answers clicks and boxes."""
    return ClickParts(_ready(PromptEncoder(config)), _ready(MaskDecoder(config)))


class _Undrawn(TorchFunctionMode):
    """Leaves out drawing random weights, for the `meta` device, where PyTorch would load its compiler to do so."""

    def __torch_function__(
        self,
        function: Callable[..., object],
        types: object,
        args: Sequence[object] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        kwargs = kwargs or {}
        if function in DRAWING_IN_PLACE:
            return args[0] if args else kwargs["tensor"]
        make: Callable[..., object] = torch.empty if function is torch.randn else function
        return make(*args, **kwargs)


def _ready(network: Network) -> Network:
    """Turn off all that only training needs."""
    return network.eval().requires_grad_(False)
