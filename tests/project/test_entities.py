"""What the states of an image mean."""

from __future__ import annotations

import copy
import pickle
from dataclasses import asdict

import pytest

from sam3_annotator.project import CategoryId, ImageId, ImageState, Instance, InstanceId, rectangle
from sam3_annotator.project.attributes import decode_attributes


def test_states_are_open_until_somebody_says_that_the_image_is_finished() -> None:
    assert [state for state in ImageState if state.is_open] == [ImageState.UNANNOTATED, ImageState.IN_PROGRESS]
    assert [state for state in ImageState if state.is_finished] == [
        ImageState.DONE,
        ImageState.REVIEWED,
        ImageState.CONFIRMED_EMPTY,
    ]


def test_an_image_left_out_is_neither_open_nor_finished() -> None:
    assert not ImageState.LEFT_OUT.is_open
    assert not ImageState.LEFT_OUT.is_finished


@pytest.mark.parametrize("said", ["{}", '{"occluded":true,"colour":"red"}'])
def test_instance_can_be_pickled_and_copied(said: str) -> None:
    instance = Instance(
        InstanceId(1), ImageId(2), CategoryId(3), rectangle(0, 0, 4, 5), attributes=decode_attributes(said)
    )

    assert pickle.loads(pickle.dumps(instance)) == copy.deepcopy(instance) == instance
    assert asdict(instance)["attributes"] == instance.attributes
