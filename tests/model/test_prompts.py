"""What the user tells the model, refused where it means nothing."""

from __future__ import annotations

import numpy as np
import pytest

from sam3_annotator.model import BoxPrompt, ConceptPrompt, Exemplar, MaskPrompt, PointPrompt

ODD = [float("nan"), float("inf"), -float("inf")]


@pytest.mark.parametrize("odd", ODD)
def test_point_that_is_nowhere_is_refused(odd: float) -> None:
    for place in ((odd, 1.0), (1.0, odd)):
        with pytest.raises(ValueError, match="finite"):
            PointPrompt(*place)


@pytest.mark.parametrize("corners", [(5, 1, 5, 9), (1, 9, 5, 1), (float("nan"), 1, 5, 9)])
def test_box_without_area_is_refused(corners: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match="x0 < x1"):
        BoxPrompt(*corners)


def test_prompts_outside_the_image_are_told_as_they_are() -> None:
    assert PointPrompt(-3, 2).x == -3
    assert PointPrompt(1, 2).positive


@pytest.mark.parametrize("dtype", [np.uint8, np.int64])
def test_mask_of_whole_numbers_is_not_taken_for_logits(dtype: type[np.integer]) -> None:
    with pytest.raises(ValueError, match="mask > 0"):
        MaskPrompt(np.eye(3, dtype=dtype) * 255)


def test_exemplars_may_come_as_a_list() -> None:
    exemplar = Exemplar(1, 2, 3, 4)

    assert ConceptPrompt("cat", [exemplar]) == ConceptPrompt("cat", (exemplar,))
    assert hash(ConceptPrompt("cat", [exemplar]))
