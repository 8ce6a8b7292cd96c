"""What keys and mouse would do now, in words for the status line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sam3_annotator.ui.actions.action_state import ActionState
from sam3_annotator.ui.actions.rules import can_correct, can_judge_finding, can_outline, next_text, next_verb
from sam3_annotator.ui.keyboard.keys import modifier_words


@dataclass(frozen=True, slots=True)
class KeyHint:
    """What a key, or a movement of the mouse, would do."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class _ActionHint:
    """What an action would do, whatever its key is; `other_id` names one more that the same words are about."""

    action_id: str
    text: str
    other_id: str = ""


_Hint = KeyHint | _ActionHint

_MOUSE_HINTS = {
    "points": (KeyHint("Click", "on the object"), KeyHint("Right click", "off it")),
    "box": (KeyHint("Drag", "a box around the object"),),
    "select": (KeyHint("Click", "select"), KeyHint("Drag", "select several")),
    "exemplar": (KeyHint("Drag", "a box around an example"), KeyHint("Right drag", "around what it is not")),
    "polygon": (KeyHint("Click", "add a vertex"), KeyHint("Drag", "draw freehand"), KeyHint("Ctrl", "snap")),
}
_CORRECTING_HINTS = {
    "points": (KeyHint("Click", "on what is missing"), KeyHint("Right click", "on what is too much")),
    "box": (KeyHint("Drag", "a box around the object"),),
}
_TYPING_HINTS = {
    "note": (KeyHint("Enter", "keep, back to the image"), KeyHint("Esc", "leave it as it was")),
    "attribute": (
        KeyHint("Enter", "set, back to the image"),
        KeyHint("Tab", "set, go on"),
        KeyHint("Esc", "give up"),
    ),
    "category": (
        KeyHint("Enter", "choose what is marked, else add it"),
        KeyHint("Up Down", "mark another"),
        KeyHint("Esc", "give up"),
    ),
}
# A longer name would leave no room for the other hints.
_LONGEST_NAME: Final = 24


def key_hints(state: ActionState, key_of: Callable[[str], str]) -> tuple[KeyHint, ...]:
    """List what the keys that matter would do now, most useful first; the mouse where no key means anything.

    `key_of` words the key of an action, given its id; what has no key ("") is left out.
    """

    def worded(hint: _Hint) -> KeyHint:
        if isinstance(hint, KeyHint):
            return KeyHint(modifier_words(hint.key), hint.text)
        keys = (key_of(action_id) for action_id in (hint.action_id, hint.other_id) if action_id)
        return KeyHint(" ".join(filter(None, keys)), hint.text)

    return tuple(hint for hint in map(worded, _hints(state)) if hint.key)


def _hints(state: ActionState) -> tuple[_Hint, ...]:
    if not state.has_image:
        return ()
    if state.typing_for:
        return _TYPING_HINTS[state.typing_for]
    if state.is_unreadable:
        return (_ActionHint("reload_image", "try again"), *_unreadable_hints(state))
    if state.is_drawing:
        return _drawing_hints(state)
    if state.has_draft:
        return _draft_hints(state)
    if state.is_comparing:
        return _comparing_hints(state)
    if state.is_read_only:
        return _next_hint(state)
    if state.tool == "brush":
        return _brush_hints(state)
    if state.selection_count:
        return _selection_hints(state)
    return _proposal_hints(state) if state.is_choosing else _idle_hints(state)


def _unreadable_hints(state: ActionState) -> tuple[_Hint, ...]:
    if not state.is_at_finding:
        return _next_hint(state)
    can_leave_out = state.is_finding_of_file and state.can_write and not state.is_left_out
    leave_out = (_ActionHint("leave_out", "leave the image out"),) if can_leave_out else ()
    return (*leave_out, *_verdict_hint(state), _ActionHint("next_finding", "next finding"))


def _comparing_hints(state: ActionState) -> tuple[_Hint, ...]:
    dots, next_finding = KeyHint("Dots", "what the model draws"), _ActionHint("next_finding", "next finding")
    if state.is_read_only:
        return (dots, next_finding)
    strokes = (KeyHint("Drag", "add"), KeyHint("Right drag", "erase"))
    correct = strokes if state.tool == "brush" else (_ActionHint("correct", "correct with clicks"),)
    return (dots, _ActionHint("outline_boxes", "take it"), *correct, *_verdict_hint(state), next_finding)


def _verdict_hint(state: ActionState) -> tuple[_ActionHint, ...]:
    """Say how the finding that is looked at is called fine, where it can be."""
    if not can_judge_finding(state):
        return ()
    return (_ActionHint("judge_finding", "tell again" if state.is_finding_dismissed else "this is fine"),)


def _selection_hints(state: ActionState) -> tuple[_Hint, ...]:
    if state.is_deciding:
        other, on = _ActionHint("next", "the other of the two"), _ActionHint("next_finding", "next finding")
        deselect = _ActionHint("escape", "deselect")
        return (_ActionHint("delete", "delete this one"), other, *_verdict_hint(state), on, deselect)
    correct = (_ActionHint("correct", "correct with clicks"),) if can_correct(state) else ()
    delete, deselect = _ActionHint("delete", "delete"), _ActionHint("escape", "deselect")
    if state.is_at_finding:
        on = _ActionHint("next_finding", "next finding")
        return (*_mending_hints(state), *correct, delete, *_verdict_hint(state), on, deselect)
    cycle = _ActionHint("next", next_text(state).lower())
    nudge = (KeyHint("Arrow keys", "move"),) if state.tool == "select" else ()
    return (*correct, delete, *nudge, deselect, cycle)


