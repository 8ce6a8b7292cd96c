"""Shows what is looked for and what was found: on the canvas, in the phrase bar, in the list, in the status line."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QColor

from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.canvas.proposals import Proposals
from sam3_annotator.ui.category_color import category_color
from sam3_annotator.ui.window.main_window import MainWindow

LONGEST_PHRASE = 32


def proposals_in_words(proposals: Proposals) -> str:
    """Describe what is looked for, or was found, for the status line."""
    if proposals.propagated_from is not None:
        return _propagated_in_words(proposals, proposals.propagated_from.name)
    if not proposals.says_what:
        return "Now box an example of what to find"
    phrase, exemplars = proposals.concept.phrase, proposals.concept.exemplars
    what = f"“{_shortened(phrase)}”" if phrase else "all that look like the example"
    if phrase and exemplars:
        what += " like the example"
    if proposals.is_waiting:
        return f"Finding {what}…"
    if proposals.has_failed:
        return f"No answer for {what}"
    focused, count = proposals.focused, len(proposals.open)
    if focused is None:
        return f"Nothing left of {what}" if proposals.settled else f"Nothing found of {what}"
    return f"Found {what}: {proposals.open.index(focused) + 1} of {count}, score {focused.score:.2f}"


def _propagated_in_words(proposals: Proposals, name: str) -> str:
    name = _shortened(name)
    if proposals.is_waiting:
        return f"Finding what is on {name}…"
    if proposals.has_failed:
        return f"No answer for what is on {name}"
    focused, count = proposals.focused, len(proposals.open)
    if focused is None or focused.copy_of is None:
        return f"Nothing left of {name}" if proposals.settled else f"Nothing of {name} found again"
    place = f"{proposals.open.index(focused) + 1} of {count}"
    return f"From {name}: {place}, {_shortened(focused.copy_of.category_name)}, score {focused.score:.2f}"


def _shortened(words: str) -> str:
    """Leave room in the status line for what keys do."""
    return words if len(words) <= LONGEST_PHRASE else f"{words[: LONGEST_PHRASE - 1].rstrip()}…"


class ProposalsDisplay(QObject):
    """Proposals wear the colour of the category they would get, the current one where they have none of their own."""

    def __init__(self, window: MainWindow, assist: Assist, finder: Finder, engine: EngineBridge) -> None:
        super().__init__(window)
        self._window = window
        self._assist = assist
        self._finder = finder
        self._engine = engine
        changes = finder.changed, assist.draft_changed, window.workspace.category_changed, window.bridge.changed
        for source in changes:
            source.connect(self._show)
        finder.answered.connect(self._show_latency)
        finder.threshold_changed.connect(window.area.phrase_bar.set_threshold)
        engine.status_changed.connect(self._follow_model)
        window.area.phrase_bar.set_threshold(finder.threshold)

    def _color(self) -> QColor:
        return category_color(self._window.store, self._window.workspace.category_id)

    @Slot()
    def _show(self) -> None:
        proposals, color, image = self._finder.proposals, self._color(), self._assist.image
        self._window.canvas.set_proposals(proposals, color)
        self._window.area.phrase_bar.show_proposals(proposals)
        self._window.proposal_panel.show_proposals(proposals, image.pixels if image else None, color)
        if self._finder.image is not None:  # else the next one may be searched, too
            self._window.set_searching(proposals is not None)
        if self._assist.draft is None:
            self._window.status_line.set_hint(proposals_in_words(proposals) if proposals is not None else "")

    @Slot()
    def _follow_model(self) -> None:
        for place in (self._window.area.phrase_bar, self._window.proposal_panel):
            place.set_takes(phrases=self._finder.takes_phrases, exemplars=self._finder.takes_exemplars)

    @Slot(float)
    def _show_latency(self, seconds: float) -> None:
        self._window.status_line.set_latency(seconds, self._engine.status.device)
