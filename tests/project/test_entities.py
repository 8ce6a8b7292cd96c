"""What the states of an image mean."""

from __future__ import annotations

from sam3_annotator.project import ImageState


def test_states_are_open_until_somebody_says_that_the_image_is_finished() -> None:
    assert [state for state in ImageState if state.is_open] == [ImageState.UNANNOTATED, ImageState.IN_PROGRESS]
    assert [state for state in ImageState if state.is_finished] == [
        ImageState.DONE,
        ImageState.REVIEWED,
        ImageState.CONFIRMED_EMPTY,
    ]


def test_an_image_left_out_is_neither_open_nor_finished() -> None:
    assert not ImageState.LEFT_OUT.is_open
    assert not ImageState.LEFT_OUT.is_finished
