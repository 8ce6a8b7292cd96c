"""A note on an image is there for whoever looks at it next, and goes once nobody is expected to."""

from __future__ import annotations

from typing import Any

import pytest

from sam3_annotator.project import ImageState, KnownError, ProjectStore


def write(small: Any, image: int, **facts: Any) -> None:
    with small.store.edit("Change") as edit:
        edit.update_image(image, **facts)


def test_a_note_is_kept_as_one_line_and_undone(small: Any) -> None:
    image = small.images[0]
    assert small.store.image(image).note == ""

    write(small, image, note="  The tail\nis missing. ")
    assert small.store.image(image).note == "The tail is missing."
    with ProjectStore.open(small.store.path, read_only=True) as reader:
        assert [each.note for each in reader.images()] == ["The tail is missing.", "", ""]

    small.store.undo()
    assert small.store.image(image).note == ""


@pytest.mark.parametrize("state", ImageState)
def test_it_goes_when_the_image_is_reviewed_or_confirmed_as_empty(small: Any, state: ImageState) -> None:
    image = small.images[0]
    write(small, image, note="The tail is missing.")

    write(small, image, state=state)

    is_settled = state in (ImageState.REVIEWED, ImageState.CONFIRMED_EMPTY)
    assert small.store.image(image).note == ("" if is_settled else "The tail is missing.")


def test_a_note_written_with_the_state_or_after_it_stays(small: Any) -> None:
    first, second, _ = small.images

    write(small, first, state=ImageState.REVIEWED, note="As an example for others.")
    write(small, second, state=ImageState.REVIEWED)
    write(small, second, note="As an example for others.")
    write(small, second, split=None)

    assert {small.store.image(image).note for image in (first, second)} == {"As an example for others."}


def test_a_note_that_no_file_can_hold_is_refused(small: Any) -> None:
    with pytest.raises(KnownError, match="no Unicode text"):
        write(small, small.images[0], note="\ud800")
