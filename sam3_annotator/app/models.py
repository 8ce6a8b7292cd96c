"""Connects the choice of a model, what it sees and how busy it is with a window."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.assistance.closer_look import CloserLook
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.assistance.model_choice import ModelChoice
from sam3_annotator.ui.assistance.preview import Preview
from sam3_annotator.ui.background import background_is_idle
from sam3_annotator.ui.images.fact_reader import FactReader
from sam3_annotator.ui.images.image_display import ImageDisplay
from sam3_annotator.ui.window.main_window import MainWindow
from sam3_annotator.ui.window.model_setup_display import open_model_setup
from sam3_annotator.ui.window.notices import CLOSER_LOOK
from sam3_annotator.ui.window.project_verbs import ProjectVerbs


def bind_models(
    window: MainWindow, models: ModelChoice, preview: Preview, project_verbs: ProjectVerbs, *, loads: bool
) -> None:
    """Let the actions and the chip of a window, and what is dropped on it, choose its model; `loads` the one chosen."""
    choose = partial(open_model_setup, models, window)
    window.window_actions.bind({"choose_model": choose, "toggle_preview": preview.toggle})
    window.situation.add(lambda state: replace(state, is_previewing=preview.is_on), preview.switched)
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
    window.situation.add(lambda state: replace(state, is_looking_closer=closer.window is not None), closer.changed)
    return closer


def bind_background(window: MainWindow, engine: EngineBridge, display: ImageDisplay, facts: FactReader) -> None:
    """Have a window idle only while nothing works in the background."""
    for is_idle in (lambda: engine.is_idle, lambda: display.is_idle, lambda: facts.is_idle, background_is_idle):
        window.add_idle_check(is_idle)
