"""Checks the project in the background and keeps what was found until it is no longer so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal, Slot

from sam3_annotator.project import (
    ChangeKind,
    ChangeSet,
    Finding,
    FindingKind,
    ImageId,
    Progress,
    ProjectStore,
    check_project,
    findings_that_hold,
)
from sam3_annotator.ui.background import BackgroundTask
from sam3_annotator.ui.store_bridge import StoreBridge

# What is labelled on more images takes too long to be read on the GUI thread.
FEW_IMAGES: Final = 20
_ORDER = {kind: number for number, kind in enumerate(FindingKind)}


class Checking(QObject):
    """The findings of the last check, in its order: the worst kinds first.

    What a comparison with a model has found stands among them, the lowest agreement and the highest score first. It
    stays until another comparison or, if its instance was changed, until the next check. A finding that no longer
    holds, as far as that can be seen, goes at once, or soon after if many images were changed; it is back when it holds
    again, as after undo. `findings` are the same object as long as none comes or goes.

    `is_outdated` says that the project has been changed since the check. `failed` carries what kept a check from its
    end; the findings before it stay then.
    """

    changed = Signal()
    progress = Signal(int, int)  # images done, of all
    failed = Signal(object)  # Exception

    def __init__(self, bridge: StoreBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = bridge.store
        self._task: BackgroundTask | None = None
        self._findings: tuple[Finding, ...] | None = None
        self._told: tuple[Finding, ...] = ()  # the findings, and what has gone since they were found
        self._gone: set[int] = set()  # identities of what has
        self._is_outdated = False
        self._has_changed_meanwhile = False
        self._changed_since_compared: set[int] = set()  # ids of instances
        self._changed_images: set[ImageId] = set()  # since findings were last held against the project
        bridge.changed.connect(self._follow)

    @property
    def findings(self) -> tuple[Finding, ...] | None:
        """What was found, None before the first check."""
        return self._findings

    @property
    def is_running(self) -> bool:
        """A check is under way."""
        return self._task is not None

    @property
    def is_outdated(self) -> bool:
        """The project has been changed since it was checked."""
        return self._is_outdated

    def start(self) -> None:
        """Check the project as it is now; nothing while a check is under way."""
        if self._task is not None:
            return
        path = self._store.path
        self._task = BackgroundTask(lambda progress: _check(path, progress), owner=self)
        self._task.progress.connect(self.progress)
        self._task.result.connect(self._take)
        self._task.failed.connect(self.failed)
        self._task.finished.connect(self._end)
        self._has_changed_meanwhile = False
        self._task.start()
        self.changed.emit()

    def stop(self) -> None:
        """Give up the check under way."""
        if self._task is not None:
            self._task.cancel()

    def close(self) -> None:
        """Give up the check under way without a word: the project is about to be closed."""
        if self._task is not None:
            self._task.cancel()
            self._task.result.disconnect(self._take)
            self._task.finished.disconnect(self._end)
            self._task = None

    def take_comparison(
        self, findings: Collection[Finding], image_ids: Collection[ImageId], kinds: Collection[FindingKind]
    ) -> None:
        """Have what a comparison of these images with a model has found, in place of what an earlier one had.

        Of other `kinds` than it can find, what the earlier one has found stays.
        """
        compared = frozenset(image_ids)
        before = [each for each in self._findings or () if each.kind not in kinds or each.image_id not in compared]
        self._changed_since_compared -= {at for each in findings for at in each.instance_ids}
        self._tell([*before, *findings])
        self.changed.emit()

    @Slot(object)
    def _take(self, findings: tuple[Finding, ...]) -> None:
        compared = [each for each in self._findings or () if each.kind.needs_model]
        kept = [each for each in compared if self._changed_since_compared.isdisjoint(each.instance_ids)]
        self._tell([*findings, *kept])
        self._is_outdated = False

    def _tell(self, findings: Iterable[Finding]) -> None:
        self._findings = self._told = _in_order(findings)
        self._gone.clear()

    @Slot()
    def _end(self) -> None:
        """Catch up with what has changed meanwhile, also where the check was stopped or failed."""
        self._task = None
        if self._findings is not None:
            self._is_outdated = self._is_outdated or self._has_changed_meanwhile
            self._drop_gone()
        self.changed.emit()

    @Slot(object)
    def _follow(self, changes: ChangeSet) -> None:
        if not any(changes.touched(table) for table in ("images", "categories", "instances")):
            return
        if self._findings is None and not self.is_running:
            return  # a check to come sees the project as it is then
        self._has_changed_meanwhile = True
        self._changed_since_compared |= changes.touched("instances")
        self._changed_images |= _changed_images(changes)
        if changes.touched("categories"):
            self._changed_images |= _images_of(each for each in self._told if id(each) in self._gone)
        if self._findings is not None and not self.is_running:
            self._is_outdated = True
            self._drop_gone()
            self.changed.emit()

    def _drop_gone(self) -> None:
        """Drop what holds no more, and bring back what does again."""
        changed = frozenset(self._changed_images)
        self._changed_images.clear()
        again = [each for each in self._told if id(each) in self._gone and not changed.isdisjoint(_images_of([each]))]
        asked = (*(self._findings or ()), *again)
        changed |= _images_of(again)
        if len(changed) <= FEW_IMAGES:
            held = {id(each) for each in findings_that_hold(self._store, asked, changed)}
            self._drop(asked, {id(each) for each in asked if id(each) not in held})
            return
        path = self._store.path
        task = BackgroundTask(lambda _progress: _gone(path, asked, changed), owner=self)
        task.result.connect(partial(self._drop_and_tell, asked))
        task.failed.connect(self.failed)
        task.start()

    def _drop_and_tell(self, asked: Sequence[Finding], gone: Collection[int]) -> None:
        self._drop(asked, gone)
        self.changed.emit()

    def _drop(self, asked: Sequence[Finding], gone: Collection[int]) -> None:
        """Take it that of the findings that were asked about just these hold no more; others stay as they are."""
        gone_now = self._gone.difference(map(id, asked)).union(gone).intersection(map(id, self._told))
        if gone_now != self._gone:
            self._gone = gone_now
            self._findings = tuple(each for each in self._told if id(each) not in gone_now)


def _changed_images(changes: ChangeSet) -> set[ImageId]:
    """Give the images that were changed, themselves or in what is labelled on them."""
    rows = (row for each in changes.changes if each.table == "instances" for row in (each.before, each.after))
    labelled = {ImageId(row["image_id"]) for row in rows if row is not None}
    # Reading its file changes no image.
    themselves = () if changes.kind is ChangeKind.FACTS else changes.touched("images")
    return labelled.union(map(ImageId, themselves))


def _images_of(findings: Iterable[Finding]) -> set[ImageId]:
    """Give the images that findings are about."""
    return {image for each in findings for image in (each.image_id, each.other_image_id) if image is not None}


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda each: (_ORDER[each.kind], each.agreement or 0.0, -(each.score or 0.0))))


def _check(project: Path, progress: Progress) -> tuple[Finding, ...]:
    """Check one state of the project, over a store of its own."""
    with ProjectStore.snapshot(project) as store:
        return tuple(check_project(store, progress))


def _gone(project: Path, findings: tuple[Finding, ...], changed: Collection[ImageId]) -> frozenset[int]:
    """Give the identities of the findings that hold no more, over a store of its own."""
    with ProjectStore.snapshot(project) as store:
        held = {id(each) for each in findings_that_hold(store, findings, changed)}
    return frozenset(id(each) for each in findings if id(each) not in held)
