"""Builds the objects of the program and connects them; the only place that does, and it does nothing else."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from sam3_annotator.model import EmbeddingCache, Exemplar, Session, default_folder, open_session
from sam3_annotator.paths import resources_dir
from sam3_annotator.project import ProjectStore
from sam3_annotator.ui.actions.situation import Situation
from sam3_annotator.ui.actions.verb_slots import (
    concept_slots,
    image_slots,
    labelling_slots,
    project_slots,
    stroke_slots,
)
from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.assistance.closer_look import CloserLook
from sam3_annotator.ui.assistance.draft_display import DraftDisplay
from sam3_annotator.ui.assistance.embedding_budgets import EmbeddingBudgets
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.assistance.model_choice import ModelChoice
from sam3_annotator.ui.assistance.prefetch import Prefetch
from sam3_annotator.ui.assistance.preview import Preview
from sam3_annotator.ui.assistance.proposals_display import ProposalsDisplay
from sam3_annotator.ui.background import background_is_idle
from sam3_annotator.ui.canvas.items import WHITE
from sam3_annotator.ui.canvas.preview_item import PreviewKind
from sam3_annotator.ui.canvas.proposals import BoxXyxy
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.canvas_binding import CanvasBinding
from sam3_annotator.ui.garbage_collection import GarbageCollection
from sam3_annotator.ui.images.fact_reader import FactReader
from sam3_annotator.ui.images.image_display import ImageDisplay
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.start import qt_messages
from sam3_annotator.ui.start.interrupts import Interrupts
from sam3_annotator.ui.start.launcher import Launcher
from sam3_annotator.ui.start.opening import Opened, first_unfinished
from sam3_annotator.ui.start.samples import copy_samples
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.theme import apply_theme
from sam3_annotator.ui.verbs.attributing import Attributing
from sam3_annotator.ui.verbs.auditing import Auditing
from sam3_annotator.ui.verbs.autolabelling import Autolabelling
from sam3_annotator.ui.verbs.combining import Combining
from sam3_annotator.ui.verbs.compared_outline import ComparedOutline
from sam3_annotator.ui.verbs.concept_labelling import ConceptLabelling
from sam3_annotator.ui.verbs.copying import Copying
from sam3_annotator.ui.verbs.correcting import Correcting
from sam3_annotator.ui.verbs.crowding import Crowding
from sam3_annotator.ui.verbs.drawing import Drawing
from sam3_annotator.ui.verbs.dropping import Dropping
from sam3_annotator.ui.verbs.instance_clipboard import InstanceClipboard
from sam3_annotator.ui.verbs.labelling import Labelling
from sam3_annotator.ui.verbs.missed_object import MissedObject
from sam3_annotator.ui.verbs.outlining import Outlining
from sam3_annotator.ui.verbs.painting import Painting
from sam3_annotator.ui.verbs.polygon_keeping import PolygonKeeping
from sam3_annotator.ui.verbs.project_verbs import ProjectVerbs
from sam3_annotator.ui.verbs.propagating import Propagating
from sam3_annotator.ui.verbs.reshaping import Reshaping
from sam3_annotator.ui.verbs.revealing import Revealing
from sam3_annotator.ui.verbs.sequence_labelling import SequenceLabelling
from sam3_annotator.ui.verbs.settling import Settling
from sam3_annotator.ui.window.audit_display import AuditDisplay
from sam3_annotator.ui.window.autolabel_display import AutolabelDisplay
from sam3_annotator.ui.window.canvas_keys import CanvasKeys
from sam3_annotator.ui.window.crash_messages import CrashMessages
from sam3_annotator.ui.window.gallery_display import GalleryDisplay
from sam3_annotator.ui.window.history_display import HistoryDisplay
from sam3_annotator.ui.window.leaving import Leaving, LeavingStrokes
from sam3_annotator.ui.window.light_display import LightDisplay
from sam3_annotator.ui.window.main_window import MainWindow
from sam3_annotator.ui.window.model_setup_display import open_model_setup
from sam3_annotator.ui.window.notices import CATEGORY, CLOSER_LOOK, INSTANCES, Notices
from sam3_annotator.ui.window.search_progress import SearchProgress
from sam3_annotator.ui.window.sequence_display import SequenceDisplay
from sam3_annotator.ui.window.statistics_display import StatisticsDisplay
from sam3_annotator.ui.window.waiting_drafts import WaitingDrafts
from sam3_annotator.ui.workspace import Workspace

SessionFactory = Callable[[], Session]


def run(path: Path | None, *, shows_hints: bool = False, disk_gigabytes: float | None = None) -> int:
    """Show the window with what lies at `path`, or without a path the last project or the start page.

    `shows_hints` floats a card for newcomers over the canvas; `disk_gigabytes` is the room of embeddings on disk, if
    not as the settings say. Returns the exit status once the last window is closed.
    """
    qt_messages.install_message_handler()
    app = make_application()
    settings = Settings(app)
    apply_theme(app, settings.appearance)
    interrupts = Interrupts(app)
    garbage_collection = GarbageCollection(app)

    def make_window(opened: Opened) -> MainWindow:
        return assemble_window(opened, settings, disk_gigabytes=disk_gigabytes)

    launcher = Launcher(settings, make_window, copy_samples, app)
    launcher.start(path, shows_hints=shows_hints)
    status = app.exec()
    garbage_collection.close()
    interrupts.close()
    return status


def make_application() -> QApplication:
    """Make the one QApplication of the process."""
    app = QApplication(sys.argv[:1])
    app.setApplicationName("sam3-annotator")
    app.setApplicationDisplayName("SAM 3 Annotator")
    app.setDesktopFileName("sam3-annotator")
    app.setWindowIcon(QIcon(str(resources_dir() / "app-icon.svg")))
    return app


def build_window(project_path: Path | str, session_factory: SessionFactory | None = None) -> MainWindow:
    """Open a project and build its window, not yet shown; `session_factory` None means the configured model.

    Raises `KnownError` with a sentence if the project cannot be opened.
    """
    app = QApplication.instance()
    settings = Settings()
    if isinstance(app, QApplication):
        apply_theme(app, settings.appearance)
    return assemble_window(Opened(ProjectStore.open(Path(project_path))), settings, session_factory)


def assemble_window(
    opened: Opened,
    settings: Settings,
    session_factory: SessionFactory | None = None,
    disk_gigabytes: float | None = None,
) -> MainWindow:
    """Build the window of an open project around its store; model and files are started once it has been seen."""
    bridge = StoreBridge(opened.store)
    workspace = Workspace()
    canvas = CanvasView()
    window = MainWindow(bridge, workspace, canvas, settings)
    bridge.setParent(window)
    workspace.setParent(window)

    engine = make_engine(session_factory or open_session, settings, disk_gigabytes, window)
    assist = Assist(engine, settings, window)
    binding = CanvasBinding(bridge, workspace, canvas)
    finder = Finder(engine, settings, opened.store.instances, window)
    Settling(bridge, finder, window)
    display = ImageDisplay(bridge, workspace, canvas, binding, assist, finder, settings)
    window.image_panel.stepping.connect(Prefetch(engine, workspace, display, window.image_panel.shown).expect_step)
    models = ModelChoice(engine, settings, parent=window)
    labelling = Labelling(opened.store, workspace, assist, models.describe, lambda: canvas.is_drawing, window)
    drawing = Drawing(opened.store, workspace, window)
    concepts = ConceptLabelling(opened.store, workspace, finder, models.describe, window)
    bind_concepts(window, concepts, finder, labelling)
    bind_labelling(window, labelling, assist, drawing, display)
    bind_polygons(window, PolygonKeeping(bridge, workspace, canvas, display, drawing, window.messages), labelling)
    preview = Preview(engine, assist, settings, window)
    clipboard, outlining, compared = bind_instance_verbs(window, display, engine, models, assist, finder)
    closer = bind_closer_look(window, assist, finder, display)
    dropping = Dropping(window, assist, finder, drawing)
    situation = Situation(
        window, assist, finder, binding, display, preview, compared, clipboard, drawing, closer, dropping
    )
    facts = FactReader(bridge, window)
    project_verbs = ProjectVerbs(window)
    crashes = CrashMessages(window.messages)
    DraftDisplay(bridge, workspace, canvas, assist, preview, engine, window.status_line)
    ProposalsDisplay(window, bridge, workspace, assist, finder, engine)
    LightDisplay(window)
    Notices(window, engine, assist, finder, outlining, (labelling, concepts, drawing), facts)

    situation.changed.connect(window.window_actions.update)
    bind_project(window, project_verbs, opened)
    bind_models(window, models, preview, project_verbs, loads=session_factory is None)
    bind_background(window, engine, display, facts)
    bind_findings(window, engine, display, Revealing(workspace, canvas, binding, display), compared, finder, closer)
    bind_autolabelling(window, engine, finder, display, models)
    for closes in (crashes.close, facts.close, models.close, display.close, engine.close, bridge.close):
        window.closing.connect(closes)

    def begin() -> None:
        engine.start()
        workspace.set_image(opened.image_id or first_unfinished(opened.store))
        facts.start()

    window.begun.connect(begin)
    window.window_actions.update(situation.state())
    return window


def bind_background(window: MainWindow, engine: EngineBridge, display: ImageDisplay, facts: FactReader) -> None:
    """Have a window idle only while nothing works in the background."""
    for is_idle in (lambda: engine.is_idle, lambda: display.is_idle, lambda: facts.is_idle, background_is_idle):
        window.add_idle_check(is_idle)


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
    missed = MissedObject(window, finder, display, closer.look_at_whole)
    window.finding_panel.show_wanted.connect(revealing.show)
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


def bind_autolabelling(
    window: MainWindow, engine: EngineBridge, finder: Finder, display: ImageDisplay, models: ModelChoice
) -> None:
    """Let a window have images labelled beside the user's work: by phrases, or as the ones before them are."""
    bridge, settings = window.bridge, window.settings
    finding = Autolabelling(bridge, engine, finder, settings, models.describe, lambda: display.seen_key, window)
    AutolabelDisplay(window, finding, finder, engine)
    propagating = SequenceLabelling(bridge, engine, settings, models.describe, lambda: display.seen_key, window)
    SequenceDisplay(window, propagating, finder, engine)


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
    window.category_panel.clicked.connect(labelling.take_category)
    labelling.next_wanted.connect(CanvasKeys(window).go_on)
    HistoryDisplay(window)
    window.window_actions.bind(labelling_slots(labelling, assist, window.workspace, window.canvas))
    window.window_actions.bind(image_slots(window.image_panel, labelling, display))
    display.left.connect(lambda: drawing.show(None))
    display.shown.connect(drawing.show)
    window.add_leave_check(Leaving(assist, labelling, window.messages, window).may)
    window.add_leave_check(WaitingDrafts(window, assist, display).may_leave, of_people=True)
    bind_painting(window, labelling, drawing)


