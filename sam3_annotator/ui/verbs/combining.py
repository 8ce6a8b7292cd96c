"""The user's verbs on the areas of several instances: merge them, split them, share out where they overlap."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sam3_annotator.project import Instance, InstanceId, Region, counted
from sam3_annotator.ui.verbs import region_operations
from sam3_annotator.ui.verbs.instance_verbs import InstanceVerbs


class Combining(InstanceVerbs):
    """Combines the selected instances with each other, or with all other visible ones."""

    def slots(self) -> dict[str, Callable[[], object]]:
        """Say what the verbs call."""
        return {
            "merge": self.merge,
            "split_parts": self.split_parts,
            "take_overlap": self.take_overlap,
            "leave_overlap": self.leave_overlap,
        }

    def merge(self) -> None:
        """Make the selected instances one, which stays selected: the largest, with the area of all."""
        selected = self._selected()
        if len(selected) < 2:
            return

        def merge() -> None:
            merged = region_operations.merge_instances(self._store, [instance.id for instance in selected])
            self._workspace.select((merged.id,))
            if len({instance.category_id for instance in selected}) > 1:
                name = self._store.category(merged.category_id).name
                self.notice.emit(f"{counted(len(selected), 'instance')} merged as {name}, the category of the largest.")

        self._attempt(merge)

    def split_parts(self) -> None:
        """Make each part of the selected instances an instance of its own; all of them are selected then."""
        selected = self._selected()

        def split() -> None:
            ids = region_operations.split_instances(self._store, [instance.id for instance in selected])
            if len(ids) == len(selected):
                self._tell_idle("Nothing to split: {} one part only.")
            else:
                self._workspace.select(ids)
                self.notice.emit(f"Split into {counted(len(ids), 'instance')}.")

        self._attempt(split)

    def take_overlap(self) -> None:
        """Take the area of the selected instances away from all other visible ones."""
        self._cut(self._others(), self._selected(), "Take overlap")

    def leave_overlap(self) -> None:
        """Take the area of all other visible instances away from the selected ones."""
        self._cut(self._selected(), self._others(), "Leave overlap")

    def _others(self) -> list[Instance]:
        image_id = self._workspace.image_id
        unconcerned = self._workspace.selection | self._workspace.hidden
        there = () if image_id is None else self._store.instances(image_id)
        return [instance for instance in there if instance.id not in unconcerned]

    def _cut(self, cut: Sequence[Instance], cutters: Sequence[Instance], label: str) -> None:
        regions = region_operations.cut_by(cut, cutters)
        if not regions:
            self.notice.emit("Nothing to cut: no other visible instance shares a pixel with the selection.")
        elif self._attempt(lambda: region_operations.reshape_instances(self._store, regions, label)):
            gone = _gone(regions)
            self._workspace.select(self._workspace.selection - gone)
            self.notice.emit(_cut_words(len(regions) - len(gone), len(gone)))


def _gone(regions: Mapping[InstanceId, Region]) -> frozenset[InstanceId]:
    return frozenset(instance_id for instance_id, region in regions.items() if region.is_empty)


def _cut_words(cut: int, gone: int) -> str:
    deleted = f"{counted(gone, 'instance')} deleted, of which nothing was left" if gone else ""
    return "; ".join(filter(None, (f"{counted(cut, 'instance')} cut" if cut else "", deleted))) + "."
