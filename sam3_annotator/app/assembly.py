"""Builds the window of a project: makes its objects, and has them connected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication

from sam3_annotator.app.concepts import bind_autolabelling, bind_concepts
from sam3_annotator.app.findings import bind_findings
from sam3_annotator.app.labelling import bind_instance_verbs, bind_labelling, bind_polygons, bind_taking_back
from sam3_annotator.app.models import bind_background, bind_closer_look, bind_models
from sam3_annotator.app.projects import bind_project
from sam3_annotator.model import EmbeddingCache, Session, default_folder, open_session
from sam3_annotator.project import ProjectStore
from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.assistance.embedding_budgets import EmbeddingBudgets
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.assistance.model_choice import ModelChoice
from sam3_annotator.ui.assistance.prefetch import Prefetch
from sam3_annotator.ui.assistance.preview import Preview
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.canvas_binding import CanvasBinding
from sam3_annotator.ui.images.fact_reader import FactReader
from sam3_annotator.ui.images.image_display import ImageDisplay
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.start.opening import Opened, first_unfinished
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.theme import apply_theme
from sam3_annotator.ui.verbs.concept_labelling import ConceptLabelling
from sam3_annotator.ui.verbs.drawing import Drawing
from sam3_annotator.ui.verbs.labelling import Labelling
from sam3_annotator.ui.verbs.polygon_keeping import PolygonKeeping
from sam3_annotator.ui.verbs.revealing import Revealing
from sam3_annotator.ui.verbs.settling import Settling
from sam3_annotator.ui.window.canvas_remedy import CanvasRemedy
from sam3_annotator.ui.window.canvas_words import CanvasWords
from sam3_annotator.ui.window.crash_messages import CrashMessages
from sam3_annotator.ui.window.draft_display import DraftDisplay
from sam3_annotator.ui.window.light_display import LightDisplay
from sam3_annotator.ui.window.main_window import MainWindow
from sam3_annotator.ui.window.notices import Notices
from sam3_annotator.ui.window.project_verbs import ProjectVerbs
from sam3_annotator.ui.window.proposals_display import ProposalsDisplay
from sam3_annotator.ui.window.situation_parts import (
    Typing,
    add_canvas,
    add_image,
    add_instances,
    add_making,
    add_project,
)
from sam3_annotator.ui.workspace import Workspace

SessionFactory = Callable[[], Session]


def build_window(project_path: Path | str, session_factory: SessionFactory | None = None) -> MainWindow:
    """Open a project and build its window, not yet shown; `session_factory` None means the configured model.

    Raises `KnownError` with a sentence if the project cannot be opened.
    """
    app = QApplication.instance()
    settings = Settings()
    if isinstance(app, QApplication):
        apply_theme(app, settings.appearance, settings.text_size)
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
    binding = CanvasBinding(bridge, workspace, canvas, settings)
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
    bind_polygons(window, PolygonKeeping(bridge, workspace, canvas, display, drawing), labelling)
    preview = Preview(engine, assist, settings, window)
    outlining, compared = bind_instance_verbs(window, display, engine, models, assist, finder, labelling)
    closer = bind_closer_look(window, assist, finder, display)
    bind_taking_back(window, assist, finder, drawing)
    facts = FactReader(bridge, window)
    project_verbs = ProjectVerbs(window)
    crashes = CrashMessages(window.messages)
    DraftDisplay(window, assist, preview, engine)
    ProposalsDisplay(window, assist, finder, engine)
    LightDisplay(window)
    CanvasWords(window, display)
    CanvasRemedy(window)
    Notices(window, engine, assist, finder, outlining, (labelling, concepts, drawing), facts)

    bind_situation(window, binding, display, assist, finder, drawing)
    bind_project(window, project_verbs, opened, display)
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
    window.situation.begin()
    return window


def bind_situation(
    window: MainWindow, binding: CanvasBinding, display: ImageDisplay, assist: Assist, finder: Finder, drawing: Drawing
) -> None:
    """Have the actions of a window follow what is shown and made; all else they depend on is told where it is bound."""
    add_project(window)
    add_image(window, display)
    add_instances(window, binding)
    add_canvas(window)
    add_making(window, assist, finder, drawing)
    Typing(window)


def make_engine(
    session_factory: SessionFactory, settings: Settings, disk_gigabytes: float | None, window: MainWindow
) -> EngineBridge:
    """Make the engine of a window, with a cache of embeddings that goes on from yesterday's."""
    embeddings = EmbeddingCache(folder=default_folder())
    EmbeddingBudgets(embeddings, settings, disk_gigabytes, window)
    return EngineBridge(session_factory, embeddings=embeddings, parent=window)
