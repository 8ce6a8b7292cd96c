"""Names of files as the disk has them, whatever case labels give them in."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from sam3_annotator.project.image_files import folded


class Spelling:
    """Corrects the case of names that were found; each folder is listed once.

    On Windows, macOS and most memory cards a file is found by its name in any case. A project that keeps the name as
    labels have it would miss the image on a disk that tells cases apart, and take it for another one beside it here.
    """

    def __init__(self) -> None:
        self._names: dict[Path, dict[str, str]] = {}

    def of(self, folder: Path, name: str) -> Path:
        """Return the path of a file that there is; `name` is relative to `folder`, with `/`."""
        path = folder
        for part in PurePosixPath(name).parts:
            names = self._names_in(path)
            path /= names.get(part) or names.get(folded(part), part)
        return path

    def _names_in(self, folder: Path) -> dict[str, str]:
        """Return the names in a folder, each by itself, and by what is the same in any case."""
        if folder not in self._names:
            try:
                names = [path.name for path in folder.iterdir()]
            except OSError:  # one may go through it, but not look around
                names = []
            self._names[folder] = {folded(name): name for name in names} | {name: name for name in names}
        return self._names[folder]
