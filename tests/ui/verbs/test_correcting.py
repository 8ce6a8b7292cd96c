"""Drafts that correct instances follow the project, and the tool follows them."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from sam3_annotator.model import PointPrompt
from sam3_annotator.project import CategoryId, Instance, ProjectStore, rectangle
from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.correcting import Correcting

OFF = PointPrompt(10, 10, positive=False)


@pytest.fixture
def canvas(qtbot: QtBot) -> CanvasView:
    """Make a canvas with the select tool."""
    made = CanvasView()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def categories(store: ProjectStore) -> list[CategoryId]:
    return [operations.add_category(store, name) for name in ("cat", "dog")]


@pytest.fixture
def instance(
    bridge: StoreBridge, assist: Assist, canvas: CanvasView, store: ProjectStore, categories: list[CategoryId]
) -> Instance:
    """Show the first image, with an instance that is not yet being corrected."""
    Correcting(bridge, assist, canvas)
    show(assist, store, 0)
    with store.edit("Add instance") as edit:
        made = edit.add_instance(store.images()[0].id, categories[0], rectangle(10, 10, 30, 30))
    return store.instance(made)


def show(assist: Assist, store: ProjectStore, position: int) -> None:
    image = store.images()[position]
    pixels = np.full((image.facts.height, image.facts.width, 3), position, dtype=np.uint8)
    assist.show(ShownImage(image.id, f"key-{image.id}", pixels))


def test_undoing_the_instance_drops_its_correction(assist: Assist, store: ProjectStore, instance: Instance) -> None:
    assist.correct(instance)

    store.undo()

    assert assist.draft is None


def test_a_region_changed_elsewhere_drops_the_correction(
    assist: Assist, store: ProjectStore, instance: Instance
) -> None:
    assist.correct(instance)

    operations.replace_region(store, instance.id, rectangle(0, 0, 9, 9), "Move instance")

    assert assist.draft is None


def test_a_correction_on_another_image_goes_with_its_instance_and_in_silence(
    assist: Assist, store: ProjectStore, instance: Instance, qtbot: QtBot
) -> None:
    assist.correct(instance)
    show(assist, store, 1)

    with qtbot.assertNotEmitted(assist.draft_changed):
        operations.delete_instances(store, [instance.id])

    assert assist.drafts == ()


def test_what_becomes_of_other_instances_leaves_a_correction_as_it_is(
    assist: Assist, store: ProjectStore, instance: Instance, categories: list[CategoryId], qtbot: QtBot
) -> None:
    assist.correct(instance)
    before = assist.draft

    with qtbot.assertNotEmitted(assist.draft_changed), store.edit("Add instance") as edit:
        edit.add_instance(instance.image_id, categories[1], rectangle(0, 0, 5, 5))

    assert assist.draft == before


def test_a_category_given_to_the_instance_meanwhile_is_kept_with_all_prompts(
    assist: Assist, store: ProjectStore, instance: Instance, categories: list[CategoryId]
) -> None:
    assist.correct(instance)
    assist.add_prompt(OFF)

    operations.set_instances_category(store, [instance.id], categories[1])

    assert assist.draft.prompts == (OFF,)
    assert assist.draft.corrects.category_id == categories[1]


def test_a_chosen_category_that_is_deleted_is_not_given(
    assist: Assist, store: ProjectStore, instance: Instance, categories: list[CategoryId]
) -> None:
    assist.correct(instance)
    assist.put(assist.draft.correcting(instance, categories[1]))

    operations.delete_category(store, categories[1])

    assert assist.draft.corrects.category_id == categories[0]


@pytest.mark.parametrize("tool", ["select", "exemplar"])
def test_correcting_takes_the_points_tool_and_gives_the_one_before_back(
    assist: Assist, instance: Instance, canvas: CanvasView, tool: str
) -> None:
    canvas.set_tool(tool)
    assist.correct(instance)
    assert canvas.tool == "points"

    assist.drop()
    assert canvas.tool == tool


def test_correcting_with_the_box_tool_goes_on_with_it(assist: Assist, instance: Instance, canvas: CanvasView) -> None:
    canvas.set_tool("box")

    assist.correct(instance)
    assert canvas.tool == "box"
    assist.drop()

    assert canvas.tool == "box"


def test_the_tool_goes_and_comes_with_the_image_of_the_correction(
    assist: Assist, store: ProjectStore, instance: Instance, canvas: CanvasView
) -> None:
    assist.correct(instance)

    show(assist, store, 1)
    assert canvas.tool == "select"

    show(assist, store, 0)
    assert canvas.tool == "points"