def bind_painting(window: MainWindow, labelling: Labelling, drawing: Drawing) -> None:
    """Let settings, keys and accepted drafts of a window say what the brush paints, and none of it be lost."""
    painting = Painting(
        window.bridge, window.workspace, window.canvas, window.settings, labelling, drawing, window.status_line
    )
    window.window_actions.state_changed.connect(painting.follow)
    window.window_actions.bind({"brush_larger": painting.enlarge, "brush_smaller": painting.shrink})
    window.window_actions.bind(stroke_slots(drawing, labelling))
    window.add_leave_check(LeavingStrokes(window.store, drawing, window.messages, window).may)
    drawing.category_unwanted.connect(lambda: window.messages.dismiss(CATEGORY))
    window.canvas.brush.erased.connect(labelling.erase_instance)


def bind_instance_verbs(
    window: MainWindow,
    display: ImageDisplay,
    engine: EngineBridge,
    models: ModelChoice,
    assist: Assist,
    finder: Finder,
) -> tuple[InstanceClipboard, Outlining, ComparedOutline]:
    """Let the actions of a window copy, propagate, combine, reshape and outline instances."""
    bridge, store, workspace, find_size = window.bridge, window.store, window.workspace, display.find_size
    settings, find_previous = window.settings, window.image_panel.find_previous
    clipboard = InstanceClipboard(window)
    window.begun.connect(clipboard.look)
    window.closing.connect(clipboard.close)

    outlining = Outlining(store, workspace, find_size, engine, display.seen_of, settings, models.describe, window)
    compared = ComparedOutline(bridge, workspace, find_size, engine, assist, settings, models.describe, window)
    for verbs in (
        outlining,
        compared,
        Copying(store, workspace, find_size, clipboard, lambda: window.canvas.zoom, find_previous, window),
        Propagating(store, workspace, find_size, finder, find_previous, settings, window),
        Combining(store, workspace, find_size, window),
        Reshaping(store, workspace, find_size, settings, window),
        Crowding(store, workspace, find_size, window),
        Attributing(window, find_size),
    ):
        verbs.problem.connect(window.messages.show_message)
        verbs.notice.connect(lambda sentence: window.show_notice(sentence, INSTANCES))
        window.window_actions.bind(verbs.slots())
    SearchProgress(window, engine, finder)
    return clipboard, outlining, compared


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
    window.add_leave_check(polygons.may_leave)


