"""Has cyclic garbage collected on the GUI thread, the one that may delete what is Qt's."""

from __future__ import annotations

import gc
import threading

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from sam3_annotator.model import have_garbage_collected_by

INTERVAL_MS = 1000

YOUNG_PASSES = 10
"""Every so many passes look at all that the passes before them have left, too."""

GROWTH = 1.25
"""All objects are looked at once there are so many times as many as after the last time; it takes a tenth of a second
with torch loaded."""

PATIENCE_S = 2.0
"""So long another thread waits for a collection that it asked for: the GUI thread may be waiting for that thread."""


class GarbageCollection(QObject):
    """Collects in place of Python, which does it on the thread that happens to make an object when it is due.

    A `QObject` in a cycle would be deleted there, while the GUI thread delivers its events: the program would crash.
    Make one, on the GUI thread; from then on Python collects nothing by itself.
    """

    _asked = Signal(object)  # threading.Event

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = threading.get_ident()
        self._passes = 0
        self._kept = 0
        self._asked.connect(self._answer, Qt.ConnectionType.QueuedConnection)
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(self.collect_due)
        self._timer.start()
        gc.disable()
        have_garbage_collected_by(self.collect)

    @Slot()
    def collect_due(self) -> None:
        """Collect as much as the number of objects made meanwhile asks for."""
        if gc.get_count()[0] <= gc.get_threshold()[0]:
            return
        self._passes += 1
        if self._passes % YOUNG_PASSES:
            gc.collect(0)
        elif len(gc.get_objects(generation=2)) <= GROWTH * self._kept:
            gc.collect(1)
        else:
            self._collect_all()

    def collect(self) -> None:
        """Collect all that there is; from any thread, which waits for it, but never for long."""
        if threading.get_ident() == self._thread:
            self._collect_all()
        else:
            done = threading.Event()
            self._asked.emit(done)
            done.wait(PATIENCE_S)

    def close(self) -> None:
        """Leave collecting to Python again, once no other thread works with what is Qt's."""
        self._timer.stop()
        have_garbage_collected_by(gc.collect)
        gc.enable()

    @Slot(object)
    def _answer(self, done: threading.Event) -> None:
        self._collect_all()
        done.set()

    def _collect_all(self) -> None:
        gc.collect()
        self._kept = len(gc.get_objects(generation=2))
