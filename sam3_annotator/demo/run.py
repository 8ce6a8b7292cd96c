"""The main job on the sample photographs: in a window to try it, or headless, driven as a person would."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QEventLoop, QPointF, QSettings, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from sam3_annotator import app
from sam3_annotator.demo.script import CATEGORIES, SCRIPT, Click, Drag, Gesture, Target
from sam3_annotator.project import ImageId, Instance, KnownError, ProjectStore, counted, region_pixel_area
from sam3_annotator.project.formats.options import ExportOptions
from sam3_annotator.project.formats.registry import export_project
from sam3_annotator.project.formats.verification import verify_export
from sam3_annotator.project.formats.verified import Verification
from sam3_annotator.ui.actions.action_table import CATEGORY_KEYS
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.start.opening import open_path
from sam3_annotator.ui.start.samples import copy_samples
from sam3_annotator.ui.theme import Appearance, apply_theme
from sam3_annotator.ui.window.main_window import MainWindow

WINDOW_SIZE = (1440, 900)
PATIENCE_SECONDS = 60
POLL_MS = 2
PAUSE_MS = 200


def run_demo(out: Path | None, headless: bool) -> int:
    """Do the main job on a copy of the samples below `out`; returns the exit status.

    With a display the window opens and the user does it, helped by a hint. Headless, the same window is driven
    offscreen by mouse and keys, and what came of it is printed. Nothing that exists already is overwritten.
    """
    folder = _free_folder(out or Path.cwd() / "demo-output")
    if headless:
        return _run_headless(folder)
    return app.run(copy_samples(folder / "samples"), shows_hints=True)


def _free_folder(wanted: Path) -> Path:
    """Give `wanted`, or the first of `wanted-2`, `wanted-3`, ... that does not hold anything yet."""
    folder, number = wanted, 1
    while folder.exists() and any(folder.iterdir()):
        number += 1
        folder = wanted.with_name(f"{wanted.name}-{number}")
    return folder.absolute()


def _say(text: str = "") -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _run_headless(folder: Path) -> int:
    started = time.perf_counter()
    application = QApplication.instance() or app.make_application()
    assert isinstance(application, QApplication)
    # The settings of the person running it stay as they are.
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(folder / "settings"))
    apply_theme(application, Appearance.DARK)
    _say(f"SAM 3 Annotator demo, offscreen. Everything goes to {folder}")
    window = app.assemble_window(open_path(copy_samples(folder / "samples")), Settings())
    window.resize(*WINDOW_SIZE)
    window.show()
    try:
        person = Person(window, folder / "screenshots")
        count = _label_everything(person, window)
        project = window.store.path
        verifications = _export_and_verify(window.store, folder)
    finally:
        window.close()
    _say()
    for title, verification in verifications.items():
        _say(f"{title}: {verification.sentence} {verification.note}".rstrip())
        for warning in verification.warnings:
            _say(f"  {warning}")
    _say()
    _say(f"{count} instances on {len(SCRIPT)} photographs in {time.perf_counter() - started:.1f} s")
    _say(f"Project      {project}")
    _say(f"Exports      {folder / 'coco'}\n             {folder / 'yolo'}")
    _say(f"Screenshots  {folder / 'screenshots'}")
    _say(f"Open it      sam3-annotator open {_typed(str(project))}")
    return 0 if all(verification.is_good for verification in verifications.values()) else 1


def _typed(word: str, *, is_windows: bool = os.name == "nt") -> str:
    """Give a word as one types it in a terminal."""
    return subprocess.list2cmdline([word]) if is_windows else shlex.quote(word)


def _work_on(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


class Person:
    """Works on a window by mouse and keys alone, waiting to see each effect as a person would."""

    def __init__(self, window: MainWindow, screenshots: Path) -> None:
        self._window = window
        self._screenshots = screenshots
        self._screenshots.mkdir(parents=True)
        self._shots = 0
        self.answer_seconds: list[float] = []
        self.wait(lambda: window.is_idle() and window.workspace.image_id is not None, "the window to be ready")

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Let the window work until the condition holds; raises `KnownError` when it takes too long."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            if time.monotonic() > deadline:
                raise KnownError(f"The demo waited {PATIENCE_SECONDS} s for {what}, in vain. The log may say why.")
            _work_on(POLL_MS)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key on the canvas."""
        QTest.keyClick(self._window.canvas, key, modifier)

    def type_into(self, field: QWidget, text: str) -> None:
        """Type a line into a field."""
        field.setFocus()
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)

    def perform(self, gesture: Gesture) -> None:
        """Click or drag on the canvas and wait for the mask."""
        canvas = self._window.canvas
        started = time.perf_counter()
        if isinstance(gesture, Click):
            self.press(Qt.Key.Key_S)
            button = Qt.MouseButton.LeftButton if gesture.positive else Qt.MouseButton.RightButton
            place = canvas.viewport_from_image(QPointF(gesture.x, gesture.y)).toPoint()
            QTest.mouseClick(canvas.viewport(), button, Qt.KeyboardModifier.NoModifier, place)
        else:
            self._drag(gesture)
        self.wait(self._window.is_idle, "a mask")
        self.answer_seconds.append(time.perf_counter() - started)

    def photograph(self, name: str) -> None:
        """Save a picture of the window."""
        self._shots += 1
        _work_on(PAUSE_MS)  # the window paints what it has to
        self._window.grab().save(str(self._screenshots / f"{self._shots:02d}-{name}.png"))

    def _drag(self, box: Drag) -> None:
        canvas = self._window.canvas
        self.press(Qt.Key.Key_B)
        start = canvas.viewport_from_image(QPointF(box.x0, box.y0)).toPoint()
        end = canvas.viewport_from_image(QPointF(box.x1, box.y1)).toPoint()
        QTest.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
        for step in range(1, 5):
            QTest.mouseMove(canvas.viewport(), start + (end - start) * (step / 4))
        QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)


