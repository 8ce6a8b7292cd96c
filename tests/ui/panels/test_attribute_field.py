"""The field above the attributes finds one, sets it, or adds another."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from sam3_annotator.project import AttributeValue, InstanceId, ProjectStore
from sam3_annotator.ui.panels.attribute_section import AttributeSection
from sam3_annotator.ui.workspace import Workspace
from tests.ui.panels.attribute_rows import attributes, shown, value

AddInstance = Callable[..., InstanceId]
Press = Callable[..., None]


def test_the_field_finds_by_a_part_of_the_name_and_enter_switches_it(
    section: AttributeSection,
    ids: list[InstanceId],
    workspace: Workspace,
    store: ProjectStore,
    type_in: Press,
    told,
) -> None:
    workspace.select(ids[1:2])
    type_in("clu", Qt.Key.Key_Shift)
    assert shown(section) == ["occluded"]

    type_in("clu")

    assert attributes(store, ids[1]) == {"occluded": True}
    assert told == ["left"]
    assert shown(section) == ["occluded", "age", "colour", "doors"]


def test_tab_in_the_field_sets_and_stays(
    qtbot: QtBot,
    section: AttributeSection,
    ids: list[InstanceId],
    workspace: Workspace,
    store,
    type_in: Press,
    told,
) -> None:
    workspace.select(ids[1:2])
    type_in("occ", Qt.Key.Key_Tab)
    assert section.field.hasFocus()
    qtbot.keyClicks(section.field, "col=dark red")
    qtbot.keyClick(section.field, Qt.Key.Key_Return)

    assert attributes(store, ids[1]) == {"occluded": True, "colour": "dark red"}
    assert told == ["left"]


def test_enter_on_a_name_without_value_leads_to_its_field(
    section: AttributeSection,
    ids: list[InstanceId],
    workspace: Workspace,
    store: ProjectStore,
    type_in: Press,
    told,
) -> None:
    workspace.select(ids[1:2])

    type_in("ag")

    assert section.window().focusWidget() is value(section, "age").field
    assert told == []


@pytest.mark.parametrize(
    ("typed", "name", "expected"),
    [
        ("parked", "parked", True),
        ("parked=no", "parked", False),
        ("height = 2.5", "height", 2.5),
        ("plate=007", "plate", "007"),
        ("formula=a=b", "formula", "a=b"),
        ("our=11", "our", 11),  # which the name of another has in it
    ],
)
def test_what_is_not_known_is_added(
    section: AttributeSection,
    ids: list[InstanceId],
    workspace: Workspace,
    store: ProjectStore,
    type_in: Press,
    typed: str,
    name: str,
    expected: AttributeValue,
) -> None:
    workspace.select(ids[1:])

    type_in(typed)

    assert [attributes(store, each)[name] for each in ids[1:]] == [expected, expected]
    assert type(attributes(store, ids[1])[name]) is type(expected)
    store.undo()
    assert name not in shown(section)


def test_the_arrows_lead_to_adding_what_is_part_of_a_known_name(
    qtbot: QtBot, section: AttributeSection, ids: list[InstanceId], workspace: Workspace, store, type_in: Press
) -> None:
    workspace.select(ids[1:2])
    type_in("occlude", Qt.Key.Key_Down)

    qtbot.keyClick(section.field, Qt.Key.Key_Return)

    assert attributes(store, ids[1]) == {"occlude": True}


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("colours=", "Type what colours is behind the =, for example colours=red."),
        ("=red", "Type the name of the attribute before the ="),
        ("occluded=treu", "occluded is either yes or no, not “treu”. Type one of them."),
    ],
)
def test_what_cannot_be_meant_is_told_and_stays(
    section: AttributeSection,
    ids: list[InstanceId],
    workspace: Workspace,
    store,
    type_in: Press,
    told,
    typed,
    problem,
) -> None:
    workspace.select(ids[1:2])

    type_in(typed)

    assert [sentence[: len(problem)] for sentence in told] == [problem]
    assert section.field.text() == typed
    assert attributes(store, ids[1]) == {}


def test_nothing_typed_and_enter_or_esc_lead_back(
    section: AttributeSection,
    ids: list[InstanceId],
    workspace: Workspace,
    store: ProjectStore,
    type_in: Press,
    told,
) -> None:
    workspace.select(ids[1:2])

    type_in("")
    type_in("par", Qt.Key.Key_Escape)

    assert told == ["left", "left"]
    assert section.field.text() == ""
    assert attributes(store, ids[1]) == {}
