"""The preview follows the cursor, one request at a time, and leaves nothing behind."""

from __future__ import annotations

import numpy as np
import pytest

from sam3_annotator.model import ModelSource, PointPrompt
from sam3_annotator.project import ImageId, region_to_mask
from sam3_annotator.ui.assistance.preview import QUICK_S, TRIALS, DecodeTimes, Preview
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.settings import PreviewMode, Settings

FIRST, SECOND = ImageId(1), ImageId(2)
HERE, BESIDE, FAR = PointPrompt(30.5, 30.5), PointPrompt(32.5, 30.5), PointPrompt(65.5, 45.5)


def shown(image_id: ImageId) -> ShownImage:
    return ShownImage(image_id, f"key-{image_id}", np.full((60, 80, 3), image_id, dtype=np.uint8))


@pytest.fixture
def settings(qapp):
    """Switch previews on, however long they take."""
    made = Settings()
    made.preview = PreviewMode.ON
    return made


@pytest.fixture
def make_preview(engine, assist, settings, qtbot):
    """Make previews, on an image that is encoded, which keep what they have shown."""

    def make(**options: float) -> Preview:
        made = Preview(engine, assist, settings, **options)
        made.regions = []
        made.changed.connect(made.regions.append)
        assist.show(shown(FIRST))
        qtbot.waitUntil(lambda: engine.is_idle)
        return made

    return make


@pytest.fixture
def preview(make_preview):
    return make_preview()


def asked(fake_session) -> list[float]:
    return [prompts[0].x for _, prompts in fake_session.segmented]


def test_what_a_click_would_outline_is_shown(preview, qtbot):
    with qtbot.waitSignal(preview.changed) as changed:
        preview.offer(HERE)

    mask = region_to_mask(changed.args[0], 60, 80)
    assert mask[30, 30]
    assert not mask[45, 65]


def test_one_request_at_a_time_and_the_next_is_for_where_the_cursor_is_by_then(preview, engine, fake_session, qtbot):
    fake_session.hold()
    preview.offer(HERE)
    assert fake_session.has_call_waiting.wait(10)

    for x in (40.5, 50.5, 60.5):
        preview.offer(PointPrompt(x, 45.5))
    fake_session.release()
    qtbot.waitUntil(lambda: engine.is_idle and len(preview.regions) == 1)

    assert asked(fake_session) == [30.5, 60.5]
    assert region_to_mask(preview.regions[0], 60, 80)[45, 60]


def test_a_request_that_has_waited_is_for_where_the_cursor_is_when_its_turn_comes(
    preview, assist, engine, fake_session, qtbot
):
    assist.show(shown(SECOND))
    fake_session.hold()
    assist.show(shown(ImageId(3)))
    assert fake_session.has_call_waiting.wait(10)

    for prompt in (HERE, BESIDE, FAR):
        preview.offer(prompt)
    fake_session.release()
    qtbot.waitUntil(lambda: preview.regions != [])

    assert asked(fake_session) == [FAR.x]


def test_it_ends_at_once_when_no_prompt_is_offered_any_more(preview, engine, fake_session, qtbot):
    with qtbot.waitSignal(preview.changed):
        preview.offer(HERE)

    preview.offer(None)

    assert preview.regions[-1] is None


def test_an_answer_that_comes_after_the_cursor_has_left_is_not_shown(preview, engine, fake_session, qtbot):
    fake_session.hold()
    preview.offer(HERE)
    assert fake_session.has_call_waiting.wait(10)

    preview.offer(None)
    fake_session.release()
    qtbot.waitUntil(lambda: engine.is_idle)

    assert preview.regions == []


def test_while_the_next_answer_is_awaited_it_stays_under_the_cursor_only(preview, fake_session, qtbot):
    with qtbot.waitSignal(preview.changed):
        preview.offer(HERE)
    fake_session.hold()

    preview.offer(BESIDE)
    assert preview.regions[-1] is not None
    preview.offer(FAR)

    assert preview.regions[-1] is None


def test_a_click_ends_it_and_is_answered_first(preview, assist, answered, fake_session):
    fake_session.hold()
    preview.offer(HERE)
    assert fake_session.has_call_waiting.wait(10)

    assist.add_prompt(BESIDE)
    fake_session.release()

    assert answered().prompts == (BESIDE,)
    assert preview.regions == []


def test_with_a_draft_nothing_is_asked(preview, assist, answered, engine, fake_session, qtbot):
    assist.add_prompt(HERE)
    before = answered()
    qtbot.waitUntil(lambda: engine.is_idle)
    count = len(fake_session.segmented)

    preview.offer(FAR)

    assert engine.is_idle
    assert len(fake_session.segmented) == count
    assert assist.draft == before


