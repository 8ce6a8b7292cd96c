"""The dialog that renames an attribute everywhere."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from sam3_annotator.project import InstanceId, ProjectStore, Provenance, rectangle
from sam3_annotator.ui.dialogs.rename_attribute import RenameAttributeDialog
from sam3_annotator.ui.verbs import attribute_operations, operations


@pytest.fixture
def made(store: ProjectStore) -> InstanceId:
    category = operations.add_category(store, "car")
    instance = operations.add_instance(store, store.images()[0].id, category, rectangle(0, 0, 5, 5), Provenance())
    attribute_operations.give_attributes(store, [instance], {"color": "red", "colour": "blue"})
    return instance


@pytest.fixture
def dialog(qtbot: QtBot, store: ProjectStore, made: InstanceId) -> RenameAttributeDialog:
    opened = RenameAttributeDialog(store, "color", 1)
    qtbot.addWidget(opened)
    return opened


def test_the_name_is_changed_by_enter(
    qtbot: QtBot, dialog: RenameAttributeDialog, store: ProjectStore, made: InstanceId
) -> None:
    assert dialog.note == "1 instance in the project has it."
    dialog.field.setText("paint")

    with qtbot.waitSignal(dialog.accepted):
        dialog.primary.click()

    assert dict(store.instance(made).attributes) == {"paint": "red", "colour": "blue"}


def test_a_name_that_would_lose_a_value_is_refused_in_place(
    dialog: RenameAttributeDialog, store: ProjectStore, made: InstanceId
) -> None:
    dialog.field.setText("colour")

    dialog.primary.click()

    assert dialog.note.startswith("1 instance has another value of colour already")
    assert dict(store.instance(made).attributes) == {"color": "red", "colour": "blue"}
    dialog.field.setText("")
    assert not dialog.primary.isEnabled()
