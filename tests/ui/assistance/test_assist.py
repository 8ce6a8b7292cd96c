"""Prompts become requests and answers become the draft, in whatever order they come."""

from __future__ import annotations

import numpy as np

from sam3_annotator.model import MaskPrompt, ModelSource, PointPrompt
from sam3_annotator.project import CategoryId, ImageId, Instance, InstanceId, region_to_mask
from sam3_annotator.project.regions import rectangle
from sam3_annotator.ui.assistance.shown_image import ShownImage

FIRST, SECOND = ImageId(1), ImageId(2)


SQUARE = Instance(InstanceId(7), FIRST, CategoryId(1), rectangle(10, 10, 50, 50))
OFF = PointPrompt(45, 45, positive=False)


def shown(image_id: ImageId) -> ShownImage:
    return ShownImage(image_id, f"key-{image_id}", np.full((60, 80, 3), image_id, dtype=np.uint8))


def test_a_click_shows_its_region(assist, answered):
    assist.show(shown(FIRST))

    assist.add_prompt(PointPrompt(30, 30))

    mask = region_to_mask(answered().region, 60, 80)
    assert mask[30, 30]
    assert not mask[5, 5]


def test_every_prompt_is_in_the_draft_before_the_model_answers(assist, fake_session):
    assist.show(shown(FIRST))
    fake_session.hold()

    assist.add_prompt(PointPrompt(30, 30))

    assert assist.draft.prompts == (PointPrompt(30, 30),)
    assert assist.draft.is_waiting


def test_clicks_during_a_busy_job_are_answered_together(assist, answered, fake_session, qtbot):
    assist.show(shown(FIRST))
    fake_session.hold()
    assist.add_prompt(PointPrompt(30, 30))
    assert fake_session.has_call_waiting.wait(10)

    for x in (40, 50, 60):
        assist.add_prompt(PointPrompt(x, 30))
    fake_session.release()

    assert len(answered().prompts) == 4
    assert [len(prompts) for _, prompts in fake_session.segmented][-1] == 4
    assert len(fake_session.segmented) <= 2


def test_stepping_back_shows_the_earlier_region_without_asking_again(assist, answered, fake_session):
    assist.show(shown(FIRST))
    assist.add_prompt(PointPrompt(30, 30))
    earlier = answered().region
    assist.add_prompt(PointPrompt(60, 30))
    answered()
    asked = len(fake_session.segmented)

    assist.step_back()

    assert assist.draft.region == earlier
    assert len(fake_session.segmented) == asked


def test_taking_back_the_only_prompt_drops_the_draft(assist, answered):
    assist.show(shown(FIRST))
    assist.add_prompt(PointPrompt(30, 30))
    answered()

    assist.step_back()

    assert assist.draft is None


def test_accepting_before_the_answer_waits_for_it(assist, fake_session, qtbot):
    assist.show(shown(FIRST))
    fake_session.hold()
    assist.add_prompt(PointPrompt(30, 30))
    assist.accept()
    assert assist.is_accepting

    with qtbot.waitSignal(assist.accepted) as accepted:
        fake_session.release()

    assert accepted.args[0].region.polygons


def test_a_prompt_after_an_early_accept_is_about_the_next_object(assist, answered, fake_session, qtbot):
    assist.accepted.connect(lambda _draft: assist.drop())  # as whoever stores it does
    assist.show(shown(FIRST))
    fake_session.hold()
    assist.add_prompt(PointPrompt(30, 30))
    assist.accept()

    assist.add_prompt(PointPrompt(60, 40))
    assist.add_prompt(PointPrompt(65, 40))
    assert (assist.draft.prompts, assist.ahead_count) == ((PointPrompt(30, 30),), 1)
    with qtbot.waitSignal(assist.accepted) as accepted:
        fake_session.release()

    assert accepted.args[0].prompts == (PointPrompt(30, 30),)
    assert answered().prompts == (PointPrompt(60, 40), PointPrompt(65, 40))
    assert not assist.is_accepting


