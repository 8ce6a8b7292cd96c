"""Outlines are compared with the model beside the window; what it draws otherwise is found, and nobody waits for it."""

from __future__ import annotations

import pytest

from sam3_annotator.model import ModelSource, PointPrompt, Slot
from sam3_annotator.project import FindingKind, ImageState, Polygon, Region, read_image, rectangle
from sam3_annotator.ui.verbs import operations

TRIANGLE = Region((Polygon([(30, 10), (50, 10), (30, 30)]),))  # half of its box, which the fake session fills


@pytest.fixture
def labelled(store) -> dict[str, int]:
    """Put a square on each of four images and a triangle on the second; gives the triangle and that square."""
    with store.edit("Label") as edit:
        cat = edit.add_category("cat")
        squares = [edit.add_instance(image.id, cat, rectangle(5, 5, 25, 25)) for image in store.images()]
        return {"triangle": edit.add_instance(store.images()[1].id, cat, TRIANGLE), "square": squares[1]}


@pytest.fixture
def compare(auditing, checking, qtbot):
    def run() -> list:
        auditing.start()
        qtbot.waitUntil(lambda: not auditing.is_running and not checking.is_running, timeout=20_000)
        return [each for each in checking.findings if each.kind is FindingKind.OUTLINE_DISAGREES]

    return run


def test_what_the_model_draws_otherwise_is_found_among_what_the_check_finds(labelled, compare, auditing, checking):
    done = []
    auditing.progress.connect(lambda *counts: done.append(counts))

    (found,) = compare()

    assert found.instance_ids == (labelled["triangle"],)
    assert found.agreement == pytest.approx(0.5, abs=0.05)
    assert FindingKind.NO_SPLITS in [each.kind for each in checking.findings]
    assert auditing.told == ["5 outlines compared with Fake: 1 is drawn otherwise."]
    assert done[0] == (0, 4)
    assert done[-1] == (4, 4)


def test_a_later_check_keeps_it_unless_the_outline_was_changed(labelled, compare, checking, store, qtbot):
    compare()

    def check_again() -> list:
        checking.start()
        qtbot.waitUntil(lambda: not checking.is_running)
        return [each.instance_ids[0] for each in checking.findings if each.kind is FindingKind.OUTLINE_DISAGREES]

    assert check_again() == [labelled["triangle"]]
    with store.edit("Correct") as edit:
        edit.update_instance(labelled["triangle"], region=rectangle(30, 10, 50, 30))
    assert check_again() == []


def test_another_comparison_takes_the_place_of_the_one_before(labelled, compare, store):
    assert len(compare()) == 1

    operations.delete_instances(store, [labelled["triangle"]])

    assert compare() == []


def test_what_is_changed_while_it_is_compared_is_not_told(labelled, auditing, fake_session, compare, store, qtbot):
    fake_session.hold()
    auditing.start()
    qtbot.waitUntil(fake_session.has_call_waiting.is_set)
    with store.edit("Correct") as edit:
        edit.update_instance(labelled["triangle"], region=rectangle(30, 10, 50, 30).translated(1, 0))
    fake_session.release()

    assert compare() == []


def test_what_is_written_while_an_image_is_read_ends_nothing(labelled, compare, auditing, store, monkeypatch):
    failures = []
    auditing.failed.connect(failures.append)
    first = store.images()[0].id

    def read_and_delete(path):
        with store.open_beside() as other:
            if any(image.id == first for image in other.images()):
                with other.edit("Delete") as edit:
                    edit.delete_instance(other.instances(first)[0].id)
                    edit.delete_image(first)
        return read_image(path)

    monkeypatch.setattr("sam3_annotator.ui.assistance.shown_image.read_image", read_and_delete)

    compare()

    assert failures == []
    assert auditing.told == ["4 outlines compared with Fake: 1 is drawn otherwise."]


def test_images_that_cannot_be_read_are_findings_and_end_nothing(labelled, compare, checking, store):
    file = store.image_file(store.images()[2].id)
    file.write_bytes(file.read_bytes()[:200])

    assert len(compare()) == 1
    told = [each.image_id for each in checking.findings if each.kind is FindingKind.UNREADABLE_FILE]
    assert told == [store.images()[2].id]


