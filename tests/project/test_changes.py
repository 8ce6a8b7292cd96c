"""Changes as data: their net and their code."""

from __future__ import annotations

from typing import Any

from hypothesis import given, strategies as st

from sam3_annotator.project import ChangeSet, RowChange
from sam3_annotator.project.changes import decode_changes, encode_changes, net_changes

values = st.one_of(st.none(), st.integers(-(2**62), 2**62), st.floats(allow_nan=False), st.text(), st.binary())
rows = st.one_of(st.none(), st.dictionaries(st.sampled_from("abcd"), values, max_size=4))
changes = st.builds(RowChange, st.sampled_from(["images", "instances"]), st.integers(1, 4), rows, rows)


@given(st.lists(changes))
def test_code_of_changes_gives_them_back(some: list[RowChange]) -> None:
    assert decode_changes(*encode_changes(some)) == tuple(some)


def test_equal_byte_strings_are_written_once() -> None:
    region = bytes(range(256)) * 100
    row: dict[str, Any] = {"region": region}

    text, blobs = encode_changes([RowChange("instances", id_, row, {**row, "score": 1.0}) for id_ in range(10)])

    assert blobs == region
    assert len(text) < 2000


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=20))
def test_net_changes_lead_from_the_first_state_to_the_last(writes: list[tuple[int, int]]) -> None:
    state: dict[int, dict[str, int] | None] = dict.fromkeys(range(4))
    log = []
    for row_id, value in writes:
        after = {"value": value} if value else None
        log.append(RowChange("instances", row_id, state[row_id], after))
        state[row_id] = after

    net = net_changes(log)

    assert len({change.row_id for change in net}) == len(net)
    assert {change.row_id: change.after for change in net} == {id_: row for id_, row in state.items() if row}
    assert all(change.before is None for change in net)


def test_touched_names_the_rows_of_one_table() -> None:
    changes = ChangeSet("x", (RowChange("images", 1, None, {}), RowChange("instances", 2, {}, None)))

    assert changes.touched("images") == {1}
    assert changes.touched("instances") == {2}
    assert changes.touched("categories") == frozenset()


def test_instances_on_an_image_are_those_that_are_or_were_there() -> None:
    here, there = {"image_id": 1}, {"image_id": 2}
    rows: list[tuple[Any, Any]] = [(None, here), (here, None), (here, {**here}), (here, there), (there, None)]
    moved = [RowChange("instances", row_id, *row) for row_id, row in enumerate(rows, start=1)]

    changes = ChangeSet("x", (*moved, RowChange("images", 9, {}, {})))

    assert changes.instances_on(1) == {1, 2, 3, 4}
    assert changes.instances_on(2) == {4, 5}
    assert changes.instances_on(3) == frozenset()


def test_counts_step_where_they_are_others_than_before() -> None:
    def row(image: int, category: int) -> dict[str, Any]:
        return {"image_id": image, "category_id": category}

    pairs = [
        (None, row(1, 1)),
        (None, row(1, 1)),
        (row(2, 1), None),
        (row(3, 1), row(3, 2)),
        (row(4, 1), row(4, 2)),
        (row(4, 2), row(4, 1)),
        (row(5, 1), {**row(5, 1), "region": b"another"}),
    ]
    changes = ChangeSet("x", tuple(RowChange("instances", id_, *pair) for id_, pair in enumerate(pairs)))

    assert changes.count_steps == {(1, 1): 2, (2, 1): -1, (3, 1): -1, (3, 2): 1}