def test_it_changes_no_draft(preview, assist, qtbot):
    with qtbot.assertNotEmitted(assist.draft_changed), qtbot.waitSignal(preview.changed):
        preview.offer(HERE)

    assert assist.draft is None


def test_an_answer_for_the_image_before_is_never_shown(preview, assist, engine, fake_session, qtbot):
    fake_session.hold()
    preview.offer(HERE)
    assert fake_session.has_call_waiting.wait(10)

    assist.show(shown(SECOND))
    fake_session.release()
    qtbot.waitUntil(lambda: engine.is_idle)

    assert preview.regions == []


def test_it_encodes_nothing_and_comes_as_soon_as_the_image_is_encoded(preview, assist, engine, fake_session, qtbot):
    fake_session.hold()
    assist.show(shown(SECOND))
    assert fake_session.has_call_waiting.wait(10)
    preview.offer(HERE)

    fake_session.release()
    qtbot.waitUntil(lambda: len(preview.regions) == 1)

    assert len(fake_session.embedded) == 2


def test_a_failure_is_silent_and_ends_it_until_another_model_is_there(preview, assist, engine, fake_session, qtbot):
    working = fake_session.segment
    calls = []

    def fail(*_args: object, **_options: object) -> None:
        calls.append(1)
        raise RuntimeError("the decoder burst")

    fake_session.segment = fail
    with qtbot.assertNotEmitted(assist.failed):
        preview.offer(HERE)
        qtbot.waitUntil(lambda: engine.is_idle)
        preview.offer(FAR)
        qtbot.waitUntil(lambda: engine.is_idle)
    assert len(calls) == 1

    fake_session.segment = working
    engine.load(ModelSource(lambda *_: fake_session, "Another"))
    qtbot.waitUntil(lambda: engine.status.session_name == "Another" and engine.is_idle)
    with qtbot.waitSignal(preview.changed):
        preview.offer(HERE)


def test_a_model_without_points_is_not_asked(preview, engine, fake_session, qtbot):
    fake_session.capabilities = frozenset({"phrases"})
    engine.load(ModelSource(lambda *_: fake_session, "Words only"))
    qtbot.waitUntil(lambda: engine.status.session_name == "Words only" and engine.is_idle)

    preview.offer(HERE)

    assert engine.is_idle
    assert fake_session.segmented == []


class TestOfItself:
    """What the setting "where it keeps up" makes of decode times."""

    @pytest.fixture(autouse=True)
    def _auto(self, settings):
        settings.preview = PreviewMode.AUTO

    def test_a_quick_model_previews_from_the_first_move_on(self, make_preview, qtbot):
        preview = make_preview(quick_s=60.0)

        with qtbot.waitSignals([preview.changed, preview.switched]):
            preview.offer(HERE)

        assert preview.is_on
        assert preview.regions[-1] is not None

    def test_a_slow_model_is_tried_a_few_times_and_shows_nothing(self, make_preview, engine, fake_session, qtbot):
        preview = make_preview(quick_s=0.0)

        for x in range(20, 60, 5):
            preview.offer(PointPrompt(x, 30))
            qtbot.waitUntil(lambda: engine.is_idle)

        assert len(fake_session.segmented) == TRIALS
        assert preview.regions == []
        assert not preview.is_on

    def test_clicks_that_are_answered_quickly_switch_it_on(self, make_preview, assist, qtbot):
        preview = make_preview(quick_s=60.0)

        with qtbot.waitSignal(preview.switched):
            assist.add_prompt(HERE)

        assert preview.is_on

    def test_switching_off_and_on_is_for_good(self, make_preview, engine, settings, qtbot):
        preview = make_preview(quick_s=60.0)
        with qtbot.waitSignal(preview.changed):
            preview.offer(HERE)
        qtbot.waitUntil(lambda: engine.is_idle)

        preview.toggle()
        assert settings.preview is PreviewMode.OFF
        assert preview.regions[-1] is None
        preview.offer(FAR)
        assert engine.is_idle

        preview.toggle()
        assert settings.preview is PreviewMode.ON
        with qtbot.waitSignal(preview.changed):
            preview.offer(HERE)


def test_decode_times_are_quick_by_their_median():
    times = DecodeTimes(QUICK_S)
    assert not times.is_quick
    assert times.is_worth_a_trial

    for seconds in (3.0, QUICK_S / 2, QUICK_S / 2):
        times.note(seconds)
    assert times.is_quick

    for seconds in (3.0, 3.0):
        times.note(seconds)
    assert not times.is_quick
    assert not times.is_worth_a_trial

    times.forget()
    assert times.is_worth_a_trial
