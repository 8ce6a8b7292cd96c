"""The session's promises, kept by any weights; how good its masks are is tested with the shipped ones."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from sam3_annotator.model import (
    BoxPrompt,
    Cancelled,
    MaskPrompt,
    PointPrompt,
    Prompt,
)
from sam3_annotator.model.builtin import session
from sam3_annotator.model.builtin.candidates import Candidate, drop_alike
from sam3_annotator.model.builtin.looks import BuiltinEmbedding
from sam3_annotator.model.builtin.session import BuiltinSession
from sam3_annotator.model.builtin.viewer import NEARER_PARTS
from sam3_annotator.model.builtin.zoom import ViewWindow

Image = NDArray[np.uint8]


def test_the_answer_has_the_image_s_size(tiny_session: BuiltinSession, image: Image) -> None:
    found = tiny_session.segment(tiny_session.embed(image), [PointPrompt(80, 60)])

    count = len(found.masks)
    assert 1 <= count <= 11  # four of each of two closer looks, one of every first look
    assert found.masks.shape == (count, 120, 200)
    assert found.masks.dtype == np.bool_
    assert found.predicted_iou.shape == (count,)
    assert found.predicted_iou.dtype == np.float32
    assert found.low_res_logits.dtype == np.float32
    assert found.low_res_logits.shape == (count, 120, 200)


def test_low_resolution_logits_are_at_most_256_wide(tiny_session: BuiltinSession, image: Image) -> None:
    large = image.repeat(4, 0).repeat(4, 1)

    found = tiny_session.segment(tiny_session.embed(large), [PointPrompt(320, 240)])

    assert found.low_res_logits.shape[1:] == (154, 256)


def test_without_multimask_there_is_one(tiny_session: BuiltinSession, image: Image) -> None:
    found = tiny_session.segment(tiny_session.embed(image), [PointPrompt(80, 60)], multimask=False)

    assert len(found.masks) == 1


def test_after_one_click_what_first_looks_showed_is_offered_too(
    tiny_session: BuiltinSession, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: list[list[ViewWindow]] = []

    def take_down(chosen: list[Candidate], others: list[Candidate]) -> list[Candidate]:
        offered.append([one.window for one in others])
        return drop_alike(chosen, others)

    monkeypatch.setattr(session, "drop_alike", take_down)
    embedding = tiny_session.embed(image.repeat(4, 0).repeat(4, 1))
    first, second = PointPrompt(320, 240), PointPrompt(480, 360, False)

    tiny_session.segment(embedding, [first], multimask=False)
    tiny_session.segment(embedding, [BoxPrompt(200, 120, 440, 360)])
    tiny_session.segment(embedding, [first])
    tiny_session.segment(embedding, [first, second])

    one, box, several, more = offered
    assert one == box == more == []
    # The whole image, and what is nearer around the click; one mask of each at most.
    assert 1 <= len(set(several)) == len(several) <= len(NEARER_PARTS) + 2


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (7, 5), (33, 900), (700, 40)])
def test_any_shape_of_image_is_taken(tiny_session: BuiltinSession, shape: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (*shape, 3)).astype(np.uint8)

    found = tiny_session.segment(tiny_session.embed(pixels), [PointPrompt(shape[1] / 2, shape[0] / 2)])

    assert found.masks.shape[1:] == shape


def test_clicks_are_obeyed(tiny_session: BuiltinSession, image: Image) -> None:
    embedding = tiny_session.embed(image)

    found = tiny_session.segment(embedding, [PointPrompt(80, 60), PointPrompt(120, 90, False)], multimask=False)

    assert found.masks[0, 60, 80]
    assert not found.masks[0, 90, 120]


@pytest.mark.parametrize("shape", [(1, 1), (8, 24), (12, 12)])
def test_the_pixel_clicked_is_in_every_mask_also_in_the_corners_of_tiny_images(
    tiny_session: BuiltinSession, shape: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    height, width = shape
    embedding = tiny_session.embed(np.full((height, width, 3), 128, np.uint8))
    nothing = Candidate(np.zeros((64, 64), np.float32), 0.5, ViewWindow(0, 0, 24))
    monkeypatch.setattr(session, "finish", lambda _ranked, _asked: [nothing])

    for x, y in ((0.0, 0.0), (width - 0.01, 0.01), (width + 5.0, height + 5.0)):
        found = tiny_session.segment(embedding, [PointPrompt(x, y), PointPrompt(0.5, 0.5, positive=False)])
        assert found.masks.sum() == 1
        assert found.masks[0, min(int(y), height - 1), min(int(x), width - 1)]


@pytest.mark.parametrize(
    "prompts",
    [
        [PointPrompt(80, 60)],
        [BoxPrompt(50, 30, 110, 90)],
        [BoxPrompt(50, 30, 110, 90), PointPrompt(55, 35, False)],
        [PointPrompt(-50, 1000)],
        [BoxPrompt(-50, -50, 1000, 1000)],
        [BoxPrompt(50, 30, 50.5, 30.5)],
    ],
)
def test_the_same_prompts_on_a_new_embedding_give_the_same_masks(
    tiny_session: BuiltinSession, image: Image, prompts: list[Prompt]
) -> None:
    first = tiny_session.segment(tiny_session.embed(image), prompts)
    second = tiny_session.segment(tiny_session.embed(image), prompts)

    np.testing.assert_array_equal(first.masks, second.masks)
    np.testing.assert_array_equal(first.low_res_logits, second.low_res_logits)


def test_asking_again_gives_the_same_masks(tiny_session: BuiltinSession, image: Image) -> None:
    embedding = tiny_session.embed(image)
    one, two = PointPrompt(80, 60), PointPrompt(100, 60)
    first = [tiny_session.segment(embedding, prompts).masks for prompts in ([one], [one, two])]

    again = [tiny_session.segment(embedding, prompts).masks for prompts in ([one], [one, two])]

    for before, after in zip(first, again, strict=True):
        np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize("kind", ["mask", "logits"])
def test_an_answer_can_be_gone_on_from(tiny_session: BuiltinSession, image: Image, kind: str) -> None:
    found = tiny_session.segment(tiny_session.embed(image), [BoxPrompt(50, 30, 110, 90)])
    earlier = MaskPrompt(found.masks[0] if kind == "mask" else found.low_res_logits[0])

    resumed = tiny_session.segment(tiny_session.embed(image), [earlier, PointPrompt(80, 60)])

    assert resumed.masks[0, 60, 80]


def test_a_mask_is_gone_on_from_in_place_of_the_answer_before_it(tiny_session: BuiltinSession, image: Image) -> None:
    mask = np.zeros(image.shape[:2], np.bool_)
    mask[20:60, 30:90] = True
    prompts = [PointPrompt(80, 60), MaskPrompt(mask), PointPrompt(50, 40)]
    asked_before = tiny_session.embed(image)
    tiny_session.segment(asked_before, prompts[:1])

    after = tiny_session.segment(asked_before, prompts)

    alone = tiny_session.segment(tiny_session.embed(image), prompts)
    np.testing.assert_array_equal(after.low_res_logits, alone.low_res_logits)


def test_candidates_come_best_first(tiny_session: BuiltinSession, image: Image) -> None:
    found = tiny_session.segment(tiny_session.embed(image), [PointPrompt(80, 60)])

    assert (np.diff(found.predicted_iou) <= 0).all()
    assert ((found.predicted_iou >= 0) & (found.predicted_iou <= 1)).all()


def test_a_cancelled_request_stops_before_the_next_look(tiny_session: BuiltinSession, image: Image) -> None:
    embedding = tiny_session.embed(image)

    def check() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        tiny_session.segment(embedding, [PointPrompt(80, 60)], check=check)
    with pytest.raises(Cancelled):
        tiny_session.embed(image, check=check)


def test_every_candidate_can_be_gone_on_from_as_it_was_seen(tiny_session: BuiltinSession, image: Image) -> None:
    embedding, click = tiny_session.embed(image), PointPrompt(80, 60)
    assert isinstance(embedding, BuiltinEmbedding)

    found = tiny_session.segment(embedding, [click])

    for logits in found.low_res_logits:
        picked = embedding.trail.recall([click, MaskPrompt(logits), PointPrompt(90, 60)])
        assert picked is not None
        assert picked.belief.window is not None  # where the window was, not the whole image
        assert picked.clicks == 1


def test_an_embedding_says_what_it_holds(tiny_session: BuiltinSession, image: Image) -> None:
    embedding = tiny_session.embed(image)

    assert embedding.image_size == (120, 200)
    assert embedding.nbytes > image.nbytes


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((9, 9), np.uint8),
        np.zeros((9, 9, 4), np.uint8),
        np.zeros((9, 9, 3)),
        np.zeros((0, 9, 3), np.uint8),
        np.zeros((9, 0, 3), np.uint8),
    ],
)
def test_pixels_of_another_kind_are_refused(tiny_session: BuiltinSession, wrong: Image) -> None:
    with pytest.raises(ValueError, match="uint8 RGB"):
        tiny_session.embed(wrong)


def test_a_foreign_embedding_is_refused(tiny_session: BuiltinSession) -> None:
    with pytest.raises(TypeError, match="made no"):
        tiny_session.segment(object(), [PointPrompt(1, 1)])  # type: ignore[arg-type]  # wrong on purpose


def test_it_says_what_it_is(tiny_session: BuiltinSession) -> None:
    assert tiny_session.name == "Built-in"
    assert tiny_session.device == "CPU"
    assert tiny_session.capabilities == {"points", "boxes", "masks", "exemplars"}