def _mending_hints(state: ActionState) -> tuple[_ActionHint, ...]:
    """Say which key does away with what was found, where there is one."""
    if state.is_finding_of_leftovers:
        return (_ActionHint("remove_leftovers", "remove what is left over"),)
    return (_ActionHint("outline_boxes", "outline it"),) if state.is_finding_of_box and can_outline(state) else ()


def _brush_hints(state: ActionState) -> tuple[_Hint, ...]:
    if state.selection_count > 1:
        return (_ActionHint("next", "select one to paint"), _ActionHint("escape", "deselect"))
    size = _ActionHint("brush_smaller", f"brush of radius {state.brush_radius} px", "brush_larger")
    if state.is_painting:
        back = _ActionHint("undo", "last stroke")
        return (_kept_hint(state), KeyHint("Drag", "add"), back, _ActionHint("escape", "drop what was painted"), size)
    if state.selection_count:
        strokes = (KeyHint("Drag", "add"), KeyHint("Right drag", "erase"))
        return (*strokes, size, _ActionHint("escape", "deselect, to paint a new one"))
    accept = (_accept_hint(state),) if state.is_choosing else ()
    cycle = (_ActionHint("next", next_text(state).lower()),) if next_verb(state) else ()
    return (KeyHint("Drag", "paint a new instance"), size, *accept, *cycle)


def _kept_hint(state: ActionState) -> _ActionHint:
    """Say what strokes would become; without a category, what they need for that."""
    if not state.category_name:
        return _ActionHint("accept", "name its category")
    is_short = len(state.category_name) <= _LONGEST_NAME
    return _ActionHint("accept", f"keep as {state.category_name}" if is_short else "keep")


def _proposal_hints(state: ActionState) -> tuple[_Hint, ...]:
    return (
        _accept_hint(state),
        _ActionHint("delete_vertex", "reject"),
        *((_ActionHint("correct", "correct"),) if can_correct(state) else ()),
        _ActionHint("next", "next"),
        _ActionHint("accept_next", "accept all and next image"),
        _ActionHint("escape", "forget"),
    )


def _accept_hint(state: ActionState, verb: str = "accept") -> _ActionHint:
    """Say what would come of it: the phrase a proposal was found by, or the category used before, may be another."""
    name = state.own_category or state.category_name
    is_short = 0 < len(name) <= _LONGEST_NAME
    return _ActionHint("accept", f"{verb} as {name}" if is_short else verb)


def _idle_hints(state: ActionState) -> tuple[_Hint, ...]:
    hints: list[_Hint] = list(_MOUSE_HINTS.get(state.tool, ()))
    if state.is_at_finding:  # of an image, or of the whole project
        hints = [*_verdict_hint(state), _ActionHint("next_finding", "next finding"), *hints]
    if state.has_concept:
        hints.append(_ActionHint("escape", "forget what was looked for"))
    elif state.instance_count:
        unseen = _ActionHint("hide_all", "show all instances")
        hints.append(_ActionHint("next", "next instance") if state.visible_count else unseen)
        done = "" if state.is_left_out or state.is_finished else "done"
        go_on = "next image" if state.has_next_image else ""
        if words := ", ".join(filter(None, (done, go_on))):
            hints.append(_ActionHint("accept_next", words))
    if state.is_finished:
        verdict = "reviewed" if state.instance_count else "confirm as empty"
        hints += [_ActionHint("approve", verdict), _ActionHint("send_back", "send back"), _ActionHint("note", "note")]
    return tuple(hints)


def _draft_hints(state: ActionState) -> tuple[_Hint, ...]:
    if state.lacks_object:
        return (KeyHint("Click", "on the object"), _ActionHint("escape", "discard"))
    if state.lacks_prompt:
        return (*_CORRECTING_HINTS.get(state.tool, ()), _ActionHint("escape", "leave as it is"))
    hint = _ActionHint("accept", "accept, then paint") if state.tool == "brush" else _accept_hint(state)
    accept = (hint,) if state.can_write else ()
    cycle = (_ActionHint("next", "next candidate"),) if state.candidate_count > 1 else ()
    go_on = (_ActionHint("accept_next", "accept and next"),) if state.can_write else ()
    return (*accept, *cycle, *go_on, _ActionHint("escape", "discard"))


def _drawing_hints(state: ActionState) -> tuple[_Hint, ...]:
    close = (_accept_hint(state, "close"),) if state.can_close else (KeyHint("Click", "add a vertex"),)
    go_on = (_ActionHint("accept_next", "close and next image"),) if state.can_close else ()
    back = _ActionHint("delete_vertex", "last vertex")
    return (*close, back, _ActionHint("escape", "drop"), KeyHint("Ctrl", "snap"), KeyHint("Shift", "45° steps"), *go_on)


def _next_hint(state: ActionState) -> tuple[_Hint, ...]:
    return (_ActionHint("next_image", "next image"),) if state.has_next_image else ()
