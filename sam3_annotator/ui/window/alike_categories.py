"""Offers to merge the categories that a finding calls alike, one way or the other."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Slot

from sam3_annotator.project import ChangeSet, Finding, FindingKind
from sam3_annotator.ui.window.main_window import MainWindow
from sam3_annotator.ui.window.message_bar import MessageAction, Severity

ALIKE: Final = "alike categories"


class AlikeCategories(QObject):
    """Asks above the image while such a finding is the one that is looked at."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        window.finding_panel.show_wanted.connect(self._follow_choice)
        window.bridge.changed.connect(self._follow_store)

    @Slot(object)
    def _follow_choice(self, finding: Finding) -> None:
        self._window.messages.dismiss(ALIKE)
        if finding.kind is FindingKind.ALIKE_CATEGORIES and not self._window.store.is_read_only:
            with suppress(KeyError):  # one of them is gone since the check
                self._offer(finding)

    def _offer(self, finding: Finding) -> None:
        categories = [self._window.store.category(category_id) for category_id in finding.category_ids]
        panel = self._window.category_panel
        actions = [
            MessageAction(f"Merge into “{into.name}”", partial(panel.merge, each.id, into.id))
            for into, each in (categories, reversed(categories))
        ]
        self._window.messages.show_message(finding.sentence, Severity.INFO, actions=actions, key=ALIKE)

    @Slot(object)
    def _follow_store(self, changes: ChangeSet) -> None:
        if changes.touched("categories"):
            self._window.messages.dismiss(ALIKE)
