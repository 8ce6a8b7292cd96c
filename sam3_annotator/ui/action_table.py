"""The table of all actions: what they are called, their keys, where they stand and when they are enabled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sam3_annotator.ui import action_state as rules
from sam3_annotator.ui.action_state import ActionState

CATEGORY_KEYS: Final = "1234567890"


def _always(_state: ActionState) -> bool:
    return True


def _with_image(state: ActionState) -> bool:
    return state.has_image


def _writable(state: ActionState) -> bool:
    return state.can_write


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action.

    `icon` is for the tool rail. `menu` is the path of its menu (`View/Panels`; empty: no menu), `group` counts the
    groups between separators.
    `verb` gives what triggering means in a situation ("" is nothing), `None` always the id itself; `meanings` lists
    what it may give. `text_for` words the menu entry by the situation. `on_canvas` limits the keys to the canvas,
    so that they keep their usual meaning elsewhere (Tab moves the focus).
    """

    id: str
    text: str
    shortcuts: tuple[str, ...] = ()
    menu: str = ""
    group: int = 0
    icon: str = ""
    tip: str = ""
    enabled: Callable[[ActionState], bool] = _always
    checked: Callable[[ActionState], bool] | None = None
    verb: Callable[[ActionState], str] | None = None
    meanings: tuple[str, ...] = ()
    text_for: Callable[[ActionState], str] | None = None
    on_canvas: bool = False
    is_hidden_when_disabled: bool = False

    @property
    def verbs(self) -> tuple[str, ...]:
        """Everything that triggering may mean."""
        return self.meanings or (self.id,)


def _tool(name: str, text: str, key: str, icon: str, tip: str) -> ActionSpec:
    return ActionSpec(f"tool_{name}", text, (key,), "Edit/Tool", 0, icon, tip, checked=lambda state: state.tool == name)


def _category(number: int, key: str) -> ActionSpec:
    return ActionSpec(
        f"category_{number}",
        f"Category {number}",
        (key,),
        "Instance/Category",
        tip="Use it for the draft and what follows, or give it to the selected instances",
        enabled=lambda state: state.category_count >= number,
        is_hidden_when_disabled=True,
    )


def _undo_enabled(state: ActionState) -> bool:
    return state.has_draft or (state.undo_label is not None and not state.is_read_only)


