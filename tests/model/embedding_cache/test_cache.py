"""The cache of three levels: an image is encoded once, and remembered for as long as there is room."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sam3_annotator.model import CacheBudgets, Cancelled, DiskLevel, EmbeddingCache, PackedEmbedding
from sam3_annotator.model.embedding_cache.background_writer import MOST_WAITING

ONE_EMBEDDING, ONE_PACKED = 100, 10
MakeCache = Callable[..., EmbeddingCache]


@pytest.fixture
def make_cache(tmp_path: Path) -> Iterator[MakeCache]:
    """Make caches over one folder, `make_cache(device_bytes=..., host_bytes=...)`; each closes the one before."""
    made: list[EmbeddingCache] = []

    def make(device_bytes: int = 1000, host_bytes: int = 1000, disk_bytes: int = 1 << 20) -> EmbeddingCache:
        for cache in made:
            cache.close(None)
        made.append(EmbeddingCache(CacheBudgets(device_bytes, host_bytes, disk_bytes), tmp_path / "cache"))
        return made[-1]

    yield make
    for cache in made:
        cache.close(None)


def ask(cache: EmbeddingCache, session: Any, number: int) -> int:
    """Embed the image of a number and give the number that its embedding holds."""
    image = np.full((4, 6, 3), number, np.uint8)
    embedding = cache.embed(f"content of {number}", session, lambda: image)
    assert embedding.image_size == (4, 6)
    held: int = embedding.number  # type: ignore[attr-defined] # a NumberEmbedding has it
    return held


def test_an_embedding_on_the_device_is_given_at_once(make_cache: MakeCache, session: Any) -> None:
    cache = make_cache()

    assert [ask(cache, session, 7), ask(cache, session, 7)] == [7, 7]

    assert (session.embedded, session.restored) == (1, 0)


def test_an_embedding_that_grew_makes_others_give_way(make_cache: MakeCache, session: Any) -> None:
    cache = make_cache(device_bytes=3 * ONE_EMBEDDING)
    for number in (7, 8, 9):
        ask(cache, session, number)
    grown = cache.device.get("content of 9")
    assert grown is not None

    grown.nbytes = 2 * ONE_EMBEDDING  # type: ignore[misc] # a NumberEmbedding may be set
    ask(cache, session, 9)

    assert [f"content of {number}" in cache for number in (7, 8, 9)] == [False, True, True]
    assert cache.device.used_bytes == 3 * ONE_EMBEDDING
    assert [ask(cache, session, number) for number in (7, 8)] == [7, 8]
    assert session.embedded == 3, "What gave way was restored."


def test_what_fell_off_the_device_is_restored_from_memory(make_cache: MakeCache, session: Any) -> None:
    cache = make_cache(device_bytes=ONE_EMBEDDING, disk_bytes=0)

    assert [ask(cache, session, number) for number in (7, 8, 7)] == [7, 8, 7]

    assert (session.embedded, session.restored) == (2, 1)
    assert "content of 7" in cache
    assert "content of 8" not in cache


def test_what_fell_out_of_memory_is_restored_from_disk(make_cache: MakeCache, session: Any) -> None:
    ask(make_cache(), session, 7)
    cache = make_cache(device_bytes=ONE_EMBEDDING, host_bytes=ONE_PACKED)

    assert [ask(cache, session, number) for number in (7, 8, 7)] == [7, 8, 7]

    assert (session.embedded, session.restored) == (2, 2)


def test_an_image_of_yesterday_is_not_encoded_again(make_cache: MakeCache, session: Any) -> None:
    ask(make_cache(), session, 7)

    assert ask(make_cache(), session, 7) == 7

    assert (session.embedded, session.restored) == (1, 1)


def test_the_pixels_of_an_image_of_yesterday_are_not_even_read(make_cache: MakeCache, session: Any) -> None:
    ask(make_cache(), session, 7)

    def read_pixels() -> Any:
        pytest.fail("The pixels were read.")

    make_cache().embed("content of 7", session, read_pixels)


def test_what_does_not_last_is_kept_at_hand_only(make_cache: MakeCache, session: Any) -> None:
    cache = make_cache()

    for _ in range(2):
        embedding = cache.embed("a part", session, lambda: np.full((4, 6, 3), 7, np.uint8), lasts=False)
    cache.close(None)

    assert session.embedded == 1
    assert cache.device.get("a part") is embedding
    assert not len(cache.host)
    assert not list(cache.disk.folder.glob("*"))


def test_an_embedding_used_from_memory_outlives_older_ones_on_disk(make_cache: MakeCache, session: Any) -> None:
    cache = make_cache(device_bytes=0, host_bytes=2 * ONE_PACKED)
    ask(cache, session, 1)
    cache = make_cache(device_bytes=0, host_bytes=2 * ONE_PACKED)
    (file,) = cache.disk.folder.iterdir()
    file.unlink()  # as if others had needed the room
    ask(cache, session, 1)
    file.unlink(missing_ok=True)

    for number in (2, 3):  # now it falls out of memory
        ask(cache, session, number)
    cache.close(None)

    assert file.exists()


def test_another_checkpoint_makes_its_own_embeddings(make_cache: MakeCache, session: Any, another_session: Any) -> None:
    ask(make_cache(), session, 7)

    ask(make_cache(), another_session, 7)

    assert (another_session.embedded, another_session.restored) == (1, 0)


def test_other_contents_have_other_embeddings(make_cache: MakeCache, session: Any) -> None:
    ask(make_cache(), session, 7)

    assert ask(make_cache(), session, 8) == 8

    assert session.embedded == 2


def test_what_cannot_be_restored_is_made_anew(
    make_cache: MakeCache, session: Any, caplog: pytest.LogCaptureFixture
) -> None:
    ask(make_cache(), session, 7)
    session.refuses = True

    assert ask(make_cache(), session, 7) == 7

    assert session.embedded == 2
    assert "This is no number" in caplog.text


def test_clearing_frees_memory_and_leaves_the_disk(make_cache: MakeCache, session: Any) -> None:
    cache = make_cache()
    ask(cache, session, 7)

    assert cache.clear() == ONE_EMBEDDING + ONE_PACKED

    assert cache.used_bytes == 0
    assert ask(cache, session, 7) == 7
    cache.close(None)
    assert cache.disk is not None
    assert cache.disk.usage().count == 1


def test_embeddings_that_cost_nothing_never_reach_the_disk(
    make_cache: MakeCache, fake_session: Any, tmp_path: Path
) -> None:
    cache = make_cache(device_bytes=fake_session.embedding_bytes)

    cache.embed("content", fake_session, lambda: np.zeros((4, 6, 3), np.uint8))
    cache.close(None)

    assert "content" in cache
    assert cache.used_bytes == fake_session.embedding_bytes
    assert not (tmp_path / "cache").exists()


def test_no_image_waits_for_a_disk_that_is_busy(make_cache: MakeCache, session: Any, tmp_path: Path) -> None:
    gate = threading.Event()

    class BusyDisk(DiskLevel):
        def write(self, key: str, packed: PackedEmbedding) -> None:
            assert gate.wait(20.0)
            super().write(key, packed)

    cache = make_cache()
    cache.disk = BusyDisk(tmp_path / "busy", 1 << 20)
    answers = [ask(cache, session, number) for number in range(40)]
    cache.close(0.01)
    nothing_yet = cache.disk.usage().count
    gate.set()
    cache.close(None)

    assert answers == list(range(40))
    assert nothing_yet == 0
    assert cache.disk.usage().count >= MOST_WAITING - 1  # the first trimming may have waited too


def test_other_budgets_count_from_the_next_embedding(make_cache: MakeCache, session: Any) -> None:
    cache = make_cache()
    for number in range(3):
        ask(cache, session, number)

    cache.set_budgets(CacheBudgets(device_bytes=ONE_EMBEDDING, host_bytes=2 * ONE_PACKED))
    ask(cache, session, 3)
    ask(cache, session, 4)

    assert cache.used_bytes == ONE_EMBEDDING + 2 * ONE_PACKED


def test_what_is_too_much_on_disk_goes_when_the_cache_is_first_asked(make_cache: MakeCache, session: Any) -> None:
    cache = make_cache()
    for number in range(3):
        ask(cache, session, number)
    cache.close(None)
    assert cache.disk is not None
    size = cache.disk.usage().nbytes // 3

    cache = make_cache(disk_bytes=2 * size)
    ask(cache, session, 2)
    cache.close(None)

    assert cache.disk is not None
    assert cache.disk.usage().count == 2


def test_a_request_given_up_meanwhile_reads_no_pixels(make_cache: MakeCache, session: Any) -> None:
    def check() -> None:
        raise Cancelled

    def read_pixels() -> Any:
        pytest.fail("The pixels were read.")

    with pytest.raises(Cancelled):
        make_cache().embed("content", session, read_pixels, check)
