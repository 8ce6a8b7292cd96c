"""The numbers of a project as a whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sam3_annotator.project import ImageState, Region, statistics

Square = Callable[..., Region]


def test_images_left_out_are_a_state_of_their_own_and_count_nowhere_else(filled: Any) -> None:
    left_out, kept, unread = filled.images
    with filled.store.edit("Leave out") as edit:
        edit.update_instance(filled.store.instances(left_out)[0].id, attributes={"wet": True})
        edit.update_instance(filled.store.instances(kept)[0].id, attributes={"old": True})
        edit.update_image(left_out, state=ImageState.LEFT_OUT)
        edit.update_image(unread, state=ImageState.LEFT_OUT)

    numbers = json.loads(json.dumps(statistics(filled.store).as_dict()))

    states = {"unannotated": 0, "in_progress": 1, "done": 0, "reviewed": 0, "confirmed_empty": 0, "left_out": 2}
    assert numbers == {
        "images": 3,
        "unreadable_images": 0,
        "states": states,
        "splits": {"train": 0, "val": 0, "test": 0, "none": 1},
        "instances": 1,
        "crowds": 1,
        "origins": {"hand": 0, "model": 0, "import": 1},
        "annotated_images": 1,
        "most_per_image": 1,
        "median_per_image": 1.0,
        "mean_per_image": 1.0,
        "categories": [
            {"name": "cat", "instances": 1, "images": 1},
            {"name": "dog", "instances": 0, "images": 0},
            {"name": "bird", "instances": 0, "images": 0},
        ],
        "attributes": {"old": 1},
        "notes": [],
        "effort": numbers["effort"],
    }


def test_statistics_count_everything_and_go_into_json(filled: Any) -> None:
    numbers = json.loads(json.dumps(statistics(filled.store).as_dict()))

    assert numbers == {
        "images": 3,
        "unreadable_images": 1,
        "states": {"unannotated": 1, "in_progress": 1, "done": 1, "reviewed": 0, "confirmed_empty": 0, "left_out": 0},
        "splits": {"train": 1, "val": 1, "test": 0, "none": 1},
        "instances": 5,
        "crowds": 1,
        "origins": {"hand": 3, "model": 1, "import": 1},
        "annotated_images": 2,
        "most_per_image": 4,
        "median_per_image": 2.5,
        "mean_per_image": 2.5,
        "categories": [
            {"name": "cat", "instances": 4, "images": 2},
            {"name": "dog", "instances": 1, "images": 1},
            {"name": "bird", "instances": 0, "images": 0},
        ],
        "attributes": {},
        "notes": [],
        "effort": numbers["effort"],
    }


def test_statistics_count_the_instances_that_have_each_attribute(small: Any, square: Square) -> None:
    a, b, _ = small.images
    with small.store.edit("Add") as edit:
        for image, category, said in ((a, small.cat, {"wet": True}), (a, small.cat, {"wet": True, "age": 1})):
            edit.add_instance(image, category, square(), attributes=said)
        edit.add_instance(b, small.dog, square(), attributes={"colour": "red", "age": 2, "wet": False})

    assert list(statistics(small.store).attributes.items()) == [("wet", 3), ("age", 2), ("colour", 1)]


def test_median_of_an_odd_number_of_images_is_the_middle_one(small: Any, square: Square) -> None:
    with small.store.edit("Add") as edit:
        for image, count in zip(small.images, (1, 6, 2), strict=True):
            for _ in range(count):
                edit.add_instance(image, small.cat, square())

    numbers = statistics(small.store)

    assert (numbers.median_per_image, numbers.mean_per_image) == (2.0, 3.0)


def test_statistics_of_an_empty_project_are_zeros(small: Any) -> None:
    numbers = statistics(small.store)

    assert (numbers.instances, numbers.most_per_image, numbers.median_per_image, numbers.mean_per_image) == (0, 0, 0, 0)
