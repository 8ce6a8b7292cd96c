"""The instances of the previous image come to the next as proposals, each of its category, frame after frame."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from sam3_annotator.project import ImageState, Origin, rectangle, region_iou
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.item_models.image_criteria import StateFilter
from sam3_annotator.ui.keyboard.key_hints import KeyHint, key_hints
from sam3_annotator.ui.phrase_bar.source_chip import SourceChip
from sam3_annotator.ui.verbs import operations
from tests.logged_warnings import warnings_in
from tests.workflows.sequences import (
    CAT_BOX,
    DOG_BOX,
    HEAD_BOX,
    MOVE,
    SHIFT,
    WITH_HOLE,
    damage,
    labels,
    moved,
    propagate,
    put,
)

CTRL = Qt.KeyboardModifier.ControlModifier


def test_instances_of_the_previous_image_are_proposed_where_they_are_and_accepted_in_one_step(
    sequence, follower, tell
) -> None:
    store = sequence.window.store
    described = put(sequence, 0, "dog", WITH_HOLE, is_crowd=True, attributes=MappingProxyType({"far": True}), score=0.2)
    follower.scores = [0.7, 0.8, 0.95]

    propagate(sequence)

    assert sequence.proposals == [moved(WITH_HOLE.box_xyxy), moved(DOG_BOX), moved(CAT_BOX)]
    assert tell() == ["All 3 instances of 1.png were found again."]
    assert follower.asked == [(3, (60, 80, 3), (48, 64, 3))]
    assert labels(sequence, 1) == []
    sequence.press(Qt.Key.Key_Return, CTRL | SHIFT)
    assert labels(sequence, 1) == [
        ("dog", moved(WITH_HOLE.box_xyxy)),
        ("dog", moved(DOG_BOX)),
        ("cat", moved(CAT_BOX)),
    ]
    crowd = sequence.instances(1)[0]
    assert crowd.is_crowd
    assert crowd.attributes == {"far": True}
    assert region_iou(crowd.region, WITH_HOLE.translated(MOVE, 0)) == 1.0
    assert crowd.score == pytest.approx(0.95)
    assert (crowd.provenance.origin, crowd.provenance.model) == (Origin.MODEL, "Fake")
    assert crowd.provenance.created_at
    assert store.instance(described).score == 0.2
    assert sequence.proposals == []

    assert store.undo_label == "Propagate 3 instances"
    sequence.press(Qt.Key.Key_Z, CTRL)
    assert labels(sequence, 1) == []
    assert len(sequence.proposals) == 3
    sequence.press(Qt.Key.Key_Z, CTRL | SHIFT)
    assert len(labels(sequence, 1)) == 3
    assert sequence.proposals == []


def test_the_keys_are_about_what_is_propagated_and_not_about_what_was_selected(sequence) -> None:
    instance_id = put(sequence, 1, "dog", WITH_HOLE)  # nothing like it comes along
    sequence.window.workspace.select((instance_id,))

    propagate(sequence)
    sequence.press(Qt.Key.Key_Return)

    assert not sequence.window.workspace.selection
    assert len(labels(sequence, 1)) == 2


def test_each_is_accepted_or_rejected_by_itself_whatever_category_is_current(sequence, follower) -> None:
    sequence.press(Qt.Key.Key_1)  # cat
    follower.scores = [0.8, 0.9]
    propagate(sequence)
    state, keys = sequence.window.window_actions.state, sequence.window.keys.text
    assert KeyHint("Enter", "accept as dog") in key_hints(state, keys)

    status = sequence.window.status_line._hint
    assert status.text() == "From 1.png: 1 of 2, dog, score 0.90"
    sequence.press(Qt.Key.Key_Tab)
    assert status.text() == "From 1.png: 2 of 2, cat, score 0.80"
    sequence.press(Qt.Key.Key_Backspace)  # the cat
    sequence.press(Qt.Key.Key_Return)

    assert labels(sequence, 1) == [("dog", moved(DOG_BOX))]
    assert sequence.proposals == []


def test_c_corrects_the_proposal_and_leads_back_to_the_others(sequence) -> None:
    propagate(sequence)
    state, keys = sequence.window.window_actions.state, sequence.window.keys.text
    assert KeyHint("C", "correct") in key_hints(state, keys)

    sequence.press(Qt.Key.Key_C)
    sequence.settle()
    assert labels(sequence, 1) == [("cat", moved(CAT_BOX))]
    sequence.click(15, 40)  # the fake answers with the square around the last click
    sequence.settle()
    sequence.press(Qt.Key.Key_Return)

    (cat,) = sequence.instances(1)
    assert region_iou(cat.region, rectangle(*moved(CAT_BOX))) < 1
    assert cat.score == pytest.approx(0.9)
    assert sequence.proposals == [moved(DOG_BOX)]
    sequence.press(Qt.Key.Key_Return)
    assert [name for name, _ in labels(sequence, 1)] == ["cat", "dog"]


def test_a_proposal_whose_correction_is_dropped_leads_back_to_the_others_too(sequence) -> None:
    propagate(sequence)
    sequence.press(Qt.Key.Key_C)
    sequence.settle()

    sequence.press(Qt.Key.Key_Escape)
    sequence.press(Qt.Key.Key_Backspace)  # the other proposal, not what was just accepted

    assert labels(sequence, 1) == [("cat", moved(CAT_BOX))]
    assert sequence.proposals == []


def test_a_part_that_fills_its_whole_is_a_thing_of_its_own(sequence) -> None:
    put(sequence, 0, "dog", rectangle(*HEAD_BOX))  # nearly the same pixels as the cat
    put(sequence, 0, "dog", rectangle(*CAT_BOX))  # the very same
    propagate(sequence)
    assert len(sequence.proposals) == 4

    for _ in range(4):
        sequence.press(Qt.Key.Key_Return)

    expected = [("cat", CAT_BOX), ("dog", DOG_BOX), ("dog", HEAD_BOX), ("dog", CAT_BOX)]
    assert sorted(labels(sequence, 1)) == sorted((name, moved(box)) for name, box in expected)


def test_three_frames_are_labelled_with_a_key_each(sequence) -> None:
    propagate(sequence)

    for position in (1, 2):
        assert sequence.image_position() == position
        sequence.press(Qt.Key.Key_Return, SHIFT)
        sequence.settle()
    sequence.press(Qt.Key.Key_Return, SHIFT)  # the last image
    sequence.settle()

    for position in (1, 2, 3):
        expected = [("cat", moved(CAT_BOX, position)), ("dog", moved(DOG_BOX, position))]
        assert sorted(labels(sequence, position)) == expected
        assert sequence.window.store.images()[position].state is ImageState.DONE


def test_what_goes_on_is_what_is_on_the_image_just_finished(sequence, tell) -> None:
    propagate(sequence)
    sequence.press(Qt.Key.Key_Backspace)
    sequence.press(Qt.Key.Key_Return, SHIFT)
    sequence.settle()

    assert len(sequence.proposals) == 1
    assert tell()[-1] == "The instance of 2.png was found again."
    sequence.press(Qt.Key.Key_Backspace)
    sequence.press(Qt.Key.Key_Return, SHIFT)  # nothing is left of it
    sequence.settle()

    assert sequence.image_position() == 3
    assert sequence.window.findChild(Finder).proposals is None
    assert tell()[-1] == "3.png has no instances to propagate."


def test_it_goes_on_from_an_image_that_its_filter_leaves_out_by_then(sequence) -> None:
    store = sequence.window.store
    propagate(sequence)
    sequence.window.image_panel.shown.set_state(StateFilter.UNANNOTATED)

    sequence.press(Qt.Key.Key_Return, SHIFT)
    sequence.settle()

    assert store.images()[1].state is ImageState.DONE
    assert sequence.proposals == [moved(CAT_BOX, 2), moved(DOG_BOX, 2)]


def test_instances_and_categories_deleted_meanwhile_are_proposed_all_the_same(sequence, fake_session, tell) -> None:
    store = sequence.window.store
    fake_session.hold()
    sequence.press(Qt.Key.Key_P, SHIFT)
    cat, dog = store.categories()
    operations.delete_instances(store, [instance.id for instance in sequence.instances(0)])
    operations.delete_category(store, dog.id)
    fake_session.release()
    sequence.settle()
    assert sequence.proposals == [moved(CAT_BOX), moved(DOG_BOX)]

    sequence.press(Qt.Key.Key_Return, CTRL | SHIFT)

    assert labels(sequence, 1) == [("cat", moved(CAT_BOX)), ("dog", moved(DOG_BOX))]
    assert [(one.name, one.color) for one in store.categories()] == [("cat", cat.color), ("dog", dog.color)]
    told = "The category dog, deleted meanwhile, was added again with what was accepted; one undo takes all of it back."
    assert tell() == [told]
    sequence.press(Qt.Key.Key_Z, CTRL)
    assert [one.name for one in store.categories()] == ["cat"]
    assert labels(sequence, 1) == []
    assert tell() == []


def test_a_category_renamed_meanwhile_is_the_one_they_become(sequence) -> None:
    store = sequence.window.store
    propagate(sequence)
    with store.edit("Rename category") as edit:
        edit.update_category(store.categories()[1].id, name="hound", color="#123456")

    found = sequence.window.findChild(Finder).proposals
    assert [each.copy_of.category_color for each in found.open][1] == "#123456"
    sequence.press(Qt.Key.Key_Return, CTRL | SHIFT)

    assert labels(sequence, 1) == [("cat", moved(CAT_BOX)), ("hound", moved(DOG_BOX))]
    assert [one.name for one in store.categories()] == ["cat", "hound"]


def test_a_category_merged_meanwhile_is_not_made_anew(sequence) -> None:
    store = sequence.window.store
    propagate(sequence)
    cat, dog = store.categories()
    operations.merge_category(store, dog.id, into=cat.id)
    operations.rename_category(store, cat.id, "pet")

    sequence.press(Qt.Key.Key_Return, CTRL | SHIFT)

    assert labels(sequence, 1) == [("pet", moved(CAT_BOX)), ("pet", moved(DOG_BOX))]
    assert [one.name for one in store.categories()] == ["pet"]


def test_it_says_what_was_lost_and_what_is_hidden_or_labelled_already(sequence, follower, tell) -> None:
    for left in (0, 20, 40):
        put(sequence, 0, "cat", rectangle(left, 46, left + 10, 56))
    put(sequence, 1, "dog", rectangle(*moved(CAT_BOX)))
    follower.scores = [0.9, 0.3, 0, 0, 0.9]

    propagate(sequence)

    assert tell() == [
        "3 of 5 instances of 1.png were found again; 2 were not; 1 is labelled here already; 1 scores below the "
        "threshold."
    ]
    assert len(sequence.proposals) == 1
    sequence.window.area.phrase_bar.threshold_moved.emit(0.2)
    assert len(sequence.proposals) == 2
    assert len(follower.asked) == 1


def test_what_is_all_labelled_already_is_not_proposed(sequence, tell) -> None:
    propagate(sequence)
    sequence.press(Qt.Key.Key_Return, CTRL | SHIFT)

    propagate(sequence)

    assert sequence.proposals == []
    assert tell() == ["All 2 instances of 1.png are labelled here already."]


def test_where_there_is_nothing_to_propagate_it_says_so(user, follower, tell) -> None:
    propagate(user)
    assert tell() == ["There is no image before this one in the list to propagate from."]

    user.press(Qt.Key.Key_D)
    user.settle()
    propagate(user)

    assert tell() == ["1.png has no instances to propagate."]
    assert follower.asked == []


def test_a_file_that_is_gone_is_told_and_can_come_back(sequence, image_folder: Path, tell) -> None:
    file = image_folder / "1.png"
    content = file.read_bytes()
    file.unlink()
    propagate(sequence)
    assert sequence.proposals == []
    assert "1.png" in tell()[-1]
    assert "unexpected" not in tell()[-1]

    file.write_bytes(content)
    propagate(sequence)

    assert len(sequence.proposals) == 2
    assert tell() == ["All 2 instances of 1.png were found again."]


def test_a_damaged_file_is_told_and_is_one_line_in_the_log(sequence, image_folder: Path, tell, caplog) -> None:
    (image_folder / "1.png").write_bytes(b"no image")

    propagate(sequence)

    (sentence,) = tell()
    assert "1.png" in sentence
    assert [(record.levelname, record.exc_info) for record in caplog.records] == [("WARNING", None)]
    assert warnings_in(caplog) == [f"A job in the slot DETECT failed: {sentence}"]


def test_a_project_that_cannot_be_read_is_told(sequence, tell) -> None:
    damage(sequence, sequence.instances(0)[1].id)

    propagate(sequence)

    (sentence,) = tell()
    assert sentence.startswith("A region in the project file is damaged")


def test_a_model_that_fails_says_so_and_loses_nothing(sequence, follower, monkeypatch, tell) -> None:
    put(sequence, 1, "cat", rectangle(40, 30, 60, 45))

    def fail(*_: object) -> None:
        raise RuntimeError("out of order")

    monkeypatch.setattr("sam3_annotator.ui.verbs.instance_search.propagate", fail)
    propagate(sequence)
    assert "Press Shift+P to try again." in tell()[-1]
    assert len(sequence.instances(1)) == 1

    monkeypatch.setattr("sam3_annotator.ui.verbs.instance_search.propagate", follower.follow)
    propagate(sequence)

    assert len(sequence.proposals) == 2


def test_a_model_that_takes_no_prompts_at_all_is_refused(sequence, fake_session, tell) -> None:
    fake_session.capabilities = frozenset()

    propagate(sequence)

    assert tell() == ["Fake takes no prompts at all; choose another model to propagate."]


def test_escape_or_the_cross_of_the_chip_drops_them(sequence) -> None:
    chip = sequence.window.area.phrase_bar.findChild(SourceChip)
    assert not chip.isVisible()
    propagate(sequence)
    assert chip.isVisible()
    assert chip.accessibleName() == "The instances of 1.png"

    sequence.press(Qt.Key.Key_Escape)
    assert sequence.window.findChild(Finder).proposals is None
    assert not chip.isVisible()

    propagate(sequence)
    QTest.mouseClick(chip.cross, Qt.MouseButton.LeftButton)
    assert sequence.window.findChild(Finder).proposals is None


def test_a_phrase_takes_their_place_and_they_that_of_a_phrase(finding_session, sequence) -> None:
    finding_session.instances = [((30, 30, 44, 44), 0.9)]
    propagate(sequence)

    sequence.type_phrase("cat")
    sequence.settle()
    assert sequence.proposals == [(30, 30, 44, 44)]
    assert sequence.window.findChild(Finder).proposals.propagated_from is None

    propagate(sequence)
    assert sequence.proposals == [moved(CAT_BOX), moved(DOG_BOX)]
    assert sequence.window.area.phrase_bar.field.text() == ""
    sequence.press(Qt.Key.Key_E)
    sequence.drag(30, 30, 44, 44)
    sequence.settle()

    assert sequence.proposals == [(30, 30, 44, 44)]


def test_the_whole_image_is_asked_while_the_model_looks_closer(sequence, follower) -> None:
    for _ in range(6):
        sequence.window.window_actions.trigger("zoom_in")
    sequence.press(Qt.Key.Key_W)
    sequence.settle()
    finder = sequence.window.findChild(Finder)
    assert isinstance(finder.image, ShownImage)
    assert finder.image.window is not None

    propagate(sequence)
    sequence.press(Qt.Key.Key_W)  # and back
    sequence.settle()

    assert sequence.proposals == [moved(CAT_BOX), moved(DOG_BOX)]
    assert follower.asked == [(2, (60, 80, 3), (48, 64, 3))]
