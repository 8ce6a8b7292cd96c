"""Objects are found again in the next image, farther off too, and drawn anew by a model that means the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from sam3_annotator.model import (
    BoxPrompt,
    Cancelled,
    Check,
    Embedding,
    MaskPrompt,
    PointPrompt,
    Prompt,
    Propagated,
    Segmentation,
    Session,
    never_cancelled,
    propagate,
)
from sam3_annotator.model.distinct import overlap
from sam3_annotator.model.grabcut.session import GrabCutSession
from sam3_annotator.model.packed_masks import PackedMask, PackedMasks
from sam3_annotator.model.trail import Trail
from tests.model.propagation.scenes import SIZE, Scene, moved, scene, turn


@dataclass(frozen=True)
class Size:
    """What a session knows of an image."""

    image_size: tuple[int, int] = SIZE
    nbytes: int = 0


class Drawing:
    """A session that takes these prompts and draws what it is told, whatever it is asked."""

    name, device = "Drawing", "CPU"

    def __init__(
        self, drawn: NDArray[np.bool_], takes: frozenset[str] = frozenset({"points", "boxes", "masks"})
    ) -> None:
        self.drawn, self.capabilities = drawn, takes
        self.asked: list[list[Prompt]] = []

    def segment(
        self,
        embedding: Embedding,  # noqa: ARG002 - it draws what it is told
        prompts: Sequence[Prompt],
        *,
        multimask: bool = True,  # noqa: ARG002
        check: Check = never_cancelled,  # noqa: ARG002
    ) -> Segmentation:
        self.asked.append(list(prompts))
        return Segmentation(self.drawn[None], np.ones(1, np.float32), np.zeros((1, 8, 8), np.float32))


def follow(seen: Scene, session: Session | None = None) -> Propagated | None:
    """Propagate the thing of a scene, by a session that takes no masks if there is none."""
    drawer = session or Drawing(np.zeros(SIZE, np.bool_), frozenset({"points"}))
    (found,) = propagate(drawer, Size(), seen.before, seen.after, [PackedMask.of(seen.mask_before)])
    return found


def whole(found: Propagated | None) -> NDArray[np.bool_]:
    """Give the mask that was found at image size."""
    assert found is not None
    return PackedMasks(SIZE, (found.mask,)).whole()[0]


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(scene(turn(0, 1, 0, 0)), id="still"),
        pytest.param(scene(turn(7, 1.08, 12, -9)), id="a little"),
        pytest.param(scene(turn(0, 1, 5, 0), camera=turn(8, 1.05, 45, -30)), id="with the camera"),
        pytest.param(scene(turn(0, 1, 105, 60)), id="farther than flow reaches"),
    ],
)
def test_an_object_is_found_where_it_moved(seen: Scene) -> None:
    found = follow(seen)

    assert overlap(whole(found), seen.mask_after) > 0.93
    assert found is not None
    assert found.score > 0.7


def test_what_is_gone_is_not_found_or_looks_unlike() -> None:
    found = follow(scene(turn(0, 1, 0, 0), gone=True))

    assert found is None or found.score < 0.3


@pytest.mark.parametrize("camera", [turn(0, 1, 0, 0), turn(4, 1.03, 20, -10)])
def test_what_is_gone_is_not_taken_for_another_that_stood_there_before(camera: NDArray[np.float64]) -> None:
    seen, alike = scene(turn(0, 1, 0, 0), camera, gone=True), scene(turn(0, 1, 110, 60))
    away = PackedMask.of(alike.mask_after)
    rows, columns = slice(away.top, away.top + len(away.bits)), slice(away.left, away.left + away.width)
    before, after = seen.before.copy(), seen.after.astype(np.float32)
    before[rows, columns][away.inside] = alike.after[rows, columns][away.inside]
    shape = moved(alike.mask_after.astype(np.float32), camera)[..., None] > 0.5
    after = np.where(shape, moved(before.astype(np.float32), camera), after).astype(np.uint8)
    nobody = Drawing(np.zeros(SIZE, np.bool_), frozenset())

    (found,) = propagate(nobody, Size(), before, after, [PackedMask.of(seen.mask_before)])

    assert found is None or found.score < 0.3


def test_what_has_left_the_image_is_not_found() -> None:
    found = follow(scene(turn(0, 1, 0, 0), camera=turn(0, 1, -250, 0)))

    assert found is None or found.score < 0.3


def test_what_leaves_in_part_is_cut_at_the_border() -> None:
    seen = scene(turn(0, 1, 0, 0), camera=turn(0, 1, -150, 0))

    found = follow(seen)

    assert overlap(whole(found), seen.mask_after) > 0.9
    assert found is not None
    assert found.mask.left == 0


def test_among_many_of_a_kind_it_is_the_one_that_moved_there() -> None:
    seen = scene(turn(0, 1, 8, 0))
    # The very object as it was, and as nothing else looks after the change of light: another one of the kind.
    part, there = seen.before[90:190, 100:200], seen.after
    there[195:295, 280:380][seen.mask_before[90:190, 100:200]] = part[seen.mask_before[90:190, 100:200]]

    assert overlap(whole(follow(seen)), seen.mask_after) > 0.93


def test_the_later_image_may_be_larger() -> None:
    seen = scene(turn(5, 1, 10, 4))
    size = (SIZE[1] * 2, SIZE[0] * 2)
    after = np.asarray(cv2.resize(seen.after, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    nobody = Drawing(np.zeros(SIZE, np.bool_), frozenset())

    (found,) = propagate(nobody, Size(), seen.before, after, [PackedMask.of(seen.mask_before)])

    assert found is not None
    expected = seen.mask_after.repeat(2, axis=0).repeat(2, axis=1)
    assert overlap(PackedMasks(size[::-1], (found.mask,)).whole()[0], expected) > 0.93


def test_the_model_draws_what_was_found_anew() -> None:
    seen = scene(turn(0, 1, 12, 4))
    session = Drawing(seen.mask_after)

    found = follow(seen, session)

    np.testing.assert_array_equal(whole(found), seen.mask_after)
    ((box, mask),) = session.asked
    assert isinstance(box, BoxPrompt)
    assert isinstance(mask, MaskPrompt)
    assert overlap(np.asarray(mask.mask), seen.mask_after) > 0.93
    assert (box.x0, box.y0, box.x1, box.y1) == PackedMask.of(np.asarray(mask.mask)).box_xyxy


def test_what_the_model_draws_of_something_else_is_not_taken() -> None:
    seen = scene(turn(0, 1, 12, 4))
    elsewhere = np.zeros(SIZE, np.bool_)
    elsewhere[200:260, 300:380] = True

    assert overlap(whole(follow(seen, Drawing(elsewhere))), seen.mask_after) > 0.93


def test_what_is_drawn_anew_pushes_no_draft_out_of_the_trail() -> None:
    seen, click = scene(turn(0, 1, 12, 4)), PointPrompt(3, 3)
    trail: Trail[str] = Trail(capacity=1)

    class Remembering(Drawing):
        def segment(self, embedding: Embedding, prompts: Sequence[Prompt], **rest: Any) -> Segmentation:
            trail.remember(prompts, "redrawn")
            return super().segment(embedding, prompts, **rest)

    trail.remember([click], "draft")
    session = Remembering(seen.mask_after)
    follow(seen, session)

    assert session.asked
    assert trail.recall([click, click]) == "draft"


def test_a_model_that_draws_nothing_changes_nothing() -> None:
    seen = scene(turn(0, 1, 12, 4))

    assert overlap(whole(follow(seen, Drawing(np.zeros(SIZE, np.bool_)))), seen.mask_after) > 0.93


def test_a_real_session_draws_it() -> None:
    seen = scene(turn(0, 1, 12, 4))
    session = GrabCutSession()

    (found,) = propagate(session, session.embed(seen.after), seen.before, seen.after, [PackedMask.of(seen.mask_before)])

    assert overlap(whole(found), seen.mask_after) > 0.7


@pytest.mark.parametrize("shape", [(1, 1), (2, 1), (1, 9)])
def test_specks_and_lines_do_no_harm(shape: tuple[int, int]) -> None:
    seen = scene(turn(0, 1, 3, 0))
    speck = PackedMask.of(np.ones(shape, np.bool_), 150, 140)
    nobody = Drawing(np.zeros(SIZE, np.bool_), frozenset())

    (found,) = propagate(nobody, Size(), seen.before, seen.after, [speck])

    assert found is None or found.mask.width


def test_nothing_becomes_of_an_empty_mask() -> None:
    seen = scene(turn(0, 1, 3, 0))
    empty = PackedMask.of(np.zeros(SIZE, np.bool_))

    assert propagate(Drawing(seen.mask_after), Size(), seen.before, seen.after, [empty]) == [None]


def test_an_answer_that_is_no_longer_wanted_is_given_up() -> None:
    seen = scene(turn(0, 1, 3, 0))

    def check() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        propagate(Drawing(seen.mask_after), Size(), seen.before, seen.after, [PackedMask.of(seen.mask_before)], check)


def test_it_tells_how_many_are_done() -> None:
    seen, told = scene(turn(0, 1, 3, 0)), []
    masks = [PackedMask.of(seen.mask_before), PackedMask.of(np.zeros(SIZE, np.bool_))]

    propagate(
        Drawing(seen.mask_after), Size(), seen.before, seen.after, masks, tell=lambda *counts: told.append(counts)
    )

    assert told == [(0, 2), (1, 2)]
