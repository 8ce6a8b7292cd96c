"""The session without weights: every prompt is honoured, on any image, and the border is where the edge is."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from sam3_annotator.model import (
    BoxPrompt,
    Cancelled,
    ConceptPrompt,
    MaskPrompt,
    ModelUnavailable,
    PointPrompt,
    Prompt,
    Segmentation,
    Session,
    UnsupportedPrompt,
    open_session,
)


@pytest.fixture(scope="module")
def session() -> Session:
    return open_session("grabcut")


def _disc(width: int, height: int, x: float, y: float, radius: float) -> np.ndarray:
    rows, columns = np.ogrid[:height, :width]
    return (columns + 0.5 - x) ** 2 + (rows + 0.5 - y) ** 2 <= radius**2


def _scene(mask: np.ndarray, seed: int = 0) -> np.ndarray:
    """Paint the mask orange on blue, with noise as of a camera."""
    image = np.random.default_rng(seed).integers(0, 25, (*mask.shape, 3), dtype=np.uint8)
    image += np.array((30, 70, 150), dtype=np.uint8)
    image[mask] += np.array((180, 50, 136), dtype=np.uint8)  # the blue overflows, from about 160 to about 40
    return image


def _iou(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / (one | other).sum())


def _segment(session: Session, image: np.ndarray, *prompts: Prompt, **options: Any) -> Segmentation:
    return session.segment(session.embed(image), prompts, **options)


def _assert_is_sound(found: Segmentation, image: np.ndarray, prompts: list[Prompt]) -> None:
    count = len(found.masks)
    assert 1 <= count <= 3
    assert found.masks.shape == (count, *image.shape[:2])
    assert found.masks.dtype == np.bool_
    assert found.predicted_iou.shape == (count,)
    assert (np.diff(found.predicted_iou) <= 0).all()
    assert ((found.predicted_iou >= 0) & (found.predicted_iou <= 1)).all()
    assert found.low_res_logits.dtype == np.float32
    assert found.low_res_logits.shape[0] == count
    assert np.isfinite(found.low_res_logits).all()
    said = {}
    for prompt in prompts:
        if isinstance(prompt, PointPrompt):
            column = min(max(int(prompt.x), 0), image.shape[1] - 1)
            row = min(max(int(prompt.y), 0), image.shape[0] - 1)
            said[row, column] = prompt.positive
    if any(isinstance(prompt, BoxPrompt) or getattr(prompt, "positive", True) for prompt in prompts):
        for (row, column), is_positive in said.items():
            assert (found.masks[:, row, column] == is_positive).all()


def test_a_click_finds_a_plain_object(session: Session) -> None:
    disc = _disc(400, 300, 180, 140, 50)

    found = _segment(session, _scene(disc), PointPrompt(180, 140))

    assert _iou(found.masks[0], disc) > 0.97
    assert found.predicted_iou[0] > 0.4


def test_a_box_finds_a_plain_object(session: Session) -> None:
    disc = _disc(400, 300, 180, 140, 50)

    found = _segment(session, _scene(disc), BoxPrompt(120, 85, 240, 200))

    assert _iou(found.masks[0], disc) > 0.97


def test_the_border_is_at_full_resolution(session: Session) -> None:
    disc = _disc(3000, 2000, 1500.5, 900.5, 600)
    image = _scene(disc)

    for prompt in (PointPrompt(1500, 900), BoxPrompt(800, 250, 2200, 1550)):
        found = _segment(session, image, prompt)
        inner, outer = _disc(3000, 2000, 1500.5, 900.5, 594), _disc(3000, 2000, 1500.5, 900.5, 606)

        # 112 pixels were cut; an error of one of them would be 27 pixels here.
        assert (found.masks[0] & ~outer).sum() < 0.002 * disc.sum()
        assert (~found.masks[0] & inner).sum() < 0.002 * disc.sum()


def test_a_small_object_in_a_large_image_is_found(session: Session) -> None:
    disc = _disc(4000, 3000, 3100, 500, 60)

    found = _segment(session, _scene(disc), BoxPrompt(3020, 420, 3180, 580))

    assert _iou(found.masks[0], disc) > 0.95


def test_only_the_clicked_part_is_kept(session: Session) -> None:
    clicked, other = _disc(400, 300, 120, 150, 40), _disc(400, 300, 300, 150, 40)

    found = _segment(session, _scene(clicked | other), PointPrompt(120, 150))

    assert _iou(found.masks[0], clicked) > 0.95
    assert not (found.masks & other).any()


def test_two_positive_clicks_may_give_two_parts(session: Session) -> None:
    left, right = _disc(400, 300, 120, 150, 40), _disc(400, 300, 300, 150, 40)

    found = _segment(session, _scene(left | right), PointPrompt(120, 150), PointPrompt(300, 150))

    assert _iou(found.masks[0], left | right) > 0.95


def test_a_negative_click_takes_a_part_away(session: Session) -> None:
    disc = _disc(400, 300, 200, 150, 90)
    image = _scene(disc)
    image[:, 200:][disc[:, 200:]] = (200, 60, 60)
    before = _segment(session, image, BoxPrompt(100, 50, 300, 250)).masks[0]

    after = _segment(session, image, BoxPrompt(100, 50, 300, 250), PointPrompt(250, 150, positive=False)).masks[0]

    assert before[150, 240]
    assert not after[150, 240]
    assert after[150, 150]


def test_nothing_sticks_out_of_a_box(session: Session) -> None:
    disc = _disc(1200, 900, 600, 450, 300)

    mask = _segment(session, _scene(disc), BoxPrompt(500, 300, 800, 600)).masks[0]

    rows, columns = np.nonzero(mask)
    assert (columns.min(), columns.max() + 1) == (500, 800)
    assert (rows.min(), rows.max() + 1) == (300, 600)


def test_a_positive_click_outside_the_box_widens_it(session: Session) -> None:
    disc = _disc(400, 300, 200, 150, 60)

    mask = _segment(session, _scene(disc), BoxPrompt(140, 90, 200, 210), PointPrompt(240, 150)).masks[0]

    assert mask[150, 240]
    assert mask[150, 170]


def test_candidates_differ_and_one_is_enough_when_asked(session: Session) -> None:
    nested = _scene(_disc(600, 600, 300, 300, 220))
    nested[_disc(600, 600, 300, 300, 60)] = (240, 240, 240)

    several = _segment(session, nested, PointPrompt(300, 300))
    best = _segment(session, nested, PointPrompt(300, 300), multimask=False)

    assert len(several.masks) > 1
    areas = several.masks.sum(axis=(1, 2))
    assert areas.max() > 1.3 * areas.min()
    assert np.array_equal(best.masks, several.masks[:1])


def test_logits_of_an_answer_continue_it(session: Session) -> None:
    disc = _disc(900, 600, 400, 300, 150)
    image = _scene(disc)
    first = _segment(session, image, BoxPrompt(230, 130, 570, 470))

    again = _segment(session, image, MaskPrompt(first.low_res_logits[0]))

    assert _iou(again.masks[0], first.masks[0]) > 0.97


def test_a_mask_continues_and_clicks_correct_it(session: Session) -> None:
    left, right = _disc(400, 300, 120, 150, 40), _disc(400, 300, 300, 150, 40)
    image = _scene(left | right)

    mask = _segment(session, image, MaskPrompt(left | right), PointPrompt(300, 150, positive=False)).masks[0]

    assert _iou(mask, left) > 0.95


def test_logits_cover_the_whole_image_in_its_shape(session: Session) -> None:
    disc = _disc(900, 600, 400, 300, 150)

    found = _segment(session, _scene(disc), BoxPrompt(230, 130, 570, 470))

    logits = found.low_res_logits[0]
    assert logits.shape == (171, 256)
    enlarged = cv2.resize(logits, (900, 600), interpolation=cv2.INTER_LINEAR) > 0
    assert _iou(enlarged, found.masks[0]) > 0.98


def test_the_answer_is_always_the_same(session: Session) -> None:
    image = _scene(_disc(400, 300, 180, 140, 50))
    prompts = [PointPrompt(180, 140), PointPrompt(20, 20, positive=False)]
    first = _segment(session, image, *prompts)
    cv2.setRNGSeed(12345)

    second = _segment(open_session("grabcut"), image, *prompts)

    assert np.array_equal(first.masks, second.masks)
    assert np.array_equal(first.predicted_iou, second.predicted_iou)
    assert np.array_equal(first.low_res_logits, second.low_res_logits)


@pytest.mark.parametrize(
    ("width", "height"), [(1, 1), (2, 2), (1, 7), (5, 3), (3, 1000), (1000, 3), (1, 1000), (9, 9), (144, 2)]
)
def test_tiny_and_narrow_images_work(session: Session, width: int, height: int) -> None:
    image = np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8)
    prompt_sets: list[list[Prompt]] = [
        [PointPrompt(0, 0)],
        [PointPrompt(width - 0.5, height - 0.5)],
        [PointPrompt(width / 2, height / 2), PointPrompt(0, 0, positive=False)],
        [BoxPrompt(0, 0, width, height)],
        [BoxPrompt(0, 0, width, height), PointPrompt(0, 0)],
        [MaskPrompt(np.ones((height, width), dtype=bool))],
    ]
    for prompts in prompt_sets:
        _assert_is_sound(_segment(session, image, *prompts), image, prompts)


@pytest.mark.parametrize("value", [0, 128, 255])
def test_an_image_of_one_colour_works(session: Session, value: int) -> None:
    image = np.full((60, 80, 3), value, dtype=np.uint8)

    for prompts in ([PointPrompt(40, 30)], [BoxPrompt(20, 10, 60, 50)], [BoxPrompt(0, 0, 80, 60)]):
        _assert_is_sound(_segment(session, image, *prompts), image, list(prompts))


@pytest.mark.parametrize("corner", [(0, 0), (399.9, 0), (0, 299.9), (399.9, 299.9), (400, 300), (-5, 900)])
def test_clicks_on_the_image_border_work(session: Session, corner: tuple[float, float]) -> None:
    image = _scene(_disc(400, 300, 180, 140, 50))
    prompts: list[Prompt] = [PointPrompt(*corner)]

    _assert_is_sound(_segment(session, image, *prompts), image, prompts)


def test_a_box_beyond_the_image_is_cut_at_its_border(session: Session) -> None:
    disc = _disc(400, 300, 30, 40, 60)

    mask = _segment(session, _scene(disc), BoxPrompt(-50, -50, 100, 110)).masks[0]

    assert _iou(mask, disc) > 0.95


@pytest.mark.parametrize(
    "prompts",
    [
        [],
        [PointPrompt(5, 5, positive=False)],
        [BoxPrompt(500, 500, 600, 600)],
        [MaskPrompt(np.zeros((300, 400), dtype=bool))],
    ],
)
def test_without_anything_positive_the_mask_is_empty(session: Session, prompts: list[Prompt]) -> None:
    found = _segment(session, _scene(_disc(400, 300, 180, 140, 50)), *prompts)

    assert found.masks.shape == (1, 300, 400)
    assert not found.masks.any()
    assert found.predicted_iou.tolist() == [0.0]
    assert (found.low_res_logits < 0).all()


def test_opposite_clicks_on_one_pixel_obey_the_later(session: Session) -> None:
    image = _scene(_disc(400, 300, 180, 140, 50))

    mask = _segment(session, image, PointPrompt(180, 140), PointPrompt(180.4, 140.2, positive=False)).masks[0]

    assert not mask[140, 180]
    assert mask.any()


prompts_on_image = st.lists(
    st.one_of(
        st.builds(PointPrompt, st.floats(0, 59), st.floats(0, 39), st.booleans()),
        st.tuples(st.integers(0, 50), st.integers(0, 30), st.integers(1, 60), st.integers(1, 40)).map(
            lambda box: BoxPrompt(box[0], box[1], box[0] + box[2], box[1] + box[3])
        ),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=60)
@given(prompts=prompts_on_image, seed=st.integers(0, 3))
def test_every_click_is_on_its_side_whatever_the_prompts(prompts: list[Prompt], seed: int) -> None:
    image = _scene(_disc(60, 40, 30, 20, 12), seed)
    points_in_boxes = [prompt for prompt in prompts if not isinstance(prompt, MaskPrompt)]

    _assert_is_sound(_segment(open_session("grabcut"), image, *points_in_boxes), image, prompts)


def test_a_cancelled_answer_stops_between_stages(session: Session) -> None:
    embedding = session.embed(_scene(_disc(400, 300, 180, 140, 50)))
    calls: list[int] = []

    def check() -> None:
        calls.append(1)
        if len(calls) == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        session.segment(embedding, [PointPrompt(180, 140)], check=check)
    assert len(calls) == 2


def test_embedding_tells_size_and_memory(session: Session) -> None:
    embedding = session.embed(np.zeros((300, 2048, 3), dtype=np.uint8))

    assert embedding.image_size == (300, 2048)
    assert embedding.nbytes == 300 * 2048 * 3 + 150 * 1024 * 3


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 4), (0, 4, 3)])
def test_something_else_than_rgb_pixels_is_refused(session: Session, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="uint8 RGB"):
        session.embed(np.zeros(shape, dtype=np.uint8))


def test_a_mask_of_another_size_is_refused(session: Session) -> None:
    with pytest.raises(ValueError, match="mask prompt"):
        _segment(session, np.zeros((8, 8, 3), np.uint8), MaskPrompt(np.ones((4, 4), dtype=bool)))


def test_concepts_are_refused_with_a_sentence(session: Session) -> None:
    embedding = session.embed(np.zeros((8, 8, 3), dtype=np.uint8))

    assert "phrases" not in session.capabilities
    with pytest.raises(
        UnsupportedPrompt, match=r"^GrabCut does not find concepts; click on each object or draw a box\.$"
    ):
        session.detect(embedding, ConceptPrompt("cat"))


def test_an_unknown_model_is_told() -> None:
    with pytest.raises(ModelUnavailable, match="no model named “sam9”"):
        open_session("sam9")


@pytest.mark.parametrize("options", [{"device": "cuda"}, {"dtype": "float16"}])
def test_a_device_it_cannot_use_is_told(options: dict[str, str]) -> None:
    with pytest.raises(ModelUnavailable, match="computes on the CPU"):
        open_session("builtin", **options)
