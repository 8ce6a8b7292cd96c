"""Instances are outlined anew by the model, each from its box, in one step."""

from __future__ import annotations

import numpy as np
import pytest

from sam3_annotator.model import BoxPrompt, ModelError, Window
from sam3_annotator.project import Origin, Polygon, PromptRecord, Provenance, Region, rectangle
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.outlining import Outlining

TRIANGLE = Region((Polygon([(10, 10), (40, 10), (10, 30)]),))


@pytest.fixture
def shown(store):
    image = store.images()[0]
    pixels = np.zeros((image.facts.height, image.facts.width, 3), dtype=np.uint8)
    return ShownImage(image.id, "key", pixels)


@pytest.fixture
def outlining(store, workspace, engine, shown) -> Outlining:
    workspace.set_image(shown.image_id)
    size = shown.pixels.shape[1], shown.pixels.shape[0]
    return Outlining(store, workspace, lambda: size, engine, lambda _: shown, Settings(), lambda name: f"{name} 1.0")


@pytest.fixture
def add(store, workspace, outlining):
    category_id = operations.add_category(store, "cat")

    def add_and_select(*regions: Region, origin: Origin = Origin.IMPORT) -> list:
        image_id = store.images()[0].id
        told = Provenance(origin=origin, created_at="2026-01-01T00:00:00+00:00")
        ids = [operations.add_instance(store, image_id, category_id, region, told) for region in regions]
        workspace.select(ids)
        return ids

    return add_and_select


@pytest.fixture
def told(outlining) -> list[str]:
    sentences: list[str] = []
    outlining.notice.connect(sentences.append)
    return sentences


def test_each_selected_instance_gets_what_is_in_its_box_in_one_step(outlining, add, told, store, qtbot):
    first, second = add(TRIANGLE, TRIANGLE.translated(20, 15))

    with qtbot.waitSignal(outlining.answered):
        outlining.outline_selection()

    assert store.instance(first).region.box_xyxy == (10, 10, 40, 30)
    assert store.instance(first).region.area == pytest.approx(600)
    assert store.instance(second).region.box_xyxy == (30, 25, 60, 45)
    assert told == ["Outlining 2 instances…", "2 instances outlined from their boxes."]
    store.undo()
    assert [store.instance(each).region.area for each in (first, second)] == [300, 300]


def test_boxes_in_the_window_that_the_model_sees_are_outlined_there(
    store, workspace, engine, shown, outlining, add, fake_session, qtbot
):
    closer = Outlining(
        store,
        workspace,
        lambda: (shown.pixels.shape[1], shown.pixels.shape[0]),
        engine,
        lambda _: shown.through(Window(5, 5, 50, 35)),
        Settings(),
        str,
    )
    (inside,) = add(TRIANGLE)
    with qtbot.waitSignal(closer.answered):
        closer.outline_selection()
    assert store.instance(inside).region.box_xyxy == (10, 10, 40, 30)
    assert fake_session.segmented[-1][1] == (BoxPrompt(5, 5, 35, 25),)

    add(TRIANGLE.translated(20, 15))  # reaches beyond
    with qtbot.waitSignal(closer.answered):
        closer.outline_selection()
    assert fake_session.segmented[-1][1] == (BoxPrompt(30, 25, 60, 45),)


def test_provenance_keeps_the_beginning_and_tells_of_model_and_box(outlining, add, store, qtbot):
    (instance_id,) = add(TRIANGLE)

    with qtbot.waitSignal(outlining.answered):
        outlining.outline_selection()

    provenance = store.instance(instance_id).provenance
    assert (provenance.origin, provenance.created_at) == (Origin.IMPORT, "2026-01-01T00:00:00+00:00")
    assert (provenance.model, provenance.edit_count) == ("Fake 1.0", 1)
    assert provenance.prompts == (PromptRecord("box", (10, 10, 40, 30)),)


def test_what_is_changed_meanwhile_is_left_alone(outlining, add, told, fake_session, store, qtbot):
    changed, other = add(TRIANGLE, TRIANGLE.translated(20, 15))
    fake_session.hold()
    outlining.outline_selection()
    operations.replace_region(store, changed, rectangle(1, 1, 5, 5), "Move vertex")

    with qtbot.waitSignal(outlining.answered):
        fake_session.release()

    assert store.instance(changed).region == rectangle(1, 1, 5, 5)
    assert store.instance(other).region.area == pytest.approx(600)
    assert told[-1] == "1 instance outlined from its box; 1 instance kept its outline."


def test_deleted_instances_and_their_image_left_are_no_trouble(outlining, add, fake_session, store, workspace, qtbot):
    ids = add(TRIANGLE)
    fake_session.hold()
    outlining.outline_selection()
    operations.delete_instances(store, ids)
    workspace.set_image(store.images()[1].id)

    with qtbot.waitSignal(outlining.answered):
        fake_session.release()

    assert store.instances(store.images()[0].id) == ()
    assert store.undo_label == "Delete instance"


def test_an_answer_that_is_something_else_is_not_taken(outlining, add, told, fake_session, store, qtbot, monkeypatch):
    (instance_id,) = add(TRIANGLE)
    segment = fake_session.segment

    def elsewhere(embedding, prompts, **words):
        return segment(embedding, [type(prompts[0])(60, 40, 70, 50)], **words)

    monkeypatch.setattr(fake_session, "segment", elsewhere)

    with qtbot.waitSignal(outlining.answered):
        outlining.outline_selection()

    assert store.instance(instance_id).region == TRIANGLE
    assert told[-1] == "0 instances outlined from their boxes; 1 instance kept its outline."


def test_a_second_wish_waits_for_the_first(outlining, add, told, fake_session, store, qtbot):
    (instance_id,) = add(TRIANGLE)
    fake_session.hold()
    outlining.outline_selection()

    outlining.outline_selection()

    assert "still being outlined" in told[-1]
    with qtbot.waitSignal(outlining.answered):
        fake_session.release()
    assert store.instance(instance_id).region.area == pytest.approx(600)


def test_a_model_that_cannot_answer_is_told(outlining, add, fake_session, store, qtbot, monkeypatch):
    (instance_id,) = add(TRIANGLE)

    def fail(*_: object, **__: object) -> None:
        raise ModelError("The model takes no boxes.")

    monkeypatch.setattr(fake_session, "segment", fail)

    with qtbot.waitSignal(outlining.failed) as failed:
        outlining.outline_selection()

    assert "no boxes" in str(failed.args[0])
    assert store.instance(instance_id).region == TRIANGLE
