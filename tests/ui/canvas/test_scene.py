"""The instances on the canvas."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, strategies as st

from sam3_annotator.project import InstanceId, rectangle
from sam3_annotator.ui.canvas.scene import CanvasInstance, Scene

EVERYWHERE = (-1e6, -1e6, 1e6, 1e6)
MakeInstance = Callable[..., CanvasInstance]


@pytest.fixture
def scene(make_instance: MakeInstance) -> Scene:
    made = Scene()
    made.set_instances(
        [
            make_instance(1, (0, 0, 100, 100), color="#111111"),
            make_instance(2, (10, 10, 20, 20), color="#222222"),
            make_instance(5, (200, 200, 220, 210), color="#111111"),
        ]
    )
    return made


def painted(scene: Scene, *, only_selected: bool = False) -> list[tuple[list[float], str]]:
    batch = scene.batch(EVERYWHERE, only_selected=only_selected)
    boxes = batch.outlines.boxes_xyxy[batch.rows].tolist()
    return list(zip(boxes, [batch.palette[code] for code in batch.color_codes], strict=True))


def test_rings_near_a_box_are_those_of_visible_instances(scene: Scene) -> None:
    scene.hide([InstanceId(2)])
    vertices, starts = scene.rings_near((15, 15, 18, 18))
    none, no_starts = scene.rings_near((150, 150, 160, 160))

    assert starts.tolist() == [0, 4]
    assert sorted(vertices.tolist()) == [[0, 0], [0, 100], [100, 0], [100, 100]]
    assert (len(none), no_starts.tolist()) == (0, [0])


def test_instances_are_painted_in_their_own_colours(scene: Scene) -> None:
    assert painted(scene) == [
        ([0, 0, 100, 100], "#111111"),
        ([10, 10, 20, 20], "#222222"),
        ([200, 200, 220, 210], "#111111"),
    ]


def test_a_changed_instance_is_painted_in_its_old_place_of_the_order(scene: Scene, make_instance: MakeInstance) -> None:
    boxes = scene.update_instances([make_instance(2, (50, 50, 60, 60), color="#333333")])

    assert boxes == [(10, 10, 20, 20), (50, 50, 60, 60)]
    assert painted(scene)[1] == ([50, 50, 60, 60], "#333333")
    assert scene.stack_at(15, 15, 0.5) == [1]
    assert len(scene) == 3


def test_a_removed_instance_is_gone_and_unknown_ones_do_no_harm(scene: Scene) -> None:
    assert scene.update_instances([], [InstanceId(2), InstanceId(77)]) == [(10, 10, 20, 20)]

    assert [color for _, color in painted(scene)] == ["#111111", "#111111"]
    assert scene.get(InstanceId(2)) is None


def test_hidden_instances_are_neither_painted_nor_found(scene: Scene) -> None:
    assert scene.hide([InstanceId(2)]) == [(10, 10, 20, 20)]

    assert scene.stack_at(15, 15, 0.5) == [1]
    assert scene.inside((0, 0, 100, 100)) == [1]
    assert len(painted(scene)) == 2
    assert scene.hide([]) == [(10, 10, 20, 20)]


def test_lifted_instances_are_not_painted_but_still_found(scene: Scene) -> None:
    scene.lift([InstanceId(2)])

    assert len(painted(scene)) == 2
    assert scene.stack_at(15, 15, 0.5) == [2, 1]


def test_a_corrected_instance_is_neither_painted_nor_found_but_others_step_back_for_it(scene: Scene) -> None:
    scene.select([InstanceId(2)])

    assert scene.correct([InstanceId(2)]) == [(10, 10, 20, 20)]

    assert painted(scene, only_selected=True) == []
    assert len(painted(scene)) == 2
    assert scene.stack_at(15, 15, 0) == [1]
    assert scene.only_selected is None
    assert scene.has_selection
    scene.hide([])
    assert scene.unseen == {2}


def test_selected_instances_are_painted_apart(scene: Scene) -> None:
    scene.select([InstanceId(5), InstanceId(99)])

    assert painted(scene, only_selected=True) == [([200, 200, 220, 210], "#111111")]
    assert scene.has_selection


def test_only_a_single_visible_selected_instance_has_handles(scene: Scene) -> None:
    assert scene.only_selected is None

    scene.select([InstanceId(2)])
    assert scene.only_selected is scene.get(InstanceId(2))

    scene.hide([InstanceId(2)])
    assert scene.only_selected is None
    assert not scene.has_selection

    scene.hide([])
    scene.select([InstanceId(1), InstanceId(2)])
    assert scene.only_selected is None


def test_the_largest_wide_instances_come_first(scene: Scene) -> None:
    assert [found.id for found in scene.largest(EVERYWHERE, 15, 10)] == [1, 5]
    assert [found.id for found in scene.largest(EVERYWHERE, 0, 2)] == [1, 5]
    assert [found.id for found in scene.largest((150, 150, 300, 300), 0, 5)] == [5]


def test_the_extent_covers_everything(scene: Scene, make_instance: MakeInstance) -> None:
    assert scene.extent == (0, 0, 220, 210)

    scene.update_instances([make_instance(9, (-5, 300, 3, 400))])

    assert scene.extent == (-5, 0, 220, 400)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(1, 8), st.integers(0, 50)),
        st.tuples(st.just("remove"), st.integers(1, 8), st.just(0)),
        st.tuples(st.just("hide"), st.integers(1, 8), st.just(0)),
    ),
    max_size=300,
)


@given(steps)
def test_any_sequence_of_changes_shows_what_is_there(steps: list[tuple[str, int, int]]) -> None:
    scene = Scene()
    expected: dict[int, float] = {}
    hidden: set[InstanceId] = set()
    for verb, number, place in steps:
        id_ = InstanceId(number)
        if verb == "put":
            region = rectangle(place, place, place + number, place + number)
            scene.update_instances([CanvasInstance(id_, region, "#123456", "cat")])
            expected[number] = place
        elif verb == "remove":
            scene.update_instances([], [id_])
            expected.pop(number, None)
        else:
            hidden ^= {id_}
            scene.hide(hidden)

    shown = {number: place for number, place in expected.items() if InstanceId(number) not in hidden}
    assert [box[0] for box, _ in painted(scene)] == [shown[number] for number in sorted(shown)]
    for number, place in shown.items():
        assert number in scene.stack_at(place + 0.25, place + 0.25, 0.1)