def test_stepping_back_takes_what_was_done_ahead_back_first(assist, fake_session):
    assist.show(shown(FIRST))
    fake_session.hold()
    assist.add_prompt(PointPrompt(30, 30))
    assist.accept()
    assist.add_prompt(PointPrompt(60, 40))
    assist.accept()

    assist.step_back()  # the accept
    assist.add_prompt(PointPrompt(65, 40))
    assert assist.ahead_count == 1
    assist.step_back()
    assist.step_back()
    assert (assist.ahead_count, assist.is_accepting) == (0, True)
    assist.step_back()
    assert assist.draft is None


def test_what_came_ahead_goes_with_a_draft_that_cannot_be_stored(assist, fake_session, qtbot):
    assist.show(shown(FIRST))
    fake_session.hold()
    assist.add_prompt(PointPrompt(30, 30))
    assist.accept()
    assist.add_prompt(PointPrompt(60, 40))

    with qtbot.waitSignal(assist.accepted):
        fake_session.release()
    qtbot.waitUntil(lambda: not assist.is_accepting)

    assert (assist.draft.prompts, assist.ahead_count) == ((PointPrompt(30, 30),), 0)


def test_a_draft_waits_on_its_image_while_another_is_shown(assist, answered):
    assist.show(shown(FIRST))
    assist.add_prompt(PointPrompt(30, 30))
    answered()

    assist.show(shown(SECOND))
    assert assist.draft is None
    assist.show(shown(FIRST))

    assert assist.draft.prompts == (PointPrompt(30, 30),)


def test_an_answer_for_another_image_never_becomes_a_draft(assist, answered, fake_session, qtbot):
    assist.show(shown(FIRST))
    fake_session.hold()
    assist.add_prompt(PointPrompt(30, 30))

    assist.show(shown(SECOND))
    assist.add_prompt(PointPrompt(10, 10))
    fake_session.release()

    draft = answered()
    assert draft.image_id == SECOND
    assert not region_to_mask(draft.region, 60, 80)[40, 40]


def test_a_prompt_left_unanswered_is_answered_on_return(assist, answered, fake_session):
    assist.show(shown(FIRST))
    fake_session.hold()
    assist.add_prompt(PointPrompt(30, 30))
    assist.show(shown(SECOND))
    fake_session.release()

    assist.show(shown(FIRST))

    assert answered().region.polygons


def test_a_failing_model_keeps_the_prompts_and_the_next_one_tries_again(assist, answered, fake_session, qtbot):
    assist.show(shown(FIRST))
    working = fake_session.segment

    def fail(*_args: object, **_options: object) -> None:
        raise RuntimeError("the decoder burst")

    fake_session.segment = fail
    with qtbot.waitSignal(assist.failed):
        assist.add_prompt(PointPrompt(30, 30))
    assert assist.draft.prompts == (PointPrompt(30, 30),)
    assert assist.draft.has_failed

    fake_session.segment = working
    assist.accept()
    assert assist.draft.is_waiting

    qtbot.waitUntil(lambda: not assist.is_accepting)
    assert assist.draft.region.polygons


def test_failure_is_shown_in_the_draft_before_it_is_told(assist, fake_session, qtbot):
    assist.show(shown(FIRST))
    fake_session.segment = None  # calling it raises
    shown_drafts = []
    assist.draft_changed.connect(shown_drafts.append)

    with qtbot.waitSignal(assist.failed):
        assist.add_prompt(PointPrompt(30, 30))

    assert [draft.is_waiting for draft in shown_drafts] == [True, False]


def test_what_one_model_could_not_answer_is_asked_of_the_next(assist, answered, fake_session, engine, qtbot):
    assist.show(shown(FIRST))
    working, fake_session.segment = fake_session.segment, None
    with qtbot.waitSignal(assist.failed):
        assist.add_prompt(PointPrompt(30, 30))

    fake_session.segment = working
    engine.load(ModelSource(lambda *_: fake_session, "Another"))
    qtbot.waitUntil(lambda: assist.draft.is_answered)

    assert answered().candidates[0].model == "Another"


def test_what_only_says_where_the_object_is_not_waits_for_the_click_on_it(assist, answered, fake_session):
    assist.show(shown(FIRST))
    assist.add_prompt(PointPrompt(30, 30, positive=False))
    assist.accept()
    assert not assist.is_accepting
    assert not assist.draft.is_waiting

    assist.add_prompt(PointPrompt(50, 30))
    answered()

    (asked,) = [prompts for _, prompts in fake_session.segmented]
    assert asked == (PointPrompt(30, 30, positive=False), PointPrompt(50, 30))
    assert assist.draft.is_answered


