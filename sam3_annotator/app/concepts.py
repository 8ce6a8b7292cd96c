"""Connects what finds many instances with canvas, keys and panels of a window."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPointF, QRectF

from sam3_annotator.model import Exemplar
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.assistance.model_choice import ModelChoice
from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.images.image_display import ImageDisplay
from sam3_annotator.ui.verbs.autolabelling import Autolabelling
from sam3_annotator.ui.verbs.concept_labelling import ConceptLabelling
from sam3_annotator.ui.verbs.labelling import Labelling
from sam3_annotator.ui.verbs.sequence_labelling import SequenceLabelling
from sam3_annotator.ui.window.autolabel_display import AutolabelDisplay
from sam3_annotator.ui.window.main_window import MainWindow
from sam3_annotator.ui.window.notices import tell_accepted
from sam3_annotator.ui.window.sequence_display import SequenceDisplay


def bind_concepts(window: MainWindow, concepts: ConceptLabelling, finder: Finder, labelling: Labelling) -> None:
    """Let canvas, phrase bar, list and keys of a window say what is looked for and what is accepted of it."""
    canvas, bar, panel = window.canvas, window.area.phrase_bar, window.proposal_panel
    window.window_actions.bind(_concept_slots(concepts, finder, labelling, window))

    def show_one(box_xyxy: BoxXyxy, *, positive: bool = True) -> None:
        x0, y0, x1, y1 = box_xyxy
        concepts.add_exemplars(Exemplar(x0, y0, x1, y1, positive))

    def carry_on() -> None:
        if window.window_actions.state.has_next_image:
            finder.carry_on()

    concepts.notice.connect(partial(tell_accepted, window))
    labelling.next_wanted.connect(carry_on)  # connected first, so before the next image is turned to
    canvas.exemplar_added.connect(concepts.add_exemplars)
    canvas.proposal_clicked.connect(concepts.turn_to)
    bar.phrase_entered.connect(concepts.find)
    bar.threshold_moved.connect(finder.set_threshold)
    bar.exemplar_removed.connect(finder.remove_last_exemplar)
    bar.accept_all_wanted.connect(concepts.accept_all)
    panel.focused.connect(concepts.turn_to)
    panel.accept_wanted.connect(concepts.accept_focused)
    panel.reject_wanted.connect(finder.reject_focused)
    panel.accept_all_wanted.connect(concepts.accept_all)
    panel.like_this_wanted.connect(show_one)
    panel.reject_as_exemplar_wanted.connect(partial(show_one, positive=False))
    for part in (bar.left, panel.focus_left):
        part.connect(window.focus_canvas)


def bind_autolabelling(
    window: MainWindow, engine: EngineBridge, finder: Finder, display: ImageDisplay, models: ModelChoice
) -> None:
    """Let a window have images labelled beside the user's work: by phrases, or as the ones before them are."""
    bridge, settings = window.bridge, window.settings
    finding = Autolabelling(bridge, engine, finder, settings, models.describe, lambda: display.seen_key, window)
    AutolabelDisplay(window, finding, finder, engine)
    propagating = SequenceLabelling(bridge, engine, settings, models.describe, lambda: display.seen_key, window)
    SequenceDisplay(window, propagating, finder, engine)


def _concept_slots(
    concepts: ConceptLabelling, finder: Finder, labelling: Labelling, window: MainWindow
) -> dict[str, Callable[[], object]]:
    """Say what the verbs about what was found of a concept call."""

    def accept_all_and_go_on() -> None:
        if concepts.accept_all():
            labelling.accept(goes_on=True)

    def correct_proposal() -> None:
        if (instance_id := concepts.accept_to_correct()) is not None:
            labelling.correct(instance_id)

    def focused_box() -> BoxXyxy | None:
        focused = finder.proposals.focused if finder.proposals is not None else None
        return None if focused is None else focused.region.box_xyxy

    def turn(step: int) -> None:
        concepts.turn(step)
        if (box := focused_box()) is not None:  # the same one may be in focus as before, and out of sight since
            window.canvas.reveal_box(box)

    def once_seen(verb: Callable[[], object]) -> Callable[[], None]:
        return partial(_decide_once_seen, verb, focused_box, window.canvas)

    return {
        "find_like": concepts.find_like_selected,
        "find": window.area.phrase_bar.focus_field,
        "accept_proposal": once_seen(concepts.accept_focused),
        "accept_proposals": concepts.accept_all,
        "accept_proposals_next": accept_all_and_go_on,
        "reject_proposal": once_seen(finder.reject_focused),
        "undo_rejection": finder.undo_rejection,
        "correct_proposal": once_seen(correct_proposal),
        "next_proposal": lambda: turn(1),
        "previous_proposal": lambda: turn(-1),
    }


def _decide_once_seen(verb: Callable[[], object], find_box: Callable[[], BoxXyxy | None], canvas: CanvasView) -> None:
    """Do what a key decides on a box only where any of that is in sight, else bring it there."""
    box = find_box()
    room = QRectF(canvas.viewport().rect())
    low, high = canvas.image_from_viewport(room.topLeft()), canvas.image_from_viewport(room.bottomRight())
    if box is None or QRectF(low, high).intersects(QRectF(QPointF(*box[:2]), QPointF(*box[2:]))):
        verb()
    else:
        canvas.reveal_box(box)
