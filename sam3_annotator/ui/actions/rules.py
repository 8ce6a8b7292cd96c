"""The rules that give one key several meanings: what it does in a situation, in which words, and whether it can."""

from __future__ import annotations

from sam3_annotator.ui.actions.action_state import ActionState


def undo_verb(state: ActionState) -> str:
    """Say what Ctrl+Z means: what was done or dropped last and is not in the project, else the last step of that."""
    if state.is_drawing:
        return "remove_last_vertex"
    if state.has_draft:
        return "remove_last_prompt"
    if state.is_painting:
        return "remove_last_stroke"
    if state.dropped:
        return "bring_back"
    return "undo_rejection" if state.rejection_count else "undo"


def undo_text(state: ActionState) -> str:
    """Say it in words, for the menu."""
    if state.is_drawing:
        return "Undo last vertex"
    if state.has_draft:
        return "Stop correcting" if state.lacks_prompt else "Undo last prompt"
    if state.is_painting:
        return "Undo last stroke"
    if state.dropped:
        return f"Bring back {state.dropped}"
    if state.rejection_count:
        return "Undo reject proposal"
    return _step_text("Undo", state.undo_label)


def can_redo(state: ActionState) -> bool:
    """Say whether something was taken back or undone, which can be done again now."""
    is_undone = state.redo_label is not None and not state.is_making and not state.is_read_only
    return bool(state.taken_back) or is_undone


def redo_verb(state: ActionState) -> str:
    """Say what Ctrl+Shift+Z means: put back what was taken back of what is being made, else redo a step."""
    return "put_back" if state.taken_back else "redo"


def redo_text(state: ActionState) -> str:
    """Say it in words, for the menu."""
    return _step_text("Redo", state.taken_back or state.redo_label)


def _step_text(word: str, label: str | None) -> str:
    return f"{word} {label[:1].lower()}{label[1:]}" if label else word


def accept_verb(state: ActionState) -> str:
    """Say what Enter means: close the polygon, else keep the draft, else the strokes, else the focused proposal."""
    if state.is_drawing:
        return "close_polygon"
    if state.is_painting:
        return "keep_strokes"
    return "accept_proposal" if state.is_choosing else "accept"


def accept_text(state: ActionState) -> str:
    """Say it in words, for the menu."""
    if state.is_drawing:
        return "Close polygon"
    return "Keep what was painted" if state.is_painting else "Accept"


def can_accept(state: ActionState) -> bool:
    """Say whether there is something to keep."""
    if state.is_drawing:
        return state.can_write and state.can_close
    has_something = state.has_draft or state.is_painting or state.is_choosing
    return state.can_write and has_something and not state.lacks_object


def can_go_on(state: ActionState) -> bool:
    """Say whether nothing is left behind unseen: no polygon or draft still to come, nor what is just looked for."""
    if state.is_drawing:
        return state.can_close
    return not state.lacks_object and (state.has_draft or not state.is_looking)


def accept_next_verb(state: ActionState) -> str:
    """Say what Shift+Enter means: close the polygon, else keep the draft, strokes or all proposals, and go on."""
    if state.is_drawing:
        return "close_polygon_next"
    if state.is_painting:
        return "keep_strokes_next"
    return "accept_proposals_next" if state.can_accept_all else "accept_next"


def accept_next_text(state: ActionState) -> str:
    """Say it in words, for the menu."""
    return f"{accept_text(state)} and next image"


def escape_verb(state: ActionState) -> str:
    """Say what Esc means: drop polygon, draft or strokes without category, else the selection, else what was found."""
    if state.is_drawing:
        return "drop_polygon"
    if state.has_draft:
        return "discard_draft"
    if state.is_painting:
        return "drop_strokes"
    if state.selection_count:
        return "clear_selection"
    return "drop_proposals" if state.has_concept else ""


def escape_text(state: ActionState) -> str:
    """Say it in words, for the menu."""
    texts = {
        "drop_polygon": "Drop polygon",
        "discard_draft": "Discard draft",
        "drop_strokes": "Drop what was painted",
        "drop_proposals": "Forget what was found",
    }
    return texts.get(escape_verb(state), "Deselect")


def backspace_verb(state: ActionState) -> str:
    """Say what Backspace means: take back the last vertex, else delete what is selected, else reject a proposal."""
    if state.is_drawing:
        return "remove_last_vertex"
    return "reject_proposal" if state.is_choosing else "delete_vertex"


def next_verb(state: ActionState) -> str:
    """Say what Tab means: the next candidate while a draft is open, else the next proposal, else the next instance.

    Nothing while proposals are still to come: an instance selected meanwhile would have the keys in their place.
    """
    if state.is_drawing:
        return ""
    if state.has_draft:
        return "next_candidate" if state.candidate_count > 1 else ""
    if state.proposal_count:
        return "next_proposal"
    return "next_instance" if state.visible_count and not state.is_looking else ""


def next_text(state: ActionState) -> str:
    """Say it in words, for the menu."""
    return {"next_candidate": "Next candidate", "next_proposal": "Next proposal"}.get(next_verb(state), "Next instance")


def previous_text(state: ActionState) -> str:
    """Say in words what Shift+Tab would do, for the menu."""
    return next_text(state).replace("Next", "Previous")


def previous_verb(state: ActionState) -> str:
    """Say what Shift+Tab means, the other way round."""
    return next_verb(state).replace("next", "previous")


def can_find(state: ActionState) -> bool:
    """Say whether there is an image to look at, and a project that takes what is found."""
    return state.can_write and not state.is_unreadable


def can_correct(state: ActionState) -> bool:
    """Say whether clicks can go on from what is selected, or else from the focused proposal."""
    return can_find(state) and not state.is_making and (state.selection_count == 1 or state.is_choosing)


def correct_verb(state: ActionState) -> str:
    """Say what C means: correct the selected instance, else accept the focused proposal and correct that."""
    return "correct_proposal" if state.is_choosing else "correct"


def can_outline(state: ActionState) -> bool:
    """Say whether the model can outline what is selected."""
    return can_find(state) and state.selection_count > 0 and not state.is_making


def outline_verb(state: ActionState) -> str:
    """Say what Shift+C means: take what the model is shown to draw, else have it outline the selection anew."""
    return "take_outline" if state.is_comparing else "outline_boxes"


def outline_text(state: ActionState) -> str:
    """Say it in words, for the menu."""
    return "Take the model's outline" if state.is_comparing else "Outline from boxes"


def can_review(state: ActionState) -> bool:
    """Say whether the image waits for a verdict, or has one: somebody has called it finished, and it can be seen."""
    return can_find(state) and state.is_finished and not state.is_making


def approve_text(state: ActionState) -> str:
    """Say what approving comes to, in words, for the menu: what has no instances is approved as empty."""
    return f"{'Mark as reviewed' if state.instance_count else 'Confirm as empty'} and next to review"


def can_judge_finding(state: ActionState) -> bool:
    """Say whether the chosen finding can be called fine, or told again."""
    return state.can_write and state.is_at_finding and not state.is_finding_of_file and not state.is_making


def judge_finding_text(state: ActionState) -> str:
    """Say which of the two it is, in words, for the menu."""
    return f"{'Tell again' if state.is_finding_dismissed else 'Dismiss'} and next finding"


def has_brush(state: ActionState) -> bool:
    """Say whether there is a brush in the hand, and something to paint on."""
    return state.has_image and state.tool == "brush"
