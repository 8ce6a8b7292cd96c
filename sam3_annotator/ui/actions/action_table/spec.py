"""What the table says of one action, and the conditions that several actions share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sam3_annotator.ui.actions.action_state import ActionState


def always(_state: ActionState) -> bool:
    """Say yes, whatever the situation."""
    return True


def with_image(state: ActionState) -> bool:
    """Say whether an image is shown."""
    return state.has_image


def writable(state: ActionState) -> bool:
    """Say whether an image is shown and the project takes changes."""
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
    enabled: Callable[[ActionState], bool] = always
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
