"""With a model that takes phrases the comparison beside the window also tells what the labels miss."""

from __future__ import annotations

import pytest

from sam3_annotator.model import ConceptPrompt, ModelSource
from sam3_annotator.project import FindingKind, ImageState, rectangle
from sam3_annotator.ui.verbs import operations

SQUARE, FREE = (5, 5, 25, 25), (40, 5, 55, 20)


@pytest.fixture
def labelled(store, finding_session) -> list[int]:
    """Label a cat on the first two images, of which the second is done as the third is, and let more cats be seen."""
    with store.edit("Label") as edit:
        cat = edit.add_category("cat")
        images = store.images()
        for image in images[:2]:
            edit.add_instance(image.id, cat, rectangle(*SQUARE))
        for image in images[1:3]:
            edit.update_image(image.id, state=ImageState.DONE)
    finding_session.seen = {"cat": [(SQUARE, 0.9), (FREE, 0.8)]}
    return [image.id for image in images]


@pytest.fixture
def finish(auditing, checking, qtbot):
    def wait() -> list:
        auditing.start()
        qtbot.waitUntil(lambda: not auditing.is_running and not checking.is_running, timeout=20_000)
        return [each for each in checking.findings if each.kind.needs_model]

    return wait


@pytest.fixture
def hold(auditing, fake_session, qtbot):
    def begin() -> None:
        """Begin, and hold the model at the first image."""
        fake_session.hold()
        auditing.start()
        qtbot.waitUntil(fake_session.has_call_waiting.is_set, timeout=20_000)

    return begin


def test_what_finished_images_miss_is_found_also_where_nothing_is_labelled(labelled, finish, auditing, fake_session):
    found = finish()

    missed = [(each.image_id, each.region.box_xyxy) for each in found]
    assert missed == [(labelled[2], SQUARE), (labelled[1], FREE), (labelled[2], FREE)]
    assert {each.kind for each in found} == {FindingKind.MISSED_OBJECT}
    assert auditing.told == [
        "2 outlines compared with Fake: none is drawn otherwise. "
        "1 category looked for on 3 images: 3 objects may be missed."
    ]
    assert fake_session.detected == [ConceptPrompt("cat")] * 3
    assert len(fake_session.embedded) == 3


def test_a_model_that_takes_phrases_alone_is_asked_for_these(labelled, finish, auditing, fake_session):
    fake_session.capabilities = frozenset({"phrases", "exemplars"})

    assert len(finish()) == 3
    assert auditing.told == ["Fake: 1 category looked for on 3 images: 3 objects may be missed."]
    assert fake_session.segmented == []


def test_a_model_that_takes_neither_says_so(labelled, auditing, fake_session, qtbot):
    fake_session.capabilities = frozenset({"points"})

    with qtbot.waitSignal(auditing.failed, timeout=20_000) as failed:
        auditing.start()

    assert "takes neither boxes nor phrases" in str(failed.args[0])


def test_what_is_labelled_while_it_is_looked_for_is_not_told(labelled, store, hold, finish, fake_session):
    operations.set_image_state(store, labelled[:1], ImageState.DONE)
    hold()
    with store.edit("Label") as edit:
        edit.add_instance(labelled[0], store.categories()[0].id, rectangle(*FREE))
    fake_session.release()

    assert labelled[0] not in [each.image_id for each in finish()]


def test_an_image_that_is_opened_again_meanwhile_misses_nothing(labelled, store, hold, finish, fake_session):
    operations.set_image_state(store, labelled[:1], ImageState.DONE)
    hold()
    operations.set_image_state(store, labelled[:1], ImageState.IN_PROGRESS)
    fake_session.release()

    assert labelled[0] not in [each.image_id for each in finish()]


def test_an_instance_that_gets_another_category_meanwhile_is_not_disputed(labelled, store, hold, finish, fake_session):
    dog = operations.add_category(store, "dog")
    fake_session.seen = {"dog": [(SQUARE, 0.9)]}
    hold()
    operations.set_instances_category(store, [store.instances(labelled[0])[0].id], dog)
    fake_session.release()

    disputed = [each.image_id for each in finish() if each.kind is FindingKind.ANOTHER_CATEGORY]
    assert disputed == [labelled[1]]


def test_another_model_that_takes_no_phrases_is_asked_for_none(labelled, hold, finish, auditing, engine, fake_session):
    hold()
    engine.load(ModelSource(lambda _progress: type(fake_session)(), "Another"))
    fake_session.release()

    assert finish() == []
    assert auditing.told == ["2 outlines compared with Another: none is drawn otherwise."]


def test_a_later_comparison_by_boxes_alone_keeps_what_was_missed(labelled, finish, engine, fake_session, qtbot):
    before = finish()
    with qtbot.waitSignal(engine.status_changed, check_params_cb=lambda status: bool(status.capabilities)):
        engine.load(ModelSource(lambda _progress: type(fake_session)(), "Another"))

    assert finish() == before
