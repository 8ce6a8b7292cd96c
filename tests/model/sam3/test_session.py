"""The session answers what the network says, at image size, and computes nothing twice."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model import (
    BoxPrompt,
    ConceptPrompt,
    Exemplar,
    MaskPrompt,
    OutOfMemory,
    PointPrompt,
    Prompt,
    UnsupportedPrompt,
)
from sam3_annotator.model.network.builder import build_sam3_image_model
from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.preprocessing import to_model_input
from sam3_annotator.model.network.sam3_image import Sam3Image
from sam3_annotator.model.sam3.postprocessing import fill_holes
from sam3_annotator.model.sam3.session import Sam3Session

Image = NDArray[np.uint8]
CLICK, ANOTHER = PointPrompt(80, 60), PointPrompt(20, 30, False)
BOX = BoxPrompt(50, 30, 110, 90)


@contextmanager
def out_of_memory(module: nn.Module, times: int) -> Iterator[None]:
    """Let the next runs of a module fail for want of memory."""
    left = [torch.OutOfMemoryError("CUDA out of memory.")] * times

    def fail(*_: object) -> None:
        if left:
            raise left.pop()

    hook = module.register_forward_pre_hook(fail)
    yield
    hook.remove()


def _masks(logits: NDArray[np.float32], image_size: tuple[int, int]) -> NDArray[np.bool_]:
    whole = F.interpolate(torch.from_numpy(logits)[None], image_size, mode="bilinear", align_corners=False)[0]
    return (whole > 0).numpy()


def test_an_embedding_is_what_the_network_makes_of_the_same_pixels(
    tiny_session: Sam3Session, tiny_network: Sam3Image, image: Image
) -> None:
    embedding = tiny_session.embed(image)
    tiny_session.detect(embedding, ConceptPrompt("cat"))

    encoded = tiny_network.encode_pixels(to_model_input(image, 112))
    expected = (*tiny_network.prepare_clicks(encoded), *tiny_network.prepare_concepts(encoded))
    assert embedding.interactive is not None
    assert embedding.detector is not None
    for mine, plain in zip((*embedding.interactive, *embedding.detector), expected, strict=True):
        assert torch.equal(mine, plain)


def test_what_only_concepts_need_is_done_for_the_first_of_them_and_once(
    counted: Any, tiny_session: Sam3Session, tiny_network: Sam3Image, image: Image
) -> None:
    with counted(tiny_network.neck.detector[0]) as scaled:
        embedding = tiny_session.embed(image)
        tiny_session.segment(embedding, [CLICK])
        assert (scaled.count, embedding.detector) == (0, None)

        for phrase in ("cat", "dog"):
            tiny_session.detect(embedding, ConceptPrompt(phrase))
        assert scaled.count == 1


def test_an_embedding_says_what_it_holds(tiny_session: Sam3Session, image: Image) -> None:
    embedding = tiny_session.embed(image)

    assert embedding.image_size == (120, 200)
    side, floats = 8, 4  # 8 x 8 patches, 32 channels
    # The coarsest map, the same looked around in once, and the finer maps.
    detector = 32 * (2 * side**2 + (2 * side) ** 2 + (4 * side) ** 2)
    encoded = 32 * side**2
    # Image, image without mask, with positions, positions; key, value and query of the first layer; finer maps.
    clicks = (4 * 32 + 3 * 16) * side**2 + 8 * (2 * side) ** 2 + 4 * (4 * side) ** 2
    assert embedding.nbytes == floats * (encoded + clicks)
    tiny_session.detect(embedding, ConceptPrompt("cat"))
    assert embedding.nbytes == floats * (encoded + clicks + detector)


def test_the_answer_has_the_image_s_size(tiny_session: Sam3Session, image: Image) -> None:
    found = tiny_session.segment(tiny_session.embed(image), [CLICK])

    count = len(found.masks)
    assert 1 <= count <= 3
    assert (found.masks.shape, found.masks.dtype) == ((count, 120, 200), np.bool_)
    assert (found.predicted_iou.shape, found.predicted_iou.dtype) == ((count,), np.float32)
    assert (found.low_res_logits.shape, found.low_res_logits.dtype) == ((count, 32, 32), np.float32)
    assert (np.diff(found.predicted_iou) <= 0).all()


def test_candidates_are_offered_unless_a_single_mask_is_asked_for(tiny_session: Sam3Session, image: Image) -> None:
    embedding = tiny_session.embed(image)

    offered, candidates, single = (
        tiny_session.segment(embedding, [CLICK], **asked) for asked in ({}, {"multimask": True}, {"multimask": False})
    )

    np.testing.assert_array_equal(offered.low_res_logits, candidates.low_res_logits)
    assert len(candidates.masks) > len(single.masks) == 1


@pytest.mark.parametrize("prompts", [[BOX], [CLICK, ANOTHER], [BOX, ANOTHER]])
def test_the_single_mask_is_the_network_s_with_its_holes_filled(
    tiny_session: Sam3Session, tiny_network: Sam3Image, image: Image, prompts: list[Prompt]
) -> None:
    found = tiny_session.segment(tiny_session.embed(image), prompts, multimask=False)

    scale = torch.tensor([112 / 200, 112 / 120])
    points = [prompt for prompt in prompts if isinstance(prompt, PointPrompt)]
    corners = torch.tensor([[50.0, 30, 110, 90]]) * scale.repeat(2) if BOX in prompts else None
    expected = tiny_network.segment(
        tiny_network.prepare_clicks(tiny_network.encode_pixels(to_model_input(image, 112))),
        points_xy=torch.tensor([[[point.x, point.y] for point in points]]) * scale if points else None,
        point_labels=torch.tensor([[int(point.positive) for point in points]]) if points else None,
        boxes_xyxy=corners,
        multimask=False,
    )
    logits = expected.logits[0].numpy()
    np.testing.assert_allclose(found.low_res_logits, logits, atol=1e-6)
    np.testing.assert_allclose(found.predicted_iou, expected.iou[0].numpy(), atol=1e-6)
    np.testing.assert_array_equal(found.masks, _masks(fill_holes(logits), (120, 200)))


def test_a_click_that_follows_another_goes_on_from_its_answer(tiny_session: Sam3Session, image: Image) -> None:
    first = tiny_session.embed(image)
    before = tiny_session.segment(first, [CLICK])

    followed = tiny_session.segment(first, [CLICK, ANOTHER])

    afresh = tiny_session.segment(tiny_session.embed(image), [CLICK, ANOTHER])
    resumed = tiny_session.segment(tiny_session.embed(image), [MaskPrompt(before.low_res_logits[0]), CLICK, ANOTHER])
    assert not np.array_equal(followed.low_res_logits[0], afresh.low_res_logits[0])
    np.testing.assert_array_equal(followed.low_res_logits, resumed.low_res_logits)


def test_a_caller_may_change_an_answer_without_changing_the_next(tiny_session: Sam3Session, image: Image) -> None:
    changed, kept = tiny_session.embed(image), tiny_session.embed(image)
    tiny_session.segment(changed, [CLICK]).low_res_logits[:] = 5
    tiny_session.segment(kept, [CLICK])

    after, expected = (tiny_session.segment(each, [CLICK, ANOTHER]).low_res_logits for each in (changed, kept))

    np.testing.assert_array_equal(after, expected)


def test_asking_again_gives_the_same_masks(tiny_session: Sam3Session, image: Image) -> None:
    embedding = tiny_session.embed(image)
    first = [tiny_session.segment(embedding, prompts).masks for prompts in ([CLICK], [CLICK, ANOTHER])]

    again = [tiny_session.segment(embedding, prompts).masks for prompts in ([CLICK], [CLICK, ANOTHER])]

    for before, after in zip(first, again, strict=True):
        np.testing.assert_array_equal(before, after)


def test_a_mask_is_gone_on_from_in_place_of_the_answer_before_it(tiny_session: Sam3Session, image: Image) -> None:
    mask = np.zeros(image.shape[:2], np.bool_)
    mask[20:60, 30:90] = True
    prompts = [PointPrompt(80, 60), MaskPrompt(mask), PointPrompt(50, 40)]
    asked_before = tiny_session.embed(image)
    tiny_session.segment(asked_before, prompts[:1])

    after = tiny_session.segment(asked_before, prompts)

    alone = tiny_session.segment(tiny_session.embed(image), prompts)
    np.testing.assert_array_equal(after.low_res_logits, alone.low_res_logits)


def test_a_mask_alone_is_a_prompt(tiny_session: Sam3Session, image: Image) -> None:
    mask = np.zeros((120, 200), bool)
    mask[30:90, 50:110] = True

    found = tiny_session.segment(tiny_session.embed(image), [MaskPrompt(mask)], multimask=False)

    assert found.masks.shape == (1, 120, 200)


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (7, 5), (700, 40)])
def test_any_shape_of_image_is_taken(tiny_session: Sam3Session, shape: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (*shape, 3)).astype(np.uint8)
    embedding = tiny_session.embed(pixels)

    assert tiny_session.segment(embedding, [PointPrompt(shape[1] / 2, shape[0] / 2)]).masks.shape[1:] == shape
    assert tiny_session.detect(embedding, ConceptPrompt("cat"), threshold=0).masks.shape == (10, *shape)


@pytest.mark.parametrize(
    "concept",
    [
        ConceptPrompt("yellow school bus"),
        ConceptPrompt("cat", (Exemplar(50, 30, 110, 90), Exemplar(0, 0, 20, 30, positive=False))),
        ConceptPrompt(exemplars=(Exemplar(50, 30, 110, 90),)),
    ],
)
def test_detections_are_the_network_s(
    tiny_session: Sam3Session, tiny_network: Sam3Image, image: Image, concept: ConceptPrompt
) -> None:
    found = tiny_session.detect(tiny_session.embed(image), concept, threshold=0)

    exemplars = concept.exemplars
    boxes = [[(e.x0 + e.x1) / 400, (e.y0 + e.y1) / 240, (e.x1 - e.x0) / 200, (e.y1 - e.y0) / 120] for e in exemplars]
    plain = tiny_network(image, concept.phrase or None, boxes or None, [e.positive for e in exemplars] or None)
    scores = (plain.pred_logits[0, :, 0].sigmoid() * plain.presence_logit[0].sigmoid()).numpy()
    np.testing.assert_allclose(found.scores, scores, atol=1e-6)
    assert found.presence == pytest.approx(plain.presence_logit.sigmoid().item(), abs=1e-6)
    centre, size = plain.pred_boxes[0, :, :2], plain.pred_boxes[0, :, 2:]
    corners = torch.cat([centre - size / 2, centre + size / 2], 1) * torch.tensor([200, 120, 200, 120])
    np.testing.assert_allclose(found.boxes_xyxy, corners.numpy(), atol=1e-3)
    np.testing.assert_array_equal(found.masks, _masks(plain.pred_masks[0].numpy(), (120, 200)))


def test_only_what_scores_above_the_threshold_is_found(tiny_session: Sam3Session, image: Image) -> None:
    embedding = tiny_session.embed(image)
    everything = tiny_session.detect(embedding, ConceptPrompt("cat"), threshold=0)
    middle = float(np.median(everything.scores))

    found = tiny_session.detect(embedding, ConceptPrompt("cat"), threshold=middle)

    is_above = everything.scores > middle
    assert 0 < is_above.sum() < len(is_above)
    np.testing.assert_array_equal(found.scores, everything.scores[is_above])
    np.testing.assert_array_equal(found.masks, everything.masks[is_above])
    assert len(tiny_session.detect(embedding, ConceptPrompt("cat"), threshold=1).masks) == 0


def test_another_threshold_needs_no_computation(
    counted: Any, tiny_session: Sam3Session, tiny_network: Sam3Image, image: Image
) -> None:
    embedding = tiny_session.embed(image)
    tiny_session.detect(embedding, ConceptPrompt("cat"), threshold=0.5)

    with counted(tiny_network.decoder) as decoded, counted(tiny_network.text_encoder) as read:
        tiny_session.detect(embedding, ConceptPrompt("cat"), threshold=0.1)

    assert (decoded.count, read.count) == (0, 0)


def test_masks_are_drawn_once_and_only_for_what_scores(
    counted: Any, tiny_session: Sam3Session, tiny_network: Sam3Image, image: Image
) -> None:
    embedding = tiny_session.embed(image)

    with counted(tiny_network.segmentation_head.mask_embed) as drawn:
        tiny_session.detect(embedding, ConceptPrompt("cat"), threshold=1)
        before = drawn.count
        everything = tiny_session.detect(embedding, ConceptPrompt("cat"), threshold=0)
        after = drawn.count
        again = tiny_session.detect(embedding, ConceptPrompt("cat"), threshold=0)

    assert before <= 1
    assert after == drawn.count
    np.testing.assert_array_equal(again.masks, everything.masks)


def test_another_exemplar_reuses_image_and_phrase(
    counted: Any, tiny_session: Sam3Session, tiny_network: Sam3Image, image: Image
) -> None:
    embedding = tiny_session.embed(image)
    tiny_session.detect(embedding, ConceptPrompt("cat"))

    with (
        counted(tiny_network.vision_backbone) as seen,
        counted(tiny_network.text_encoder) as read,
        counted(tiny_network.decoder) as decoded,
    ):
        tiny_session.detect(embedding, ConceptPrompt("cat", (Exemplar(50, 30, 110, 90),)))

    assert (seen.count, read.count, decoded.count) == (0, 0, 1)


def test_a_phrase_is_read_once_for_all_images(
    counted: Any, tiny_session: Sam3Session, tiny_network: Sam3Image, image: Image
) -> None:
    with counted(tiny_network.text_encoder) as read:
        for pixels in (image, image[::-1]):
            tiny_session.detect(tiny_session.embed(pixels), ConceptPrompt("cat"))

    assert read.count == 1


def test_answers_of_one_image_are_not_taken_for_another_s(tiny_session: Sam3Session, image: Image) -> None:
    one, other = tiny_session.embed(image), tiny_session.embed(255 - image)

    scores = [tiny_session.detect(each, ConceptPrompt("cat"), threshold=0).scores for each in (one, other)]

    assert not np.array_equal(*scores)


def test_answers_kept_do_not_keep_the_embedding(tiny_session: Sam3Session, image: Image) -> None:
    embedding = tiny_session.embed(image)
    tiny_session.detect(embedding, ConceptPrompt("cat"))
    gone = weakref.ref(embedding)

    del embedding
    gc.collect()

    assert gone() is None


def test_memory_that_runs_out_once_is_made_good(
    tiny_session: Sam3Session, tiny_network: Sam3Image, image: Image
) -> None:
    with out_of_memory(tiny_network.vision_backbone, times=1):
        assert tiny_session.embed(image).image_size == (120, 200)


def test_memory_that_runs_out_twice_is_told(tiny_session: Sam3Session, tiny_network: Sam3Image, image: Image) -> None:
    embedding = tiny_session.embed(image)

    with out_of_memory(tiny_network.fusion_encoder, times=2), pytest.raises(OutOfMemory):
        tiny_session.detect(embedding, ConceptPrompt("cat"))


@pytest.mark.parametrize("wrong", [np.zeros((9, 9), np.uint8), np.zeros((9, 9, 4), np.uint8), np.zeros((9, 9, 3))])
def test_pixels_of_another_kind_are_refused(tiny_session: Sam3Session, wrong: Image) -> None:
    with pytest.raises(ValueError, match="uint8 RGB"):
        tiny_session.embed(wrong)


def test_a_foreign_embedding_is_refused(tiny_session: Sam3Session) -> None:
    with pytest.raises(TypeError, match="made no"):
        tiny_session.segment(object(), [CLICK])  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(TypeError, match="made no"):
        tiny_session.detect(object(), ConceptPrompt("cat"))  # type: ignore[arg-type]  # wrong on purpose


def test_a_concept_that_says_nothing_is_refused(tiny_session: Sam3Session, image: Image) -> None:
    with pytest.raises(UnsupportedPrompt):
        tiny_session.detect(tiny_session.embed(image), ConceptPrompt())


def test_it_says_what_it_is(tiny_session: Sam3Session) -> None:
    assert tiny_session.name == "SAM 3"
    assert tiny_session.device == "CPU"
    assert tiny_session.capabilities == {"points", "boxes", "masks", "exemplars", "phrases"}


@pytest.mark.parametrize(("dtype", "allowed"), [(torch.bfloat16, 0.02), (torch.float16, 0.0025)])
def test_in_half_the_memory_it_answers_nearly_the_same(
    dtype: torch.dtype, allowed: float, tiny_session: Sam3Session, image: Image
) -> None:
    torch.manual_seed(0)
    half = Sam3Session(build_sam3_image_model(Sam3Config.tiny()).to(dtype))
    embeddings = tiny_session.embed(image), half.embed(image)

    concept = ConceptPrompt("cat", (Exemplar(50, 30, 110, 90),))
    wholes, halves = (
        (each.segment(embedding, [BOX], multimask=False), each.detect(embedding, concept, threshold=0))
        for each, embedding in zip((tiny_session, half), embeddings, strict=True)
    )

    assert embeddings[1].detector is not None
    stream = embeddings[1].detector.looked_around  # residual streams stay in float32
    assert embeddings[1].nbytes * 2 == embeddings[0].nbytes + stream.nbytes
    np.testing.assert_allclose(halves[0].low_res_logits, wholes[0].low_res_logits, atol=allowed)
    np.testing.assert_allclose(halves[1].scores, wholes[1].scores, atol=allowed)
    assert halves[1].boxes_xyxy.dtype == np.float32
