"""The whole image model, as it comes from the builder with random weights."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from sam3_annotator.model.network.builder import build_sam3_image_model
from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.sam3_image import DetectorFeatures, Sam3Image, Sam3Output

BOX = [[0.4, 0.5, 0.3, 0.25]]
BOXES = torch.tensor([[[0.4, 0.5, 0.3, 0.25], [0.8, 0.2, 0.1, 0.15]], [[0.5, 0.4, 0.95, 0.7], [0.3, 0.6, 0.2, 0.2]]])
LABELS = torch.tensor([[True, False], [False, True]])


@pytest.fixture(scope="module")
def model() -> Sam3Image:
    torch.manual_seed(0)
    return build_sam3_image_model(Sam3Config.tiny())


def make_pixels(batch: int = 1, seed: int = 3) -> Tensor:
    return torch.rand(batch, 3, 112, 112, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def encode(model: Sam3Image, pixels: Tensor) -> DetectorFeatures:
    return model.prepare_concepts(model.encode_pixels(pixels))


def assert_same(one: Sam3Output, other: Sam3Output) -> None:
    for mine, yours in zip(one, other, strict=True):
        torch.testing.assert_close(mine, yours, atol=1e-4, rtol=1e-4)


def assert_different(one: Sam3Output, other: Sam3Output) -> None:
    differences = [float((mine - yours).abs().max()) for mine, yours in zip(one, other, strict=True)]
    assert min(differences) > 1e-4, differences
    assert float((one.pred_masks - other.pred_masks).abs().max()) > 0.02


def test_a_phrase_gives_boxes_masks_and_scores(model: Sam3Image) -> None:
    found = model(make_pixels(2), text="cat")

    assert found.pred_logits.shape == (2, 10, 1)
    assert found.pred_boxes.shape == (2, 10, 4)
    assert found.pred_masks.shape == (2, 10, 32, 32)
    assert found.presence_logit.shape == (2, 1)
    assert found.semantic_logits.shape == (2, 1, 32, 32)
    assert ((found.pred_boxes > 0) & (found.pred_boxes < 1)).all()


def test_another_phrase_is_answered_differently(model: Sam3Image) -> None:
    assert_different(model(make_pixels(), "cat"), model(make_pixels(), "yellow school bus"))


def test_another_image_is_answered_differently(model: Sam3Image) -> None:
    assert_different(model(make_pixels(seed=1), "cat"), model(make_pixels(seed=2), "cat"))


def test_an_exemplar_changes_the_answer(model: Sam3Image) -> None:
    without = model(make_pixels(), "cat")

    assert_different(without, model(make_pixels(), "cat", BOX, [True]))


def test_a_negative_exemplar_is_answered_differently_from_a_positive_one(model: Sam3Image) -> None:
    assert_different(model(make_pixels(), "cat", BOX, [True]), model(make_pixels(), "cat", BOX, [False]))


def test_exemplars_alone_stand_for_the_word_visual(model: Sam3Image) -> None:
    assert_same(model(make_pixels(), boxes_cxcywh=BOX), model(make_pixels(), "visual", BOX, [True]))


def test_the_order_of_exemplars_does_not_matter(model: Sam3Image) -> None:
    assert_same(
        model(make_pixels(2), "cat", BOXES, LABELS), model(make_pixels(2), "cat", BOXES.flip(1), LABELS.flip(1))
    )


def test_a_batch_of_two_is_answered_as_two_singles(model: Sam3Image) -> None:
    pixels, phrases = make_pixels(2), ["yellow school bus", "cat"]

    both = model(pixels, phrases, BOXES, LABELS)

    for i in range(2):
        alone = model(pixels[i : i + 1], phrases[i], BOXES[i], LABELS[i])
        assert_same(Sam3Output(*(part[i : i + 1] for part in both)), alone)


def test_padding_of_unequal_numbers_of_exemplars_does_not_matter(model: Sam3Image) -> None:
    image, text = encode(model, make_pixels(2)), model.encode_text(["cat", "dog"])
    valid = torch.tensor([[True, True], [False, True]])

    both = model.detect(image, text, BOXES, LABELS, valid)

    for i in range(2):
        alone = model(make_pixels(2)[i : i + 1], ["cat", "dog"][i : i + 1], BOXES[i, valid[i]], LABELS[i, valid[i]])
        assert_same(Sam3Output(*(part[i : i + 1] for part in both)), alone)


def test_exemplars_without_labels_are_positive(model: Sam3Image) -> None:
    image, text = encode(model, make_pixels()), model.encode_text(["cat"])

    assert_same(model.detect(image, text, BOXES[:1]), model(make_pixels(), "cat", BOXES[:1], [True, True]))


def test_features_of_an_image_serve_several_phrases(model: Sam3Image) -> None:
    image = encode(model, make_pixels())

    for phrase in ("cat", "dog"):
        assert_same(model.detect(image, model.encode_text([phrase])), model(make_pixels(), phrase))


def test_an_image_may_be_an_array_or_of_pil(model: Sam3Image) -> None:
    image = np.random.default_rng(0).integers(0, 256, (90, 140, 3)).astype(np.uint8)

    assert_same(model(image, "cat"), model(Image.fromarray(image), "cat"))


def test_nothing_to_look_for_is_refused(model: Sam3Image) -> None:
    with pytest.raises(ValueError, match="There is nothing to look for"):
        model(make_pixels())


def test_clicks_and_boxes_are_answered_on_the_same_features(model: Sam3Image) -> None:
    image = model.prepare_clicks(model.encode_pixels(make_pixels()))

    clicked = model.segment(
        image, points_xy=torch.tensor([[[50.0, 40.0]]]), point_labels=torch.ones(1, 1), multimask=True
    )
    boxed = model.segment(image, boxes_xyxy=torch.tensor([[10.0, 10, 60, 60], [50, 20, 90, 100]]), multimask=False)

    assert clicked.logits.shape == (1, 3, 32, 32)
    assert boxed.logits.shape == (2, 1, 32, 32)
    assert boxed.iou.shape == (2, 1)


def test_the_embedding_of_clicks_says_that_there_is_no_memory(model: Sam3Image) -> None:
    pixels = make_pixels()

    encoded = model.encode_pixels(pixels)
    plain = model.neck(encoded).interactive[2].flatten(2).transpose(1, 2)
    added = model.prepare_clicks(encoded).embedding - plain

    torch.testing.assert_close(added, model.no_memory_embedding.expand_as(added), atol=1e-5, rtol=0)


def test_a_model_of_half_precision_answers_much_the_same() -> None:
    torch.manual_seed(0)
    model = build_sam3_image_model(Sam3Config.tiny())
    exact = model(make_pixels(), "cat", BOX)

    rough = model.bfloat16()(make_pixels(), "cat", BOX)

    assert rough.pred_boxes.dtype == torch.float32
    for name in ("pred_logits", "pred_boxes", "pred_masks", "semantic_logits"):
        mine, other = getattr(exact, name), getattr(rough, name).float()
        assert (mine - other).std() < 0.05 * mine.std(), name
