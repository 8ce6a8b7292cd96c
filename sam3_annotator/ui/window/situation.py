"""Gathers what the actions depend on from those that know it, each of which tells its own part."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, SignalInstance, Slot

from sam3_annotator.ui.actions.action_state import ActionState
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.workspace import Workspace

Part = Callable[[ActionState], ActionState]
"""Fills in the fields that it knows."""


class Situation(QObject):
    """Emits `changed` with a new `ActionState` whenever one of its sources changes; project and workspace are such."""

    changed = Signal(object)  # ActionState

    def __init__(self, bridge: StoreBridge, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts: list[Part] = []
        self._sources: list[SignalInstance] = [
            bridge.changed,
            workspace.image_changed,
            workspace.category_changed,
            workspace.selection_changed,
            workspace.hidden_changed,
        ]

    def add(self, part: Part, *sources: SignalInstance) -> None:
        """Have `part` tell its fields too, and anew with each of these signals, which no other part names."""
        self._parts.append(part)
        self._sources.extend(sources)

    def begin(self) -> None:
        """Follow the sources from now on, after whoever else does: what they tell is settled by then."""
        for source in self._sources:
            source.connect(self._announce)
        self._announce()

    @Slot()
    def _announce(self) -> None:
        state = ActionState()
        for part in self._parts:
            state = part(state)
        self.changed.emit(state)
