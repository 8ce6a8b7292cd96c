"""The user's verbs on the regions of the selected instances: fill, tidy up, simplify, nudge."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QObject

from sam3_annotator.project import (
    Instance,
    InstanceId,
    ProjectStore,
    Region,
    Simplified,
    counted,
    parts_of,
    repair_region,
    simplify_region,
    without_holes,
    without_leftovers,
)
from sam3_annotator.ui.canvas.shifting import Size, kept_shift
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.verbs import operations, region_operations
from sam3_annotator.ui.verbs.instance_verbs import InstanceVerbs
from sam3_annotator.ui.workspace import Workspace

NUDGES: Final = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
# Image pixels that a nudge with Shift goes.
FAR: Final = 10


class Reshaping(InstanceVerbs):
    """Changes the region of each selected instance by itself, all in one step."""

    def __init__(
        self,
        store: ProjectStore,
        workspace: Workspace,
        find_size: Callable[[], Size | None],
        settings: Settings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(store, workspace, find_size, parent)
        self._settings = settings

    def slots(self) -> dict[str, Callable[[], object]]:
        """Say what the verbs call."""
        return {
            "fill_holes": self.fill_holes,
            "keep_largest_part": self.keep_largest_part,
            "remove_leftovers": self.remove_leftovers,
            "simplify": self.simplify,
            **{f"nudge_{name}": partial(self.nudge, dx, dy) for name, (dx, dy) in NUDGES.items()},
            **{f"nudge_{name}_far": partial(self.nudge, FAR * dx, FAR * dy) for name, (dx, dy) in NUDGES.items()},
        }

    def fill_holes(self) -> None:
        """Fill the holes of the selected instances."""
        holed = [instance for instance in self._selected() if instance.region.has_holes]
        regions = {instance.id: without_holes(instance.region) for instance in holed}
        count = sum(len(polygon.holes) for instance in holed for polygon in instance.region.polygons)
        self._reshape(regions, "Fill holes", f"{counted(count, 'hole')} filled.", "Nothing to fill: {} no hole.")

    def keep_largest_part(self) -> None:
        """Leave only the largest part of each selected instance."""
        parted = [instance for instance in self._selected() if len(instance.region.polygons) > 1]
        regions = {instance.id: parts_of(instance.region)[0] for instance in parted}
        count = sum(len(instance.region.polygons) - 1 for instance in parted)
        told = f"{counted(count, 'smaller part')} removed."
        self._reshape(regions, "Keep largest part", told, "Nothing to remove: {} one part only.")

    def remove_leftovers(self) -> None:
        """Take specks away from the selected instances, and fill their pinholes, as the check finds them."""
        tidied = {instance.id: without_leftovers(instance.region) for instance in self._selected()}
        changed = {instance_id: each for instance_id, each in tidied.items() if each.specks or each.pinholes}
        specks = sum(each.specks for each in changed.values())
        pinholes = sum(each.pinholes for each in changed.values())
        done = ((specks, "speck", "removed"), (pinholes, "pinhole", "filled"))
        told = ", ".join(f"{counted(count, noun)} {verb}" for count, noun, verb in done if count)
        regions = {instance_id: each.region for instance_id, each in changed.items()}
        self._reshape(regions, "Remove specks and pinholes", f"{told}.", "Nothing left over: {} no specks or pinholes.")

    def simplify(self) -> None:
        """Leave out vertices of the selected instances, as far as the tolerance of the settings allows."""
        tolerance = self._settings.simplification_tolerance
        if tolerance <= 0:
            self.notice.emit("The settings keep every vertex: give outlines a tolerance there to simplify them.")
            return
        found = [
            (instance, simplify_region(repair_region(instance.region), tolerance)) for instance in self._selected()
        ]
        simpler = [(instance, result) for instance, result in found if _is_simpler(instance, result)]
        if not simpler:
            self._tell_idle(f"Nothing to leave out: {{}} no vertex to spare at {tolerance:g} px.")
        elif self._attempt(
            lambda: region_operations.simplify_instances(
                self._store, {instance.id: result for instance, result in simpler}
            )
        ):
            self.notice.emit(_simplified_words(simpler))

    def nudge(self, dx: int, dy: int) -> None:
        """Move the selected instances by whole image pixels, together, as far as they stay on the image.

        Nudges of the same instances in a row are one step.
        """
        selected = self._selected()
        size = self._shown_size()
        if not selected or size is None:
            return
        boxes = [instance.region.box_xyxy for instance in selected]
        lows, highs = [box[:2] for box in boxes], [box[2:] for box in boxes]
        around = (*map(min, zip(*lows, strict=True)), *map(max, zip(*highs, strict=True)))
        shift = kept_shift((dx, dy), around, size)
        if shift == (0, 0):
            return
        regions = {instance.id: instance.region.translated(*shift) for instance in selected}
        label = operations.step_on("Move", len(selected))
        key = f"nudge {' '.join(str(instance.id) for instance in selected)}"
        self._attempt(lambda: region_operations.reshape_instances(self._store, regions, label, merge_key=key))

    def _reshape(self, regions: dict[InstanceId, Region], label: str, told: str, else_told: str) -> None:
        if not regions:
            self._tell_idle(else_told)
        elif self._attempt(lambda: region_operations.reshape_instances(self._store, regions, label)):
            self.notice.emit(told)


def _is_simpler(instance: Instance, simplified: Simplified) -> bool:
    return not simplified.region.is_empty and simplified.region.vertex_count < instance.region.vertex_count


def _simplified_words(simpler: list[tuple[Instance, Simplified]]) -> str:
    before = sum(instance.region.vertex_count for instance, _ in simpler)
    after = sum(result.region.vertex_count for _, result in simpler)
    iou = min(result.iou for _, result in simpler)
    parts = sum(result.dropped_parts for _, result in simpler)
    holes = sum(result.dropped_holes for _, result in simpler)
    lost = [counted(count, noun) for count, noun in ((parts, "part"), (holes, "hole")) if count]
    words = [f"{before:,} → {after:,} vertices, {'IoU' if len(simpler) == 1 else 'least IoU'} {iou:.2f}"]
    if len(simpler) > 1:
        words[0] = f"{counted(len(simpler), 'instance')}: {words[0]}"
    return "; ".join([*words, *([f"lost {' and '.join(lost)}"] if lost else [])]) + "."
