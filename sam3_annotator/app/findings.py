"""Connects findings, gallery and statistics with a window: what looks at labels that are there."""

from __future__ import annotations

from sam3_annotator.ui.assistance.closer_look import CloserLook
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.canvas.items import WHITE
from sam3_annotator.ui.canvas.preview_item import PreviewKind
from sam3_annotator.ui.images.image_display import ImageDisplay
from sam3_annotator.ui.verbs.auditing import Auditing
from sam3_annotator.ui.verbs.compared_outline import ComparedOutline
from sam3_annotator.ui.verbs.dismissing import Dismissing
from sam3_annotator.ui.verbs.missed_object import MissedObject
from sam3_annotator.ui.verbs.revealing import Revealing
from sam3_annotator.ui.window.alike_categories import AlikeCategories
from sam3_annotator.ui.window.audit_display import AuditDisplay
from sam3_annotator.ui.window.check_display import CheckDisplay
from sam3_annotator.ui.window.gallery_display import GalleryDisplay
from sam3_annotator.ui.window.main_window import MainWindow
from sam3_annotator.ui.window.statistics_display import StatisticsDisplay
from sam3_annotator.ui.window.two_images import TwoImages


def bind_findings(
    window: MainWindow,
    engine: EngineBridge,
    display: ImageDisplay,
    revealing: Revealing,
    compared: ComparedOutline,
    finder: Finder,
    closer: CloserLook,
) -> None:
    """Show on the canvas of a window what findings and the gallery are about, and what the model sees otherwise."""
    StatisticsDisplay(window, GalleryDisplay(window, revealing))
    actions = window.window_actions
    missed = MissedObject(
        window.store, window.workspace, finder, display, lambda: actions.state.is_making, closer.look_at_whole
    )
    window.finding_panel.show_wanted.connect(revealing.show)
    CheckDisplay(window)
    AlikeCategories(window)
    TwoImages(window)
    dismissing = Dismissing(window.store, window)
    dismissing.problem.connect(window.show_problem)
    window.finding_panel.dismissal_wanted.connect(dismissing.dismiss)
    window.finding_panel.restoring_wanted.connect(dismissing.restore)
    revealing.shown.connect(compared.show)
    revealing.shown.connect(missed.show)
    compared.changed.connect(lambda region: window.canvas.set_preview(region, WHITE, PreviewKind.COMPARED))
    bind_audit(window, engine, display)


def bind_audit(window: MainWindow, engine: EngineBridge, display: ImageDisplay) -> None:
    """Let a window compare labels with the model, and say how far it has come."""
    auditing = Auditing(window.bridge, window.checking, engine, lambda: display.seen_key, window)
    AuditDisplay(window, auditing, engine)
    window.add_idle_check(lambda: not auditing.is_running)
    window.closing.connect(auditing.close)
