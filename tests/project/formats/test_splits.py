"""Splits of exported images."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, strategies as st

from sam3_annotator.project import ImageFacts, ImageId, ImageRecord, Split
from sam3_annotator.project.formats.splits import ONE_SET, assign_splits


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


@given(
    st.integers(1, 40),
    st.dictionaries(st.integers(1, 40), st.sampled_from(list(Split))),
    st.dictionaries(st.sampled_from(["train", "val", "test"]), st.floats(0, 10), min_size=1),
    st.integers(0, 5),
)
def test_every_image_gets_one_split(count: int, fixed: dict[int, Split], shares: dict[str, float], seed: int) -> None:
    if not sum(shares.values()):
        return
    images = records(count, fixed)

    splits = assign_splits(images, shares, seed)

    assert set(splits) == {image.id for image in images}
    for image in images:
        if image.split is None:
            assert shares[splits[image.id]] > 0
        else:
            assert splits[image.id] == image.split
