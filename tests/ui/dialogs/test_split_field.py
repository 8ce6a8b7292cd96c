"""What an export does with the splits of images, and with those that have none."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from sam3_annotator.project import ProjectStore, Split, rectangle
from sam3_annotator.ui.dialogs.export_dialog import ExportDialog
from sam3_annotator.ui.dialogs.split_field import SplitField
from sam3_annotator.ui.store_bridge import StoreBridge


@pytest.fixture
def split(qtbot: QtBot) -> SplitField:
    field = SplitField()
    qtbot.addWidget(field)
    return field


def test_images_stay_together_unless_a_split_is_asked_for(split: SplitField) -> None:
    assert split.shares is None


@pytest.mark.parametrize(
    ("train", "val", "expected"),
    [
        (80, 20, {"train": 0.8, "val": 0.2}),
        (70, 20, {"train": 0.7, "val": 0.2, "test": 0.1}),
        (95, 20, {"train": 0.8, "val": 0.2}),
        (100, 0, {"train": 1.0}),
        (0, 0, {"test": 1.0}),
    ],
)
def test_shares_always_add_up(split: SplitField, train: int, val: int, expected: dict[str, float]) -> None:
    split.is_on.setChecked(True)

    split.division.train.setValue(train)
    split.division.val.setValue(val)

    assert split.shares == expected


def test_what_has_a_split_keeps_it_and_the_rest_can_be_divided(split: SplitField) -> None:
    split.set_splits([Split.VAL, *[Split.TRAIN] * 3, None, None])
    assert split.kept_words == "3 in train, 1 in val, as in the project; the other 2 go to train"
    assert split.is_on.text() == "Divide the others"
    assert split.shares is None

    split.is_on.setChecked(True)

    assert split.kept_words.endswith("the other 2 are divided")
    assert split.shares == {"train": 0.8, "val": 0.2}

    split.set_splits([Split.VAL, None])
    assert split.kept_words == "1 in val, as in the project; the other one is divided"


def test_where_all_have_a_split_there_is_nothing_to_choose(split: SplitField) -> None:
    split.is_on.setChecked(True)

    split.set_splits([Split.TRAIN, Split.TEST])

    assert split.kept_words == "1 in train, 1 in test, as in the project"
    assert split.is_on.isHidden()
    assert split.division.isHidden()
    assert split.shares is None


def test_the_dialog_tells_of_the_images_it_would_write(qtbot: QtBot, bridge: StoreBridge, store: ProjectStore) -> None:
    with store.edit("Label") as edit:
        cat = edit.add_category("cat")
        for number, image in enumerate(store.images()[:3]):
            edit.add_instance(image.id, cat, rectangle(5, 5, 30, 30))
            edit.update_image(image.id, split=Split.VAL if number else Split.TRAIN)
        edit.update_image(store.images()[3].id, split=Split.TEST)
    dialog = ExportDialog(bridge)
    qtbot.addWidget(dialog)

    assert dialog.split.kept_words == "1 in train, 2 in val, as in the project"