def test_taking_the_click_on_the_object_back_asks_nothing(assist, fake_session, engine, qtbot):
    assist.show(shown(FIRST))
    fake_session.hold()
    assist.add_prompt(PointPrompt(30, 30, positive=False))
    assist.add_prompt(PointPrompt(50, 30))

    assist.step_back()
    fake_session.release()

    qtbot.waitUntil(lambda: engine.is_idle)
    assert not assist.draft.is_answered
    assert not assist.draft.is_waiting


def test_cycling_shows_the_candidates_in_turn(assist, answered):
    assist.show(shown(FIRST))
    assist.add_prompt(PointPrompt(30, 30))
    first = answered().region

    seen = []
    for _ in range(3):
        assist.cycle()
        seen.append(assist.draft.region)

    assert seen[-1] == first
    assert len(set(seen)) == 3


def test_prompts_without_an_image_do_nothing(assist):
    assist.add_prompt(PointPrompt(30, 30))

    assert assist.draft is None


def test_another_model_reads_the_shown_image_before_it_is_asked(assist, answered, fake_session, engine, qtbot):
    assist.show(shown(FIRST))
    qtbot.waitUntil(lambda: engine.is_idle)
    assert len(fake_session.embedded) == 1

    engine.load(ModelSource(lambda *_: fake_session, "Another"))
    qtbot.waitUntil(lambda: len(fake_session.embedded) == 2)

    assist.add_prompt(PointPrompt(30, 30))
    assert answered().candidates[0].model == "Another"


def test_draft_stays_when_the_model_changes(assist, answered, fake_session, engine, qtbot):
    assist.show(shown(FIRST))
    assist.add_prompt(PointPrompt(30, 30))
    before = answered()

    engine.load(ModelSource(lambda *_: fake_session, "Another"))
    qtbot.waitUntil(lambda: engine.status.session_name == "Another" and engine.is_idle)

    assert assist.draft == before
    assert assist.draft.candidates[0].model == "Fake"


def test_a_correction_asks_nothing_before_its_first_prompt(assist, fake_session, engine, qtbot):
    assist.show(shown(FIRST))

    assist.correct(SQUARE)
    qtbot.waitUntil(lambda: engine.is_idle)

    assert assist.draft.region == SQUARE.region
    assert fake_session.segmented == []


def test_a_correction_goes_on_from_the_mask_of_its_instance(assist, answered, fake_session):
    assist.show(shown(FIRST))
    assist.correct(SQUARE)

    assist.add_prompt(OFF)

    mask = region_to_mask(answered().region, 60, 80)
    assert mask[15, 15]
    assert not mask[45, 45]
    ((_, (begun, asked)),) = fake_session.segmented
    assert asked == OFF
    assert isinstance(begun, MaskPrompt)
    assert np.array_equal(begun.mask, region_to_mask(SQUARE.region, 60, 80))


def test_stepping_back_from_a_correction_shows_the_instance_and_then_ends_it(assist, answered):
    assist.show(shown(FIRST))
    assist.correct(SQUARE)
    assist.add_prompt(OFF)
    answered()

    assist.step_back()
    assert assist.draft.region == SQUARE.region

    assist.step_back()
    assert assist.draft is None


def test_a_correction_never_takes_the_place_of_a_draft(assist, answered):
    assist.show(shown(FIRST))
    assist.add_prompt(PointPrompt(30, 30))
    draft = answered()

    assist.correct(SQUARE)

    assert assist.draft == draft


def test_an_instance_of_another_image_is_not_corrected(assist):
    assist.show(shown(SECOND))

    assist.correct(SQUARE)

    assert assist.draft is None


def test_a_correction_waits_on_its_image_and_is_dropped_there(assist, qtbot):
    assist.show(shown(FIRST))
    assist.correct(SQUARE)
    assist.show(shown(SECOND))
    assert [draft.image_id for draft in assist.drafts] == [FIRST]

    with qtbot.assertNotEmitted(assist.draft_changed):  # of the shown image there is nothing to tell
        assist.drop(FIRST)

    assert assist.drafts == ()
