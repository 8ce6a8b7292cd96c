"""ProjectStore: one SQLite file, read as frozen records and changed by edits that are each one undo step."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from sam3_annotator.project.changes import ChangeKind, ChangeSet, RowChange
from sam3_annotator.project.creation import add_image_files, new_file, require_place
from sam3_annotator.project.database import (
    Database,
    file_identity,
    open_for_reading,
    open_for_writing,
    require_project_file,
)
from sam3_annotator.project.edit import Edit, write_facts
from sam3_annotator.project.entities import ImageFacts, ImageId
from sam3_annotator.project.errors import EditError, ProjectReadOnly
from sam3_annotator.project.failures import damaged, moved_away, told
from sam3_annotator.project.history import HISTORY_BUDGET_BYTES, History
from sam3_annotator.project.image_paths import absolute_path
from sam3_annotator.project.listed_steps import ListedStep, StepCounts
from sam3_annotator.project.listeners import Listener, Listeners
from sam3_annotator.project.locking import ProjectLock
from sam3_annotator.project.progress import Progress
from sam3_annotator.project.reading import ProjectReader
from sam3_annotator.project.recorder import ChangeRecorder
from sam3_annotator.project.replay_order import Stack
from sam3_annotator.project.rows import fetch_row

_log = logging.getLogger(__name__)


class ProjectStore(ProjectReader):
    """An open project; belongs to the thread that opened it.

    Whatever `edit` has committed is on the disk. Reads and writes raise a KnownError with a sentence for the user
    when the disk does not do its part; nothing is half written then, and the store stays usable. Another thread
    opens its own store on the same file, by `snapshot`, with `read_only=True` or, for a long import, by `open_beside`.
    """

    def __init__(
        self,
        path: Path,
        database: Database,
        *,
        lock: ProjectLock | None = None,
        is_read_only: bool = False,
        history_budget_bytes: int = HISTORY_BUDGET_BYTES,
    ) -> None:
        super().__init__(path, database.connection, is_read_only=is_read_only)
        self._database = database
        self._identity = file_identity(path)
        self._lock = lock
        self._history = History(self._connection, history_budget_bytes)
        self._listeners = Listeners()

    @classmethod
    def create(
        cls,
        path: str | os.PathLike[str],
        *,
        image_roots: Sequence[str | os.PathLike[str]] | str | os.PathLike[str] = (),
        progress: Progress | None = None,
    ) -> ProjectStore:
        """Make a project of all images in the folders (or image files) `image_roots`, or one, and open it for writing.

        The file appears only once it is complete. Raises KnownError if it cannot be made or there is one already,
        and Cancelled if `progress` does; nothing is left behind then.
        """
        target = absolute_path(path)
        roots = (image_roots,) if isinstance(image_roots, str | os.PathLike) else image_roots
        with told(target):
            require_place(target)
            with ExitStack() as stack:
                lock = ProjectLock(target)
                stack.callback(lock.release)
                require_place(target)  # whoever held the lock may have made it meanwhile
                with new_file(target) as database, cls(target, database).edit("New project", undoable=False) as edit:
                    add_image_files(edit, roots, progress)
                store = cls(target, open_for_writing(target), lock=lock)
                stack.pop_all()
        return store

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        read_only: bool = False,
        history_budget_bytes: int = HISTORY_BUDGET_BYTES,
    ) -> ProjectStore:
        """Open a project.

        Raises NotAProject, ProjectTooNew and, for writing only, ProjectInUse and ProjectReadOnly.
        """
        target = absolute_path(path)
        with told(target):
            require_project_file(target)
            if read_only:
                return cls(target, open_for_reading(target), is_read_only=True)
            with ExitStack() as stack:
                lock = ProjectLock(target)
                stack.callback(lock.release)
                database = open_for_writing(target)
                stack.pop_all()
        return cls(target, database, lock=lock, history_budget_bytes=history_budget_bytes)

    @classmethod
    def snapshot(cls, path: str | os.PathLike[str]) -> ProjectStore:
        """Open a project for reading, in one state until it is closed, whatever others commit to the file meanwhile.

        Raises what `open` does.
        """
        target = absolute_path(path)
        with told(target):
            require_project_file(target)
            database = open_for_reading(target)
            database.connection.execute("BEGIN")  # ends with the connection
        return cls(target, database, is_read_only=True)

    def open_beside(self) -> ProjectStore:
        """Open a second store for writing, for a long import on another thread, which calls this.

        To be closed before this one. While its edit is open, an edit of this store waits for some seconds and then
        raises ProjectInUse. Pass what it tells its listeners on to `announce`, on the thread of this store.
        """
        with told(self.path):
            return type(self)(self.path, open_for_writing(self.path))

    def close(self) -> None:
        """Close the file and let go of its lock; safe to call again, but not inside an edit."""
        if self._is_editing:
            raise EditError("A project cannot be closed inside an edit.")
        self._database.close()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> ProjectStore:
        """Close the store at the end of a `with` block."""
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Writing

    @contextmanager
    def edit(
        self, label: str, *, undoable: bool = True, merge_key: str | None = None, since: int | None = None
    ) -> Iterator[Edit]:
        """Change the project: one transaction, one undo step named `label`, one `ChangeSet`.

        If the block raises, nothing of it is kept. With a `merge_key` the edit joins the step before if that has the
        same key and nothing was undone in between. With `undoable=False` it cannot be undone, nor can anything
        before it. Work that goes on by itself beside the user's, and only adds things, gives as `since` the
        `history_mark` at which it began: what the user has done since is undone first, and can still be redone, as
        long as nothing that was added rests on it. Raises EditError inside another edit, ProjectReadOnly, and
        KnownError if the disk refuses.
        """
        with self._writing() as recorder:
            yield Edit(self._connection, recorder, self.path.parent)
            with told(self.path):
                changes = recorder.finish()
                if changes and undoable:
                    self._history.record(label, changes, merge_key, since)
                elif changes:
                    self._history.clear()
        self._publish(ChangeSet(label, changes, ChangeKind.EDIT if since is None else ChangeKind.BACKGROUND))

    def undo(self) -> ChangeSet | None:
        """Take back the last step and return what that changed; None if there is none."""
        return self._replay(Stack.UNDO, ChangeKind.UNDO)

    def redo(self) -> ChangeSet | None:
        """Do the step undone last again and return what that changed; None if there is none."""
        return self._replay(Stack.REDO, ChangeKind.REDO)

    @property
    def undo_label(self) -> str | None:
        """The label of the step that `undo` would take back, None if there is none."""
        with told(self.path):
            return self._history.label(Stack.UNDO)

    @property
    def redo_label(self) -> str | None:
        """The label of the step that `redo` would do again, None if there is none."""
        with told(self.path):
            return self._history.label(Stack.REDO)

    def step_counts(self) -> StepCounts:
        """Return how many steps can be undone and redone."""
        with told(self.path):
            return self._history.counts()

    def undoable_steps(self, start: int, stop: int) -> list[ListedStep]:
        """Return the steps that `undo` takes back, in its order, from number `start` to before `stop`.

        Number 0 is the next; the further `start`, the longer it takes (5,000: some milliseconds).
        """
        return self._listed(Stack.UNDO, start, stop)

    def redoable_steps(self, start: int, stop: int) -> list[ListedStep]:
        """Return the steps that `redo` does again, in its order, as `undoable_steps` does."""
        return self._listed(Stack.REDO, start, stop)

    @property
    def history_mark(self) -> int:
        """Where the history stands now, for the `since` of edits to come."""
        with told(self.path):
            return self._history.mark()

    def set_image_facts(self, facts: Mapping[ImageId, ImageFacts]) -> None:
        """Write what image files tell, outside the history; ids that are gone are left out.

        Of a file that could not be read (a problem and no hash) what was known before stays: by that it can be found.
        Listeners get a `ChangeSet` of the kind `facts` that touches the images whose facts are new.
        """
        known = {image.id: image.facts for image in self.images() if image.id in facts}
        read = {image_id: _completed(facts[image_id], old) for image_id, old in known.items()}
        fresh = {image_id: new for image_id, new in read.items() if new != known[image_id]}
        if not fresh:
            return
        with self._writing(), told(self.path):
            write_facts(self._connection, fresh)
            rows = {image_id: fetch_row(self._connection, "images", image_id) for image_id in fresh}
        changes = tuple(RowChange("images", image_id, row, row) for image_id, row in rows.items())
        self._publish(ChangeSet("", changes, ChangeKind.FACTS))

    # Listening

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` after every commit with what it changed; returns a function that ends this."""
        return self._listeners.add(listener)

    def announce(self, changes: ChangeSet) -> None:
        """Tell the listeners what a store beside this one has committed."""
        if changes.changes:  # what is remembered does not follow: it is read anew after any commit of another store
            self._listeners.tell(changes)

    # Inside

    @contextmanager
    def _writing(self) -> Iterator[ChangeRecorder]:
        """One transaction: committed at the end of the block, rolled back if that raises."""
        if self.is_read_only:
            raise ProjectReadOnly(f"{self.path.name} is open for reading only, so it cannot be changed.")
        if self._is_editing:
            raise EditError("An edit is open already; edits do not nest.")
        if self._identity is not None and file_identity(self.path) != self._identity:
            # The connection would go on with a file that has no name any more, and all would be lost in the end.
            raise moved_away(self.path)
        recorder = ChangeRecorder(self._connection, self.path)
        self._is_editing = True
        try:
            with told(self.path):
                self._connection.execute("PRAGMA query_only = OFF")
                self._connection.execute("BEGIN IMMEDIATE")
            yield recorder
            with told(self.path):
                self._connection.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        finally:
            recorder.close()
            self._is_editing = False
            self._connection.execute("PRAGMA query_only = ON")

    def _roll_back(self) -> None:
        if self._connection.in_transaction:  # SQLite may have rolled back by itself, as on a full disk
            try:
                self._connection.execute("ROLLBACK")
            except sqlite3.Error:
                _log.exception("Rolling back %s failed", self.path)

    def _listed(self, stack: Stack, start: int, stop: int) -> list[ListedStep]:
        with told(self.path):
            try:
                return self._history.listed(stack, start, stop)
            except (ValueError, TypeError) as error:  # no step that this program has written
                raise damaged(self.path) from error

    def _replay(self, stack: Stack, kind: ChangeKind) -> ChangeSet | None:
        with self._writing() as recorder, told(self.path):
            try:
                step = self._history.pop(stack)
            except (ValueError, TypeError) as error:  # no step that this program has written
                raise damaged(self.path) from error
            if step is None:
                return None
            for change in reversed(step.changes):
                recorder.apply(RowChange(change.table, change.row_id, change.after, change.before))
            changes = ChangeSet(step.label, recorder.finish(), kind)
            self._history.push_replayed(stack.other, step.label, changes.changes)
        self._publish(changes)
        return changes

    def _publish(self, changes: ChangeSet) -> None:
        if changes.changes:
            with told(self.path):
                self._cache.follow(changes.changes, self._read_image)
            self._listeners.tell(changes)


def _completed(new: ImageFacts, old: ImageFacts) -> ImageFacts:
    return replace(old, problem=new.problem) if new.problem and not new.content_hash else new
