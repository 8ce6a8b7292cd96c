"""Finding all like an exemplar: what is refused with any weights, and what is found with the shipped ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from sam3_annotator.model import (
    BoxPrompt,
    Cancelled,
    ConceptPrompt,
    Detection,
    Embedding,
    Exemplar,
    Segmentation,
    UnsupportedPrompt,
    open_session,
)
from sam3_annotator.model.builtin.exemplars import _best_in_box, read_exemplars
from sam3_annotator.model.builtin.session import BuiltinSession

DISCS = [
    (60, 60),
    (150, 70),
    (250, 55),
    (340, 80),
    (70, 160),
    (180, 170),
    (290, 150),
    (350, 230),
    (60, 250),
    (160, 255),
]
SQUARES = [(110, 115), (235, 105), (250, 220), (110, 210)]


@pytest.fixture(scope="module")
def shipped() -> BuiltinSession:
    opened = open_session("builtin")
    assert isinstance(opened, BuiltinSession)
    return opened


@pytest.fixture(scope="module")
def scene() -> NDArray[np.uint8]:
    """`(300, 400, 3)`: ten orange discs of radius 16 and four blue squares on a soft grey ground."""
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[:300, :400]
    pixels = np.repeat((120 + 15 * np.sin(columns / 40) + 10 * np.cos(rows / 30))[..., None], 3, 2)
    for x, y in DISCS:
        pixels[disc(x, y)] = (215, 120, 40)
    for x, y in SQUARES:
        pixels[y - 13 : y + 13, x - 13 : x + 13] = (40, 70, 190)
    return np.clip(pixels + rng.normal(0, 5, pixels.shape), 0, 255).astype(np.uint8)


def disc(x: int, y: int) -> NDArray[np.bool_]:
    rows, columns = np.mgrid[:300, :400]
    return np.asarray((columns - x) ** 2 + (rows - y) ** 2 < 16**2, np.bool_)


def around(x: int, y: int, *, positive: bool = True) -> Exemplar:
    return Exemplar(x - 17, y - 17, x + 17, y + 17, positive)


@pytest.fixture(scope="module")
def embedding(shipped: BuiltinSession, scene: NDArray[np.uint8]) -> Embedding:
    return shipped.embed(scene)


@pytest.fixture(scope="module")
def found(shipped: BuiltinSession, embedding: Embedding) -> Detection:
    return shipped.detect(embedding, ConceptPrompt(exemplars=(around(*DISCS[5]),)))


def test_the_discs_are_found_by_one_of_them(found: Detection) -> None:
    truths = [disc(x, y) for x, y in DISCS]
    ious = [max(np.count_nonzero(m & t) / np.count_nonzero(m | t) for m in found.masks) for t in truths]

    assert sum(iou > 0.7 for iou in ious) >= 8


def test_what_differs_is_not_found(found: Detection) -> None:
    on_square = [any(mask[y, x] for x, y in SQUARES) for mask in found.masks]

    assert sum(on_square) == 0


def test_no_instance_is_found_twice(found: Detection) -> None:
    areas = found.masks.reshape(len(found.masks), -1).sum(1)
    for first in range(len(areas)):
        for second in range(first):
            both = np.count_nonzero(found.masks[first] & found.masks[second])
            assert both <= 0.6 * min(areas[first], areas[second])


def test_scores_come_highest_first_above_the_threshold_with_the_boxes_of_their_masks(found: Detection) -> None:
    assert (np.diff(found.scores) <= 0).all()
    assert found.scores.min() >= 0.5
    assert found.presence == pytest.approx(found.scores[0])
    assert found.masks.shape[1:] == (300, 400)
    for mask, box in zip(found.masks, found.boxes_xyxy, strict=True):
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        assert box.tolist() == [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]


def test_a_higher_threshold_gives_a_part_of_the_finds_without_looking_again(
    shipped: BuiltinSession, embedding: Embedding, found: Detection
) -> None:
    concept = ConceptPrompt(exemplars=(around(*DISCS[5]),))
    checks: list[None] = []

    surer = shipped.detect(embedding, concept, threshold=0.95, check=lambda: checks.append(None))

    assert surer.scores.tolist() == found.scores[found.scores >= 0.95].tolist()
    assert len(checks) == len(surer.scores)  # one for each that is painted: none for looks


def test_presence_says_the_same_at_every_threshold(
    shipped: BuiltinSession, embedding: Embedding, found: Detection
) -> None:
    nothing = shipped.detect(embedding, ConceptPrompt(exemplars=(around(*DISCS[5]),)), threshold=1.0)

    assert len(nothing.masks) == 0
    assert nothing.presence == found.presence > 0.5


def test_a_negative_exemplar_lowers_the_scores_of_its_kind(shipped: BuiltinSession, scene: NDArray[np.uint8]) -> None:
    embedding = shipped.embed(scene)
    wanted, unwanted = around(*DISCS[0]), around(*DISCS[9], positive=False)

    alone = shipped.detect(embedding, ConceptPrompt(exemplars=(wanted,)), threshold=0.3)
    against = shipped.detect(embedding, ConceptPrompt(exemplars=(wanted, unwanted)), threshold=0.3)

    assert against.scores[1:].sum() < alone.scores[1:].sum()  # the first is the exemplar itself


def test_a_cancelled_search_stops(tiny_session: BuiltinSession, scene: NDArray[np.uint8]) -> None:
    embedding = tiny_session.embed(scene)
    calls = 0

    def check() -> None:
        nonlocal calls
        calls += 1
        if calls > 6:  # the exemplar has been segmented by then
            raise Cancelled

    with pytest.raises(Cancelled):
        tiny_session.detect(embedding, ConceptPrompt(exemplars=(around(60, 60),)), check=check)


def test_a_phrase_is_refused(tiny_session: BuiltinSession, scene: NDArray[np.uint8]) -> None:
    concept = ConceptPrompt("coin", exemplars=(around(60, 60),))

    with pytest.raises(UnsupportedPrompt, match="does not read"):
        tiny_session.detect(tiny_session.embed(scene), concept)


@pytest.mark.parametrize(
    "exemplars", [(), (around(60, 60, positive=False),), (Exemplar(500, 10, 600, 90),), (Exemplar(50, 50, 50, 50),)]
)
def test_without_an_example_on_the_image_there_is_nothing_to_find(
    tiny_session: BuiltinSession, scene: NDArray[np.uint8], exemplars: tuple[Exemplar, ...]
) -> None:
    with pytest.raises(UnsupportedPrompt, match="Draw a box"):
        tiny_session.detect(tiny_session.embed(scene), ConceptPrompt(exemplars=exemplars))


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (7, 5), (33, 900), (700, 40)])
def test_any_shape_of_image_is_searched(tiny_session: BuiltinSession, shape: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (*shape, 3)).astype(np.uint8)
    exemplar = Exemplar(0, 0, max(shape[1] / 3, 1), max(shape[0] / 3, 1))

    found = tiny_session.detect(tiny_session.embed(pixels), ConceptPrompt(exemplars=(exemplar,)))

    assert found.masks.shape == (len(found.scores), *shape)


def found_in_box(*boxes: tuple[int, int, int, int], predicted: Sequence[float]) -> Segmentation:
    masks = np.zeros((len(boxes), 100, 200), np.bool_)
    for mask, (x0, y0, x1, y1) in zip(masks, boxes, strict=True):
        mask[y0:y1, x0:x1] = True
    return Segmentation(masks, np.array(predicted, np.float32), np.zeros((len(boxes), 25, 50), np.float32))


@pytest.mark.parametrize(
    ("boxes", "predicted", "chosen"),
    [
        pytest.param([(100, 50, 140, 80), (100, 50, 140, 90)], [0.7, 0.6], 1, id="it fills the box"),
        pytest.param([(100, 50, 140, 90), (90, 40, 150, 95)], [0.6, 0.9], 0, id="it keeps to the box"),
        pytest.param([(100, 50, 140, 88), (100, 50, 140, 90)], [0.9, 0.6], 0, id="hardly worse and more likely"),
        pytest.param([(0, 0, 0, 0), (10, 10, 30, 30)], [0.9, 0.2], 1, id="the other is empty"),
    ],
)
def test_the_mask_of_an_exemplar_fills_its_box_and_is_likely(
    boxes: list[tuple[int, int, int, int]], predicted: list[float], chosen: int
) -> None:
    found = found_in_box(*boxes, predicted=predicted)

    mask, iou, bounds = _best_in_box(found, BoxPrompt(100, 50, 140, 90))

    assert np.array_equal(mask, found.masks[chosen])
    assert (iou, bounds) == (pytest.approx(predicted[chosen]), boxes[chosen])


def test_an_exemplar_in_which_nothing_is_found_is_its_box() -> None:
    mask, _, bounds = _best_in_box(found_in_box((0, 0, 0, 0), predicted=[0.9]), BoxPrompt(100.5, 50, 139.5, 90))

    assert np.array_equal(mask, found_in_box((100, 50, 140, 90), predicted=[0]).masks[0])
    assert bounds == (100.5, 50, 139.5, 90)


def test_exemplars_are_cut_at_the_image_and_may_be_drawn_from_any_corner() -> None:
    given = (Exemplar(-5, 10, 30, 500), Exemplar(150, 60, 120, 20), Exemplar(900, 0, 990, 9, positive=False))

    read = read_exemplars(ConceptPrompt(exemplars=given), (100, 200))

    assert read == [(given[0], BoxPrompt(0, 10, 30, 100)), (given[1], BoxPrompt(120, 20, 150, 60))]
