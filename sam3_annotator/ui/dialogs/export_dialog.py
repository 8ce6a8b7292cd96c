"""The dialog that writes the project's instances for training."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from sam3_annotator.project import ImageId, Progress, ProjectStore, counted, images_in_use, instance_counts
from sam3_annotator.project.formats.options import ExportOptions
from sam3_annotator.project.formats.verified import VerifiedExport
from sam3_annotator.ui.background import Work
from sam3_annotator.ui.dialogs.format_box import FormatBox
from sam3_annotator.ui.dialogs.format_choices import EXPORT_CHOICES
from sam3_annotator.ui.dialogs.path_field import PathField, ask_folder
from sam3_annotator.ui.dialogs.report import Report
from sam3_annotator.ui.dialogs.split_field import SplitField
from sam3_annotator.ui.dialogs.task_dialog import TaskDialog
from sam3_annotator.ui.images.image_scan import ImageScan, scan_images
from sam3_annotator.ui.store_bridge import StoreBridge


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """How much an export would write: `missing` files, and images `unread` so far, may be `skipped`.

    `left_out` images are never written, as the user has said of them.
    """

    images: int
    instances: int
    missing: int
    unread: int
    skipped: int
    left_out: int

    @property
    def words(self) -> str:
        """Say it in one line; empty if there is nothing to export and nothing in the way."""
        troubles = [
            f"{counted(count, 'image')} {trouble}"
            for count, trouble in (
                (self.missing, "missing"),
                (self.unread, "not readable so far"),
                (self.left_out, "left out"),
            )
            if count
        ]
        if not self.images and not troubles:
            return ""
        return "; ".join([f"{counted(self.instances, 'instance')} on {counted(self.images, 'image')}", *troubles])


_SHAPES: Final = (("Polygons (holes are cut in)", "polygon"), ("RLE masks (exact, pixel by pixel)", "rle"))
_IMAGES: Final = (("Copy into the export", "copy"), ("Link to the originals", "link"), ("Leave out", "none"))


class ExportDialog(TaskDialog):
    """Stays beside the window: labelling can go on while it writes, from the state of the project at its start."""

    def __init__(self, bridge: StoreBridge, parent: QWidget | None = None) -> None:
        super().__init__("Export", "Export", "The export", parent)
        self._store = bridge.store
        self._missing: frozenset[ImageId] = frozenset()
        self._is_folder_chosen = False
        self.formats = FormatBox(EXPORT_CHOICES)
        self.shapes = _combo_box("Shapes", _SHAPES)
        self.split = SplitField()
        self.images = _combo_box("Images", _IMAGES)
        self.unannotated = QCheckBox("Also images not annotated yet, as empty ones")
        self.verifies = QCheckBox("Read the export back and compare it with the project")
        self.verifies.setChecked(True)
        self.folder = PathField("Export folder", ask_folder)
        self.add_row("Format", self.formats)
        self._shapes_label = self.add_row("Shapes", self.shapes)
        self.add_row("Split", self.split)
        self.add_row("Images", self.images)
        self.add_row("", self.unannotated)
        self.add_row("", self.verifies)
        self.add_row("Folder", self.folder)
        self.formats.changed.connect(self._follow_format)
        self.split.changed.connect(self.refresh)
        self.unannotated.toggled.connect(self.refresh)
        self.images.currentIndexChanged.connect(self.refresh)
        self.folder.line.textEdited.connect(self._keep_folder)
        self.folder.changed.connect(self.refresh)
        bridge.changed.connect(self.refresh_quietly)
        self._follow_format()
        self._scan = scan_images(self._store, self)
        self._scan.result.connect(self._take_scan)
        self._scan.start()

    @property
    def options(self) -> ExportOptions:
        """The options chosen."""
        return ExportOptions(
            segmentation=self.shapes.currentData(),
            split=self.split.shares,
            seed=self.split.division.seed,
            alike_together=self.split.keeps_alike_together,
            images=self.images.currentData(),
            include_unannotated=self.unannotated.isChecked(),
        )

    def describe(self) -> None:
        """Say how much would be written, or what is in the way."""
        plan = self._plan()
        folder = self.folder.path
        self.primary.setEnabled(folder is not None and plan.images > 0)
        if not plan.images:
            self.say(plan.words or "No instances yet: there is nothing to export", "warning")
        elif folder is None:
            self.say(f"{plan.words}. Choose a folder to write to")
        else:
            self.say(plan.words, "warning" if plan.skipped else "dim")

    def _plan(self) -> ExportPlan:
        counts = instance_counts(self._store)
        in_use = images_in_use(self._store)
        chosen = [
            image for image in in_use if counts.get(image.id) or image.state.is_finished or self.unannotated.isChecked()
        ]
        missing = {image.id for image in chosen if image.id in self._missing}
        unread = {image.id for image in chosen if not image.facts.width} - missing
        skipped = unread if self.images.currentData() == "none" else unread | missing
        written = [image for image in chosen if image.id not in skipped]
        self.split.set_splits(image.split for image in written)
        return ExportPlan(
            len(written),
            sum(counts.get(image.id, 0) for image in written),
            missing=len(missing),
            unread=len(unread),
            skipped=len(skipped),
            left_out=len(self._store.images()) - len(in_use),
        )

    def begin(self) -> None:
        """Write the export."""
        folder = self.folder.path
        if folder is not None:
            work = export_work if self.verifies.isChecked() else unverified_export_work
            self.run(work(self._store.path, folder, self.formats.choice.name, self.options))

    def progress_words(self, done: int, total: int) -> str:
        """Say how far the export is: its second half is reading back."""
        if not self.verifies.isChecked():
            return super().progress_words(done, total)
        images = total // 2
        if done <= images:
            return f"{done:,} of {images:,} images written"
        return f"{done - images:,} of {images:,} images read back"

    def conclude(self, value: object) -> Report:
        """Say what was written, and first of all if it is not what the project holds."""
        assert isinstance(value, VerifiedExport)
        report, verification = value.report, value.verification
        words = f"{counted(report.instances, 'instance')} on {report.image_words} exported"
        if verification is None:
            note = "Reading back was stopped; the export is complete." if self.verifies.isChecked() else ""
            return Report(words, self.folder.path, report.warnings, note)
        if not verification.is_good:
            warnings = (*verification.warnings, *report.warnings)
            return Report(verification.sentence, self.folder.path, warnings, f"{words}, and left in the folder.")
        note = f"{verification.sentence} {verification.note}".rstrip()
        return Report(words, self.folder.path, report.warnings, note, is_verified=True)

    def _follow_format(self) -> None:
        self.shapes.setVisible(self.formats.choice.has_shapes)
        self._shapes_label.setVisible(self.formats.choice.has_shapes)
        if not self._is_folder_chosen:
            self.folder.set_path(self._store.path.parent / "export" / self.formats.choice.name)
        self.refresh()

    def _keep_folder(self) -> None:
        self._is_folder_chosen = bool(self.folder.line.text())

    def _take_scan(self, found: ImageScan) -> None:
        self._missing = frozenset(found.problems)
        self.refresh_quietly()


def export_work(project: Path, folder: Path, format_name: str, options: ExportOptions) -> Work:
    """Give the work of an export and its verification, over a store of its own that sees one state throughout."""

    def work(progress: Progress) -> VerifiedExport:
        from sam3_annotator.project.formats.verification import export_verified  # the writers are not needed before

        with ProjectStore.snapshot(project) as store:
            return export_verified(store, folder, format_name, options, progress)

    return work


def unverified_export_work(project: Path, folder: Path, format_name: str, options: ExportOptions) -> Work:
    """Give the work of an export alone."""

    def work(progress: Progress) -> VerifiedExport:
        from sam3_annotator.project.formats.registry import export_project  # the writers are not needed before

        with ProjectStore.snapshot(project) as store:
            return VerifiedExport(export_project(store, folder, format_name, options, progress), None)

    return work


def _combo_box(name: str, choices: tuple[tuple[str, str], ...]) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    for text, data in choices:
        box.addItem(text, data)
    return box
