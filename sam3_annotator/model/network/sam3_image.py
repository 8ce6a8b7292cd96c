"""The SAM 3 image model: an image and a concept in; boxes, scores and masks of all its instances out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.decoder import TransformerDecoder
from sam3_annotator.model.network.fusion_encoder import TransformerEncoderFusion
from sam3_annotator.model.network.geometry_encoder import GeometryEncoder
from sam3_annotator.model.network.inputs import ImageInput, as_exemplars, as_phrases, as_pixels
from sam3_annotator.model.network.mask_decoder import (
    InteractiveFeatures,
    MaskDecoder,
    MaskDecoderOutput,
    MaskOutput,
    select_masks,
)
from sam3_annotator.model.network.neck import Sam3DualViTDetNeck
from sam3_annotator.model.network.positions import PositionEmbeddingSine
from sam3_annotator.model.network.prompt_encoder import PromptEncoder
from sam3_annotator.model.network.scoring import DotProductScoring
from sam3_annotator.model.network.segmentation_head import UniversalSegmentationHead
from sam3_annotator.model.network.text_encoder import TextFeatures, VETextEncoder
from sam3_annotator.model.network.tokenizer import Tokenizer
from sam3_annotator.model.network.vision_backbone import ViT


class DetectorFeatures(NamedTuple):
    """All that concepts need of images and that no prompt changes; `Sam3Image.prepare_concepts` makes it.

    `d2` `(B, C, h, w)` is the detector's coarsest map; `looked_around` `(B, h * w, C)`: see
    `TransformerEncoderFusion.prepare`; `d1` and `d0`: see `PixelDecoder.prepare`.
    """

    d2: Tensor
    looked_around: Tensor
    d1: Tensor
    d0: Tensor


class FoundConcept(NamedTuple):
    """Q candidates with no mask drawn yet.

    `pred_logits`, `pred_boxes` and `presence_logit` as in `Sam3Output`; masks are drawn for `queries` `(B, Q, C)` on
    `pixels` `(B, C, 2, 2, h, w)`.
    """

    pred_logits: Tensor
    pred_boxes: Tensor
    presence_logit: Tensor
    queries: Tensor
    pixels: Tensor


class Sam3Output(NamedTuple):
    """Q candidates for instances of the concept, in the order of the queries.

    `pred_logits` `(B, Q, 1)`; `pred_boxes` `(B, Q, 4)` cxcywh in 0..1; `pred_masks` `(B, Q, h, w)` logits;
    `presence_logit` `(B, 1)`: that the concept is in the image; `semantic_logits` `(B, 1, h, w)`: all of it in one map.
    The score of a candidate is sigmoid(pred_logits) * sigmoid(presence_logit).
    """

    pred_logits: Tensor
    pred_boxes: Tensor
    pred_masks: Tensor
    presence_logit: Tensor
    semantic_logits: Tensor


class ConceptParts(NamedTuple):
    """The half of the model that finds all instances of a concept, beside its neck."""

    text_encoder: VETextEncoder
    geometry_encoder: GeometryEncoder
    fusion_encoder: TransformerEncoderFusion
    decoder: TransformerDecoder
    scoring: DotProductScoring
    segmentation_head: UniversalSegmentationHead


class ClickParts(NamedTuple):
    """The half of the model that segments single objects by clicks, boxes and masks, beside its neck."""

    prompt_encoder: PromptEncoder
    mask_decoder: MaskDecoder


class Sam3Image(nn.Module):
    """SAM 3 for images (Carion et al., 2025): concepts by phrase and exemplars, single objects by clicks and boxes.

    A model with one half has nothing of the other one and may not be asked what that answers; `config` says which.
    """

    tokenizer: Tokenizer
    text_encoder: VETextEncoder
    position_embedding: PositionEmbeddingSine
    geometry_encoder: GeometryEncoder
    fusion_encoder: TransformerEncoderFusion
    decoder: TransformerDecoder
    scoring: DotProductScoring
    segmentation_head: UniversalSegmentationHead
    no_memory_embedding: nn.Parameter
    prompt_encoder: PromptEncoder
    mask_decoder: MaskDecoder

    def __init__(
        self,
        config: Sam3Config,
        *,
        vision_backbone: ViT,
        neck: Sam3DualViTDetNeck,
        concepts: ConceptParts | None,
        clicks: ClickParts | None,
    ) -> None:
        """Put the parts together; `build_sam3_image_model` makes them."""
        super().__init__()
        self.config = config
        self.vision_backbone = vision_backbone
        self.neck = neck
        if concepts is not None:
            self.tokenizer = Tokenizer(config.text.context_length)
            self.text_encoder = concepts.text_encoder
            self.position_embedding = PositionEmbeddingSine(config.width)
            self.geometry_encoder = concepts.geometry_encoder
            self.fusion_encoder = concepts.fusion_encoder
            self.decoder = concepts.decoder
            self.scoring = concepts.scoring
            self.segmentation_head = concepts.segmentation_head
        if clicks is not None:
            self.no_memory_embedding = nn.Parameter(torch.randn(config.width))
            self.prompt_encoder = clicks.prompt_encoder
            self.mask_decoder = clicks.mask_decoder

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.vision_backbone.pos_embed.device

    @property
    def dtype(self) -> torch.dtype:
        """Of what kind the weights are."""
        return self.vision_backbone.pos_embed.dtype

    def forward(
        self,
        image: ImageInput,
        text: str | Sequence[str] | None = None,
        boxes_cxcywh: Tensor | Sequence[Sequence[float]] | None = None,
        box_labels: Tensor | Sequence[bool] | None = None,
    ) -> Sam3Output:
        """Find all instances of a concept.

        `image`: normalised pixels `(B, 3, S, S)`, or one image as RGB uint8 `(H, W, 3)` or PIL image. `text`: a
        phrase for all, or one for each. `boxes_cxcywh` `(N, 4)` for all or `(B, N, 4)`, in 0..1: exemplars,
        beside the text or in its place; `box_labels` `(N,)` or `(B, N)`: True = one of them, False = none of them;
        all True if left out. Raises `ValueError` if there is nothing to look for or a shape does not fit.
        """
        pixels = as_pixels(image, self.config.vision.image_side)
        boxes, labels = as_exemplars(boxes_cxcywh, box_labels, len(pixels))
        phrases = as_phrases(text, len(pixels), has_boxes=boxes.shape[1] > 0)
        encoded = self.encode_pixels(pixels)
        return self.detect(self.prepare_concepts(encoded), self.encode_text(phrases), boxes, labels)

    def encode_pixels(self, pixels: Tensor) -> Tensor:
        """Run the backbone, nearly all of the work, on normalised pixels `(B, 3, S, S)`; gives its map `(B, C, h, w)`.

        Small beside all that is prepared of it, this is what is worth keeping for long.
        """
        encoded: Tensor = self.vision_backbone(pixels.to(self.vision_backbone.pos_embed))
        return encoded

    def prepare_clicks(self, encoded: Tensor) -> InteractiveFeatures:
        """Do all that clicks need and that no prompt changes, of the backbone's map `(B, C, h, w)` and nothing else."""
        decoder, prompts = self.mask_decoder, self.prompt_encoder
        s0, s1, i2 = self.neck.interactive(encoded, (decoder.conv_s0, decoder.conv_s1))
        embedding = i2 + self.no_memory_embedding[:, None, None]
        return decoder.prepare(s0, s1, embedding, prompts.no_mask_embed, prompts.dense_positions())

    def prepare_concepts(self, encoded: Tensor) -> DetectorFeatures:
        """Do all that concepts need and that none changes, of the backbone's map `(B, C, h, w)` and nothing else."""
        d0, d1, d2 = self.neck.detector(encoded)
        looked_around = self.fusion_encoder.prepare(d2.flatten(2).transpose(1, 2).contiguous(), self._positions(d2))
        d1, d0 = self.segmentation_head.pixel_decoder.prepare((d1, d0))
        return DetectorFeatures(d2, looked_around, d1, d0)

    def encode_text(self, texts: Sequence[str]) -> TextFeatures:
        """Encode B phrases as `tokens` `(B, 32, C)` and `valid` `(B, 32)`, once per phrase."""
        features: TextFeatures = self.text_encoder(self.tokenizer(texts).to(self.device))
        return features

    def detect(
        self,
        image: DetectorFeatures,
        text: TextFeatures,
        boxes_cxcywh: Tensor | None = None,
        box_labels: Tensor | None = None,
        box_valid: Tensor | None = None,
    ) -> Sam3Output:
        """Find all instances of the concept in encoded images, and draw all their masks; see `find` for the prompts."""
        found = self.find(image, text, boxes_cxcywh, box_labels, box_valid)
        return Sam3Output(
            pred_logits=found.pred_logits,
            pred_boxes=found.pred_boxes,
            pred_masks=self.segmentation_head.masks(found.queries, found.pixels),
            presence_logit=found.presence_logit,
            semantic_logits=self.segmentation_head.semantic(found.pixels),
        )

    def find(
        self,
        image: DetectorFeatures,
        text: TextFeatures,
        boxes_cxcywh: Tensor | None = None,
        box_labels: Tensor | None = None,
        box_valid: Tensor | None = None,
    ) -> FoundConcept:
        """Find all instances of the concept in encoded images, without drawing them.

        `boxes_cxcywh` `(B, N, 4)` in 0..1 are exemplars with `box_labels` `(B, N)` bool, True = positive, as all are
        without labels; where images have fewer than N, `box_valid` `(B, N)` is False.
        """
        d2 = image.d2
        batch, _, height, width = d2.shape
        if boxes_cxcywh is None:
            boxes_cxcywh = d2.new_zeros(batch, 0, 4)
        if box_labels is None:
            box_labels = d2.new_ones(boxes_cxcywh.shape[:2])
        positions = self._positions(d2)

        # Without boxes too there is one geometry token, which has looked at the image.
        geometry = self.geometry_encoder(d2, positions, boxes_cxcywh.to(d2.device), box_labels.to(d2.device), box_valid)
        prompt = torch.cat([text.tokens, geometry.tokens], 1)
        valid = torch.cat([text.valid, geometry.valid], 1)
        memory = self.fusion_encoder(image.looked_around, positions, prompt, valid)
        found = self.decoder(memory, positions, prompt, valid, (height, width))
        grid = memory.transpose(1, 2).reshape(d2.shape)
        return FoundConcept(
            pred_logits=self.scoring(found.queries, prompt, valid),
            pred_boxes=found.boxes_cxcywh,
            presence_logit=found.presence_logit,
            queries=found.queries,
            pixels=self.segmentation_head.pixels(grid, (image.d1, image.d0), prompt, valid),
        )

    def segment(
        self,
        image: InteractiveFeatures,
        *,
        points_xy: Tensor | None = None,
        point_labels: Tensor | None = None,
        boxes_xyxy: Tensor | None = None,
        mask_logits: Tensor | None = None,
        multimask: bool,
    ) -> MaskOutput:
        """Segment N single objects of one encoded image; see `decode_prompts` for the prompts.

        `multimask` asks for all candidates, the thing to do after one ambiguous click, in place of one mask.
        """
        return select_masks(self.decode_prompts(image, points_xy, point_labels, boxes_xyxy, mask_logits), multimask)

    def decode_prompts(
        self,
        image: InteractiveFeatures,
        points_xy: Tensor | None = None,
        point_labels: Tensor | None = None,
        boxes_xyxy: Tensor | None = None,
        mask_logits: Tensor | None = None,
    ) -> MaskDecoderOutput:
        """Decode all masks of N single objects of one encoded image, with nothing chosen yet.

        `points_xy` `(N, k, 2)` and `boxes_xyxy` `(N, 4)` in pixels of the input, 0..S; `point_labels` `(N, k)`: 1 on
        the object, 0 beside it; `mask_logits` `(N, 1, h, w)`: an earlier answer.
        """
        prompts = self.prompt_encoder(points_xy, point_labels, boxes_xyxy, mask_logits)
        decoded: MaskDecoderOutput = self.mask_decoder(image, prompts)
        return decoded

    def _positions(self, coarse: Tensor) -> Tensor:
        """Say where the places of a map `(B, C, h, w)` are: `(h * w, C)`."""
        height, width = coarse.shape[-2:]
        grid: Tensor = self.position_embedding(height, width, coarse.device)
        return grid.to(coarse.dtype).flatten(1).T.contiguous()