def _label_everything(person: Person, window: MainWindow) -> int:
    for category in CATEGORIES:
        person.type_into(window.category_panel.field, category)
    window.focus_canvas()
    _say(f"\n{'photograph':<16}{'category':<14}{'prompts':<18}{'time':>8}{'area':>14}")
    images = window.store.images()
    for image in images:
        targets = SCRIPT[image.name]
        for position, target in enumerate(targets):
            is_last = position == len(targets) - 1
            _label(person, window, image.id, target, is_last=is_last)
        person.wait(window.is_idle, "the next image")
    person.photograph("finished")
    return sum(len(window.store.instances(image.id)) for image in images)


def _label(person: Person, window: MainWindow, image_id: ImageId, target: Target, *, is_last: bool) -> None:
    person.press(Qt.Key(ord(CATEGORY_KEYS[CATEGORIES.index(target.category)])))
    known = {instance.id for instance in window.store.instances(image_id)}
    person.answer_seconds.clear()
    for gesture in target.gestures:
        person.perform(gesture)
    if is_last:
        person.photograph(window.store.image(image_id).name.removesuffix(".jpg"))
    person.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier if is_last else Qt.KeyboardModifier.NoModifier)
    made = [instance for instance in window.store.instances(image_id) if instance.id not in known]
    for instance in made:
        _say(_line(window.store, instance, target, sum(person.answer_seconds)))
    if not made:
        raise KnownError(f"Nothing was found for the {target.category} on {window.store.image(image_id).name}.")


def _line(store: ProjectStore, instance: Instance, target: Target, seconds: float) -> str:
    image = store.image(instance.image_id)
    clicks = sum(isinstance(gesture, Click) for gesture in target.gestures)
    boxes = len(target.gestures) - clicks
    prompts = " + ".join(_words(boxes, clicks))
    area = region_pixel_area(instance.region, image.facts.height, image.facts.width)
    category = store.category(instance.category_id).name
    return f"{image.name:<16}{category:<14}{prompts:<18}{seconds * 1000:>5.0f} ms{area:>10,} px²"


def _words(boxes: int, clicks: int) -> Iterator[str]:
    if boxes:
        yield "1 box" if boxes == 1 else f"{boxes} boxes"
    if clicks:
        yield counted(clicks, "click")


def _export_and_verify(store: ProjectStore, folder: Path) -> dict[str, Verification]:
    options = ExportOptions(split={"train": 0.75, "val": 0.25})
    verifications = {}
    for title, name, format_name in (("COCO", "coco", "coco"), ("YOLO", "yolo", "yolo-segment")):
        export_project(store, folder / name, format_name, options)
        verifications[title] = verify_export(store, folder / name, format_name, options)
    return verifications
