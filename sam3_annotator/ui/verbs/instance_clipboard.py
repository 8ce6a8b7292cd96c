"""The system's clipboard as a place for instances: between images, windows and projects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QMimeData, QObject, QStringListModel, Signal, Slot
from PySide6.QtGui import QGuiApplication

from sam3_annotator.project import InstanceCopy, counted, decode_copies, encode_copies

MIME_TYPE: Final = "application/x-sam3-annotator-instances+json"


class InstanceClipboard(QObject):
    """Knows whether instances can be pasted; `changed` says that this is another now."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clipboard = QGuiApplication.clipboard()
        self._has_copies = False
        self._clipboard.dataChanged.connect(self.look)

    @property
    def has_copies(self) -> bool:
        """The clipboard held instances when it was looked at last."""
        return self._has_copies

    @Slot()
    def look(self) -> None:
        """See what is there: not before the window is, since the program asked may take its time."""
        has_copies = self._data() is not None
        if has_copies != self._has_copies:
            self._has_copies = has_copies
            self.changed.emit()

    def put(self, copies: Sequence[InstanceCopy], source: str) -> None:
        """Put copies there, with a line of text for other programs that names their `source`."""
        data = _new_data()
        data.setData(MIME_TYPE, encode_copies(copies))
        data.setText(_summary(copies, source))
        self._clipboard.setMimeData(data)

    def copies(self) -> tuple[InstanceCopy, ...]:
        """Return the copies there, none if there is something else; raises `KnownError` if they cannot be read."""
        data = self._data()
        return () if data is None else decode_copies(bytes(data.data(MIME_TYPE).data()))

    def close(self) -> None:
        """Look no more: the clipboard outlives the window, and the project that would be asked then."""
        self._clipboard.dataChanged.disconnect(self.look)

    def _data(self) -> QMimeData | None:
        """Give what is on the clipboard if that is instances; some systems have nothing at all on an empty one."""
        data: QMimeData | None = self._clipboard.mimeData()
        return data if data is not None and data.hasFormat(MIME_TYPE) else None


def _new_data() -> QMimeData:
    """Let Qt make the data: some systems delete it after Python is gone, which data made in Python does not survive."""
    model = QStringListModel([""])
    data = model.mimeData([model.index(0)])
    for name in data.formats():
        data.removeFormat(name)
    return data


def _summary(copies: Sequence[InstanceCopy], source: str) -> str:
    counts = Counter(copy.category_name for copy in copies)
    words = ", ".join(f"{count} {name}" for name, count in counts.items())
    return f"{counted(len(copies), 'instance')} from {source}: {words}"
