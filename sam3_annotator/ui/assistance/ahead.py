"""What the user has gone on with while the outline accepted last is still to come: the objects after it."""

from __future__ import annotations

from dataclasses import dataclass

from sam3_annotator.model import Prompt


@dataclass(frozen=True, slots=True)
class NextObject:
    """An object that was pointed at ahead of its turn; `is_accepted` says that Enter was pressed for it, too."""

    prompts: tuple[Prompt, ...]
    is_accepted: bool = False


class Ahead:
    """The objects whose turn is still to come, in the order in which they were pointed at."""

    def __init__(self) -> None:
        self._objects: list[NextObject] = []

    def __len__(self) -> int:
        return len(self._objects)

    def add(self, prompt: Prompt) -> None:
        """Point at the object that is not accepted yet, else at another one."""
        if self._objects and not self._objects[-1].is_accepted:
            self._objects.append(NextObject((*self._objects.pop().prompts, prompt)))
        else:
            self._objects.append(NextObject((prompt,)))

    def accept(self) -> None:
        """Accept the last object."""
        self._objects.append(NextObject(self._objects.pop().prompts, is_accepted=True))

    def step_back(self) -> None:
        """Take back what was done last: that the last object was accepted, or the last prompt for it."""
        last = self._objects.pop()
        prompts = last.prompts if last.is_accepted else last.prompts[:-1]
        if prompts:
            self._objects.append(NextObject(prompts))

    def take(self) -> tuple[NextObject, ...]:
        """Give all of them, and have none left."""
        taken, self._objects = tuple(self._objects), []
        return taken

    def put(self, objects: tuple[NextObject, ...]) -> None:
        """Have these wait for their turn in place of what there is."""
        self._objects = list(objects)
