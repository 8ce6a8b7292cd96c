"""The model sees a part of the image: what lies in it is asked there, what does not of the whole."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from sam3_annotator.model import BoxPrompt, ConceptPrompt, Exemplar, MaskPrompt, PointPrompt, Window
from sam3_annotator.project import CategoryId, ImageId, Instance, InstanceId, rectangle
from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.assistance.preview import Preview
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.canvas.proposals import Proposals
from sam3_annotator.ui.settings import PreviewMode, Settings

IMAGE = ShownImage(ImageId(1), "one", np.zeros((60, 80, 3), dtype=np.uint8))
PART, CORNER = Window(20, 10, 70, 50), Window(0, 0, 40, 30)
HERE = PointPrompt(45, 30)
BOXES = ((4, 4, 14, 14), (24, 4, 40, 20))


def test_a_click_in_the_window_is_asked_there_and_its_region_lies_in_the_image(
    assist: Assist, answered: Any, fake_session: Any
) -> None:
    assist.show(IMAGE)
    assist.look_through(PART)

    assist.add_prompt(HERE)

    assert answered().region.box_xyxy == (35, 20, 56, 41)
    assert fake_session.segmented == [(zlib.crc32(IMAGE.pixels[10:50, 20:70].tobytes()), (PointPrompt(25, 20),))]


def test_an_open_draft_is_asked_again_and_goes_on_from_what_it_shows(
    assist: Assist, answered: Any, fake_session: Any
) -> None:
    assist.show(IMAGE)
    assist.add_prompt(HERE)
    before = answered()

    assist.look_through(PART)
    assert assist.draft is not None
    assert assist.draft.region == before.region  # shown on
    after = answered()

    assert after.region == before.region
    begun, click = fake_session.segmented[-1][1]
    assert click == PointPrompt(25, 20)
    assert isinstance(begun, MaskPrompt)
    assert begun.mask.shape == (40, 50)
    assert begun.mask.sum() == before.region.area


def test_what_was_seen_closer_stays_as_it_is_when_the_model_looks_elsewhere(
    assist: Assist, answered: Any, fake_session: Any
) -> None:
    assist.show(IMAGE)
    assist.look_through(PART)
    assist.add_prompt(HERE)
    closer = answered()
    count = len(fake_session.segmented)

    assist.look_through(None)
    assist.look_through(CORNER)  # in which the draft is not

    assert assist.draft == closer
    assert len(fake_session.segmented) == count
    assist.add_prompt(PointPrompt(60, 30))
    further = answered()
    assert further.window is None
    begun = fake_session.segmented[-1][1][0]
    assert begun.mask.sum() == closer.region.area  # goes on from it
    assist.step_back()
    assert assist.draft is not None
    assert assist.draft.region == closer.region
    assert assist.draft.is_answered


def test_what_the_window_cuts_is_whole_again_when_the_model_looks_at_the_whole(
    assist: Assist, answered: Any, fake_session: Any
) -> None:
    assist.show(IMAGE)
    assist.add_prompt(PointPrompt(32, 15))
    whole = answered()

    assist.look_through(CORNER)  # ends at x 40, y 30
    assert answered().region.box_xyxy == (22, 5, 40, 26)
    assist.look_through(None)

    assert answered().region == whole.region
    assert answered().window is None


def test_a_click_beside_the_window_asks_the_whole_image(assist: Assist, answered: Any, fake_session: Any) -> None:
    assist.show(IMAGE)
    assist.look_through(CORNER)
    assist.add_prompt(PointPrompt(20, 15))
    answered()

    assist.add_prompt(PointPrompt(60, 15))
    draft = answered()

    assert draft.window is None
    assert draft.region.box_xyxy == (10, 5, 71, 26)
    assert fake_session.segmented[-1][1][1:] == (PointPrompt(20, 15), PointPrompt(60, 15))


def test_an_instance_that_reaches_beyond_the_window_is_corrected_in_the_whole_image(
    assist: Assist, answered: Any
) -> None:
    assist.show(IMAGE)
    assist.look_through(CORNER)

    assist.correct(Instance(InstanceId(7), IMAGE.image_id, CategoryId(1), rectangle(10, 10, 50, 28)))
    assist.add_prompt(PointPrompt(20, 15))

    assert answered().window is None
    assert answered().region.box_xyxy == (10, 5, 50, 28)


def test_what_was_asked_through_a_window_left_meanwhile_is_not_taken(
    assist: Assist, answered: Any, fake_session: Any
) -> None:
    assist.show(IMAGE)
    assist.look_through(PART)
    fake_session.hold()
    assist.add_prompt(HERE)
    assert fake_session.has_call_waiting.wait(10)

    assist.look_through(None)
    fake_session.release()

    assert answered().window is None
    assert fake_session.segmented[-1][1] == (HERE,)


def test_what_is_being_accepted_is_stored_as_it_was_asked(
    assist: Assist, answered: Any, fake_session: Any, qtbot: QtBot
) -> None:
    assist.show(IMAGE)
    fake_session.hold()
    assist.add_prompt(HERE)
    assert fake_session.has_call_waiting.wait(10)
    assist.accept()

    assist.look_through(PART)
    assert assist.is_accepting
    with qtbot.waitSignal(assist.accepted) as accepted:
        fake_session.release()

    assert accepted.args[0].window is None
    assert accepted.args[0].region.box_xyxy == (35, 20, 56, 41)


def test_a_closer_look_that_fails_leads_back_to_what_was_known(
    assist: Assist, answered: Any, fake_session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assist.show(IMAGE)
    assist.add_prompt(HERE)
    before = answered()
    monkeypatch.setattr(fake_session, "embed", lambda *_, **__: 1 / 0)
    assist.look_through(PART)
    assert answered().has_failed

    assist.look_through(None)

    assert assist.draft == before


def test_an_image_left_while_it_is_looked_at_closer_shows_what_was_known_of_it(
    engine: EngineBridge, assist: Assist, answered: Any, fake_session: Any, qtbot: QtBot
) -> None:
    assist.show(IMAGE)
    assist.add_prompt(HERE)
    answered()
    assist.cycle()
    before = assist.draft
    fake_session.hold()
    assist.look_through(PART)

    assist.show(ShownImage(ImageId(2), "two", np.ones((60, 80, 3), dtype=np.uint8)))
    fake_session.release()
    assist.show(IMAGE)
    qtbot.waitUntil(lambda: engine.is_idle)

    assert assist.draft == before  # the chosen candidate too


def test_the_window_is_of_one_image_only(assist: Assist, answered: Any) -> None:
    assist.show(IMAGE)
    assist.look_through(PART)
    assist.add_prompt(HERE)
    answered()

    assist.show(ShownImage(ImageId(2), "two", np.ones((60, 80, 3), dtype=np.uint8)))
    assist.show(IMAGE)

    assert assist.draft is not None
    assert assist.draft.is_answered  # and not asked again
    assert assist.image is not None
    assert assist.image.window is None


def test_the_preview_sees_through_the_window_too(
    engine: EngineBridge, assist: Assist, fake_session: Any, qtbot: QtBot
) -> None:
    settings = Settings()
    settings.preview = PreviewMode.ON
    preview = Preview(engine, assist, settings)
    assist.show(IMAGE)
    assist.look_through(PART)
    qtbot.waitUntil(lambda: engine.is_idle)

    with qtbot.waitSignal(preview.changed) as changed:
        preview.offer(HERE)

    assert changed.args[0].box_xyxy == (35, 20, 56, 41)
    assert fake_session.segmented[-1][1] == (PointPrompt(25, 20),)


@pytest.fixture
def finder(finding_session: Any, engine: EngineBridge) -> Finder:
    finding_session.instances = list(zip(BOXES, (0.6, 0.9), strict=True))
    made = Finder(engine, Settings(), lambda _: ())
    made.show(IMAGE)
    return made


def boxes(proposals: Proposals) -> list[tuple[float, ...]]:
    return [proposal.box_xyxy for proposal in proposals.open]


def test_what_is_found_in_a_window_lies_in_the_image_beside_what_was_found_before(finder: Finder, answer: Any) -> None:
    finder.ask("coin")
    answer()

    finder.look_through(PART)
    proposals = answer()

    assert boxes(proposals) == [(44, 14, 60, 30), BOXES[1], (24, 14, 34, 24), BOXES[0]]
    assert [proposal.region.box_xyxy for proposal in proposals.open] == boxes(proposals)
    finder.look_through(None)
    assert sorted(boxes(answer())) == sorted(boxes(proposals))  # nothing twice, nothing lost


def test_what_the_frame_cuts_is_not_proposed(finder: Finder, answer: Any, finding_session: Any) -> None:
    finding_session.instances = [((5, 5, 15, 15), 0.9), ((30, 10, 50, 20), 0.8), ((0, 20, 10, 30), 0.7)]
    finder.look_through(PART)

    finder.ask("coin")

    assert boxes(answer()) == [(25, 15, 35, 25)]
    finder.look_through(Window(0, 10, 50, 60))  # whose left and bottom are the image's
    finding_session.instances = [((0, 10, 10, 20), 0.6), ((10, 40, 20, 50), 0.55)]
    finder.ask("coin")
    assert boxes(answer()) == [(0, 20, 10, 30), (10, 50, 20, 60)]


def test_what_was_rejected_is_not_found_again_through_another_window(
    finder: Finder, answer: Any, finding_session: Any
) -> None:
    finder.ask("coin")
    answer()
    finder.focus_on(BOXES[0])
    finder.reject_focused()
    finding_session.instances = [((4, 4, 14, 13), 0.7)]  # seen a little otherwise

    finder.look_through(Window(0, 0, 50, 40))

    assert boxes(answer()) == [BOXES[1]]


def test_what_is_rejected_while_the_model_looks_closer_is_not_found_again(
    finder: Finder, answer: Any, finding_session: Any
) -> None:
    finder.ask("coin")
    answer()
    finding_session.instances = [((4, 4, 14, 13), 0.7)]
    finding_session.hold()
    finder.look_through(Window(0, 0, 50, 40))

    finder.focus_on(BOXES[0])
    finder.reject_focused()
    finding_session.release()

    assert boxes(answer()) == [BOXES[1]]


def test_what_is_seen_again_is_proposed_as_it_is_seen_now(finder: Finder, answer: Any, finding_session: Any) -> None:
    finder.ask("coin")
    answer()
    finding_session.instances = [((4, 4, 14, 13), 0.7)]

    finder.look_through(Window(0, 0, 50, 40))

    assert boxes(answer()) == [BOXES[1], (4, 4, 14, 13)]


def test_what_was_seen_closer_is_proposed_on_when_the_whole_is_looked_at_again(
    finder: Finder, answer: Any, finding_session: Any
) -> None:
    finder.look_through(Window(0, 0, 50, 40))
    finding_session.instances = [((0, 0, 10, 9), 0.7)]
    finder.ask("coin")
    answer()

    finding_session.instances = [((0, 0, 10, 10), 0.8), ((50, 30, 70, 50), 0.6)]
    finder.look_through(None)

    assert boxes(answer()) == [(0, 0, 10, 9), (50, 30, 70, 50)]


def test_an_image_that_was_left_is_looked_at_as_a_whole_again(
    finder: Finder, answer: Any, finding_session: Any
) -> None:
    finder.look_through(PART)
    finder.ask("coin")
    answer()

    finder.show(ShownImage(ImageId(2), "two", np.ones((60, 80, 3), dtype=np.uint8)))
    finding_session.instances = [((0, 30, 15, 45), 0.7)]
    finder.show(IMAGE)

    assert boxes(answer()) == [(44, 14, 60, 30), (0, 30, 15, 45), (24, 14, 34, 24)]
    count = len(finding_session.detected)
    finder.show(IMAGE)  # of which all is known now
    assert not answer().is_waiting
    assert len(finding_session.detected) == count


def test_an_example_beside_the_window_is_looked_for_in_the_whole_image(
    finder: Finder, answer: Any, finding_session: Any
) -> None:
    finder.ask_alike([Exemplar(1, 1, 11, 11)])
    answer()

    finder.look_through(PART)  # does not show the example
    answer()
    assert len(finding_session.detected) == 1

    finder.add_exemplars(Exemplar(30, 20, 40, 30))
    answer()
    assert finding_session.detected[-1].exemplars == (Exemplar(1, 1, 11, 11), Exemplar(30, 20, 40, 30))


def test_examples_in_the_window_are_placed_there(finder: Finder, answer: Any, finding_session: Any) -> None:
    finder.look_through(PART)

    finder.ask_alike([Exemplar(30, 20, 40, 30)])

    assert boxes(answer()) == [(44, 14, 60, 30), (24, 14, 34, 24)]
    assert finding_session.detected == [ConceptPrompt("", (Exemplar(10, 10, 20, 20),))]


def test_another_concept_begins_anew(finder: Finder, answer: Any) -> None:
    finder.ask("coin")
    answer()
    finder.look_through(PART)
    answer()

    finder.ask("button")

    assert boxes(answer()) == [(44, 14, 60, 30), (24, 14, 34, 24)]


def test_a_box_is_placed_in_the_window(assist: Assist, answered: Any, fake_session: Any) -> None:
    assist.show(IMAGE)
    assist.look_through(PART)

    assist.add_prompt(BoxPrompt(30, 20, 50, 40))

    assert answered().region.box_xyxy == (30, 20, 50, 40)
    assert fake_session.segmented[-1][1] == (BoxPrompt(10, 10, 30, 30),)
