"""A level in memory: least recently used go first, the budget holds."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given, strategies as st

from sam3_annotator.model.embedding_cache.memory_level import MemoryLevel


@dataclass(frozen=True)
class _Value:
    nbytes: int


Level = MemoryLevel[_Value]


def test_the_least_recently_used_value_goes_first() -> None:
    level = Level(20)
    level.put("a", _Value(10))
    level.put("b", _Value(10))
    assert level.get("a") is not None

    level.put("c", _Value(10))

    assert [key in level for key in "abc"] == [True, False, True]


def test_looking_does_not_count_as_use() -> None:
    level = Level(20)
    level.put("a", _Value(10))
    level.put("b", _Value(10))
    assert "a" in level

    level.put("c", _Value(10))

    assert "a" not in level


def test_an_value_above_the_budget_drops_nothing_else() -> None:
    level = Level(20)
    level.put("a", _Value(10))

    level.put("big", _Value(21))

    assert "big" not in level
    assert "a" in level


def test_what_falls_out_is_given_back_oldest_first() -> None:
    level = Level(20)
    values = {key: _Value(8) for key in "ab"}
    for key, value in values.items():
        assert level.put(key, value) == []

    fallen = level.put("c", _Value(20))

    assert fallen == [("a", values["a"]), ("b", values["b"])]


def test_a_smaller_budget_counts_from_the_next_value() -> None:
    level = Level(20)
    level.put("a", _Value(10))
    level.put("b", _Value(10))

    level.budget_bytes = 10
    level.put("c", _Value(10))

    assert [key in level for key in "abc"] == [False, False, True]


def test_putting_the_same_key_again_replaces_it() -> None:
    level = Level(20)
    newer = _Value(15)
    level.put("a", _Value(10))

    level.put("a", newer)

    assert level.get("a") is newer
    assert level.used_bytes == 15


@dataclass
class _Growing:
    nbytes: int


def test_what_grows_counts_as_it_is_and_drops_others() -> None:
    level: MemoryLevel[_Growing] = MemoryLevel(20)
    values = {key: _Growing(8) for key in "ab"}
    for key, value in values.items():
        level.put(key, value)

    values["b"].nbytes = 15

    assert level.used_bytes == 23
    assert level.trim() == [("a", values["a"])]
    assert (level.used_bytes, level.trim()) == (15, [])


def test_what_grows_beyond_the_budget_by_itself_is_let_go() -> None:
    level: MemoryLevel[_Growing] = MemoryLevel(20)
    value = _Growing(8)
    level.put("a", value)

    value.nbytes = 21

    assert level.trim() == [("a", value)]
    assert (len(level), level.used_bytes) == (0, 0)


def test_room_for_a_new_value_is_made_beside_what_has_grown() -> None:
    level: MemoryLevel[_Growing] = MemoryLevel(20)
    value = _Growing(8)
    level.put("a", value)
    value.nbytes = 15

    assert level.put("b", _Growing(8)) == [("a", value)]
    assert level.used_bytes == 8


def test_clear_tells_how_much_it_freed() -> None:
    level = Level(20)
    level.put("a", _Value(10))

    assert level.clear() == 10
    assert (len(level), level.used_bytes, level.get("a")) == (0, 0, None)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 12)), max_size=40))
def test_used_bytes_never_exceed_the_budget(puts: list[tuple[str, int]]) -> None:
    level = Level(20)
    latest: dict[str, _Value] = {}
    for key, size in puts:
        latest[key] = _Value(size)
        level.put(key, latest[key])

        kept = [key for key in latest if key in level]
        assert level.used_bytes == sum(latest[key].nbytes for key in kept) <= 20
        assert all(level.get(key) is latest[key] for key in kept)
        assert key in level
