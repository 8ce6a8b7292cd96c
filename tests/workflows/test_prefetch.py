"""The image that the labeler turns to next is encoded by then; what will not come is not."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import Qt

from sam3_annotator.model import ModelSource
from sam3_annotator.project import ImageState, read_image
from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.images.image_display import ImageDisplay
from sam3_annotator.ui.verbs.operations import add_images, set_image_state

MIB = 1 << 20
NO_MODIFIER = Qt.KeyboardModifier.NoModifier
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def encoded(fake_session, image_folder) -> Callable[[], list[str]]:
    """Name the images encoded so far, in that order."""
    names = {
        zlib.crc32(np.ascontiguousarray(read_image(path)).tobytes()): path.stem for path in image_folder.glob("*.png")
    }
    return lambda: [names[fingerprint] for fingerprint in fake_session.embedded]


@pytest.fixture
def room_for_two(fake_session) -> None:
    """Let the cache, as large as the least that can be set, hold two embeddings."""
    fake_session.embedding_bytes = 32 * MIB


@pytest.fixture(autouse=True)
def _small_cache(isolated_user, qapp) -> None:
    from sam3_annotator.ui.settings import Settings

    Settings().embedding_megabytes = 64


def turn_to(user, position: int) -> None:
    user.window.workspace.set_image(user.window.store.images()[position].id)


def test_images_after_the_shown_one_are_encoded_in_their_order(user, encoded):
    assert encoded() == ["1", "2", "3", "10"]


def test_only_what_has_room_beside_the_shown_image_is_encoded(room_for_two, user, encoded):
    assert encoded() == ["1", "2"]


@pytest.fixture
def room_for_none(fake_session) -> None:
    """Let the cache hold not even one embedding."""
    fake_session.embedding_bytes = 65 * MIB


def test_nothing_is_encoded_ahead_that_could_not_be_kept(room_for_none, user, encoded):
    assert set(encoded()) == {"1"}  # the shown image, as often as it is asked for


def test_going_back_encodes_the_image_before(room_for_two, user, encoded):
    for key in (Qt.Key.Key_D, Qt.Key.Key_D, Qt.Key.Key_A):
        user.press(key)
        user.settle()

    assert encoded() == ["1", "2", "3", "10", "2", "1"]


def test_a_jump_means_forward_again(room_for_two, user, encoded):
    turn_to(user, 3)
    user.settle()
    user.press(Qt.Key.Key_A)
    user.settle()
    before = len(encoded())

    turn_to(user, 0)
    user.settle()

    assert encoded()[before:] == ["1", "2"]


def test_images_that_the_filter_hides_are_passed_over(room_for_two, user, encoded, qtbot):
    user.window.image_panel.filter_bar.text_changed.emit("1")

    qtbot.waitUntil(lambda: encoded() == ["1", "2", "10"])


@pytest.fixture
def third_is_done(store) -> None:
    """Call an image done before the window opens."""
    set_image_state(store, [store.images()[2].id], ImageState.DONE)


@pytest.mark.parametrize(("modifier", "ahead"), [(NO_MODIFIER, "3"), (CTRL_SHIFT, "10")])
def test_what_the_same_key_leads_to_is_encoded(third_is_done, room_for_two, user, encoded, modifier, ahead):
    user.press(Qt.Key.Key_D, modifier)
    user.settle()
    assert encoded() == ["1", "2", ahead]

    user.press(Qt.Key.Key_D, modifier)
    user.settle()

    assert user.window.store.image(user.window.workspace.image_id).name == f"{ahead}.png"
    assert encoded()[:3] == ["1", "2", ahead]


def test_going_back_to_unfinished_images_encodes_what_lies_behind_those_that_are_done(
    third_is_done, room_for_two, user, encoded
):
    turn_to(user, 0)
    for _ in range(2):  # round the end of the list
        user.press(Qt.Key.Key_A, CTRL_SHIFT)
        user.settle()

    assert encoded() == ["1", "2", "10", "2", "1"]


def test_the_way_of_a_key_ends_with_a_choice_in_the_list(third_is_done, room_for_two, user, encoded):
    user.press(Qt.Key.Key_D, CTRL_SHIFT)
    user.settle()
    turn_to(user, 0)
    user.settle()
    before = len(encoded())

    turn_to(user, 1)
    user.settle()

    assert encoded()[before:][-1] == "3"


@pytest.fixture
def second_is_left_out(store) -> None:
    """Leave an image out before the window opens."""
    set_image_state(store, [store.images()[1].id], ImageState.LEFT_OUT)


def test_an_image_that_is_left_out_is_read_and_not_encoded(second_is_left_out, user, encoded):
    assert encoded() == ["1", "3", "10"]

    display = user.window.findChild(ImageDisplay)
    assert display.pixels.get(user.window.store.images()[1].id) is not None


def test_turning_to_the_image_that_is_being_encoded_does_not_begin_anew(
    room_for_two, user, encoded, fake_session, qtbot
):
    fake_session.hold()
    user.press(Qt.Key.Key_D)
    qtbot.waitUntil(lambda: encoded()[-1] == "3")

    user.press(Qt.Key.Key_D)
    qtbot.waitUntil(lambda: user.window.findChild(Assist).image is not None)
    fake_session.release()
    user.settle()

    assert encoded() == ["1", "2", "3", "10"]


def test_what_is_no_longer_ahead_is_given_up(room_for_two, user, encoded, fake_session, qtbot):
    fake_session.hold()
    user.press(Qt.Key.Key_D)
    qtbot.waitUntil(lambda: encoded()[-1] == "3")

    user.press(Qt.Key.Key_A)
    fake_session.release()
    user.settle()
    turn_to(user, 2)
    user.settle()

    assert encoded()[:4] == ["1", "2", "3", "3"]


@pytest.fixture
def damaged_second(encoded, image_folder, store) -> None:
    """Damage a file of the project before the window opens."""
    (image_folder / "2.png").write_bytes(b"no image")


def test_a_file_that_cannot_be_read_is_passed_over(damaged_second, user, encoded):
    assert encoded() == ["1", "3", "10"]


def test_images_taken_back_are_no_longer_read_ahead(user, make_image, monkeypatch, qtbot):
    gate, is_read = threading.Event(), threading.Event()

    def hash_when_open(path):
        is_read.set()
        assert gate.wait(5)
        return path.name

    monkeypatch.setattr("sam3_annotator.ui.images.pixels.hash_file", hash_when_open)
    display = user.window.canvas.findChild(ImageDisplay)
    turn_to(user, 3)
    add_images(user.window.store, [make_image("11.png")])
    qtbot.waitUntil(is_read.is_set)

    user.window.store.undo()
    display.read(display.image_id)  # at hand, so that the next one ahead is asked for at once
    gate.set()
    user.settle()

    assert user.image_position() == 3


def test_another_model_encodes_what_is_ahead_too(user, encoded, fake_session, qtbot):
    user.window.findChild(EngineBridge).load(ModelSource(lambda *_: fake_session, "Another"))

    qtbot.waitUntil(lambda: encoded()[4:] == ["1", "2", "3", "10"])


def test_a_click_meanwhile_is_answered_first_and_what_was_begun_is_finished(
    room_for_two, user, encoded, fake_session, qtbot
):
    fake_session.hold()
    user.press(Qt.Key.Key_D)
    qtbot.waitUntil(lambda: encoded()[-1] == "3")

    user.click(20, 20)
    fake_session.release()
    user.settle()

    assert user.draft.region.polygons
    assert encoded() == ["1", "2", "3"]
