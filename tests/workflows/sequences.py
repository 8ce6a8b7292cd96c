"""A sequence of frames in which everything moves to the right, for a user at the window."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing

import numpy as np
from PySide6.QtCore import Qt

from sam3_annotator.model import MaskPrompt, PackedMask, Propagated
from sam3_annotator.project import InstanceId, Polygon, Region

SHIFT = Qt.KeyboardModifier.ShiftModifier
MOVE = 3
CAT_BOX, DOG_BOX, HEAD_BOX = (4, 4, 20, 20), (30, 8, 50, 30), (5, 4, 20, 20)
WITH_HOLE = Region((Polygon([(4, 30), (24, 30), (24, 44), (4, 44)], ([(10, 34), (18, 34), (18, 40), (10, 40)],)),))


def moved(box: Sequence[float], steps: int = 1) -> tuple[float, ...]:
    """Give where a box is so many frames later."""
    return (box[0] + MOVE * steps, box[1], box[2] + MOVE * steps, box[3])


class Follower:
    """Finds all again, `MOVE` pixels further right, with these scores in turn; what has none is lost.

    `scores_of` has those of single questions, which are counted from 1.
    """

    def __init__(self) -> None:
        self.scores: list[float] = []
        self.scores_of: dict[int, list[float]] = {}
        self.asked: list[tuple[int, tuple[int, ...], tuple[int, ...]]] = []  # masks, shapes of both images

    def follow(self, session, embedding, before, after, masks, check, tell) -> list[Propagated | None]:
        """Answer in place of `propagate`; tells that one is done, then waits at the gate of the session."""
        self.asked.append((len(masks), before.shape, after.shape))
        tell(1, len(masks))
        session.segment(embedding, [MaskPrompt(np.ones(embedding.image_size, bool))], check=check)
        scores = [*self.scores_of.get(len(self.asked), self.scores), *[0.9] * len(masks)]
        return [
            Propagated(PackedMask.of(mask.inside, mask.left + MOVE, mask.top), score) if score else None
            for mask, score in zip(masks, scores, strict=False)
        ]


def put(user, position: int, category: str, region: Region, **told) -> InstanceId:
    """Label a region on a frame."""
    store = user.window.store
    category_id = next(each.id for each in store.categories() if each.name == category)
    with store.edit("Add instance") as edit:
        return edit.add_instance(store.images()[position].id, category_id, region, **told)


def damage(user, instance_id: InstanceId) -> None:
    """Spoil a region in the project file, as a bad disk does."""
    with closing(sqlite3.connect(user.window.store.path)) as file, file:
        file.execute("UPDATE instances SET region = x'00' WHERE id = ?", (instance_id,))


def propagate(user) -> None:
    """Press the key and wait."""
    user.press(Qt.Key.Key_P, SHIFT)
    user.settle()


def labels(user, position: int) -> list[tuple[str, tuple[float, ...]]]:
    """Give the categories and boxes on a frame."""
    store = user.window.store
    return [(store.category(one.category_id).name, one.region.box_xyxy) for one in user.instances(position)]
