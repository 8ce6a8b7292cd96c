"""Keeps open proposals in step with the project: what is labelled is not proposed any more."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from sam3_annotator.project import CategoryId, ChangeKind, ChangeSet, ImageId, InstanceId
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.store_bridge import StoreBridge


class Settling(QObject):
    """Takes away proposals that have become instances, on all images with proposals, whoever made the instances.

    If that step is undone, they are proposed again; if the user deletes the instances, they are not. A proposal with a
    category of its own follows what becomes of the category, also where that is merged into another. Rejections can be
    undone only until something is done in the project, since undo takes back the last thing first.
    """

    def __init__(self, bridge: StoreBridge, finder: Finder, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = bridge.store
        self._finder = finder
        bridge.changed.connect(self._follow)

    @Slot(object)
    def _follow(self, changes: ChangeSet) -> None:
        if changes.kind not in (ChangeKind.FACTS, ChangeKind.BACKGROUND):  # what others do is no step of the user's
            self._finder.keep_rejections()
        rows = [change for change in changes.changes if change.table == "instances"]
        if changes.kind is ChangeKind.UNDO and (gone := {InstanceId(row.row_id) for row in rows if row.after is None}):
            self._finder.reopen(gone)
        added: dict[ImageId, set[int]] = {}
        for row in rows:
            if row.before is None and row.after and row.after["image_id"] in self._finder.image_ids:
                added.setdefault(row.after["image_id"], set()).add(row.row_id)
        for image_id, ids in added.items():  # one by one, thousands would take long
            self._finder.settle_labelled(image_id, [each for each in self._store.instances(image_id) if each.id in ids])
        if become := _become(changes):
            self._finder.follow_categories({id_: self._store.category(now) for id_, now in become.items()})


def _become(changes: ChangeSet) -> dict[CategoryId, CategoryId]:
    """Say what category has come of each that was changed: the same, or the one that it was merged into."""
    rows = [change for change in changes.changes if change.table == "categories"]
    gone = {row.row_id for row in rows if row.after is None}
    merged = {
        change.before["category_id"]: change.after["category_id"]
        for change in changes.changes
        if gone and change.table == "instances" and change.before and change.after
    }
    kept = [CategoryId(row.row_id) for row in rows if row.after is not None]
    return {id_: id_ for id_ in kept} | {id_: now for id_, now in merged.items() if id_ in gone}