def test_an_unreadable_image_that_is_taken_out_meanwhile_is_not_told(
    labelled, auditing, checking, fake_session, store, qtbot
):
    first = store.images()[0]
    store.image_file(first.id).write_bytes(b"nothing")
    fake_session.hold()
    auditing.start()
    qtbot.waitUntil(fake_session.has_call_waiting.is_set)
    with store.edit("Take out") as edit:
        edit.delete_image(first.id)
    fake_session.release()
    qtbot.waitUntil(lambda: not auditing.is_running and not checking.is_running, timeout=20_000)

    assert first.id not in [each.image_id for each in checking.findings]
    assert auditing.told == ["4 outlines compared with Fake: 1 is drawn otherwise."]


def test_an_image_left_out_is_not_compared(labelled, compare, auditing, store):
    operations.set_image_state(store, [store.images()[1].id], ImageState.LEFT_OUT)

    assert compare() == []
    assert auditing.told == ["3 outlines compared with Fake: none is drawn otherwise."]


def test_an_image_left_out_while_it_is_compared_is_not_told(
    labelled, auditing, fake_session, compare, checking, store, qtbot
):
    fake_session.hold()
    auditing.start()
    qtbot.waitUntil(fake_session.has_call_waiting.is_set)
    operations.set_image_state(store, [store.images()[1].id], ImageState.LEFT_OUT)
    fake_session.release()

    assert compare() == []


def test_leaving_an_image_out_takes_along_what_the_model_draws_otherwise(labelled, compare, checking, store):
    assert len(compare()) == 1

    operations.set_image_state(store, [store.images()[1].id], ImageState.LEFT_OUT)

    assert FindingKind.OUTLINE_DISAGREES not in [each.kind for each in checking.findings]


def test_a_click_comes_before_the_images_that_wait(labelled, auditing, engine, fake_session, qtbot):
    order = []
    engine.answered.connect(lambda outcome: order.append(outcome.ticket.slot))
    fake_session.hold()
    auditing.start()
    qtbot.waitUntil(fake_session.has_call_waiting.is_set)

    engine.submit(Slot.SEGMENT, lambda bench: bench.session.segment(bench.embed("a", _pixels), [PointPrompt(9, 9)]))
    fake_session.release()
    qtbot.waitUntil(lambda: not auditing.is_running)

    assert order[0] is Slot.SEGMENT
    assert order.count(Slot.AUDIT) == 4


def _pixels():
    import numpy as np

    return np.zeros((48, 64, 3), dtype=np.uint8)


def test_stopping_keeps_what_was_found_by_then(labelled, auditing, checking, engine, fake_session, qtbot):
    auditing.progress.connect(lambda done, _total: auditing.stop() if done == 2 else None)
    auditing.start()
    qtbot.waitUntil(lambda: not auditing.is_running and not checking.is_running)

    assert auditing.told == ["3 outlines compared with Fake, stopped after 2 of 4 images: 1 is drawn otherwise."]
    assert [each.instance_ids[0] for each in checking.findings if each.agreement is not None] == [labelled["triangle"]]
    qtbot.waitUntil(lambda: engine.is_idle)


def test_another_model_begins_anew(labelled, auditing, engine, fake_session, qtbot):
    fake_session.hold()
    auditing.start()
    qtbot.waitUntil(fake_session.has_call_waiting.is_set)

    engine.load(ModelSource(lambda _progress: fake_session, "Another"))
    fake_session.release()
    qtbot.waitUntil(lambda: not auditing.is_running, timeout=20_000)

    assert auditing.told == ["5 outlines compared with Another: 1 is drawn otherwise."]


def test_a_model_that_fails_ends_it_and_says_why(labelled, auditing, fake_session, qtbot, monkeypatch):
    def fail(*_args: object, **_more: object) -> None:
        raise MemoryError

    monkeypatch.setattr(fake_session, "segment", fail)

    with qtbot.waitSignal(auditing.failed) as failed:
        auditing.start()

    assert isinstance(failed.args[0], MemoryError)
    assert not auditing.is_running
    assert auditing.told == []


def test_a_project_without_instances_has_nothing_to_compare(auditing, compare):
    assert compare() == []
    assert auditing.told == ["There is no outline to compare with the model."]
