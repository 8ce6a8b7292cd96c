"""Connects what makes and changes instances by hand with canvas, keys and panels of a window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from sam3_annotator.project import ImageState
from sam3_annotator.ui.actions.action_table import CATEGORY_KEYS
from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.assistance.model_choice import ModelChoice
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.images.image_display import ImageDisplay
from sam3_annotator.ui.item_models.image_criteria import Stops
from sam3_annotator.ui.panels.image_list import ImageListPanel
from sam3_annotator.ui.verbs.attributing import Attributing
from sam3_annotator.ui.verbs.combining import Combining
from sam3_annotator.ui.verbs.compared_outline import ComparedOutline
from sam3_annotator.ui.verbs.copying import Copying
from sam3_annotator.ui.verbs.correcting import Correcting
from sam3_annotator.ui.verbs.crowding import Crowding
from sam3_annotator.ui.verbs.drawing import Drawing
from sam3_annotator.ui.verbs.dropping import Dropping
from sam3_annotator.ui.verbs.instance_clipboard import InstanceClipboard
from sam3_annotator.ui.verbs.labelling import Labelling
from sam3_annotator.ui.verbs.outlining import Outlining
from sam3_annotator.ui.verbs.painting import Painting
from sam3_annotator.ui.verbs.polygon_keeping import PolygonKeeping
from sam3_annotator.ui.verbs.propagating import Propagating
from sam3_annotator.ui.verbs.putting_back import PuttingBack
from sam3_annotator.ui.verbs.reshaping import Reshaping
from sam3_annotator.ui.verbs.reviewing import Reviewing
from sam3_annotator.ui.verbs.sighting import Sighting
from sam3_annotator.ui.window.attribute_display import AttributeDisplay
from sam3_annotator.ui.window.brush_refusals import BrushRefusals
from sam3_annotator.ui.window.canvas_keys import REFUSAL, CanvasKeys
from sam3_annotator.ui.window.history_display import HistoryDisplay
from sam3_annotator.ui.window.leaving import Leaving
from sam3_annotator.ui.window.main_window import MainWindow
from sam3_annotator.ui.window.note_display import NoteDisplay
from sam3_annotator.ui.window.notices import CATEGORY, INSTANCES
from sam3_annotator.ui.window.search_progress import SearchProgress
from sam3_annotator.ui.window.waiting_work import WaitingDrafts, WaitingPolygons, WaitingStrokes
from sam3_annotator.ui.workspace import Workspace

Slots = dict[str, Callable[[], object]]


def bind_labelling(
    window: MainWindow, labelling: Labelling, assist: Assist, drawing: Drawing, display: ImageDisplay
) -> None:
    """Let mouse, keys and categories of a window work on drafts and instances, and none be lost when it is closed.

    Drafts follow the store before anything shows them.
    """
    Correcting(window.bridge, assist, window.canvas)
    window.canvas.prompt_added.connect(assist.add_prompt)
    window.canvas.region_edited.connect(labelling.replace_region)
    window.canvas.region_drawn.connect(drawing.add)
    window.category_panel.taken.connect(labelling.take_category)
    labelling.next_wanted.connect(CanvasKeys(window).go_on)
    HistoryDisplay(window)
    window.window_actions.bind(_labelling_slots(labelling, assist, window.workspace, window.canvas))
    window.window_actions.bind(_image_slots(window.image_panel, labelling, display))
    display.left.connect(lambda: drawing.show(None))
    display.left.connect(lambda: window.messages.dismiss(INSTANCES))  # it would be read as said of the next
    display.shown.connect(drawing.show)
    reviewing = Reviewing(window.store, window.workspace, window.image_panel.turn, window)
    reviewing.problem.connect(window.messages.show_message)
    reviewing.nothing_left.connect(lambda sentence: window.show_notice(sentence, REFUSAL))
    window.window_actions.bind(reviewing.slots())
    NoteDisplay(window)
    window.add_leave_check(Leaving(assist, labelling, window.messages, window).may)
    window.add_leave_check(WaitingDrafts(window, assist, display).may_leave, of_people=True)
    bind_painting(window, labelling, drawing)


def bind_painting(window: MainWindow, labelling: Labelling, drawing: Drawing) -> None:
    """Let settings, keys and accepted drafts of a window say what the brush paints, and none of it be lost."""
    painting = Painting(window.bridge, window.workspace, window.canvas, window.settings, labelling, drawing)
    window.window_actions.state_changed.connect(BrushRefusals(window.canvas.brush, window.status_line).follow)
    window.window_actions.bind({"brush_larger": painting.enlarge, "brush_smaller": painting.shrink})
    window.window_actions.bind(_stroke_slots(drawing, labelling))
    window.add_leave_check(WaitingStrokes(window, drawing).may_leave)
    drawing.category_unwanted.connect(lambda: window.messages.dismiss(CATEGORY))
    window.canvas.brush.erased.connect(labelling.erase_instance)


def bind_polygons(window: MainWindow, polygons: PolygonKeeping, labelling: Labelling) -> None:
    """Let the actions of a window work on polygons drawn by hand, and none be lost when it is closed."""
    # Not the action: with proposals on the image, that would accept them too.
    polygons.next_wanted.connect(lambda: labelling.accept(goes_on=True))
    window.window_actions.bind(
        {
            "close_polygon": window.canvas.close_polygon,
            "close_polygon_next": polygons.close_and_go_on,
            "remove_last_vertex": window.canvas.polygon.step_back,
        }
    )
    window.add_leave_check(WaitingPolygons(window, polygons).may_leave)


def bind_taking_back(window: MainWindow, assist: Assist, finder: Finder, drawing: Drawing) -> None:
    """Let the actions of a window drop what is being made, take back parts of it, and bring both back."""
    dropping = Dropping(window.bridge, window.workspace, window.canvas, assist, finder, drawing)
    window.area.phrase_bar.cleared.connect(dropping.drop_proposals)
    putting_back = PuttingBack(window.bridge, window.workspace, window.canvas, assist, drawing)
    window.window_actions.bind({**dropping.slots(), "put_back": putting_back.put_back})
    situation = window.situation
    situation.add(lambda state: replace(state, dropped=dropping.dropped), dropping.changed)
    situation.add(lambda state: replace(state, taken_back=putting_back.word), putting_back.changed)


def bind_instance_verbs(
    window: MainWindow,
    display: ImageDisplay,
    engine: EngineBridge,
    models: ModelChoice,
    assist: Assist,
    finder: Finder,
    labelling: Labelling,
) -> tuple[Outlining, ComparedOutline]:
    """Let the actions of a window copy, propagate, combine, reshape and outline instances."""
    bridge, store, workspace, find_size = window.bridge, window.store, window.workspace, display.find_size
    settings, find_previous = window.settings, window.image_panel.find_previous
    clipboard = InstanceClipboard(window)
    window.begun.connect(clipboard.look)
    window.closing.connect(clipboard.close)

    outlining = Outlining(store, workspace, find_size, engine, display.seen_of, settings, models.describe, window)
    compared = ComparedOutline(bridge, workspace, find_size, engine, assist, settings, models.describe, window)
    known = window.instance_panel.attributes.known
    attributing = Attributing(bridge, workspace, find_size, known.switches, window)
    for verbs in (
        outlining,
        compared,
        Copying(store, workspace, find_size, clipboard, lambda: window.canvas.zoom, find_previous, window),
        Propagating(store, workspace, find_size, finder, find_previous, settings, window),
        Combining(store, workspace, find_size, window),
        Reshaping(store, workspace, find_size, settings, window),
        Crowding(store, workspace, find_size, window),
        attributing,
    ):
        verbs.problem.connect(window.messages.show_message)
        verbs.notice.connect(lambda sentence: window.show_notice(sentence, INSTANCES))
        window.window_actions.bind(verbs.slots())
    window.window_actions.bind(AttributeDisplay(window, attributing).slots())
    sighting = Sighting(store, workspace, window.canvas, assist, finder, labelling)
    window.instance_panel.view.clicked.connect(sighting.reveal_selection)
    window.window_actions.bind(sighting.slots())
    SearchProgress(window, engine, finder)
    window.situation.add(lambda state: replace(state, has_copies=clipboard.has_copies), clipboard.changed)
    window.situation.add(lambda state: replace(state, is_comparing=compared.is_shown), compared.changed)
    return outlining, compared


def _labelling_slots(labelling: Labelling, assist: Assist, workspace: Workspace, canvas: CanvasView) -> Slots:
    """Say what the verbs about drafts and instances call."""

    def delete_vertex() -> None:
        if not canvas.delete_hovered_vertex():
            labelling.delete_selection()

    return {
        "accept": labelling.accept,
        "accept_next": lambda: labelling.accept(goes_on=True),
        "remove_last_prompt": assist.step_back,
        "next_candidate": assist.cycle,
        "previous_candidate": lambda: assist.cycle(-1),
        "clear_selection": lambda: workspace.select(()),
        "select_all": labelling.select_all,
        "correct": labelling.correct_selection,
        "delete_selection": labelling.delete_selection,
        "delete_vertex": delete_vertex,
        "hide_all": labelling.toggle_all,
        **{f"category_{n + 1}": partial(labelling.choose_category, n) for n in range(len(CATEGORY_KEYS))},
    }


def _stroke_slots(drawing: Drawing, labelling: Labelling) -> Slots:
    """Say what the verbs about strokes that wait for their category call."""

    def keep_and_go_on() -> None:
        if drawing.keep_strokes():
            labelling.accept(goes_on=True)

    return {
        "keep_strokes": drawing.keep_strokes,
        "keep_strokes_next": keep_and_go_on,
        "remove_last_stroke": drawing.step_back,
    }


def _image_slots(panel: ImageListPanel, labelling: Labelling, display: ImageDisplay) -> Slots:
    """Say what the verbs about images call."""
    return {
        "next_image": panel.next_image,
        "previous_image": panel.previous_image,
        "next_unfinished": partial(panel.turn, 1, Stops.UNFINISHED),
        "previous_unfinished": partial(panel.turn, -1, Stops.UNFINISHED),
        "mark_done": lambda: labelling.set_image_state(ImageState.DONE),
        "mark_reviewed": lambda: labelling.set_image_state(ImageState.REVIEWED),
        "mark_empty": lambda: labelling.set_image_state(ImageState.CONFIRMED_EMPTY),
        "mark_unfinished": lambda: labelling.set_image_state(ImageState.IN_PROGRESS),
        "leave_out": lambda: labelling.set_image_state(ImageState.LEFT_OUT),
        "find_moved": panel.ask_and_find_moved,
        "reload_image": display.reload,
    }
