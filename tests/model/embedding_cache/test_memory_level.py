"""The embedding cache: least recently used go first, the budget holds."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given, strategies as st

from sam3_annotator.model import EmbeddingCache


@dataclass(frozen=True)
class _Embedding:
    nbytes: int
    image_size: tuple[int, int] = (1, 1)


def test_the_least_recently_used_embedding_goes_first() -> None:
    cache = EmbeddingCache(budget_bytes=20)
    cache.put("a", _Embedding(10))
    cache.put("b", _Embedding(10))
    assert cache.get("a") is not None

    cache.put("c", _Embedding(10))

    assert [key in cache for key in "abc"] == [True, False, True]


def test_looking_does_not_count_as_use() -> None:
    cache = EmbeddingCache(budget_bytes=20)
    cache.put("a", _Embedding(10))
    cache.put("b", _Embedding(10))
    assert "a" in cache

    cache.put("c", _Embedding(10))

    assert "a" not in cache


def test_an_embedding_above_the_budget_drops_nothing_else() -> None:
    cache = EmbeddingCache(budget_bytes=20)
    cache.put("a", _Embedding(10))

    cache.put("big", _Embedding(21))

    assert "big" not in cache
    assert "a" in cache


def test_putting_the_same_key_again_replaces_it() -> None:
    cache = EmbeddingCache(budget_bytes=20)
    newer = _Embedding(15)
    cache.put("a", _Embedding(10))

    cache.put("a", newer)

    assert cache.get("a") is newer
    assert cache.used_bytes == 15


def test_clear_tells_how_much_it_freed() -> None:
    cache = EmbeddingCache(budget_bytes=20)
    cache.put("a", _Embedding(10))

    assert cache.clear() == 10
    assert (len(cache), cache.used_bytes, cache.get("a")) == (0, 0, None)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 12)), max_size=40))
def test_used_bytes_never_exceed_the_budget(puts: list[tuple[str, int]]) -> None:
    cache = EmbeddingCache(budget_bytes=20)
    latest: dict[str, _Embedding] = {}
    for key, size in puts:
        latest[key] = _Embedding(size)
        cache.put(key, latest[key])

        kept = [key for key in latest if key in cache]
        assert cache.used_bytes == sum(latest[key].nbytes for key in kept) <= 20
        assert all(cache.get(key) is latest[key] for key in kept)
        assert key in cache
