"""Checks the project in the background and keeps what was found until it is no longer so."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

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
    dismissed_among,
    findings_that_hold,
)
from sam3_annotator.ui.background import BackgroundTask
from sam3_annotator.ui.store_bridge import StoreBridge

# What is labelled on more images takes too long to be read on the GUI thread.
FEW_IMAGES: Final = 20
_ORDER = {kind: number for number, kind in enumerate(FindingKind)}
_CHECKED = ("images", "categories", "instances")


class _Asked(NamedTuple):
    """Findings to be held against the project, of which these images have been changed since.

    Those `in_doubt` may be dismissed now and were not before, or the other way round.
    """

    findings: tuple[Finding, ...]
    changed: frozenset[ImageId]
    in_doubt: tuple[Finding, ...]


class _Answer(NamedTuple):
    """The identities of the findings that hold no more, and of those in doubt that are dismissed."""

    gone: frozenset[int]
    dismissed: frozenset[int]


class Checking(QObject):
    """The findings of the last check, in its order: the worst kinds first.

    What a comparison with a model has found stands among them, the lowest agreement and the highest score first. It
    stays until another comparison or, if its instance was changed, until the next check. A finding that no longer
    holds, as far as that can be seen, goes at once, or soon after if many images were changed; it is back when it holds
    again, as after undo. `findings` are the same object as long as none comes or goes.

    Those that somebody has judged to be fine are `dismissed`, until what they are about is changed. `is_outdated` says
    that the project has been changed since the check. `failed` carries what kept a check from its end; the findings
    before it stay then.
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
        self._gone: frozenset[int] = frozenset()  # identities of what has
        self._dismissed_ids: frozenset[int] = frozenset()  # identities
        self._dismissed: tuple[Finding, ...] = ()
        self._is_outdated = False
        self._has_changed_meanwhile = False
        self._changed_since_compared: set[int] = set()  # ids of instances
        self._changed_images: set[ImageId] = set()  # since findings were last held against the project
        self._places: set[ImageId | None] = set()  # where what is dismissed may be other findings since then
        self._since_asked: set[ImageId | None] | None = None  # images and places that the answer to come knows not of
        bridge.changed.connect(self._follow)

    @property
    def findings(self) -> tuple[Finding, ...] | None:
        """What was found and is not dismissed, None before the first check."""
        return self._findings

    @property
    def dismissed(self) -> tuple[Finding, ...]:
        """What was found and somebody has judged to be fine, in the same order."""
        return self._dismissed

    @property
    def is_read_only(self) -> bool:
        """Nothing that is found can be dismissed: the project takes no changes."""
        return self._store.is_read_only

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
        before = [each for each in self._holding() if each.kind not in kinds or each.image_id not in compared]
        self._changed_since_compared -= {at for each in findings for at in each.instance_ids}
        self._tell([*before, *findings], dismissed_among(self._store, findings))
        self.changed.emit()

    @Slot(object)
    def _take(self, found: tuple[tuple[Finding, ...], tuple[Finding, ...]]) -> None:
        findings, dismissed = found
        compared = [each for each in self._holding() if each.kind.needs_model]
        kept = [each for each in compared if self._changed_since_compared.isdisjoint(each.instance_ids)]
        self._tell([*findings, *kept], dismissed)
        self._is_outdated = False

    def _holding(self) -> list[Finding]:
        """Give all findings that still hold, dismissed ones as well."""
        return [each for each in self._told if id(each) not in self._gone]

    def _tell(self, findings: Iterable[Finding], dismissed: Iterable[Finding]) -> None:
        """Have these findings, of which some are dismissed; what was dismissed before stays so."""
        self._told = _in_order(findings)
        self._gone = frozenset()
        self._dismissed_ids = self._dismissed_ids.union(map(id, dismissed)).intersection(map(id, self._told))
        self._sort_out()

    def _sort_out(self) -> None:
        holding = self._holding()
        self._findings = tuple(each for each in holding if id(each) not in self._dismissed_ids)
        self._dismissed = tuple(each for each in holding if id(each) in self._dismissed_ids)

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
        is_other = any(changes.touched(table) for table in _CHECKED)
        if not (is_other or changes.touched("dismissals")):
            return
        if self._findings is None and not self.is_running:
            return  # a check to come sees the project as it is then
        self._has_changed_meanwhile = self._has_changed_meanwhile or is_other
        self._changed_since_compared |= changes.touched("instances")
        changed = _changed_images(changes)
        self._changed_images |= changed
        self._places |= changed | _places_of_dismissals(changes)
        if changes.touched("categories"):
            self._changed_images |= _images_of(each for each in self._told if id(each) in self._gone)
            self._places.add(None)
        if self._findings is not None and not self.is_running:
            self._is_outdated = self._is_outdated or is_other
            self._drop_gone()
            self.changed.emit()

    def _drop_gone(self) -> None:
        """Drop what holds no more or is dismissed, and bring back what is told again."""
        changed, places = frozenset(self._changed_images), frozenset(self._places)
        self._changed_images.clear()
        self._places.clear()
        if self._since_asked is not None:
            self._since_asked |= changed | places
        again = [each for each in self._told if id(each) in self._gone and not changed.isdisjoint(_images_of([each]))]
        findings = (*self._holding(), *again)
        in_doubt = tuple(each for each in findings if each.image_id in places or each.other_image_id in places)
        asked = _Asked(findings, changed | _images_of(again), in_doubt)
        if len(asked.changed | places) <= FEW_IMAGES:
            self._drop(asked, _answer(self._store, asked))
        elif self._since_asked is None:  # else it is asked when the answer under way has come
            self._ask_beside(asked)

    def _ask_beside(self, asked: _Asked) -> None:
        path = self._store.path
        self._since_asked = set()
        task = BackgroundTask(lambda _progress: _answer_beside(path, asked), owner=self)
        task.result.connect(partial(self._drop, asked))
        task.failed.connect(self.failed)
        task.finished.connect(self._catch_up)
        task.start()

    @Slot()
    def _catch_up(self) -> None:
        """Tell what was answered, but for what has changed since it was asked: that is asked anew."""
        since, self._since_asked = self._since_asked or set(), None
        self._changed_images |= {image_id for image_id in since if image_id is not None}
        self._places |= since
        if since and not self.is_running:
            self._drop_gone()
        self.changed.emit()

    def _drop(self, asked: _Asked, answer: _Answer) -> None:
        """Take it that of the findings that were asked about just these hold no more; others stay as they are."""
        told = frozenset(map(id, self._told))
        gone = self._gone.difference(map(id, asked.findings)).union(answer.gone) & told
        dismissed = self._dismissed_ids.difference(map(id, asked.in_doubt)).union(answer.dismissed) & told
        if (gone, dismissed) != (self._gone, self._dismissed_ids):
            self._gone, self._dismissed_ids = gone, dismissed
            self._sort_out()


