"""What phrases find on many images is labelled beside the window, and nobody waits for it."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QTimer

from sam3_annotator.model import ModelSource, OutOfMemory, PointPrompt, Slot
from sam3_annotator.project import ImageState, StorageFull, hash_file, no_progress, read_image, rectangle
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.autolabelling import Autolabelling, AutolabelPlan, Sought
from sam3_annotator.ui.verbs.beside import beside

BOXES = ((2, 2, 12, 12), (20, 4, 34, 18))
PATIENCE_MS = 20_000


@pytest.fixture
def session(finding_session):
    finding_session.instances = list(zip(BOXES, (0.6, 0.9), strict=True))
    return finding_session


@pytest.fixture
def labelling(session, bridge, engine, finder) -> Autolabelling:
    made = Autolabelling(bridge, engine, finder, Settings(), lambda name: f"the {name}", lambda: None)
    made.told, made.errors = [], []
    made.notice.connect(made.told.append)
    made.failed.connect(made.errors.append)
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def plan(store):
    def make(*sought: Sought, threshold: float = 0.5, parts: int = 1) -> AutolabelPlan:
        images = tuple(image.id for image in store.images())
        return AutolabelPlan(sought or (Sought("cat", "cat"),), images, threshold, parts)

    return make


@pytest.fixture
def finish(labelling, qtbot):
    return lambda: qtbot.waitUntil(lambda: not labelling.is_running, timeout=PATIENCE_MS)


@pytest.fixture
def start_and_hold(labelling, plan, session, qtbot):
    """Begin, and give the control back while the model looks at the first image."""

    def start(*sought: Sought) -> None:
        session.hold()
        labelling.start(plan(*sought))
        qtbot.waitUntil(session.has_call_waiting.is_set, timeout=PATIENCE_MS)

    return start


def counts(store) -> list[int]:
    return [len(store.instances(image.id)) for image in store.images()]


def test_what_is_found_becomes_instances_with_their_provenance(labelling, plan, finish, store):
    done = []
    labelling.progress.connect(done.append)

    labelling.start(plan())
    finish()

    (category,) = store.categories()
    first = store.instances(store.images()[0].id)[0]
    assert counts(store) == [2, 2, 2, 2]
    assert (category.name, first.category_id, first.score) == ("cat", category.id, pytest.approx(0.9))
    told = first.provenance
    assert (told.phrase, told.threshold, told.model) == ("cat", 0.5, "the Fake")
    assert all(image.state is ImageState.IN_PROGRESS for image in store.images())
    assert labelling.told == ["4 images looked through: 8 instances found on 4 of them (8 cat)."]
    assert (done[0].done, done[0].fraction) == (0, 0)
    assert (done[-1].done, done[-1].total, done[-1].fraction) == (4, 4, 1)


def test_a_second_time_finds_nothing_twice(labelling, plan, finish, store):
    labelling.start(plan())
    finish()
    labelling.start(plan())
    finish()

    assert counts(store) == [2, 2, 2, 2]
    assert labelling.told[1] == "4 images looked through: nothing was found that is not labelled already."


def test_each_phrase_on_each_image_is_a_step(labelling, plan, finish, store, session):
    cat = operations.add_category(store, "cat")
    detect = session.detect

    def find_one_each(embedding, concept, **more):
        session.instances = [(BOXES[concept.phrase == "dog"], 0.9)]
        return detect(embedding, concept, **more)

    session.detect = find_one_each
    labelling.start(plan(Sought("kitten", cat), Sought("dog", "dog")))
    finish()

    assert counts(store) == [2, 2, 2, 2]
    store.undo()
    assert counts(store) == [2, 2, 2, 1]
    for _ in range(7):
        store.undo()
    assert counts(store) == [0, 0, 0, 0]
    assert labelling.told == ["4 images looked through: 8 instances found on 4 of them (4 cat, 4 dog)."]


def test_the_user_can_do_something_between_two_phrases(labelling, plan, finish, store, session, bridge):
    session.instances, session.seen = [], {"cat": [(BOXES[0], 0.9)], "dog": [(BOXES[1], 0.9)]}
    first = store.images()[0].id

    def call_the_first_done(changes) -> None:
        if changes.touched("instances") and counts(store)[0] == 1:
            qt_later(lambda: operations.set_image_state(store, [first], ImageState.DONE))

    bridge.changed.connect(call_the_first_done)
    labelling.start(plan(Sought("cat", "cat"), Sought("dog", "dog")))
    finish()

    assert counts(store) == [1, 2, 2, 2]
    assert labelling.told[0].startswith("3 images looked through, 1 in part: 7 instances found on 4 of")
    store.undo()
    assert (store.image(first).state, counts(store)) == (ImageState.IN_PROGRESS, [1, 2, 2, 2])


def test_what_is_labelled_meanwhile_is_not_labelled_twice(labelling, start_and_hold, finish, session, store):
    start_and_hold()
    cat = operations.add_category(store, "cat")
    with store.edit("Draw") as edit:
        edit.add_instance(store.images()[0].id, cat, rectangle(*BOXES[0]))
    session.release()
    finish()

    assert counts(store) == [2, 2, 2, 2]
    assert [each.name for each in store.categories()] == ["cat"]


def test_images_that_are_finished_left_out_or_gone_meanwhile_are_passed_over(
    labelling, start_and_hold, finish, session, store
):
    start_and_hold()
    first, second, third, _ = (image.id for image in store.images())
    operations.set_image_state(store, [first], ImageState.LEFT_OUT)
    operations.set_image_state(store, [second], ImageState.CONFIRMED_EMPTY)
    with store.edit("Take out") as edit:
        edit.delete_image(third)
    session.release()
    finish()

    assert counts(store) == [0, 0, 2]
    assert labelling.told == ["1 image looked through: 2 instances found (2 cat)."]


def test_a_category_deleted_meanwhile_does_not_come_back(labelling, start_and_hold, finish, session, store):
    cat, dog = operations.add_category(store, "cat"), operations.add_category(store, "dog")
    start_and_hold(Sought("cat", cat), Sought("dog", dog))
    operations.delete_category(store, cat)
    session.release()
    finish()

    assert [each.name for each in store.categories()] == ["dog"]
    assert [concept.phrase for concept in session.detected][-3:] == ["dog", "dog", "dog"]


def test_a_category_that_was_made_and_gets_another_name_goes_on_under_that(labelling, plan, finish, store, bridge):
    def rename_the_first(changes) -> None:
        if changes.touched("categories") and store.categories()[0].name == "cat":
            qt_later(lambda: operations.rename_category(store, store.categories()[0].id, "tabby"))

    bridge.changed.connect(rename_the_first)
    labelling.start(plan())
    finish()

    assert [each.name for each in store.categories()] == ["tabby"]
    assert labelling.told == ["4 images looked through: 8 instances found on 4 of them (8 tabby)."]


def qt_later(function) -> None:
    """Call a function once the change that is being told is over."""
    QTimer.singleShot(0, function)


@pytest.fixture
def proposed(finder, store, qtbot):
    """Have “cat” proposed on the first image; gives it."""
    first = store.images()[0].id
    file = store.image_file(first)
    finder.show(ShownImage(first, hash_file(file), read_image(file)))
    finder.ask("cat")
    qtbot.waitUntil(lambda: finder.proposals.is_current)
    return first


def test_what_the_user_has_rejected_stays_so(labelling, plan, finish, finder, store, proposed):
    finder.reject_focused()

    labelling.start(plan())
    finish()

    assert [each.region.box_xyxy for each in store.instances(proposed)] == [BOXES[0]]
    assert counts(store) == [1, 2, 2, 2]


def test_what_the_user_rejects_meanwhile_is_not_labelled(
    labelling, session, proposed, start_and_hold, finish, finder, store
):
    start_and_hold()
    finder.reject_focused()
    session.release()
    finish()

    assert [each.region.box_xyxy for each in store.instances(proposed)] == [BOXES[0]]


def test_images_that_cannot_be_read_are_passed_over_and_told(labelling, plan, finish, store):
    store.image_file(store.images()[1].id).unlink()

    labelling.start(plan())
    finish()

    assert counts(store) == [2, 0, 2, 2]
    assert labelling.told[0].endswith("1 image could not be read: 2.png.")


def test_stopping_keeps_what_was_found_by_then(labelling, plan, finish, bridge, engine, store, qtbot):
    def stop_at_the_second(_changes) -> None:
        if counts(store)[1]:
            labelling.stop()

    bridge.changed.connect(stop_at_the_second)
    labelling.start(plan())
    finish()

    assert counts(store) == [2, 2, 0, 0]
    assert labelling.told[0].startswith("Stopped with ")
    qtbot.waitUntil(lambda: engine.is_idle, timeout=PATIENCE_MS)
    assert counts(store) == [2, 2, 0, 0]


def test_a_click_comes_before_the_images_that_wait(labelling, start_and_hold, finish, engine, session):
    order = []
    engine.answered.connect(lambda outcome: order.append(outcome.ticket.slot))
    start_and_hold()

    engine.submit(Slot.SEGMENT, lambda bench: bench.session.segment(bench.embed("a", _pixels), [PointPrompt(9, 9)]))
    session.release()
    finish()

    assert order[0] is Slot.SEGMENT
    assert order.count(Slot.LABEL) == 4


def _pixels():
    import numpy as np

    return np.zeros((48, 64, 3), dtype=np.uint8)


def test_parts_are_looked_at_one_after_the_other_and_told(labelling, plan, finish, session, store):
    told = []
    labelling.progress.connect(told.append)

    labelling.start(plan(parts=2))
    finish()

    looks = max(each.looks for each in told)
    assert looks > 2
    assert {each.looked for each in told} - {looks} == set(range(looks))  # all, if it is told just after the last look
    assert len(session.embedded) == 4 * looks


def test_another_model_goes_on_where_the_one_before_was(labelling, start_and_hold, finish, engine, session, store):
    start_and_hold()

    engine.load(ModelSource(lambda _progress: session, "Another"))
    session.release()
    finish()

    assert counts(store) == [2, 2, 2, 2]
    assert {each.provenance.model for each in store.instances(store.images()[3].id)} == {"the Another"}


def test_another_model_that_takes_no_phrases_ends_it_with_a_sentence(
    labelling, start_and_hold, finish, engine, session, store
):
    class Nameless(type(session)):
        capabilities = frozenset({"points"})

    start_and_hold()
    engine.load(ModelSource(lambda _progress: Nameless(), "Nameless"))
    session.release()
    finish()

    assert [str(error) for error in labelling.errors] == [
        "The model “Nameless” takes no phrases; choose one that does, as SAM 3."
    ]
    assert labelling.told == ["Stopped with 4 images left."]


def test_a_model_that_fails_ends_it_and_says_why(labelling, plan, finish, session, store, monkeypatch):
    def fail(*_args: object, **_more: object) -> None:
        raise OutOfMemory("It does not fit.")

    monkeypatch.setattr(session, "detect", fail)

    labelling.start(plan())
    finish()

    assert [str(error) for error in labelling.errors] == ["It does not fit."]
    assert counts(store) == [0, 0, 0, 0]


def test_a_disk_that_is_full_ends_it_and_what_is_stored_stays(labelling, plan, finish, store, monkeypatch):
    accept, stored = operations.accept_proposals, []

    def fill_the_disk(*arguments):
        if len(stored) == 2:
            raise StorageFull("The disk is full.")
        stored.append(arguments)
        return accept(*arguments)

    monkeypatch.setattr(operations, "accept_proposals", fill_the_disk)

    labelling.start(plan())
    finish()

    assert counts(store) == [2, 2, 0, 0]
    assert [str(error) for error in labelling.errors] == ["The disk is full."]
    assert labelling.told == [
        "Stopped with 2 images left. 2 images looked through: 4 instances found on 2 of them (4 cat)."
    ]


def test_it_waits_for_what_writes_beside_the_window(labelling, plan, finish, store, session, qtbot, engine):
    is_writing, may_end = threading.Event(), threading.Event()

    def write(_other, _progress) -> None:
        is_writing.set()
        assert may_end.wait(PATIENCE_MS / 1000)

    writer = threading.Thread(target=lambda: beside(store, write)(no_progress))
    writer.start()
    assert is_writing.wait(PATIENCE_MS / 1000)
    labelling.start(plan())
    with qtbot.waitSignal(engine.answered, timeout=PATIENCE_MS):
        pass
    assert counts(store) == [0, 0, 0, 0]

    may_end.set()
    writer.join()
    finish()

    assert counts(store) == [2, 2, 2, 2]


def test_closing_gives_up_without_a_word(labelling, start_and_hold, session, engine, qtbot, store):
    start_and_hold()

    labelling.close()
    session.release()
    qtbot.waitUntil(lambda: engine.is_idle, timeout=PATIENCE_MS)

    assert not labelling.is_running
    assert labelling.told == []
    assert counts(store) == [0, 0, 0, 0]


def test_a_second_plan_waits_for_nobody_and_is_not_begun(labelling, start_and_hold, plan, finish, session, store):
    start_and_hold()

    labelling.start(plan(Sought("dog", "dog")))
    session.release()
    finish()

    assert [each.name for each in store.categories()] == ["cat"]
