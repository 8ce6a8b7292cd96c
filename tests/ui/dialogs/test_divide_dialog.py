"""The dialog that divides images into splits: what it would do, what it has done, and that it can be undone."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from sam3_annotator.project import ChangeSet, ImageState, ProjectStore, Split
from sam3_annotator.ui.dialogs.divide_dialog import DivideDialog
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs import operations


@pytest.fixture
def dialog(qtbot: QtBot, bridge: StoreBridge) -> DivideDialog:
    made = DivideDialog(bridge)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def splits(store: ProjectStore) -> list[Split | None]:
    return [image.split for image in store.images()]


def test_what_would_be_divided_is_said(dialog: DivideDialog, store: ProjectStore) -> None:
    assert dialog.note == "4 images, in no split yet"

    operations.set_image_split(store, [store.images()[0].id], Split.TEST)
    assert dialog.note == "3 of 4 images, in no split yet; shares are of all of them"

    operations.set_image_state(store, [store.images()[1].id], ImageState.LEFT_OUT)
    assert dialog.note == "2 of 3 images, in no split yet; shares are of all of them"

    operations.set_image_split(store, [image.id for image in store.images()], Split.TRAIN)
    assert dialog.note == "All images are in a split already"
    assert not dialog.primary.isEnabled()

    dialog.anew.setChecked(True)
    assert dialog.note == "3 images, 3 of them in a split already"
    assert dialog.primary.isEnabled()


def test_images_are_divided_in_one_step(
    qtbot: QtBot, dialog: DivideDialog, bridge: StoreBridge, store: ProjectStore
) -> None:
    changes: list[ChangeSet] = []
    bridge.changed.connect(changes.append)
    dialog.division.train.setValue(50)
    dialog.division.val.setValue(25)

    dialog.primary.click()
    qtbot.waitUntil(lambda: dialog.is_idle)

    assert dialog.report.shown.sentence == "4 images (2 in train, 1 in val, 1 in test), of which 4 were in none."
    assert "undo" in dialog.report.shown.note
    assert Counter(splits(store)) == {Split.TRAIN: 2, Split.VAL: 1, Split.TEST: 1}
    assert [each.touched("images") for each in changes] == [{image.id for image in store.images()}]
    assert store.undo_label == "Divide into splits"
    store.undo()
    assert splits(store) == [None] * 4


def test_images_keep_their_split_unless_they_are_divided_anew(
    qtbot: QtBot, dialog: DivideDialog, store: ProjectStore
) -> None:
    operations.set_image_split(store, [image.id for image in store.images()[:3]], Split.TEST)
    dialog.primary.click()
    qtbot.waitUntil(lambda: dialog.is_idle)
    assert splits(store) == [*[Split.TEST] * 3, Split.TRAIN]
    assert dialog.report.shown.sentence == "4 images (1 in train, 3 in test), of which 1 was in none."


def test_all_images_are_divided_anew_where_that_is_ticked(
    qtbot: QtBot, dialog: DivideDialog, store: ProjectStore
) -> None:
    operations.set_image_split(store, [image.id for image in store.images()], Split.TEST)
    dialog.anew.setChecked(True)
    dialog.primary.click()
    qtbot.waitUntil(lambda: dialog.is_idle)
    assert Counter(splits(store)) == {Split.TRAIN: 3, Split.VAL: 1}


def test_images_that_look_alike_stay_together(
    qtbot: QtBot, dialog: DivideDialog, store: ProjectStore, image_folder: Path
) -> None:
    for name in ("2.png", "3.png"):
        with Image.open(image_folder / "1.png") as image:
            image.resize((100 + len(list(image_folder.iterdir())), 70)).save(image_folder / name)
    dialog.division.alike_together.setChecked(True)
    for seed in range(3):
        dialog.division.seed_box.setValue(seed)
        dialog.anew.setChecked(True)
        dialog.begin()
        qtbot.waitUntil(lambda: dialog.is_idle)
        assert splits(store) == [*[Split.TRAIN] * 3, Split.VAL]


def test_a_project_open_for_reading_is_not_divided(qtbot: QtBot, store: ProjectStore) -> None:
    with ProjectStore.open(store.path, read_only=True) as reader:
        bridge = StoreBridge(reader)
        made = DivideDialog(bridge)
        qtbot.addWidget(made)

        assert made.note == "This project is open for reading only, so nothing can be divided"
        assert not made.primary.isEnabled()
        bridge.close()
