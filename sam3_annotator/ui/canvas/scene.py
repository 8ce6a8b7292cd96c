"""What is on the canvas: instances, hidden, selected, being corrected or in the hand, and proposals; without Qt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from sam3_annotator.project import InstanceId, Region
from sam3_annotator.ui.canvas import hit_test
from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.outlines import Bools, Ints, Outlines, Vertices
from sam3_annotator.ui.canvas.shown_proposals import ShownProposals


@dataclass(frozen=True, slots=True)
class CanvasInstance:
    """What the canvas has to know of an instance; `color` is `#rrggbb`, `label` the name of its category."""

    id: InstanceId
    region: Region
    color: str
    label: str
    score: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Some rows of the scene as they are now, in the order they are painted: what a tile needs, frozen.

    The colour of `rows[i]` is `palette[color_codes[i]]`.
    """

    outlines: Outlines
    rows: Ints
    color_codes: Ints
    palette: tuple[str, ...]


class Scene:
    """The instances of the shown image, and its proposals.

    Methods that change what is seen return the boxes that need painting.

    `extent` is a box around everything there is or has been since all instances were set.
    Rows of `outlines` are never changed: a changed instance gets a new row, its old one is no longer alive.
    """

    def __init__(self) -> None:
        self.selection: frozenset[InstanceId] = frozenset()
        self.hidden: frozenset[InstanceId] = frozenset()
        self.corrected: frozenset[InstanceId] = frozenset()
        self.lifted: frozenset[InstanceId] = frozenset()
        self.proposals = ShownProposals()
        self.set_instances(())

    def set_instances(self, instances: Sequence[CanvasInstance]) -> None:
        """Replace everything."""
        self._by_id = {instance.id: instance for instance in instances}
        kept = list(self._by_id.values())
        self._outlines = Outlines.of([instance.region for instance in kept])
        self._row_ids = np.array([instance.id for instance in kept], dtype=np.int64)
        self._palette: dict[str, int] = {}
        self._row_color_codes = self._color_codes(kept)
        self._row_of = {instance.id: row for row, instance in enumerate(kept)}
        self._is_alive = np.ones(len(kept), dtype=bool)
        self.extent = hit_test.box_around(self._outlines.boxes_xyxy)

    def update_instances(self, changed: Sequence[CanvasInstance], removed: Iterable[InstanceId] = ()) -> list[BoxXyxy]:
        """Add or replace instances and remove others; unknown ids in `removed` are passed over."""
        latest = {instance.id: instance for instance in changed}
        boxes = [self._bury(id_) for id_ in (*removed, *latest) if id_ in self._by_id]
        first_row = len(self._outlines)
        added = list(latest.values())
        if added:
            self._outlines = self._outlines.appended(Outlines.of([instance.region for instance in added]))
            self._row_ids = np.concatenate((self._row_ids, [instance.id for instance in added]))
            self._row_color_codes = np.concatenate((self._row_color_codes, self._color_codes(added)))
            self._is_alive = np.concatenate((self._is_alive, np.ones(len(added), dtype=bool)))
            self._by_id.update(latest)
            self._row_of.update({instance.id: first_row + place for place, instance in enumerate(added)})
        boxes += [self.box(instance.id) for instance in added]
        self.extent = hit_test.box_around(np.array([self.extent, *boxes]))
        if np.count_nonzero(self._is_alive) * 2 < len(self._is_alive) - 100:
            self.set_instances(sorted(self._by_id.values(), key=lambda instance: instance.id))
        return boxes

    def _color_codes(self, instances: Sequence[CanvasInstance]) -> Ints:
        codes = [self._palette.setdefault(instance.color, len(self._palette)) for instance in instances]
        return np.array(codes, dtype=np.intp)

    def _bury(self, id_: InstanceId) -> BoxXyxy:
        box = self.box(id_)
        self._is_alive[self._row_of.pop(id_)] = False
        del self._by_id[id_]
        return box

    def select(self, ids: Iterable[InstanceId]) -> list[BoxXyxy]:
        """Select exactly these."""
        return self._change("selection", frozenset(ids))

    def hide(self, ids: Iterable[InstanceId]) -> list[BoxXyxy]:
        """Hide exactly these."""
        return self._change("hidden", frozenset(ids))

    def correct(self, ids: Iterable[InstanceId]) -> list[BoxXyxy]:
        """Show exactly these no more than hidden ones, since a draft stands in their place."""
        return self._change("corrected", frozenset(ids))

    def lift(self, ids: Iterable[InstanceId]) -> list[BoxXyxy]:
        """Take exactly these out of the picture, since the hand holds them."""
        return self._change("lifted", frozenset(ids))

    def _change(self, which: str, ids: frozenset[InstanceId]) -> list[BoxXyxy]:
        differing = ids ^ getattr(self, which)
        setattr(self, which, ids)
        return [self.box(id_) for id_ in differing if id_ in self._by_id]

    def get(self, id_: InstanceId) -> CanvasInstance | None:
        """Give an instance if it is there."""
        return self._by_id.get(id_)

    def reshaped(self, instances: Iterable[CanvasInstance]) -> set[InstanceId]:
        """Say which of these have another region than now; a new category is none."""
        known = ((instance, self._by_id.get(instance.id)) for instance in instances)
        return {instance.id for instance, now in known if now is None or now.region != instance.region}

    def box(self, id_: InstanceId) -> BoxXyxy:
        """Give the box of an instance."""
        x0, y0, x1, y1 = self._outlines.boxes_xyxy[self._row_of[id_]].tolist()
        return x0, y0, x1, y1

    def __len__(self) -> int:
        return len(self._by_id)

    @property
    def unseen(self) -> frozenset[InstanceId]:
        """What is neither to be seen nor in reach of the mouse."""
        return self.hidden | self.corrected

    @property
    def has_selection(self) -> bool:
        """Something selected is to be seen, itself or as the draft that corrects it."""
        return any(id_ in self._by_id and id_ not in self.hidden for id_ in self.selection)

    @property
    def only_selected(self) -> CanvasInstance | None:
        """The selected instance, if it is a single, visible one."""
        if len(self.selection) != 1:
            return None
        (id_,) = self.selection
        return None if id_ in self.unseen else self._by_id.get(id_)

    def stack_at(self, x: float, y: float, distance: float) -> list[InstanceId]:
        """Find the visible instances under a point, smallest first, then those whose outline is within `distance`."""
        rows = hit_test.rows_at(self._outlines, self._visible(), x, y, distance)
        return [InstanceId(int(self._row_ids[row])) for row in rows]

    def inside(self, box_xyxy: BoxXyxy) -> list[InstanceId]:
        """Find the visible instances that lie wholly within a box."""
        rows = hit_test.rows_inside(self._outlines, self._visible(), box_xyxy)
        return [InstanceId(int(self._row_ids[row])) for row in rows]

    def rings_near(self, box_xyxy: BoxXyxy) -> tuple[Vertices, Ints]:
        """Give the vertices `(V, 2)` and ring starts `(R + 1,)` of the visible instances whose boxes touch this one."""
        return self._outlines.rings.taken(np.flatnonzero(self._visible() & self._outlines.rows_in_box(box_xyxy)))

    def largest(self, box_xyxy: BoxXyxy, min_side: float, count: int) -> list[CanvasInstance]:
        """Give the largest visible instances that touch a box and have a side of `min_side` or more."""
        boxes = self._outlines.boxes_xyxy
        is_wanted = self._visible() & self._outlines.rows_in_box(box_xyxy)
        is_wanted &= (boxes[:, 2] - boxes[:, 0]) >= min_side
        rows = np.flatnonzero(is_wanted)
        rows = rows[np.argsort(-self._outlines.areas[rows], kind="stable")][:count]
        return [self._by_id[InstanceId(int(self._row_ids[row]))] for row in rows]

    def batch(self, box_xyxy: BoxXyxy, *, only_selected: bool = False) -> Batch:
        """Freeze the visible rows whose boxes touch this one, oldest instance first."""
        is_wanted = self._visible() & self._outlines.rows_in_box(box_xyxy) & ~self._mask_of(self.lifted)
        if only_selected:
            is_wanted &= self._mask_of(self.selection)
        rows = np.flatnonzero(is_wanted)
        rows = rows[np.argsort(self._row_ids[rows], kind="stable")]
        return Batch(self._outlines, rows, self._row_color_codes[rows], tuple(self._palette))

    def _visible(self) -> Bools:
        return self._is_alive & ~self._mask_of(self.unseen) if self.unseen else self._is_alive

    def _mask_of(self, ids: frozenset[InstanceId]) -> Bools:
        mask = np.zeros(len(self._outlines), dtype=bool)
        mask[[row for id_ in ids if (row := self._row_of.get(id_)) is not None]] = True
        return mask
