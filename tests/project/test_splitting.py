"""Images are drawn into splits by shares and a seed; what is alike stays together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from hypothesis import given, strategies as st

from sam3_annotator.project import ImageFacts, ImageId, ImageRecord, Split
from sam3_annotator.project.splitting import ONE_SET, assign_splits


def records(count: int, fixed: dict[int, Split] | None = None) -> list[ImageRecord]:
    fixed = fixed or {}
    return [ImageRecord(ImageId(i), f"photos/{i}.jpg", split=fixed.get(i)) for i in range(1, count + 1)]


def test_shares_are_met_and_the_same_seed_draws_the_same_images() -> None:
    images = records(100)

    splits = assign_splits(images, {"train": 0.8, "val": 0.15, "test": 0.05}, 0)

    assert Counter(splits.values()) == {"train": 80, "val": 15, "test": 5}
    assert assign_splits(images[::-1], {"train": 0.8, "val": 0.15, "test": 0.05}, 0) == splits
    assert assign_splits(images, {"train": 0.8, "val": 0.15, "test": 0.05}, 1) != splits


def test_images_that_have_a_split_keep_it_and_the_shares_count_them() -> None:
    images = records(10, dict.fromkeys(range(1, 5), Split.VAL))

    splits = assign_splits(images, {"train": 0.5, "val": 0.5}, 3)

    assert [splits[ImageId(i)] for i in range(1, 5)] == ["val"] * 4
    assert Counter(splits.values()) == {"train": 5, "val": 5}


def test_small_share_still_gets_an_image() -> None:
    assert Counter(assign_splits(records(4), {"train": 0.95, "val": 0.05}, 0).values()) == {"train": 3, "val": 1}
    assert assign_splits(records(1), {"train": 0.95, "val": 0.05}, 0) == {1: "train"}


def test_shares_that_are_used_up_leave_images_where_they_are() -> None:
    assert assign_splits(records(2, {1: Split.TEST, 2: Split.VAL}), {"train": 1}, 0) == {1: "test", 2: "val"}


def test_without_shares_there_is_one_set_unless_images_have_splits() -> None:
    assert set(assign_splits(records(3), None, 0).values()) == {ONE_SET}
    assert assign_splits(records(3, {2: Split.TEST}), None, 0) == {1: "train", 2: "test", 3: "train"}


def copies(*contents: str, fixed: dict[int, Split] | None = None) -> list[ImageRecord]:
    fixed = fixed or {}
    return [
        ImageRecord(ImageId(i), f"photos/{i}.jpg", split=fixed.get(i), facts=ImageFacts(content_hash=content))
        for i, content in enumerate(contents, 1)
    ]


def test_copies_of_an_image_come_into_one_split() -> None:
    images = copies(*"aabcdefghaijbklmnopa")  # 20 files, four of them a, two b

    for seed in range(20):
        splits = assign_splits(images, {"train": 0.6, "val": 0.4}, seed)
        by_content = {(image.facts.content_hash, splits[image.id]) for image in images}
        assert len(by_content) == 16
        assert 9 <= Counter(splits.values())["train"] <= 15


def test_a_copy_follows_the_image_whose_split_is_fixed() -> None:
    images = copies(*"abca", fixed={1: Split.TEST})

    assert assign_splits(images, {"train": 1.0}, 0)[ImageId(4)] == "test"
    assert assign_splits(images, None, 0)[ImageId(4)] == "test"


def groups(*numbers: Iterable[int]) -> list[list[ImageId]]:
    return [[ImageId(number) for number in group] for group in numbers]


def test_alike_images_come_into_one_split() -> None:
    bursts = [range(start, start + 5) for start in range(1, 100, 5)]
    alike = groups(*bursts)

    drawn = set()
    for seed in range(20):
        splits = assign_splits(records(100), {"train": 0.8, "val": 0.2}, seed, alike)
        assert all(len({splits[ImageId(i)] for i in burst}) == 1 for burst in bursts)
        assert Counter(splits.values()) == {"train": 80, "val": 20}
        drawn.add(tuple(splits.values()))
    assert len(drawn) == 20


def test_more_alike_images_than_the_smaller_splits_hold_leave_these_to_the_others() -> None:
    film = groups(range(1, 61))

    for seed in range(20):
        splits = assign_splits(records(100), {"train": 0.8, "val": 0.15, "test": 0.05}, seed, film)
        assert {splits[ImageId(i)] for i in range(1, 61)} == {"train"}
        assert Counter(splits.values()) == {"train": 80, "val": 15, "test": 5}


def test_two_halves_of_alike_images_are_parted_however_small_a_share_is() -> None:
    halves = groups(range(1, 51), range(51, 101))

    assert Counter(assign_splits(records(100), {"train": 0.9, "val": 0.1}, 0, halves).values()) == {
        "train": 50,
        "val": 50,
    }


def test_images_that_are_all_alike_come_into_the_largest_split() -> None:
    everything = groups(range(1, 11))

    assert set(assign_splits(records(10), {"train": 0.3, "val": 0.7}, 0, everything).values()) == {"val"}


def test_an_alike_image_follows_the_one_whose_split_is_fixed() -> None:
    splits = assign_splits(records(4, {3: Split.TEST}), {"train": 0.5, "val": 0.5}, 0, groups((3, 1, 4)))

    assert [splits[ImageId(i)] for i in (1, 3, 4)] == ["test"] * 3


@given(
    st.integers(1, 40),
    st.dictionaries(st.integers(1, 40), st.sampled_from(list(Split))),
    st.dictionaries(st.sampled_from(["train", "val", "test"]), st.floats(0, 10), min_size=1),
    st.integers(0, 5),
    st.lists(st.lists(st.integers(1, 40), min_size=2, max_size=4)),
)
def test_every_image_gets_one_split(
    count: int, fixed: dict[int, Split], shares: dict[str, float], seed: int, alike: list[list[int]]
) -> None:
    if not sum(shares.values()):
        return
    images = records(count, fixed)

    splits = assign_splits(images, shares, seed, groups(*(group for group in alike if max(group) <= count)))

    assert set(splits) == {image.id for image in images}
    for image in images:
        if image.split is None:
            assert shares.get(splits[image.id], 0) > 0 or Split(splits[image.id]) in fixed.values()
        else:
            assert splits[image.id] == image.split
