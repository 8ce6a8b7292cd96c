"""What the model draws is shown beside an outline that it does not agree with, until something else matters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sam3_annotator.model import BoxPrompt, EngineStage, ModelError, ModelSource, PointPrompt
from sam3_annotator.project import Finding, FindingKind, Polygon, Region, rectangle
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
        triangle, square = (edit.add_instance(shown.image_id, cat, each) for each in (TRIANGLE, rectangle(*BOX)))
    workspace.set_image(shown.image_id)
    workspace.select([triangle])
    assist.show(shown)
    assert square == triangle + 1
    return Finding(FindingKind.OUTLINE_DISAGREES, "…", shown.image_id, instance_ids=(triangle,), box_xyxy=BOX)


@pytest.fixture
def compared(bridge, workspace, engine, assist, finding, qtbot) -> ComparedOutline:
    # Findings are of a model that has been loaded; the word that it begins to be would end what is shown.
    qtbot.waitUntil(lambda: engine.status.stage not in (EngineStage.LOADING, EngineStage.FAILED))
    made = ComparedOutline(bridge, workspace, engine, assist, Settings())
    made.regions = []
    made.changed.connect(made.regions.append)
    return made


@pytest.fixture
def compare(compared, finding, qtbot):
    def run() -> None:
        compared.show(finding)
        qtbot.waitUntil(lambda: compared.is_shown)

    return run


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
