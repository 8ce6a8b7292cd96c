"""Why an action cannot be done now, in words: found by the least change of the situation that would allow it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

from sam3_annotator.ui.actions.action_state import ActionState
from sam3_annotator.ui.actions.action_table import CATEGORY_KEYS, ActionSpec
from sam3_annotator.ui.canvas.polygon_drawing import MIN_VERTICES

KeyOf = Callable[[str], str]
# What a situation lacks, in a sentence, and the fields in which it would be another with that.
_Lack = tuple[str, dict[str, Any]]

_READ_ONLY: Final = "The project is read-only: nothing in it can be changed."
_NOTHING_OPEN: Final = "There is nothing to accept: no outline is open."
_NO_INSTANCES: Final = "There are no instances on this image yet."


def why_not(spec: ActionSpec, state: ActionState, key_of: KeyOf) -> str:
    """Say why an action is disabled, and what would help; "" where it is not, or nothing the user can do would help.

    `key_of` words the key of an action, given its id, "" for none.
    """
    if not state.has_image or spec.enabled(state):
        return ""
    if not state.is_read_only:
        return _why_not(spec, state, key_of)
    writable = replace(state, is_read_only=False)
    if spec.enabled(writable):
        return _READ_ONLY
    # What else is in the way is worth saying only where writing is not.
    return _why_not(spec, state, key_of) or (_READ_ONLY if _why_not(spec, writable, key_of) else "")


def _why_not(spec: ActionSpec, state: ActionState, key_of: KeyOf) -> str:
    for sentence, fields in _lacks(state, key_of):
        if spec.enabled(replace(state, **fields)):
            return sentence
    # What is open may not be all that is in the way, but it comes first.
    closed = replace(state, has_draft=False, drawn_vertices=0)
    if state.is_making and _why_not(spec, closed, key_of):
        return _what_is_open(state, key_of)
    return ""


def _lacks(state: ActionState, key_of: KeyOf) -> Iterator[_Lack]:
    """Go through what a situation may lack, in the order in which it is to be said."""
    yield _last_image(state, key_of), {"has_next_image": True}
    yield "No image comes before this one in the list.", {"has_previous_image": True}
    yield "No other image in the list is left to do.", {"has_unfinished_image": True}
    yield _with_key("This image cannot be shown. Try again", key_of("reload_image")), {"is_unreadable": False}
    yield _with_key("Nobody has called this image done yet", key_of("mark_done")), {"is_finished": True}
    yield from _lacks_of_what_is_open(state, key_of)
    yield "What is looked for is still to come.", {"is_looking": False}
    yield from _lacks_of_instances(state, key_of)
    yield "Nothing has been copied yet.", {"has_copies": True}
    yield _too_few_categories(state.category_count), {"category_count": len(CATEGORY_KEYS)}
    yield "There is nothing to undo.", {"undo_label": "step"}
    yield "There is nothing to redo.", {"redo_label": "step"}
    if not state.is_read_only:  # else it would be undo alone that an outline allows
        is_painted = state.tool == "brush" and state.selection_count > 0
        yield _painted(key_of) if is_painted else _NOTHING_OPEN, {"has_draft": True, "lacks_object": False}
    nothing = "What is looked for is still to come." if state.is_looking else "Nothing is proposed."
    yield nothing, {"proposal_count": 1, "is_looking": False}
    yield "This image is left out already.", {"is_left_out": False}
    yield _with_key("Take the brush first", key_of("tool_brush")), {"tool": "brush"}
    yield _with_key("No finding is listed. Check the project first", key_of("check_project")), {"finding_count": 1}
    yield _with_key("Go to a finding first", key_of("next_finding")), {"is_at_finding": True}
    words = "Labels are worth nothing without their file, so that is not to be called fine. Leave the image out"
    yield _with_key(words, key_of("leave_out")), {"is_finding_of_file": False}
    yield "Brightness and contrast are those of the image: nothing has been set.", {"has_light": True}


def _lacks_of_what_is_open(state: ActionState, key_of: KeyOf) -> Iterator[_Lack]:
    if state.is_drawing:
        yield "A polygon needs three vertices or more to be closed.", {"drawn_vertices": MIN_VERTICES}
        yield _what_is_open(state, key_of), {"drawn_vertices": 0}
    elif state.has_draft:
        yield "Click on the object first: so far, you have only said what is not part of it.", {"lacks_object": False}
        if state.candidate_count:
            yield "The model sees nothing else that this may be.", {"candidate_count": 2}
        yield _what_is_open(state, key_of), {"has_draft": False}


def _what_is_open(state: ActionState, key_of: KeyOf) -> str:
    thing, finishes = ("A polygon", "closes") if state.is_drawing else ("An outline", "accepts")
    ways = [
        f"{key} {does} it" for action, does in (("accept", finishes), ("escape", "drops")) if (key := key_of(action))
    ]
    return f"{thing} is open{': ' if ways else ''}{', '.join(ways)}."


def _painted(key_of: KeyOf) -> str:
    key = key_of("escape")
    return f"What is painted is an instance already{f': {key} deselects it, to paint a new one' if key else ''}."


def _lacks_of_instances(state: ActionState, key_of: KeyOf) -> Iterator[_Lack]:
    if state.hidden_count:
        yield _with_key("All instances are hidden. Show them", key_of("hide_all")), {"hidden_count": 0}
    if not state.instance_count:
        for selection_count in range(3):
            yield _NO_INSTANCES, {"instance_count": 2, "selection_count": selection_count}
    if not state.selection_count:
        yield _with_key("Select an instance first", key_of("next")), {"selection_count": 1}
    if state.selection_count > 1:
        yield "Several instances are selected: select one alone.", {"selection_count": 1}
    yield "Select two instances or more: Shift+click selects one more.", {"selection_count": 2}
    if state.instance_count:
        yield "There are instances on this image: it is not empty.", {"instance_count": 0}
    yield "There is no other instance on this image.", {"instance_count": state.selection_count + 1}


def _last_image(state: ActionState, key_of: KeyOf) -> str:
    if not state.has_unfinished_image:
        return "This is the last image in the list, and no other is left to do."
    key = key_of("next_unfinished")
    goes_on = f" {key} leads to one that is not done." if key else ""
    return f"This is the last image in the list.{goes_on}"


def _too_few_categories(count: int) -> str:
    if not count:
        return "There are no categories yet. They are added at the right."
    words = "is only 1 category" if count == 1 else f"are only {count} categories"
    return f"There {words}. More are added at the right."


def _with_key(words: str, key: str) -> str:
    return f"{words} ({key})." if key else f"{words}."
