"""Prompts go into the window that the model sees, and masks lie in it."""

from __future__ import annotations

import numpy as np
import pytest

from sam3_annotator.model import BoxPrompt, ConceptPrompt, Exemplar, MaskPrompt, PointPrompt, Window
from sam3_annotator.project import ImageId
from sam3_annotator.ui.assistance.shown_image import ShownImage, box_of_prompt

PIXELS = np.random.default_rng(5).integers(0, 255, (60, 80, 3), dtype=np.uint8)
WHOLE = ShownImage(ImageId(1), "key", PIXELS)
PART = WHOLE.through(Window(20, 10, 60, 40))


def test_the_model_reads_the_pixels_of_the_window_under_a_key_of_its_own() -> None:
    assert np.array_equal(PART.read(), PIXELS[10:40, 20:60])
    assert WHOLE.read() is PIXELS
    keys = {WHOLE.embedding_key, PART.embedding_key, WHOLE.through(Window(20, 10, 60, 41)).embedding_key}
    assert len(keys) == 3
    assert WHOLE.embedding_key == "key"


def test_prompts_are_placed_in_the_window() -> None:
    mask = np.zeros((60, 80), dtype=bool)
    mask[12, 25] = True
    logits = np.ones((8, 8), dtype=np.float32)

    point, box, drawn, seen = PART.place(
        [PointPrompt(25, 12, positive=False), BoxPrompt(20, 10, 30, 20), MaskPrompt(mask), MaskPrompt(logits)]
    )

    assert point == PointPrompt(5, 2, positive=False)
    assert box == BoxPrompt(0, 0, 10, 10)
    assert drawn.mask.shape == (30, 40)
    assert drawn.mask[2, 5]
    assert seen.mask is logits  # is of what the model saw already


def test_exemplars_are_placed_in_the_window() -> None:
    concept = ConceptPrompt("coin", (Exemplar(25, 12, 35, 22, positive=False),))

    assert PART.place_concept(concept) == ConceptPrompt("coin", (Exemplar(5, 2, 15, 12, positive=False),))


def test_the_whole_places_nothing_elsewhere() -> None:
    prompts = (PointPrompt(25, 12), MaskPrompt(np.ones((60, 80), dtype=bool)))

    assert WHOLE.place(prompts) == prompts
    assert WHOLE.offset == (0, 0)


@pytest.mark.parametrize(
    ("box", "is_seen"),
    [
        ((20, 10, 60, 40), True),
        ((30, 20, 30, 20), True),
        ((19.5, 10, 60, 40), False),
        ((20, 10, 60, 40.5), False),
        ((70, 50, 71, 51), False),
    ],
)
def test_what_lies_in_the_window_is_looked_at_through_it(box: tuple[float, ...], is_seen: bool) -> None:
    assert PART.showing([(30, 20, 31, 21), box]).window == (PART.window if is_seen else None)


def test_a_box_beyond_the_image_may_lie_in_a_window_at_its_border() -> None:
    corner = WHOLE.through(Window(0, 0, 40, 30))

    assert corner.showing([(-5, -3, 20, 20)]).window == corner.window
    assert corner.showing([(-5, -3, 41, 20)]).window is None


def test_a_mask_is_of_no_one_place() -> None:
    with pytest.raises(TypeError, match="no box"):
        box_of_prompt(MaskPrompt(np.ones((2, 2), dtype=bool)))
