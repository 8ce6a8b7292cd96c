"""Where the annotations of CVAT are: annotations.xml, the folder it lies in, or the archive as CVAT gives it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from sam3_annotator.project.errors import FormatError
from sam3_annotator.project.formats.files.export_folder import has_exported
from sam3_annotator.project.formats.files.sources import is_hidden, shown
from sam3_annotator.project.formats.files.text_files import readable
from sam3_annotator.project.formats.sentences import listed
from sam3_annotator.project.image_files import IMAGE_SUFFIXES

_NAME = "annotations.xml"


@dataclass(frozen=True, slots=True)
class Source:
    """Where the annotations are: `file`, or `member` of the archive `file`; images lie below one of the `folders`."""

    file: Path
    folders: tuple[Path, ...]
    member: str = ""
    has_packed_images: bool = False

    @property
    def is_ours(self) -> bool:
        """Whether this program has exported it."""
        return has_exported(self.file.parent, self.file)

    @property
    def name(self) -> str:
        """How sentences call it."""
        return f"{self.member} in {self.file.name}" if self.member else self.file.name

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """Give the annotations as a stream; raises FormatError, in the body too, where the archive is damaged."""
        with ExitStack() as stack:
            with _told(self.file):
                if self.member:
                    archive = stack.enter_context(zipfile.ZipFile(self.file))
                    stream = stack.enter_context(archive.open(self.member))
                else:
                    stream = stack.enter_context(self.file.open("rb"))
            yield stream


def find_source(path: Path) -> Source:
    """Find the annotations. Raises FormatError if there are none, or it is not clear which are meant."""
    with _told(path):
        if path.is_dir():
            files = [*path.glob(_NAME)] or shown(path.glob("*.xml")) or [*path.glob(f"*/{_NAME}")]
            file = path / _only([file.relative_to(path).as_posix() for file in files], path)
            return Source(file, (file.parent,))
        if not path.is_file():
            raise FormatError(f"There is nothing at {path}; choose {_NAME}, its folder or the archive from CVAT.")
        if not zipfile.is_zipfile(path):
            return Source(path, (path.parent,))
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if not is_hidden(name)]
    files_of_name = [name for name in names if name.rpartition("/")[2] == _NAME]
    member = _only(files_of_name or [name for name in names if name.lower().endswith(".xml")], path)
    has_images = any(PurePosixPath(name).suffix.lower() in IMAGE_SUFFIXES for name in names)
    # Many unpack an archive into a folder of its name.
    return Source(path, (path.with_suffix(""), path.parent), member, has_images)


def _only(names: Sequence[str], path: Path) -> str:
    if not names:
        raise FormatError(f"{path} has no {_NAME} in it; choose what CVAT exported as “CVAT for images 1.1”.")
    if len(names) > 1:
        raise FormatError(f"{path} has {listed(sorted(names), 'XML file')} in it; choose one of them at a time.")
    return names[0]


@contextmanager
def _told(file: Path) -> Iterator[None]:
    try:
        with readable(file):
            yield
    except zipfile.BadZipFile as error:
        raise FormatError(f"The archive {file.name} is damaged; export it again.") from error
    except (RuntimeError, NotImplementedError) as error:
        raise FormatError(f"The archive {file.name} has a password or is of a rare kind; unpack it first.") from error
