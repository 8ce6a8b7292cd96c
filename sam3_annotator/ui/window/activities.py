"""Shows what long work is under way: all of it is remembered, and the one begun last is to be seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sam3_annotator.ui.window.canvas_area import CanvasArea
from sam3_annotator.ui.window.status_line import StatusLine


class _Activity(NamedTuple):
    text: str = ""
    progress: float | None = None
    cancel: Callable[[], object] | None = None


class Activities:
    """Words in the status line and the thin bar above the canvas; when the work is over, the work before is shown."""

    def __init__(self, line: StatusLine, area: CanvasArea) -> None:
        self._line = line
        self._area = area
        self._under_way: dict[str, _Activity] = {}

    def tell(self, key: str, text: str, progress: float | None, cancel: Callable[[], object] | None) -> None:
        """Take what the work `key` does, how far it is (0 to 1, None unknown), how to stop it; "" when it is over."""
        if text:
            self._under_way[key] = _Activity(text, progress, cancel)  # one that is told of again keeps its place
        else:
            self._under_way.pop(key, None)
        shown = next(reversed(self._under_way.values()), _Activity())
        self._line.set_activity(*shown)
        self._area.set_progress(shown.progress, is_busy=bool(shown.text))
