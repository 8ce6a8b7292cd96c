"""Fill, keep the largest part, simplify, nudge: each for all selected in one step."""

from __future__ import annotations

import numpy as np
import pytest

from sam3_annotator.project import InstanceId, Polygon, ProjectStore, Provenance, Region, mask_to_region, rectangle
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.reshaping import Reshaping
from sam3_annotator.ui.workspace import Workspace

HOLED = Region(
    (
        Polygon(
            [(0, 0), (30, 0), (30, 30), (0, 30)],
            [[(2, 2), (2, 5), (5, 5), (5, 2)], [(10, 10), (10, 20), (20, 20), (20, 10)]],
        ),
    )
)
PARTED = Region(tuple(rectangle(*box).polygons[0] for box in ((40, 0, 42, 2), (44, 0, 60, 9), (40, 20, 44, 22))))


@pytest.fixture
def settings() -> Settings:
    return Settings()


@pytest.fixture
def verbs(store: ProjectStore, workspace: Workspace, settings: Settings) -> Reshaping:
    workspace.set_image(store.images()[1].id)
    operations.add_category(store, "cat")
    return Reshaping(store, workspace, lambda: (64, 48), settings)


@pytest.fixture
def told(verbs: Reshaping) -> list[str]:
    sentences: list[str] = []
    verbs.notice.connect(sentences.append)
    verbs.problem.connect(lambda sentence: pytest.fail(sentence))
    return sentences


@pytest.fixture
def add(store: ProjectStore, workspace: Workspace):
    def add_and_select(*regions: Region) -> list[InstanceId]:
        category_id = store.categories()[0].id
        image_id = store.images()[1].id
        ids = [operations.add_instance(store, image_id, category_id, region, Provenance()) for region in regions]
        workspace.select(ids)
        return ids

    return add_and_select


def test_holes_of_all_selected_are_filled_in_one_step(verbs, told, add, store) -> None:
    holed, parted, other = add(HOLED, PARTED, HOLED.translated(1, 1))

    verbs.fill_holes()

    assert store.instance(holed).region == rectangle(0, 0, 30, 30)
    assert store.instance(other).region == rectangle(1, 1, 31, 31)
    assert store.instance(parted).provenance.edit_count == 0
    assert told == ["4 holes filled."]
    store.undo()
    assert store.instance(holed).region == HOLED


def test_only_the_largest_part_is_kept(verbs, told, add, store) -> None:
    holed, parted = add(HOLED, PARTED)

    verbs.keep_largest_part()

    assert store.instance(parted).region == rectangle(44, 0, 60, 9)
    assert store.instance(holed).region == HOLED
    assert told == ["2 smaller parts removed."]
    assert store.undo_label == "Keep largest part"


def test_specks_and_pinholes_of_all_selected_go_in_one_step(verbs, told, add, store) -> None:
    square = rectangle(0, 0, 40, 40)
    pinhole, speck = rectangle(20, 20, 22, 22).polygons[0].outer, rectangle(50, 5, 52, 7).polygons[0]
    first, second = add(
        Region((Polygon(square.polygons[0].outer, [pinhole]), speck)), Region((*square.polygons, speck))
    )

    verbs.remove_leftovers()

    assert store.instance(first).region == store.instance(second).region == square
    assert told == ["2 specks removed, 1 pinhole filled."]
    assert store.undo_label == "Remove specks and pinholes"


def test_what_there_is_nothing_of_is_said_and_no_step(verbs, told, add, store) -> None:
    add(rectangle(0, 0, 9, 9))

    verbs.fill_holes()
    verbs.keep_largest_part()
    verbs.remove_leftovers()
    verbs.simplify()

    assert told == [
        "Nothing to fill: the selected instance has no hole.",
        "Nothing to remove: the selected instance has one part only.",
        "Nothing left over: the selected instance has no specks or pinholes.",
        "Nothing to leave out: the selected instance has no vertex to spare at 1.4 px.",
    ]
    assert store.undo_label == "Add instance"


def disc(radius: int) -> Region:
    y, x = np.ogrid[:48, :64]
    return mask_to_region((x - 30) ** 2 + (y - 24) ** 2 < radius**2)


def test_simplifying_says_how_many_vertices_and_how_well(verbs, told, add, store) -> None:
    (round_one,) = add(disc(20))
    before = store.instance(round_one).region.vertex_count

    verbs.simplify()

    after = store.instance(round_one)
    assert after.region.vertex_count < before / 3
    assert told == [f"{before} → {after.region.vertex_count} vertices, IoU {after.provenance.simplification_iou:.2f}."]
    assert after.provenance.simplification_iou > 0.9
    assert after.provenance.edit_count == 1


def test_simplifying_several_says_the_worst(verbs, told, add, store) -> None:
    ids = add(disc(20), disc(10), rectangle(0, 0, 5, 5))

    verbs.simplify()

    worst = min(store.instance(id_).provenance.simplification_iou for id_ in ids[:2])
    assert told[0].startswith("2 instances: ")
    assert told[0].endswith(f"vertices, least IoU {worst:.2f}.")
    assert store.instance(ids[2]).provenance.edit_count == 0
    store.undo()
    assert store.instance(ids[0]).region == disc(20)


def test_a_tolerance_of_nothing_is_pointed_out(verbs, told, add, settings) -> None:
    settings.simplification_tolerance = 0
    add(disc(20))

    verbs.simplify()

    assert told == ["The settings keep every vertex: give outlines a tolerance there to simplify them."]


def test_nudges_move_all_selected_together_and_end_at_the_border(verbs, told, add, store) -> None:
    left, right = add(rectangle(1, 5, 9, 9), rectangle(30, 20, 60, 30))

    for _ in range(3):
        verbs.nudge(-1, 0)
    assert [store.instance(i).region.box_xyxy for i in (left, right)] == [(0, 5, 8, 9), (29, 20, 59, 30)]
    verbs.nudge(10, 10)

    assert [store.instance(i).region.box_xyxy for i in (left, right)] == [(5, 15, 13, 19), (34, 30, 64, 40)]
    assert told == []


def test_a_run_of_nudges_is_one_step_until_others_are_selected(verbs, told, add, store, workspace) -> None:
    first, second = add(rectangle(10, 10, 20, 20), rectangle(30, 20, 40, 30))

    for id_ in (first, second):
        workspace.select([id_])
        verbs.nudge(1, 0)
        verbs.nudge(0, 10)

    assert store.undo_label == "Move instance"
    store.undo()
    assert store.instance(second).region == rectangle(30, 20, 40, 30)
    assert store.instance(first).region == rectangle(11, 20, 21, 30)
    store.undo()
    assert store.instance(first).region == rectangle(10, 10, 20, 20)


def test_nudging_nothing_is_nothing(verbs, told, store) -> None:
    verbs.nudge(1, 0)

    assert store.undo_label == "Add category"
    assert told == []


def test_every_nudge_key_has_its_slot(verbs) -> None:
    from sam3_annotator.ui.actions.action_table import NUDGING_ACTIONS

    assert {spec.id for spec in NUDGING_ACTIONS} <= verbs.slots().keys()
