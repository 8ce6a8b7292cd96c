"""The whole concept path, against `transformers` with the same weights."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from sam3_annotator.model.network.boxes import xyxy_from_cxcywh
from sam3_annotator.model.network.sam3_image import Sam3Image, Sam3Output

AssertSame = Callable[[Sam3Output, Sam3Output], None]

PHRASES = ["yellow school bus", "cat"]
BOXES = torch.tensor([[[0.4, 0.5, 0.3, 0.25], [0.8, 0.2, 0.1, 0.15]], [[0.5, 0.4, 0.95, 0.7], [0.3, 0.6, 0.2, 0.2]]])
LABELS = torch.tensor([[True, False], [False, True]])
NO_BOX = -10  # what the other model takes for padding


def make_pixels() -> Tensor:
    return torch.rand(2, 3, 112, 112, generator=torch.Generator().manual_seed(3)) * 2 - 1


def ask(reference: nn.Module, model: Sam3Image, phrases: list[str], boxes: Tensor, labels: Tensor) -> Sam3Output:
    """Ask the other model, and put its answer into our form."""
    ids = model.tokenizer(phrases)
    found = reference(
        pixel_values=make_pixels(),
        input_ids=ids,
        attention_mask=(ids != 0).long(),
        input_boxes=boxes,
        input_boxes_labels=labels,
    )
    return Sam3Output(
        found.pred_logits[..., None], found.pred_boxes, found.pred_masks, found.presence_logits, found.semantic_seg
    )


@pytest.fixture
def assert_same_answer(assert_same: Callable[[Tensor, Tensor], None]) -> Callable[[Sam3Output, Sam3Output], None]:
    def compare(ours: Sam3Output, theirs: Sam3Output) -> None:
        corners = ours._replace(pred_boxes=xyxy_from_cxcywh(ours.pred_boxes))  # its boxes are corners
        for mine, other in zip(corners, theirs, strict=True):
            assert_same(mine, other)

    return compare


def test_a_phrase_with_exemplars_is_answered_the_same(
    model: Sam3Image, reference: nn.Module, assert_same_answer: AssertSame
) -> None:
    ours = model(make_pixels(), PHRASES, BOXES, LABELS)

    assert_same_answer(ours, ask(reference, model, PHRASES, BOXES, LABELS.long()))


def test_exemplars_alone_are_answered_as_the_word_visual(
    model: Sam3Image, reference: nn.Module, assert_same_answer: AssertSame
) -> None:
    ours = model(make_pixels(), boxes_cxcywh=BOXES, box_labels=LABELS)

    assert_same_answer(ours, ask(reference, model, ["visual", "visual"], BOXES, LABELS.long()))


def test_a_phrase_alone_is_answered_the_same(
    model: Sam3Image, reference: nn.Module, assert_same_answer: AssertSame
) -> None:
    ours = model(make_pixels(), PHRASES)

    # The other model leaves out the geometry token where there is no box; a box that is padding brings it back.
    no_box = torch.full((2, 1), NO_BOX)
    assert_same_answer(ours, ask(reference, model, PHRASES, torch.zeros(2, 1, 4), no_box))


@pytest.mark.parametrize("first_count", [1, 2])
def test_images_with_unequal_numbers_of_exemplars_are_answered_the_same(
    first_count: int, model: Sam3Image, reference: nn.Module, assert_same_answer: AssertSame
) -> None:
    valid = torch.tensor([[True, first_count > 1], [True, False]])

    image = model.prepare_concepts(model.encode_pixels(make_pixels()))
    ours = model.detect(image, model.encode_text(PHRASES), BOXES, LABELS, valid)

    labels = LABELS.long().masked_fill(~valid, NO_BOX)
    assert_same_answer(ours, ask(reference, model, PHRASES, BOXES, labels))