def _changed_images(changes: ChangeSet) -> set[ImageId]:
    """Give the images that were changed, themselves or in what is labelled on them."""
    rows = (row for each in changes.changes if each.table == "instances" for row in (each.before, each.after))
    labelled = {ImageId(row["image_id"]) for row in rows if row is not None}
    # Reading its file changes no image.
    themselves = () if changes.kind is ChangeKind.FACTS else changes.touched("images")
    return labelled.union(map(ImageId, themselves))


def _places_of_dismissals(changes: ChangeSet) -> set[ImageId | None]:
    """Give the images on which something was dismissed, or that was taken back; None stands for the whole project."""
    rows = (row for each in changes.changes if each.table == "dismissals" for row in (each.before, each.after))
    return {row["image_id"] for row in rows if row is not None}


def _images_of(findings: Iterable[Finding]) -> set[ImageId]:
    """Give the images that findings are about."""
    return {image_id for each in findings for image_id in each.image_ids}


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda each: (_ORDER[each.kind], each.agreement or 0.0, -(each.score or 0.0))))


def _check(project: Path, progress: Progress) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Check one state of the project, over a store of its own; gives also which of the findings are dismissed."""
    with ProjectStore.snapshot(project) as store:
        findings = tuple(check_project(store, progress))
        return findings, dismissed_among(store, findings)


def _answer(store: ProjectStore, asked: _Asked) -> _Answer:
    held = {id(each) for each in findings_that_hold(store, asked.findings, asked.changed)}
    gone = frozenset(id(each) for each in asked.findings if id(each) not in held)
    return _Answer(gone, frozenset(map(id, dismissed_among(store, asked.in_doubt))))


def _answer_beside(project: Path, asked: _Asked) -> _Answer:
    """Answer over a store of its own."""
    with ProjectStore.snapshot(project) as store:
        return _answer(store, asked)
