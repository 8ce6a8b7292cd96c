"""Keeps the canvas showing what the store and the workspace say of the current image."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from sam3_annotator.project import PALETTE, Category, CategoryId, ChangeSet, Instance, InstanceId
from sam3_annotator.ui.canvas.scene import CanvasInstance
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.workspace import Workspace


class CanvasBinding(QObject):
    """Instances flow from store to canvas; selection flows both ways through the workspace."""

    def __init__(self, bridge: StoreBridge, workspace: Workspace, canvas: CanvasView, settings: Settings) -> None:
        super().__init__(canvas)
        self._store = bridge.store
        self._workspace = workspace
        self._canvas = canvas
        self._settings = settings
        self._shown: set[InstanceId] = set()
        bridge.changed.connect(self._follow)
        settings.changed.connect(self._follow_settings)
        workspace.selection_changed.connect(canvas.set_selection)
        workspace.hidden_changed.connect(canvas.set_hidden)
        canvas.selection_requested.connect(workspace.select)

    @property
    def instance_ids(self) -> frozenset[InstanceId]:
        """The instances on the canvas, hidden ones too."""
        return frozenset(self._shown)

    def show_instances(self) -> None:
        """Put all instances of the workspace's image on the canvas."""
        image_id = self._workspace.image_id
        instances = () if image_id is None else self._store.instances(image_id)
        categories = self._categories()
        self._shown = {instance.id for instance in instances}
        self._canvas.set_instances([self._on_canvas(instance, categories) for instance in instances])
        self._canvas.set_selection(self._workspace.selection)
        self._canvas.set_hidden(self._workspace.hidden)

    def clear(self) -> None:
        """Take all instances off the canvas, as between two images."""
        self._shown = set()
        self._canvas.set_instances([])

    @Slot(object)
    def _follow(self, changes: ChangeSet) -> None:
        image_id = self._workspace.image_id
        if image_id is None:
            return
        if any(change.table == "categories" and change.before is not None for change in changes.changes):
            self.show_instances()  # a new one, which another image may have brought, is not on the canvas yet
            return
        touched = {InstanceId(id_) for id_ in changes.instances_on(image_id)}
        if not touched:
            return
        current = {instance.id: instance for instance in self._store.instances_among(image_id, touched)}
        removed = touched - current.keys()
        categories = self._categories()
        self._shown = (self._shown | current.keys()) - removed
        self._workspace.select(self._workspace.selection - removed)
        self._canvas.update_instances([self._on_canvas(instance, categories) for instance in current.values()], removed)

    def _categories(self) -> dict[CategoryId, Category]:
        return {category.id: category for category in self._store.categories()}

    @Slot(str)
    def _follow_settings(self, name: str) -> None:
        if name == "colors_instances" and self._shown:
            self.show_instances()

    def _on_canvas(self, instance: Instance, categories: dict[CategoryId, Category]) -> CanvasInstance:
        category = categories[instance.category_id]
        # Of those made one after the other, which are often neighbours, no twenty are alike.
        color = PALETTE[instance.id % len(PALETTE)] if self._settings.colors_instances else category.color
        return CanvasInstance(instance.id, instance.region, color, category.name, instance.score)
