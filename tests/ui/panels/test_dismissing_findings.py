"""The panel of findings has them called fine, lists those that are, and has them told again."""

from __future__ import annotations

import pytest

from sam3_annotator.project import Finding, FindingKind, ImageId, rectangle
from sam3_annotator.ui.panels.finding_list import FindingPanel
from sam3_annotator.ui.verbs.checking import Checking
from sam3_annotator.ui.verbs.dismissing import Dismissing


@pytest.fixture
def panel(qtbot, bridge, store) -> FindingPanel:
    """Show the findings of a project with an object labelled three times, a missing file and an unused category."""
    with store.edit("Label") as edit:
        cat = edit.add_category("cat")
        edit.add_category("never used")
        for _ in range(3):
            edit.add_instance(store.images()[0].id, cat, rectangle(5, 5, 30, 30))
    store.image_file(store.images()[1].id).unlink()
    made = FindingPanel(Checking(bridge))
    dismissing = Dismissing(store, made)
    made.dismissal_wanted.connect(dismissing.dismiss)
    made.restoring_wanted.connect(dismissing.restore)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    made._checking.start()
    qtbot.waitUntil(lambda: made.model.rowCount() > 0)
    return made


def turn_to(panel: FindingPanel, kind: FindingKind):
    """Turn through the findings until one of a kind is chosen; gives that."""
    while panel.view.chosen is None or panel.view.chosen.kind is not kind:
        panel.view.turn(1)
    return panel.view.chosen


def texts(panel: FindingPanel) -> list[str]:
    return [button.text() for button in (panel.verdict.dismissed, panel.verdict.fine) if not button.isHidden()]


def test_the_button_calls_a_finding_fine_and_goes_on_to_the_next(panel, store, qtbot):
    count = panel.model.rowCount()
    assert not panel.verdict.fine.isEnabled()
    finding = turn_to(panel, FindingKind.LABELLED_TWICE)
    following = panel.model.finding_at(panel.model.row_of(finding) + 1)

    with qtbot.waitSignal(panel.show_wanted) as wanted:
        panel.verdict.fine.click()

    assert wanted.args == [following]
    assert (panel.view.chosen, panel.model.rowCount()) == (following, count - 1)
    assert texts(panel) == ["1 dismissed", "This is fine"]
    assert store.undo_label == "Dismiss finding"


def test_what_was_dismissed_is_listed_and_told_again(panel, store):
    finding = turn_to(panel, FindingKind.LABELLED_TWICE)
    panel.judge()
    before = panel.model.rowCount()

    panel.verdict.dismissed.click()
    assert panel.model.findings == (finding,)
    assert panel.kinds.itemText(0) == "All (1)"
    panel.view.turn(1)
    assert texts(panel) == ["1 dismissed", "Tell again"]
    panel.judge()

    assert not panel.shows_dismissed
    assert panel.model.rowCount() == before + 1
    assert texts(panel) == ["This is fine"]
    assert store.undo_label == "Tell finding again"


def test_the_list_of_dismissed_ones_is_left_by_the_same_button(panel):
    turn_to(panel, FindingKind.LABELLED_TWICE)
    panel.judge()
    before = panel.model.findings

    panel.verdict.dismissed.click()
    panel.verdict.dismissed.click()

    assert panel.model.findings == before
    assert panel.view.chosen is None


def test_a_right_click_calls_all_of_a_kind_fine_in_one_step(panel, store):
    finding = turn_to(panel, FindingKind.LABELLED_TWICE)
    menu = panel.context_menu(panel.model.index(panel.model.row_of(finding)))
    assert [action.text() for action in menu.actions()] == ["This is fine", "All 2 of this kind are fine"]

    menu.actions()[1].trigger()

    assert texts(panel)[0] == "2 dismissed"
    assert all(each.kind is not FindingKind.LABELLED_TWICE for each in panel.model.findings)
    store.undo()
    assert sum(each.kind is FindingKind.LABELLED_TWICE for each in panel.model.findings) == 2


def test_a_right_click_joins_images_in_two_splits_one_or_all(panel, qtbot):
    kind = FindingKind.ALIKE_IMAGES_IN_TWO_SPLITS
    found = tuple(Finding(kind, f"{at} is like 0", ImageId(at), other_image_id=ImageId(9)) for at in (1, 2))
    panel.view.show_rows(found)
    menu = panel.context_menu(panel.model.index(0))
    one, all_of_them = menu.actions()[-2:]

    for action, joined in ((one, found[:1]), (all_of_them, found)):
        with qtbot.waitSignal(panel.joining_wanted) as wanted:
            action.trigger()
        assert wanted.args == [joined]


def test_a_missing_file_cannot_be_called_fine(panel):
    finding = turn_to(panel, FindingKind.MISSING_FILE)
    assert not panel.verdict.fine.isEnabled()

    panel.judge()
    menu = panel.context_menu(panel.model.index(panel.model.row_of(finding)))

    assert not menu.actions()[0].isEnabled()
    assert panel.view.chosen is finding


def test_where_all_is_dismissed_the_panel_says_so_and_leads_there(panel, store):
    while panel.model.rowCount() > 1:
        turn_to(panel, next(each.kind for each in panel.model.findings if each.kind.is_dismissible))
        panel.judge()
    (missing,) = panel.model.findings
    with store.edit("Take out") as edit:
        edit.delete_image(missing.image_id)

    assert panel._empty._title.text() == "Nothing found"
    assert "dismissed" in panel._empty._text.text()
    panel.verdict.dismissed.click()

    assert panel.model.rowCount() == len(panel._checking.dismissed) > 0
