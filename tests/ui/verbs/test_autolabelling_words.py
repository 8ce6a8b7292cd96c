"""What is said at the end of finding in all images makes sense where little came of it, too."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QTimer

from sam3_annotator.project import ImageState
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.autolabelling import Autolabelling, AutolabelPlan, Sought


@pytest.fixture
def labelling(finding_session, bridge, engine, finder) -> Autolabelling:
    finding_session.instances = [((2, 2, 12, 12), 0.6), ((20, 4, 34, 18), 0.9)]
    made = Autolabelling(bridge, engine, finder, Settings(), str, lambda: None)
    made.told = []
    made.notice.connect(made.told.append)
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def plan(store):
    """Have “cat” found on all images."""
    images = tuple(image.id for image in store.images())
    return lambda category: AutolabelPlan((Sought("cat", category),), images, 0.5)


@pytest.fixture
def finish(labelling, qtbot):
    return lambda: qtbot.waitUntil(lambda: not labelling.is_running, timeout=20_000)


def test_what_came_of_nothing_is_told_in_words(labelling, plan, finish, store):
    cat = operations.add_category(store, "cat")
    operations.set_image_state(store, [image.id for image in store.images()[1:]], ImageState.DONE)
    store.image_file(store.images()[0].id).unlink()

    labelling.start(plan(cat))
    finish()
    operations.set_image_state(store, [store.images()[0].id], ImageState.DONE)
    labelling.start(plan(cat))
    finish()

    assert labelling.told == [
        "1 image could not be read: 1.png.",
        "Nothing was looked for: the images are finished by now, or what was sought is gone.",
    ]


def test_categories_that_are_gone_at_the_end_are_not_named(labelling, plan, finish, store, bridge):
    def undo_and_stop(_changes) -> None:
        if store.instances(store.images()[0].id):
            QTimer.singleShot(0, lambda: (store.undo(), labelling.stop()))

    bridge.changed.connect(undo_and_stop)
    labelling.start(plan("cat"))
    finish()

    assert store.categories() == ()
    assert labelling.told[0].endswith(" left. 1 image looked through: 2 instances found.")


def test_an_image_is_looked_through_in_part_where_it_is_stopped_between_two_phrases(
    labelling, plan, finish, store, bridge, finding_session
):
    finding_session.instances = []
    finding_session.seen = {"cat": [((2, 2, 12, 12), 0.9)], "dog": [((20, 4, 34, 18), 0.9)]}
    second = store.images()[1].id

    def stop_on(image_id):
        return lambda _changes: store.instances(image_id) and QTimer.singleShot(0, labelling.stop)

    both = replace(plan("cat"), sought=(Sought("cat", "cat"), Sought("dog", "dog")))
    bridge.changed.connect(stop_on(second))
    labelling.start(both)
    finish()
    bridge.changed.disconnect()
    with store.edit("Begin again") as edit:
        for image in store.images()[:2]:
            for each in store.instances(image.id):
                edit.delete_instance(each.id)
    bridge.changed.connect(stop_on(store.images()[0].id))
    labelling.start(both)
    finish()

    left = len(both.image_ids) - 1
    assert labelling.told == [
        f"Stopped with {left} images left. "
        "1 image looked through, 1 in part: 3 instances found on 2 of them (2 cat, 1 dog).",
        f"Stopped with {left + 1} images left. 1 image looked through in part: 1 instance found (1 cat).",
    ]
