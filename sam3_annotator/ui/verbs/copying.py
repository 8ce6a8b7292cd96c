"""The user's verbs that copy: to the clipboard and from it, beside the original, from the image before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject

from sam3_annotator.project import ImageId, ProjectStore, counted
from sam3_annotator.ui.canvas.shifting import Size
from sam3_annotator.ui.verbs import copy_operations, operations
from sam3_annotator.ui.verbs.copy_operations import Pasted
from sam3_annotator.ui.verbs.instance_clipboard import InstanceClipboard
from sam3_annotator.ui.verbs.instance_verbs import InstanceVerbs
from sam3_annotator.ui.workspace import Workspace

# How far aside a copy comes that would lie exactly over its original, in canvas pixels.
ASIDE: Final = 16.0


class Copying(InstanceVerbs):
    """Copies instances; what is pasted or duplicated becomes the selection, what comes from another image does not.

    `find_zoom` gives canvas pixels per image pixel, `find_previous` the image before the shown one.
    """

    def __init__(
        self,
        store: ProjectStore,
        workspace: Workspace,
        find_size: Callable[[], Size | None],
        clipboard: InstanceClipboard,
        find_zoom: Callable[[], float],
        find_previous: Callable[[], ImageId | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(store, workspace, find_size, parent)
        self._clipboard = clipboard
        self._find_zoom = find_zoom
        self._find_previous = find_previous

    def slots(self) -> dict[str, Callable[[], object]]:
        """Say what the verbs call."""
        return {
            "cut": self.cut,
            "copy": self.copy,
            "paste": self.paste,
            "duplicate": self.duplicate,
            "keep_previous": self.keep_previous,
        }

    def copy(self) -> None:
        """Put copies of the selected instances on the clipboard."""
        image_id, selection = self._workspace.image_id, self._workspace.selection
        if image_id is not None and selection:
            copies = copy_operations.copies_of(self._store, selection)
            self._clipboard.put(copies, self._store.image(image_id).name)

    def cut(self) -> None:
        """Put the selected instances on the clipboard and delete them."""
        selection = self._workspace.selection
        if not selection:
            return
        self.copy()
        if self._attempt(lambda: operations.delete_instances(self._store, selection, "Cut")):
            self._workspace.select(())

    def paste(self) -> None:
        """Put what was copied on the shown image, at the same pixels, and select it."""

        def paste(image_id: ImageId, size: Size) -> None:
            copies = self._clipboard.copies()
            if copies:
                pasted = copy_operations.paste_instances(self._store, image_id, copies, size, self._aside())
                self._take(pasted)
                self._tell_pasted(pasted)

        self._put(paste)

    def duplicate(self) -> None:
        """Put copies of the selected instances beside them, and select these."""
        selection = self._workspace.selection
        self._put(
            lambda _image_id, size: self._take(
                copy_operations.duplicate_instances(self._store, selection, size, self._aside())
            )
        )

    def keep_previous(self) -> None:
        """Put copies of all instances of the image before on the shown one, but for those that are there already."""
        previous = self._find_previous()

        def keep(image_id: ImageId, size: Size) -> None:
            if previous is not None:
                kept = copy_operations.copy_from_image(self._store, previous, image_id, size)
                self._tell_kept(kept, self._store.image(previous).name)

        self._put(keep)

    def _put(self, verb: Callable[[ImageId, Size], None]) -> None:
        image_id = self._workspace.image_id
        size = self._shown_size()
        if image_id is not None and size is not None:
            self._attempt(lambda: verb(image_id, size))

    def _aside(self) -> int:
        return max(round(ASIDE / self._find_zoom()), 1)

    def _take(self, pasted: Pasted) -> None:
        if pasted.instance_ids:
            self._workspace.select(pasted.instance_ids)

    def _tell_pasted(self, pasted: Pasted) -> None:
        made, outside = len(pasted.instance_ids), pasted.outside_count
        if not made:
            self.notice.emit(f"Nothing was pasted: {_outside(outside)} the borders of this image.")
        elif outside or pasted.new_categories:
            notes = [f"{counted(made, 'instance')} pasted", *_new_categories(pasted)]
            self.notice.emit("; ".join([*notes, *_left_out(outside)]) + ".")

    def _tell_kept(self, kept: Pasted, name: str) -> None:
        made, known, outside = len(kept.instance_ids), kept.known_count, kept.outside_count
        already = [f"{known:,} {'was' if known == 1 else 'were'} here already"] if known else []
        if made:
            self.notice.emit(
                "; ".join([f"{counted(made, 'instance')} copied from {name}", *already, *_left_out(outside)]) + "."
            )
        elif outside:
            self.notice.emit("; ".join([f"Nothing was copied from {name}", *already, *_left_out(outside)]) + ".")
        elif known:
            self.notice.emit(f"Nothing was copied: {counted(known, 'instance')} of {name} {_be(known)} here already.")
        else:
            self.notice.emit(f"{name} has no instances to copy.")


def _be(count: int) -> str:
    return "is" if count == 1 else "are"


def _outside(count: int) -> str:
    return f"{counted(count, 'instance')} {'lies' if count == 1 else 'lie'} outside"


def _left_out(count: int) -> list[str]:
    return [f"{count:,} outside this image left out"] if count else []


def _new_categories(pasted: Pasted) -> list[str]:
    names = pasted.new_categories
    return [f"new categor{'y' if len(names) == 1 else 'ies'}: {', '.join(names)}"] if names else []
