"""What a person says of findings in one key: that they are fine, or that this is taken back; then on to the next."""

from __future__ import annotations

from collections.abc import Callable, Collection

from PySide6.QtCore import QObject, Signal, Slot

from sam3_annotator.project import Finding, ProjectStore, counted, dismiss_findings, restore_findings
from sam3_annotator.ui.verbs.attempt import attempt


class Dismissing(QObject):
    """Each word of the user's is one undo step; `problem` says why it could not be written."""

    problem = Signal(str)

    def __init__(self, store: ProjectStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store

    @Slot(object)
    def dismiss(self, findings: Collection[Finding]) -> None:
        """Call findings fine; those of a kind that nobody can call so are left out."""
        fine = [finding for finding in findings if finding.kind.is_dismissible]
        self._write(f"Dismiss {_counted(fine)}", fine, dismiss_findings)

    @Slot(object)
    def restore(self, findings: Collection[Finding]) -> None:
        """Have dismissed findings told again."""
        self._write(f"Tell {_counted(findings)} again", findings, restore_findings)

    def _write(self, label: str, findings: Collection[Finding], write: Callable[..., None]) -> None:
        if not findings:
            return

        def write_all() -> None:
            with self._store.edit(label) as edit:
                write(self._store, edit, findings)

        attempt(write_all, self.problem.emit)


def _counted(findings: Collection[Finding]) -> str:
    return "finding" if len(findings) == 1 else counted(len(findings), "finding")