_FILE: Final = (
    ActionSpec("new_project", "New project…", ("Ctrl+N",), "File", 0, tip="Choose images, file and first categories"),
    ActionSpec("open_folder", "Open folder…", ("Ctrl+O",), "File", 0, tip="Open a folder of images"),
    ActionSpec("open_project", "Open project…", ("Ctrl+Shift+O",), "File", 0, tip="Open a project file"),
    ActionSpec("close_project", "Close project", ("Ctrl+W",), "File", 0, tip="Go back to the start page"),
    ActionSpec(
        "add_images",
        "Add images…",
        (),
        "File",
        1,
        tip="Add images to this project",
        enabled=lambda state: not state.is_read_only,
    ),
    ActionSpec(
        "import",
        "Import annotations…",
        ("Ctrl+Shift+I",),
        "File",
        1,
        tip="Bring in categories and instances from another tool",
        enabled=lambda state: not state.is_read_only,
    ),
    ActionSpec("export", "Export…", ("Ctrl+E",), "File", 1, tip="Write the annotations for training"),
    ActionSpec("settings", "Settings…", ("Ctrl+,",), "File", 2, "cog-outline", "Appearance, canvas, memory"),
    ActionSpec("quit", "Quit", ("Ctrl+Q",), "File", 3, tip="Everything is saved already"),
)
_EDIT: Final = (
    ActionSpec(
        "undo",
        "Undo",
        ("Ctrl+Z",),
        "Edit",
        0,
        tip="Take back the last prompt of the draft, else the last step",
        enabled=_undo_enabled,
        verb=rules.undo_verb,
        meanings=("remove_last_prompt", "undo"),
        text_for=rules.undo_text,
    ),
    ActionSpec(
        "redo",
        "Redo",
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        "Edit",
        0,
        tip="Do the step undone last again",
        enabled=lambda state: state.redo_label is not None and not state.has_draft and not state.is_read_only,
        text_for=rules.redo_text,
    ),
    _tool("select", "Select and edit", "V", "cursor-default-outline", "Select, move and correct instances"),
    _tool("points", "Points", "S", "cursor-default-click-outline", "Click an object to get its outline"),
    _tool("box", "Box", "B", "selection", "Drag a box around an object to get its outline"),
    _tool("exemplar", "Exemplar", "E", "selection-search", "Drag a box around an example to find all like it"),
    ActionSpec(
        "delete",
        "Delete",
        ("Del",),
        "Edit",
        1,
        tip="Delete the selected instances",
        enabled=lambda state: state.can_write and state.selection_count > 0 and not state.has_draft,
        verb=lambda _state: "delete_selection",
        meanings=("delete_selection",),
    ),
    ActionSpec(
        "delete_vertex",
        "Delete vertex",
        ("Backspace",),
        tip="Delete the vertex under the cursor, else the selected instances; reject the proposal",
        enabled=lambda state: state.can_write and not state.has_draft,
        verb=rules.backspace_verb,
        meanings=("delete_vertex", "reject_proposal"),
        on_canvas=True,
    ),
    ActionSpec(
        "select_all",
        "Select all",
        ("Ctrl+A",),
        "Edit",
        2,
        tip="Select all instances on this image",
        enabled=lambda state: state.instance_count > 0,
    ),
)
_VIEW: Final = (
    ActionSpec("fit", "Fit image", ("F",), "View", 0, tip="Show the whole image", enabled=_with_image),
    ActionSpec("zoom_100", "100 %", ("Ctrl+0",), "View", 0, tip="Show the pixels as they are", enabled=_with_image),
    ActionSpec("zoom_in", "Zoom in", ("Ctrl++", "Ctrl+="), "View", 0, enabled=_with_image),
    ActionSpec("zoom_out", "Zoom out", ("Ctrl+-",), "View", 0, enabled=_with_image),
    ActionSpec(
        "hide_all",
        "Hide all instances",
        ("H",),
        "View",
        1,
        tip="Hide or show all instances on this image",
        enabled=lambda state: state.instance_count > 0,
        text_for=lambda state: "Show all instances" if state.hidden_count else "Hide all instances",
    ),
    ActionSpec(
        "toggle_preview",
        "Preview at the cursor",
        ("Shift+S",),
        "View",
        1,
        tip="With the points tool, show what a click would outline",
        checked=lambda state: state.is_previewing,
    ),
    ActionSpec("next_panel", "Next panel", ("F6",), "View/Panels", 1, tip="Move the keyboard to the next panel"),
    ActionSpec("previous_panel", "Previous panel", ("Shift+F6",), "View/Panels", 1),
    ActionSpec("reset_layout", "Reset layout", (), "View/Panels", 2, tip="Put all panels back in their places"),
    ActionSpec("full_screen", "Full screen", ("F11",), "View", 3),
)
_IMAGE: Final = (
    ActionSpec(
        "next_image",
        "Next image",
        ("D",),
        "Image",
        0,
        tip="Go to the next image",
        enabled=lambda state: state.has_next_image,
    ),
    ActionSpec(
        "previous_image",
        "Previous image",
        ("A",),
        "Image",
        0,
        tip="Go to the previous image",
        enabled=lambda state: state.has_previous_image,
    ),
    ActionSpec(
        "next_unfinished",
        "Next unfinished image",
        ("Ctrl+Shift+D",),
        "Image",
        1,
        tip="Go to the next image that is not done",
        enabled=lambda state: state.has_unfinished_image,
    ),
    ActionSpec(
        "previous_unfinished",
        "Previous unfinished image",
        ("Ctrl+Shift+A",),
        "Image",
        1,
        tip="Go to the previous image that is not done",
        enabled=lambda state: state.has_unfinished_image,
    ),
    ActionSpec("mark_done", "Mark as done", ("Ctrl+Enter", "Ctrl+Return"), "Image", 2, enabled=_writable),
    ActionSpec("mark_reviewed", "Mark as reviewed", (), "Image", 2, enabled=_writable),
    ActionSpec(
        "mark_empty",
        "Confirm as empty",
        (),
        "Image",
        2,
        tip="Say that there is nothing to annotate on this image",
        enabled=lambda state: state.can_write and not state.instance_count,
    ),
    ActionSpec("mark_unfinished", "Mark as in progress", (), "Image", 2, enabled=_writable),
    ActionSpec(
        "find_moved",
        "Find moved images…",
        (),
        "Image",
        3,
        tip="Look in another folder for images that are missing",
        enabled=_writable,
    ),
    ActionSpec("reload_image", "Reload from disk", ("F5",), "Image", 3, enabled=_with_image),
)
_INSTANCE: Final = (
    ActionSpec(
        "accept",
        "Accept",
        ("Enter", "Return"),
        "Instance",
        0,
        tip="Make the draft, or the proposal, an instance of the current category",
        enabled=lambda state: state.can_write and (state.has_draft or state.is_choosing) and not state.lacks_object,
        verb=rules.accept_verb,
        meanings=("accept", "accept_proposal"),
    ),
    ActionSpec(
        "accept_next",
        "Accept and next image",
        ("Shift+Enter", "Shift+Return"),
        "Instance",
        0,
        tip="Accept the draft or all proposals, if there are any, call the image done and go on",
        enabled=lambda state: state.can_write and rules.can_go_on(state),
        verb=rules.accept_next_verb,
        meanings=("accept_next", "accept_proposals_next"),
    ),
    ActionSpec(
        "accept_proposals",
        "Accept all proposals",
        ("Ctrl+Shift+Enter", "Ctrl+Shift+Return"),
        "Instance",
        0,
        tip="Make everything that was found instances of the current category",
        enabled=lambda state: state.can_write and state.is_choosing,
    ),
    ActionSpec(
        "escape",
        "Discard draft or deselect",
        ("Esc",),
        "Instance",
        0,
        tip="Drop the draft, else the selection, else what was found",
        enabled=lambda state: bool(rules.escape_verb(state)),
        verb=rules.escape_verb,
        meanings=("discard_draft", "clear_selection", "drop_proposals"),
        text_for=rules.escape_text,
    ),
    ActionSpec(
        "correct",
        "Correct with clicks",
        ("C",),
        "Instance",
        1,
        tip="Go on from the selected instance: click what is missing, right click what is too much",
        enabled=rules.can_correct,
    ),
    ActionSpec(
        "next",
        "Next candidate or instance",
        ("Tab",),
        "Instance",
        2,
        tip="Look at the next candidate of the draft or the next proposal, else select the next instance",
        enabled=lambda state: bool(rules.next_verb(state)),
        verb=rules.next_verb,
        meanings=("next_candidate", "next_proposal", "next_instance"),
        text_for=rules.next_text,
        on_canvas=True,
    ),
    ActionSpec(
        "previous",
        "Previous candidate or instance",
        ("Shift+Tab", "Shift+Backtab"),
        "Instance",
        2,
        tip="The other way round",
        enabled=lambda state: bool(rules.previous_verb(state)),
        verb=rules.previous_verb,
        meanings=("previous_candidate", "previous_proposal", "previous_instance"),
        text_for=rules.previous_text,
        on_canvas=True,
    ),
    ActionSpec(
        "find",
        "Find all…",
        ("/",),
        "Instance",
        3,
        tip="Type what to find on this image",
        enabled=rules.can_find,
    ),
    ActionSpec(
        "find_like",
        "Find all like this",
        ("Shift+E",),
        "Instance",
        3,
        tip="Find all that are like the selected instances, as far as nobody has labelled them",
        enabled=lambda state: rules.can_find(state) and state.selection_count > 0 and not state.has_draft,
    ),
)
_MODEL_AND_HELP: Final = (
    ActionSpec("choose_model", "Choose a model…", ("Ctrl+Shift+M",), "Model", 0, tip="Use, add or download a model"),
    ActionSpec("model_details", "Model details", (), "Model", 0, tip="Name, device and what the model can do"),
    ActionSpec("shortcuts", "Keyboard shortcuts", ("F1",), "Help", 0, "keyboard-outline", "All keys on one page"),
    ActionSpec("open_logs", "Open the log folder", (), "Help", 1),
    ActionSpec("about", "About SAM 3 Annotator", (), "Help", 2),
)

_CATEGORIES: Final = tuple(_category(number, key) for number, key in enumerate(CATEGORY_KEYS, start=1))

ACTIONS: Final = (*_FILE, *_EDIT, *_VIEW, *_IMAGE, *_INSTANCE, *_CATEGORIES, *_MODEL_AND_HELP)
MENUS: Final = ("File", "Edit", "View", "Image", "Instance", "Model", "Help")
