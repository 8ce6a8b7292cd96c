"""Clicks and image changes in any order never put a region on the wrong image."""

from __future__ import annotations

import threading

import hypothesis
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from sam3_annotator.project import hash_file, region_to_mask
from sam3_annotator.ui.images.image_display import ImageDisplay
from sam3_annotator.ui.verbs.operations import add_images

# Each image has clicks of its own, so that a region tells where it belongs.
PLACES = {0: (15, 15), 1: (45, 15), 2: (15, 35), 3: (45, 35)}
STEPS = st.sampled_from(["click", "accept", "accept and go on", "next", "previous", "step back", "hold", "release"])


def perform(step: str, user, fake_session) -> None:
    keys = {
        "accept": (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier),
        "accept and go on": (Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier),
        "next": (Qt.Key.Key_D, Qt.KeyboardModifier.NoModifier),
        "previous": (Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier),
        "step back": (Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier),
    }
    if step == "click":
        # The user clicks the object of the image on the canvas, if one is there already.
        shown = user.window.canvas.findChild(ImageDisplay).image_id
        if shown is not None:
            position = [image.id for image in user.window.store.images()].index(shown)
            user.click(*PLACES[position])
    elif step in keys:
        user.press(*keys[step])
    elif step == "hold":
        fake_session.hold()
    else:
        fake_session.release()


@hypothesis.given(steps=st.lists(STEPS, min_size=4, max_size=25))
@hypothesis.settings(max_examples=25, suppress_health_check=list(hypothesis.HealthCheck))
def test_a_region_is_never_shown_or_saved_on_the_wrong_image(user, fake_session, steps):
    if not user.window.store.categories():
        user.add_category("thing")

    for step in steps:
        perform(step, user, fake_session)
    fake_session.release()
    user.settle()

    for position, (x, y) in PLACES.items():
        image = user.window.store.images()[position]
        for instance in user.window.store.instances(image.id):
            mask = region_to_mask(instance.region, image.facts.height, image.facts.width)
            others = [place for other, place in PLACES.items() if other != position]
            assert mask[y, x], f"{image.name} holds a region made elsewhere"
            assert not any(mask[other_y, other_x] for other_x, other_y in others)
    draft = user.draft
    if draft is not None:
        assert draft.image_id == user.window.workspace.image_id


def test_going_on_from_an_accepted_draft_that_came_to_nothing_shows_the_next_image(user, fake_session, tell):
    user.add_category("cat")
    fake_session.hold()
    user.click(20, 20)
    user.click(20, 20, Qt.MouseButton.RightButton)
    user.press(Qt.Key.Key_Return)
    assert user.window.status_line._hint.text() == "Draft: 2 prompts, outlining, then accepting…"
    user.press(Qt.Key.Key_D)
    assert user.window.canvas.findChild(ImageDisplay).image_id == user.window.store.images()[0].id

    fake_session.release()
    user.settle()

    assert user.image_position() == 1
    assert user.window.canvas.findChild(ImageDisplay).image_id == user.window.store.images()[1].id
    assert tell() == ["The model found nothing there. Add a point on the object, or draw a box around it."]
    user.click(20, 20)
    user.settle()
    assert tell() == []


def test_going_on_from_an_accepted_draft_that_failed_shows_the_next_image(user, fake_session, tell):
    user.add_category("cat")
    fake_session.hold()
    working, fake_session.segment = fake_session.segment, None  # calling it raises
    user.click(20, 20)
    user.press(Qt.Key.Key_Return)
    user.press(Qt.Key.Key_D)

    user.settle()
    fake_session.segment = working

    assert user.window.canvas.findChild(ImageDisplay).image_id == user.window.store.images()[1].id
    assert ["unexpected error" in sentence for sentence in tell()] == [True]


def test_images_passed_on_the_way_are_not_read_first(user, monkeypatch):
    gate, read = threading.Event(), []

    def wait_and_hash(path):
        read.append(path.stem)
        assert gate.wait(5)
        return hash_file(path)

    monkeypatch.setattr("sam3_annotator.ui.images.pixels.hash_file", wait_and_hash)
    display = user.window.canvas.findChild(ImageDisplay)
    for image in user.window.store.images():
        display.pixels.forget(image.id)

    for key in (Qt.Key.Key_D, Qt.Key.Key_D, Qt.Key.Key_D, Qt.Key.Key_A):
        user.press(key)
    gate.set()
    user.settle()

    assert set(read[:2]) == {"2", "3"}
    assert read[2:] == ["1", "10"]  # ahead, on the way back; then what was passed, on the other side


def test_a_damaged_image_taken_back_while_it_is_read_is_told_to_nobody(user, tmp_path, monkeypatch, tell):
    gate, damaged = threading.Event(), tmp_path / "99.png"
    damaged.write_bytes(b"no image")
    monkeypatch.setattr("sam3_annotator.ui.images.pixels.hash_file", lambda path: gate.wait(5) and hash_file(path))
    store = user.window.store
    add_images(store, [damaged])
    user.window.workspace.set_image(store.images()[-1].id)

    store.undo()
    gate.set()
    user.settle()

    assert tell() == []
    assert [image.facts.problem for image in store.images()] == [""] * 4
