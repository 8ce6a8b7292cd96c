"""A curator has a model look for what the labels miss and name wrongly, and mends it from finding to finding."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from sam3_annotator.model import ConceptPrompt, ModelSource
from sam3_annotator.project import FindingKind, ImageState, InstanceId, Origin, Provenance, rectangle
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.finder import Finder

SHIFT = Qt.KeyboardModifier.ShiftModifier
LABELLED, FIRST, SECOND = (2, 2, 12, 12), (20, 4, 34, 18), (40, 20, 60, 40)


def found(user, kind: FindingKind) -> list:
    return [each for each in user.window.checking.findings if each.kind is kind]


def list_only(user, kind: FindingKind) -> None:
    kinds = user.window.finding_panel.kinds
    number = kinds.findData(kind)
    kinds.setCurrentIndex(number)
    kinds.activated.emit(number)


def compare(user) -> None:
    user.press(Qt.Key.Key_F7, SHIFT)
    user.settle()


def go_to_next(user) -> None:
    user.press(Qt.Key.Key_F8)
    user.settle()


def focused(user) -> tuple | None:
    proposals = user.window.findChild(Finder).proposals
    return proposals.focused.box_xyxy if proposals is not None and proposals.focused else None


def label(user, finding_session) -> None:
    """Have the third image done: of three cats that the model sees there, found as “tabby”, one is labelled."""
    with user.window.store.edit("Label") as edit:
        edit.add_category("dog")
        cat = edit.add_category("cat")
        image = user.window.store.images()[2].id
        by_phrase = Provenance(origin=Origin.MODEL, phrase="tabby")
        edit.add_instance(image, cat, rectangle(*LABELLED), provenance=by_phrase)
        edit.update_image(image, state=ImageState.DONE)
    finding_session.seen = {"tabby": [(LABELLED, 0.95), (FIRST, 0.9), (SECOND, 0.6)]}


@pytest.fixture
def curator(finding_session, user):
    label(user, finding_session)
    return user


@pytest.fixture
def compared(curator):
    """Have it compared, and list what is missed."""
    compare(curator)
    list_only(curator, FindingKind.MISSED_OBJECT)
    return curator


def test_what_is_missed_is_proposed_in_its_category_and_accepted_or_rejected_by_keys(compared, tell):
    window = compared.window
    assert "1 outline compared with Fake: none is drawn otherwise. 2 categories looked for on 1 image: " in tell()[-1]
    assert tell()[-1].endswith("2 objects may be missed.")

    go_to_next(compared)

    assert compared.image_position() == 2
    assert window.store.category(window.workspace.category_id).name == "cat"
    assert compared.proposals == [FIRST, SECOND]
    assert focused(compared) == FIRST
    assert window.canvas.zoom > 2
    compared.press(Qt.Key.Key_Return)
    assert [each.region.box_xyxy for each in compared.instances(2)] == [LABELLED, FIRST]
    assert compared.instances(2)[1].category_id == window.workspace.category_id
    assert [each.score for each in found(compared, FindingKind.MISSED_OBJECT)] == [pytest.approx(0.6)]

    go_to_next(compared)
    assert focused(compared) == SECOND
    compared.press(Qt.Key.Key_Backspace)
    assert compared.proposals == []
    assert len(found(compared, FindingKind.MISSED_OBJECT)) == 1  # nothing is stored of a rejection


def test_the_one_that_is_told_is_in_focus_however_little_it_scores(compared, finding_session):
    window = compared.window
    window.findChild(Finder).set_threshold(0.8)
    go_to_next(compared)
    assert compared.proposals == [FIRST]

    go_to_next(compared)

    assert focused(compared) == SECOND
    assert window.findChild(Finder).threshold == pytest.approx(0.6)


def test_what_was_rejected_stays_so_on_the_way_to_the_next_and_is_proposed_when_it_is_come_back_to(
    compared, finding_session
):
    go_to_next(compared)
    compared.press(Qt.Key.Key_Backspace)
    asked = len(finding_session.detected)

    go_to_next(compared)
    assert compared.proposals == [SECOND]
    assert len(finding_session.detected) == asked

    go_to_next(compared)
    assert focused(compared) == FIRST
    assert finding_session.detected[asked:] == [ConceptPrompt("tabby")]


def test_where_the_model_sees_nothing_any_more_the_keys_accept_nothing_out_of_sight(compared, finding_session):
    finding_session.seen = {"tabby": [(SECOND, 0.9)]}

    go_to_next(compared)
    compared.press(Qt.Key.Key_Return)

    assert compared.proposals == []
    assert [each.region.box_xyxy for each in compared.instances(2)] == [LABELLED]


def test_only_the_phrase_is_asked_whatever_was_looked_for_on_the_image_before(compared, finding_session):
    window = compared.window
    window.workspace.set_image(window.store.images()[2].id)
    compared.settle()
    compared.type_phrase("dog")
    compared.settle()
    compared.press(Qt.Key.Key_E)
    compared.drag(20, 4, 34, 18)
    compared.settle()

    go_to_next(compared)

    assert finding_session.detected[-1] == ConceptPrompt("tabby")
    assert focused(compared) == FIRST


def test_a_click_in_the_list_leaves_the_keys_to_the_canvas(compared):
    view = compared.window.finding_panel.view
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(view.model().index(1)).center())
    compared.settle()
    assert focused(compared) == SECOND

    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)

    assert [each.region.box_xyxy for each in compared.instances(2)] == [LABELLED, SECOND]


def test_enter_in_the_list_leaves_the_keys_to_the_canvas_too(compared):
    view = compared.window.finding_panel.view
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Down)
    compared.settle()
    assert view.hasFocus()

    QTest.keyClick(view, Qt.Key.Key_Return)
    compared.settle()

    assert not view.hasFocus()
    assert focused(compared) is not None


def test_a_model_that_looks_closer_looks_at_all_again_for_what_is_not_in_there(compared):
    window = compared.window
    window.workspace.set_image(window.store.images()[2].id)
    compared.settle()
    window.canvas.zoom_to((0, 0, 16, 16))
    compared.press(Qt.Key.Key_W)
    compared.settle()
    assert window.window_actions.state.is_looking_closer

    go_to_next(compared)
    assert window.window_actions.state.is_looking_closer
    assert focused(compared) == FIRST
    go_to_next(compared)

    assert not window.window_actions.state.is_looking_closer
    assert focused(compared) == SECOND


def test_an_open_draft_keeps_the_keys(compared, finding_session):
    window = compared.window
    window.workspace.set_image(window.store.images()[2].id)
    compared.settle()
    asked = len(finding_session.detected)
    compared.click(50, 10)
    compared.settle()

    go_to_next(compared)

    assert compared.draft is not None
    assert len(finding_session.detected) == asked


def test_what_waits_for_a_category_does_not_take_that_of_a_finding(finding_session, user):
    user.window.workspace.set_image(user.window.store.images()[2].id)
    user.settle()
    user.press(Qt.Key.Key_R)
    user.drag(40, 10, 55, 12)
    user.press(Qt.Key.Key_S)
    user.click(50, 30)
    user.settle()
    user.press(Qt.Key.Key_Return)  # there is no category yet, so both wait for one
    label(user, finding_session)
    compare(user)
    list_only(user, FindingKind.MISSED_OBJECT)

    list_only(user, FindingKind.MISSED_OBJECT)
    go_to_next(user)
    assert user.window.store.category(user.window.workspace.category_id).name == "cat"
    assert len(user.instances(2)) == 1
    assert user.draft is not None

    user.press(Qt.Key.Key_1)
    user.settle()
    assert [user.window.store.category(each.category_id).name for each in user.instances(2)] == ["cat", "dog", "dog"]


def test_a_model_without_phrases_is_not_asked_but_all_else_is_shown(compared, finding_session, qtbot):
    window = compared.window
    finding_session.capabilities = frozenset({"points", "boxes", "masks"})
    engine = window.findChild(EngineBridge)
    engine.load(ModelSource(lambda _progress: finding_session, "Without phrases"))
    qtbot.waitUntil(lambda: not window.findChild(Finder).takes_phrases, timeout=20_000)
    asked = len(finding_session.detected)

    go_to_next(compared)

    assert compared.image_position() == 2
    assert window.store.category(window.workspace.category_id).name == "cat"
    assert compared.proposals == []
    assert len(finding_session.detected) == asked


def test_a_category_that_the_model_disputes_is_changed_by_its_digit(curator, finding_session):
    finding_session.seen = {"dog": [(LABELLED, 0.9)]}
    compare(curator)
    list_only(curator, FindingKind.ANOTHER_CATEGORY)

    go_to_next(curator)
    assert curator.window.workspace.selection == {each.id for each in curator.instances(2)}
    assert curator.proposals == []
    curator.press(Qt.Key.Key_1)

    assert curator.window.store.category(curator.instances(2)[0].category_id).name == "dog"
    assert found(curator, FindingKind.ANOTHER_CATEGORY) == []


def test_what_the_model_does_not_see_is_selected(curator, finding_session):
    store = curator.window.store
    cat = store.categories()[1].id
    with store.edit("Label") as edit:
        for left in range(16, 64, 12):
            edit.add_instance(store.images()[2].id, cat, rectangle(left, 30, left + 10, 40))
    unseen: InstanceId = curator.instances(2)[-1].id
    boxes = [tuple(map(int, each.region.box_xyxy)) for each in curator.instances(2)[:-1]]
    finding_session.seen = {"tabby": [(box, 0.9) for box in boxes]}
    compare(curator)
    list_only(curator, FindingKind.NOT_SEEN)

    go_to_next(curator)

    assert curator.window.workspace.selection == {unseen}


def test_at_another_finding_the_keys_leave_what_is_proposed_until_tab_leads_back(curator, finding_session):
    finding_session.seen = {"tabby": [(SECOND, 0.9)], "dog": [(LABELLED, 0.9)]}
    compare(curator)
    list_only(curator, FindingKind.MISSED_OBJECT)
    go_to_next(curator)
    assert focused(curator) == SECOND
    list_only(curator, FindingKind.ANOTHER_CATEGORY)
    go_to_next(curator)
    before = curator.instances(2)
    assert curator.window.workspace.selection == {each.id for each in before}
    canvas = curator.window.canvas
    canvas.zoom_to((0, 0, 4, 4))

    def right_edge() -> float:
        return canvas.image_from_viewport(canvas.viewport().rect().topRight()).x()

    assert right_edge() < SECOND[2]
    curator.press(Qt.Key.Key_Return)
    assert curator.instances(2) == before
    curator.press(Qt.Key.Key_Tab)
    assert curator.window.workspace.selection == frozenset()
    assert right_edge() >= SECOND[2]
    curator.press(Qt.Key.Key_Return)

    assert [each.region.box_xyxy for each in curator.instances(2)] == [LABELLED, SECOND]


def test_a_key_decides_on_nothing_that_is_out_of_sight_but_shows_it_first(compared):
    go_to_next(compared)
    canvas = compared.window.canvas
    canvas.zoom_to((60, 44, 64, 48), 32)

    for key in (Qt.Key.Key_Return, Qt.Key.Key_Backspace, Qt.Key.Key_C):
        compared.press(key)
        assert compared.proposals == [FIRST, SECOND]
        assert canvas.image_from_viewport(canvas.viewport().rect().topLeft()).x() < FIRST[0]
        canvas.zoom_to((60, 44, 64, 48), 32)
    compared.press(Qt.Key.Key_Return)
    compared.press(Qt.Key.Key_Return)

    assert [each.region.box_xyxy for each in compared.instances(2)] == [LABELLED, FIRST]
