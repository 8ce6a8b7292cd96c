"""A stack of slices says that only its first is shown; its pages become images, and are labelled as such."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt

from sam3_annotator.project import ImageState, ProjectStore

CTRL = Qt.KeyboardModifier.ControlModifier
BUTTON = "Make images"


@pytest.fixture
def stack(tmp_path):
    """Save a stack of three slices of 16 bits."""
    slices = [Image.fromarray(np.full((48, 64), 3000 + 500 * number, dtype=np.uint16)) for number in range(3)]
    path = tmp_path / "stack" / "embryo.tif"
    path.parent.mkdir()
    slices[0].save(path, save_all=True, append_images=slices[1:])
    return path


@pytest.fixture
def at_stack(open_project, fake_session, stack):
    store = ProjectStore.create(stack.parent / "stack.sam3proj", image_roots=[stack])
    store.close()
    return open_project(lambda: fake_session, stack.parent / "stack.sam3proj")


def _told(user) -> list[str]:
    return [message.text for message in user.window.messages.messages]


def _states(user) -> list[tuple[str, ImageState]]:
    return [(image.name, image.state) for image in user.window.store.images()]


def test_the_pages_of_a_stack_become_images_in_one_step(at_stack, stack) -> None:
    assert _told(at_stack) == ["“embryo.tif” has 3 pages, of which only the first is shown and annotated."]

    at_stack.press_message_button(BUTTON)
    at_stack.settle()

    assert _states(at_stack) == [
        ("embryo.tif", ImageState.LEFT_OUT),
        *((f"embryo_{number}.tif", ImageState.UNANNOTATED) for number in (1, 2, 3)),
    ]
    assert at_stack.image_position() == 1
    assert _told(at_stack) == ["3 images made in the folder “embryo pages”. The stack itself is left out."]
    at_stack.press(Qt.Key.Key_Z, CTRL)
    at_stack.settle()
    assert _states(at_stack) == [("embryo.tif", ImageState.UNANNOTATED)]
    assert len(list(stack.with_name("embryo pages").iterdir())) == 3


def test_a_stack_that_is_annotated_stays_in_the_dataset(at_stack) -> None:
    at_stack.add_category("cell")
    at_stack.click(30, 30)
    at_stack.settle()
    at_stack.press(Qt.Key.Key_Return)
    at_stack.settle()

    at_stack.press_message_button(BUTTON)
    at_stack.settle()

    assert _states(at_stack)[0] == ("embryo.tif", ImageState.IN_PROGRESS)
    assert len(at_stack.instances(0)) == 1


def test_what_stands_in_the_way_is_told_and_nothing_is_changed(at_stack, stack) -> None:
    stack.with_name("embryo pages").mkdir()

    at_stack.press_message_button(BUTTON)
    at_stack.settle()

    assert "“embryo pages” already" in _told(at_stack)[-1]
    assert _states(at_stack) == [("embryo.tif", ImageState.UNANNOTATED)]
