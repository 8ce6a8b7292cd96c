"""What the writers of all formats do alike: go through images and instances, and tell what a user may not expect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from sam3_annotator import __version__
from sam3_annotator.project.entities import Instance
from sam3_annotator.project.formats.images.naming import Naming
from sam3_annotator.project.formats.images.placing import place_image
from sam3_annotator.project.formats.images.renamed import renamed_sentences, write_renamed
from sam3_annotator.project.formats.images.selection import ChosenImage, choose_images
from sam3_annotator.project.formats.images.unannotated import write_unannotated
from sam3_annotator.project.formats.options import ExportOptions, ExportReport
from sam3_annotator.project.formats.sentences import listed
from sam3_annotator.project.progress import Progress
from sam3_annotator.project.reading import ProjectReader
from sam3_annotator.project.runs import Runs, runs_of_region
from sam3_annotator.project.splitting import ONE_SET

EXPORT_INFO: Final = {"description": "Exported by SAM 3 Annotator", "version": __version__}
"""What a file says of its origin, where a format has a place for that."""


class Export:
    """An export under way to the folder `out`, which is there and empty, of images with names by `naming`.

    Raises KnownError if there is nothing to export.
    """

    def __init__(
        self, store: ProjectReader, out: Path, options: ExportOptions, progress: Progress, naming: Naming
    ) -> None:
        self.store = store
        self.out = out
        self.selection = choose_images(store, options, naming, progress)
        self._options = options
        self._progress = progress
        self._lost: list[str] = []
        self._notes: set[str] = set()

    def images(self) -> Iterator[ChosenImage]:
        """Give the images one by one and report the progress; raises Cancelled."""
        total = len(self.selection.images)
        for done, image in enumerate(self.selection.images):
            self._progress(done, total)
            yield image
        self._progress(total, total)

    def instances(self, image: ChosenImage) -> Iterator[tuple[Instance, str, Runs]]:
        """Give the instances that have a pixel on the image: each, its name in warnings, and its pixels.

        The others are told in the report.
        """
        for instance in self.store.instances(image.record.id):
            name = f"{image.record.path}: {self.store.category(instance.category_id).name}"
            runs = runs_of_region(instance.region, image.height, image.width)
            if runs.area:
                yield instance, name, runs
            else:
                self._lost.append(name)

    def place(self, image: ChosenImage, folder: Path) -> None:
        """Copy or link an image below `folder` of the export, as the options say."""
        self._notes.add(place_image(image, self.out / folder, self._options.images))

    def report(self, instances: int, files: Sequence[Path], warnings: Sequence[str]) -> ExportReport:
        """List the images that have other names or are not annotated, and return what was written.

        That is so many instances and files; `files` are relative to `out`; `warnings` are the format's own.
        """
        renamed = renamed_sentences(self.selection.images, is_labels_only=self._options.images == "none")
        told = [*self.selection.warnings, *renamed, *sorted(filter(None, self._notes))]
        if self._lost:
            told.append(f"{listed(self._lost, 'instance')} left out: no pixel of the image is inside.")
        images = self.selection.images
        files = (*files, *write_renamed(images, self.out), *write_unannotated(images, self.out))
        counts = Counter(image.split for image in images)
        splits = {split: counts[split] for split in self.selection.splits if split != ONE_SET}
        return ExportReport(len(images), instances, files, (*told, *warnings), splits)
