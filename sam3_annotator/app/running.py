"""Runs the program: the one application of the process, and its windows."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtGui import QIcon

from sam3_annotator.app.assembly import assemble_window
from sam3_annotator.paths import APP_NAME, resources_dir
from sam3_annotator.ui.garbage_collection import GarbageCollection
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.start import qt_messages
from sam3_annotator.ui.start.application import Application
from sam3_annotator.ui.start.interrupts import Interrupts
from sam3_annotator.ui.start.launcher import Launcher
from sam3_annotator.ui.start.opening import Opened
from sam3_annotator.ui.start.samples import copy_samples
from sam3_annotator.ui.theme import apply_theme
from sam3_annotator.ui.window.main_window import MainWindow


def run(path: Path | None, *, shows_hints: bool = False, disk_gigabytes: float | None = None) -> int:
    """Show the window with what lies at `path`, or without a path the last project or the start page.

    `shows_hints` floats a card for newcomers over the canvas; `disk_gigabytes` is the room of embeddings on disk, if
    not as the settings say. Returns the exit status once the last window is closed.
    """
    qt_messages.install_message_handler()
    app = make_application()
    settings = Settings(app)
    apply_theme(app, settings.appearance, settings.text_size)
    interrupts = Interrupts(app)
    garbage_collection = GarbageCollection(app)

    def make_window(opened: Opened) -> MainWindow:
        return assemble_window(opened, settings, disk_gigabytes=disk_gigabytes)

    launcher = Launcher(settings, make_window, copy_samples, app)
    app.file_requested.connect(launcher.open)
    launcher.start(path, shows_hints=shows_hints)
    status = app.exec()
    garbage_collection.close()
    interrupts.close()
    return status


def make_application() -> Application:
    """Make the one application of the process."""
    _leave_the_button_of_python()
    app = Application([*sys.argv[:1], *_words_that_are_no_options()])
    app.setApplicationName(APP_NAME)
    app.setApplicationDisplayName("SAM 3 Annotator")
    app.setDesktopFileName(APP_NAME)
    app.setWindowIcon(QIcon(str(resources_dir() / "app-icon.svg")))
    return app


def _words_that_are_no_options() -> list[str]:
    """Give the words of the command line that macOS takes for files to open, Python's own among them.

    It asks for them once more, as if each had been opened by a double click; Qt passes on only those that it was not
    told. Options are left out, of which Qt has its own.
    """
    words = [word for word in sys.orig_argv[1:] if word and not word.startswith("-")]
    return [*words, *(str(Path(word).absolute()) for word in words)]


def _leave_the_button_of_python() -> None:
    """Have the taskbar of Windows show our icon, and not put our windows behind the button of all Python programs."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.shell32.SetCurrentProcessExplicitAppUserModelID(APP_NAME)
