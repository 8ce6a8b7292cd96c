"""What differs, in words."""

from __future__ import annotations

import pytest

from sam3_annotator.project.formats.comparing.differences import iou_words


@pytest.mark.parametrize(
    ("iou", "words"), [(1.0, "1"), (0.99999, "0.99999"), (0.9996, "0.9996"), (0.98765, "0.987"), (0.5, "0.5")]
)
def test_iou_is_never_rounded_up_to_one(iou: float, words: str) -> None:
    assert iou_words(iou) == words
