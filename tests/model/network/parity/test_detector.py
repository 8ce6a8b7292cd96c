"""The parts of the concept path, against `transformers` with the same weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
import torch
from torch import Tensor, nn

from sam3_annotator.model.network.boxes import inverse_sigmoid
from sam3_annotator.model.network.positions import PositionEmbeddingSine
from sam3_annotator.model.network.sam3_image import Sam3Image

AssertSame = Callable[[Tensor, Tensor], None]

SIDE = 8
WIDTH = 32


class Scene(NamedTuple):
    """Random features of two images and a prompt for each, the second shorter than the first."""

    d0: Tensor
    d1: Tensor
    d2: Tensor
    position_map: Tensor
    prompt: Tensor
    valid: Tensor
    queries: Tensor

    @property
    def positions(self) -> Tensor:
        return self.position_map.flatten(1).T

    @property
    def tokens(self) -> Tensor:
        return self.d2.flatten(2).transpose(1, 2)


@pytest.fixture
def scene() -> Scene:
    generator = torch.Generator().manual_seed(7)

    def draw(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator)

    valid = torch.ones(2, 6, dtype=torch.bool)
    valid[1, 3:] = False
    return Scene(
        d0=draw(2, WIDTH, 4 * SIDE, 4 * SIDE),
        d1=draw(2, WIDTH, 2 * SIDE, 2 * SIDE),
        d2=draw(2, WIDTH, SIDE, SIDE),
        position_map=PositionEmbeddingSine(WIDTH)(SIDE, SIDE),
        prompt=draw(2, 6, WIDTH),
        valid=valid,
        queries=draw(2, 10, WIDTH),
    )


def test_geometry_encoder_gives_the_same_tokens(
    model: Sam3Image, reference: nn.Module, scene: Scene, assert_same: AssertSame
) -> None:
    boxes = torch.tensor([[[0.4, 0.5, 0.3, 0.25], [0.8, 0.2, 0.1, 0.15]], [[0.5, 0.4, 0.95, 0.7], [0, 0, 0, 0]]])
    labels = torch.tensor([[True, False], [False, False]])
    box_valid = torch.tensor([[True, True], [True, False]])

    ours = model.geometry_encoder(scene.d2, scene.positions, boxes, labels, box_valid)
    theirs = reference.geometry_encoder(
        box_embeddings=boxes,
        box_mask=box_valid,
        box_labels=labels.long(),
        img_feats=(scene.d2,),
        img_pos_embeds=(scene.position_map.expand(2, -1, -1, -1),),
    )

    assert ours.valid.tolist() == [[True, True, True], [True, True, False]]
    assert_same(ours.tokens[0], theirs.last_hidden_state[0])
    assert_same(ours.tokens[1, :2], theirs.last_hidden_state[1, :2])


def test_fusion_encoder_gives_the_same_memory(
    model: Sam3Image, reference: nn.Module, scene: Scene, assert_same: AssertSame
) -> None:
    prepared = model.fusion_encoder.prepare(scene.tokens, scene.positions)
    ours = model.fusion_encoder(prepared, scene.positions, scene.prompt, scene.valid)
    theirs = reference.detr_encoder(
        vision_features=[scene.d2],
        text_features=scene.prompt,
        vision_pos_embeds=[scene.position_map.expand(2, -1, -1, -1)],
        text_mask=scene.valid,
    )

    assert_same(ours, theirs.last_hidden_state)


def test_decoder_gives_the_same_queries_boxes_and_presence(
    model: Sam3Image, reference: nn.Module, scene: Scene, assert_same: AssertSame
) -> None:
    ours = model.decoder(scene.tokens, scene.positions, scene.prompt, scene.valid, (SIDE, SIDE))
    theirs = reference.detr_decoder(
        vision_features=scene.tokens,
        text_features=scene.prompt,
        vision_pos_encoding=scene.positions.expand(2, -1, -1),
        text_mask=scene.valid,
        spatial_shapes=torch.tensor([[SIDE, SIDE]]),
    )

    queries = theirs.intermediate_hidden_states[-1]
    # There the boxes are still to be refined by the last layer's queries.
    boxes = (inverse_sigmoid(theirs.reference_boxes[-1]) + reference.detr_decoder.box_head(queries)).sigmoid()
    assert_same(ours.queries, queries)
    assert_same(ours.boxes_cxcywh, boxes)
    assert_same(ours.presence_logit, theirs.presence_logits[-1])


def test_scoring_gives_the_same_logits(
    model: Sam3Image, reference: nn.Module, scene: Scene, assert_same: AssertSame
) -> None:
    ours = model.scoring(scene.queries, scene.prompt, scene.valid)
    theirs = reference.dot_product_scoring(scene.queries[None], scene.prompt, scene.valid)

    assert_same(ours, theirs[0])


def test_segmentation_head_draws_the_same_masks(
    model: Sam3Image, reference: nn.Module, scene: Scene, assert_same: AssertSame
) -> None:
    memory = scene.tokens.flip(1)  # neither D2 nor what the decoder saw

    prepared = model.segmentation_head.pixel_decoder.prepare((scene.d1, scene.d0))
    pixels = model.segmentation_head.pixels(
        memory.transpose(1, 2).reshape(scene.d2.shape), prepared, scene.prompt, scene.valid
    )
    theirs = reference.mask_decoder(
        decoder_queries=scene.queries,
        backbone_features=[scene.d0, scene.d1, scene.d2],
        encoder_hidden_states=memory,
        prompt_features=scene.prompt,
        prompt_mask=scene.valid,
    )

    assert_same(model.segmentation_head.masks(scene.queries, pixels), theirs.pred_masks)
    assert_same(model.segmentation_head.semantic(pixels), theirs.semantic_seg)
