"""What the model draws is shown beside an outline that it does not agree with, and taken if that is asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sam3_annotator.model import BoxPrompt, EngineStage, ModelError, ModelSource, PointPrompt
from sam3_annotator.project import (
    Finding,
    FindingKind,
    KnownError,
    Origin,
    Polygon,
    PromptRecord,
    Provenance,
    Region,
    rectangle,
)
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.compared_outline import ComparedOutline

TRIANGLE = Region((Polygon([(30, 10), (50, 10), (30, 30)]),))  # half of its box, which the fake session fills
BOX = (30.0, 10.0, 50.0, 30.0)


@pytest.fixture
def shown(store) -> ShownImage:
    image = store.images()[0]
    return ShownImage(image.id, "key", np.zeros((image.facts.height, image.facts.width, 3), dtype=np.uint8))


@pytest.fixture
def finding(store, workspace, assist, shown) -> Finding:
    """Find that the model does not agree with a triangle, and have that selected on its image."""
    with store.edit("Label") as edit:
        cat = edit.add_category("cat")
        told = Provenance(origin=Origin.IMPORT, created_at="2026-01-01T00:00:00+00:00")
        triangle, square = (
            edit.add_instance(shown.image_id, cat, each, is_crowd=each is TRIANGLE, score=0.5, provenance=told)
            for each in (TRIANGLE, rectangle(*BOX))
        )
    workspace.set_image(shown.image_id)
    workspace.select([triangle])
    assist.show(shown)
    assert square == triangle + 1
    return Finding(FindingKind.OUTLINE_DISAGREES, "…", shown.image_id, instance_ids=(triangle,), box_xyxy=BOX)


@pytest.fixture
def compared(bridge, workspace, engine, assist, finding, shown, qtbot) -> ComparedOutline:
    # Findings are of a model that has been loaded; the word that it begins to be would end what is shown.
    qtbot.waitUntil(lambda: engine.status.stage not in (EngineStage.LOADING, EngineStage.FAILED))
    size = shown.pixels.shape[1], shown.pixels.shape[0]
    made = ComparedOutline(bridge, workspace, lambda: size, engine, assist, Settings(), lambda name: f"{name} 1.0")
    made.regions, made.told = [], []
    made.changed.connect(made.regions.append)
    for told in (made.notice, made.problem):
        told.connect(made.told.append)
    return made


@pytest.fixture
def compare(compared, finding, qtbot):
    def run() -> None:
        compared.show(finding)
        qtbot.waitUntil(lambda: compared.is_shown)

    return run


@pytest.fixture
def draws(fake_session, monkeypatch):
    """Have the model draw something else: what a function makes of its mask `(H, W)`."""
    segment = fake_session.segment

    def change(make) -> None:
        def segment_otherwise(*arguments, **words):
            found = segment(*arguments, **words)
            return replace(found, masks=np.stack([make(mask) for mask in found.masks]))

        monkeypatch.setattr(fake_session, "segment", segment_otherwise)

    return change


def test_the_model_is_asked_about_the_box_and_its_outline_is_shown(compared, compare, fake_session):
    compare()

    assert [prompts for _, prompts in fake_session.segmented] == [(BoxPrompt(*BOX),)]
    (region,) = compared.regions
    assert region.area == pytest.approx(400, abs=1)


def test_nothing_is_asked_about_other_findings(compared, finding, engine, workspace, fake_session, qtbot):
    compared.show(replace(finding, kind=FindingKind.SLIVER))
    compared.show(replace(finding, image_id=finding.image_id + 1))
    workspace.select(())
    compared.show(finding)

    qtbot.waitUntil(lambda: engine.is_idle)
    assert not fake_session.segmented


def test_nothing_is_asked_while_a_draft_is_open(compared, finding, assist, answered, fake_session):
    assist.add_prompt(PointPrompt(5, 5))
    answered()

    compared.show(finding)

    assert len(fake_session.segmented) == 1


def test_it_goes_with_the_selection(compared, compare, workspace, finding):
    compare()

    workspace.select([finding.instance_ids[0] + 1])

    assert not compared.is_shown
    assert compared.regions[-1] is None


def test_it_goes_when_something_is_clicked(compared, compare, assist):
    compare()

    assist.add_prompt(PointPrompt(5, 5))

    assert not compared.is_shown


def test_it_goes_when_the_outline_is_changed_and_stays_when_another_is(compared, compare, store, finding):
    compare()
    (triangle,) = finding.instance_ids

    operations.delete_instances(store, [triangle + 1])
    assert compared.is_shown
    with store.edit("Correct") as edit:
        edit.update_instance(triangle, region=rectangle(*BOX))
    assert not compared.is_shown


def test_it_goes_with_the_instance(compared, compare, store, finding):
    compare()

    operations.delete_instances(store, finding.instance_ids)

    assert not compared.is_shown


def test_an_answer_that_comes_too_late_is_not_shown(compared, finding, workspace, engine, fake_session, qtbot):
    fake_session.hold()
    compared.show(finding)
    assert fake_session.has_call_waiting.wait(10)
    workspace.select(())
    fake_session.release()
    qtbot.waitUntil(lambda: engine.is_idle)

    assert compared.regions == []


def test_another_model_draws_something_else(compared, compare, engine, fake_session, qtbot):
    compare()

    engine.load(ModelSource(lambda _: fake_session, "Another"))

    qtbot.waitUntil(lambda: not compared.is_shown)


def test_a_model_that_fails_shows_nothing(compared, finding, engine, fake_session, qtbot, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise ModelError("It broke.")

    monkeypatch.setattr(fake_session, "segment", fail)

    compared.show(finding)
    qtbot.waitUntil(lambda: engine.is_idle)

    assert compared.regions == []


def test_a_model_that_draws_nothing_says_so_and_shows_nothing(compared, finding, store, fake_session, qtbot, draws):
    draws(np.zeros_like)

    with qtbot.waitSignal(compared.notice):
        compared.show(finding)

    assert compared.told == ["The model draws nothing in the box of this outline."]
    assert not compared.is_shown
    compared.take()
    assert store.instance(finding.instance_ids[0]).region == TRIANGLE


def test_what_is_shown_is_taken_in_one_step_and_all_else_kept(compared, compare, finding, store, fake_session):
    (triangle,) = finding.instance_ids
    before = store.instance(triangle)
    compare()
    (drawn,) = compared.regions

    compared.take()

    after = store.instance(triangle)
    assert after.region == drawn
    assert after == replace(before, region=drawn, provenance=after.provenance)
    assert after.provenance.origin is Origin.IMPORT
    assert (after.provenance.model, after.provenance.edit_count) == ("Fake 1.0", 1)
    assert after.provenance.prompts == (PromptRecord("box", BOX),)
    assert len(fake_session.segmented) == 1  # nobody has asked once more
    assert not compared.is_shown
    store.undo()
    assert store.instance(triangle) == before


def test_what_is_shown_is_taken_wherever_it_lies(compared, compare, finding, store, draws):
    def draw_in_a_corner(mask):
        corner = np.zeros_like(mask)
        corner[12:18, 32:38] = True
        return corner

    draws(draw_in_a_corner)
    compare()

    compared.take()

    assert store.instance(finding.instance_ids[0]).region.box_xyxy == (32, 12, 38, 18)


def test_nothing_is_taken_that_is_not_shown_any_more(compared, compare, finding, store, workspace):
    (triangle,) = finding.instance_ids
    compare()
    workspace.select([triangle + 1])
    compared.take()
    workspace.select([triangle])
    compared.take()

    assert store.instance(triangle).region == TRIANGLE
    assert store.instance(triangle + 1).region == rectangle(*BOX)


def test_nothing_is_taken_for_an_outline_that_has_been_changed(compared, compare, finding, store, qtbot):
    (triangle,) = finding.instance_ids
    compare()
    with store.edit("Correct") as edit:
        edit.update_instance(triangle, region=rectangle(1, 1, 5, 5))
    compared.take()
    assert store.instance(triangle).region == rectangle(1, 1, 5, 5)

    store.undo()
    compared.take()
    assert store.instance(triangle).region == TRIANGLE


def test_nothing_is_taken_for_a_change_that_nobody_has_heard_of(compared, compare, finding, store, bridge):
    (triangle,) = finding.instance_ids
    compare()
    bridge.blockSignals(True)
    with store.edit("Correct") as edit:
        edit.update_instance(triangle, region=rectangle(1, 1, 5, 5))
    compared.take()
    assert store.instance(triangle).region == rectangle(1, 1, 5, 5)

    operations.delete_instances(store, [triangle])
    compared.take()
    assert store.undo_label == "Delete instance"


def test_another_category_keeps_it_there_and_is_kept(compared, compare, finding, store):
    (triangle,) = finding.instance_ids
    compare()
    with store.edit("Category") as edit:
        dog = edit.add_category("dog")
        edit.update_instance(triangle, category_id=dog)

    assert compared.is_shown
    compared.take()

    assert store.instance(triangle).category_id == dog
    assert store.instance(triangle).region.box_xyxy == BOX


def test_it_goes_with_the_image(compared, compare, assist, shown, finding, store):
    compare()

    assist.leave()  # as when the file is read again

    assert not compared.is_shown
    compared.take()
    assert store.instance(finding.instance_ids[0]).region == TRIANGLE


def test_what_cannot_be_stored_is_told_and_stays_there(compared, compare, finding, store, monkeypatch):
    def fail(*_: object) -> None:
        raise KnownError("The disk is full. Free some space.")

    compare()
    monkeypatch.setattr(operations, "outline_instances", fail)

    compared.take()

    assert compared.told == ["The disk is full. Free some space."]
    assert compared.is_shown
