"""What the verbs of a window call: each verb of the table of actions with its slot."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sam3_annotator.project import ImageState
from sam3_annotator.ui.actions.action_table import CATEGORY_KEYS
from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.images.image_display import ImageDisplay
from sam3_annotator.ui.panels.image_list import ImageListPanel
from sam3_annotator.ui.verbs.concept_labelling import ConceptLabelling
from sam3_annotator.ui.verbs.drawing import Drawing
from sam3_annotator.ui.verbs.labelling import Labelling
from sam3_annotator.ui.verbs.project_verbs import ProjectVerbs
from sam3_annotator.ui.window.main_window import MainWindow
from sam3_annotator.ui.workspace import Workspace

Slots = dict[str, Callable[[], object]]


def labelling_slots(labelling: Labelling, assist: Assist, workspace: Workspace, canvas: CanvasView) -> Slots:
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


def stroke_slots(drawing: Drawing, labelling: Labelling) -> Slots:
    """Say what the verbs about strokes that wait for their category call."""

    def keep_and_go_on() -> None:
        if drawing.keep_strokes():
            labelling.accept(goes_on=True)

    return {
        "keep_strokes": drawing.keep_strokes,
        "keep_strokes_next": keep_and_go_on,
        "remove_last_stroke": drawing.step_back,
    }


def concept_slots(concepts: ConceptLabelling, finder: Finder, labelling: Labelling, window: MainWindow) -> Slots:
    """Say what the verbs about what was found of a concept call."""

    def accept_all_and_go_on() -> None:
        if concepts.accept_all():
            labelling.accept(goes_on=True)

    def correct_proposal() -> None:
        if (instance_id := concepts.accept_to_correct()) is not None:
            labelling.correct(instance_id)

    def turn(step: int) -> None:
        concepts.turn(step)
        # The same one may be in focus as before, and out of sight since.
        if finder.proposals is not None and finder.proposals.focused is not None:
            window.canvas.reveal_box(finder.proposals.focused.region.box_xyxy)

    return {
        "find_like": concepts.find_like_selected,
        "find": window.area.phrase_bar.focus_field,
        "accept_proposal": concepts.accept_focused,
        "accept_proposals": concepts.accept_all,
        "accept_proposals_next": accept_all_and_go_on,
        "reject_proposal": finder.reject_focused,
        "undo_rejection": finder.undo_rejection,
        "correct_proposal": correct_proposal,
        "next_proposal": lambda: turn(1),
        "previous_proposal": lambda: turn(-1),
    }


def image_slots(panel: ImageListPanel, labelling: Labelling, display: ImageDisplay) -> Slots:
    """Say what the verbs about images call."""
    return {
        "next_image": panel.next_image,
        "previous_image": panel.previous_image,
        "next_unfinished": panel.next_unfinished,
        "previous_unfinished": panel.previous_unfinished,
        "mark_done": lambda: labelling.set_image_state(ImageState.DONE),
        "mark_reviewed": lambda: labelling.set_image_state(ImageState.REVIEWED),
        "mark_empty": lambda: labelling.set_image_state(ImageState.CONFIRMED_EMPTY),
        "mark_unfinished": lambda: labelling.set_image_state(ImageState.IN_PROGRESS),
        "leave_out": lambda: labelling.set_image_state(ImageState.LEFT_OUT),
        "find_moved": panel.ask_and_find_moved,
        "reload_image": display.reload,
    }


def project_slots(verbs: ProjectVerbs, window: MainWindow) -> Slots:
    """Say what the verbs about the project call."""
    return {
        "new_project": verbs.new_project,
        "open_folder": verbs.open_folder,
        "open_project": verbs.open_project,
        "close_project": window.start_page_requested.emit,
        "add_images": verbs.add_images,
        "import": lambda: verbs.import_annotations(),
        "export": verbs.export,
    }