def bind_project(window: MainWindow, verbs: ProjectVerbs, opened: Opened) -> None:
    """Let the actions of a window, and what is dropped on it, work on its project as a whole; tell what limits that."""
    if opened.limitation:
        window.messages.show_message(opened.limitation, "warning")
    if (folder := opened.new_of) is not None:
        window.begun.connect(lambda: verbs.offer_labels(folder))
    window.paths_dropped.connect(verbs.take_dropped)
    verbs.open_wanted.connect(window.project_requested)
    window.window_actions.bind(project_slots(verbs, window))


def bind_models(
    window: MainWindow, models: ModelChoice, preview: Preview, project_verbs: ProjectVerbs, *, loads: bool
) -> None:
    """Let the actions and the chip of a window, and what is dropped on it, choose its model; `loads` the one chosen."""
    choose = partial(open_model_setup, models, window)
    window.window_actions.bind({"choose_model": choose, "toggle_preview": preview.toggle})
    window.chip.choose_wanted.connect(lambda: window.window_actions.trigger("choose_model"))
    project_verbs.model_dropped.connect(lambda path: open_model_setup(models, window).add(str(path)))
    window.chip.stop_wanted.connect(models.stop_loading)
    if loads:
        models.load()


def bind_closer_look(window: MainWindow, assist: Assist, finder: Finder, display: ImageDisplay) -> CloserLook:
    """Let a key of a window say what part of the image the model sees."""
    closer = CloserLook(window.canvas, assist, finder, display, window)
    closer.notice.connect(lambda sentence: window.show_notice(sentence, CLOSER_LOOK))
    window.window_actions.bind(closer.slots())
    return closer


def make_engine(
    session_factory: SessionFactory, settings: Settings, disk_gigabytes: float | None, window: MainWindow
) -> EngineBridge:
    """Make the engine of a window, with a cache of embeddings that goes on from yesterday's."""
    embeddings = EmbeddingCache(folder=default_folder())
    EmbeddingBudgets(embeddings, settings, disk_gigabytes, window)
    return EngineBridge(session_factory, embeddings=embeddings, parent=window)


def bind_concepts(window: MainWindow, concepts: ConceptLabelling, finder: Finder, labelling: Labelling) -> None:
    """Let canvas, phrase bar, list and keys of a window say what is looked for and what is accepted of it."""
    canvas, bar, panel = window.canvas, window.area.phrase_bar, window.proposal_panel
    window.window_actions.bind(concept_slots(concepts, finder, labelling, window))

    def show_one(box_xyxy: BoxXyxy, *, positive: bool = True) -> None:
        x0, y0, x1, y1 = box_xyxy
        concepts.add_exemplars(Exemplar(x0, y0, x1, y1, positive))

    def carry_on() -> None:
        if window.window_actions.state.has_next_image:
            finder.carry_on()

    concepts.notice.connect(lambda sentence: window.show_notice(sentence, INSTANCES))
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
