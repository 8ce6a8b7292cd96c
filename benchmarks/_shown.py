"""Runs a Qt program and prints when its window has been painted: `python _shown.py BINDING MODULE WORDS...`.

The time is `time.monotonic_ns()`, which the process that started this one can compare with its own. Everything that
is imported here the program would import anyway.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
from typing import Any


def main() -> None:
    binding, module, *words = sys.argv[1:]
    sys.argv = [module, *words]
    core = importlib.import_module(f"{binding}.QtCore")
    widgets = importlib.import_module(f"{binding}.QtWidgets")
    paint = core.QEvent.Type.Paint

    def tell() -> None:
        sys.stdout.write(f"{time.monotonic_ns()}\n")
        sys.stdout.flush()
        os._exit(0)  # without the program's own end, which is not what is measured

    class Watch(core.QObject):  # type: ignore[misc, name-defined] # the binding is a word of the command line
        def eventFilter(self, watched: Any, event: Any) -> bool:  # noqa: ANN401 - of either binding
            if event.type() == paint and isinstance(watched, widgets.QWidget) and watched.isWindow():
                core.QTimer.singleShot(0, tell)  # once this paint has reached the screen
            return False

    run = widgets.QApplication.exec

    def watched_run(*_: object) -> int:
        application = widgets.QApplication.instance()
        watch = Watch(application)
        application.installEventFilter(watch)
        for window in application.topLevelWidgets():
            window.update()  # one that was painted before this loop began is painted again
        return int(run())

    widgets.QApplication.exec = watched_run
    widgets.QApplication.exec_ = watched_run
    sys.exit(importlib.import_module(f"{module}.__main__").main())


main()
