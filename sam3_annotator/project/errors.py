"""Errors of the project package.

ProjectError
  KnownError            the environment's or the user's: show the sentence
    ProjectTooNew       written by a newer version of the program
    NotAProject         the file is something else, or damaged
    ProjectInUse        another instance has it open
    ProjectReadOnly     the file or its folder cannot be written
    StorageFull         no space left on the disk
    ImageUnreadable     an image file is missing, damaged or not supported
    FormatError         a file to import is not what its format says
  EditError             ours: an edit used wrongly (outside `store.edit`, nested, unknown id)
Cancelled               not an error: the user no longer wants the work under way
"""

from __future__ import annotations


class ProjectError(Exception):
    """Anything this package raises on purpose; `str()` is a sentence for the user."""


class KnownError(ProjectError):
    """A condition of the environment or the input: show the sentence, lose nothing."""


class ProjectTooNew(KnownError):  # noqa: N818 - reads as the claim it makes
    """The project was written by a newer version of the program."""


class NotAProject(KnownError):  # noqa: N818
    """The file is no project, or is damaged."""


class ProjectInUse(KnownError):  # noqa: N818
    """Another instance of the program has the project open."""


class ProjectReadOnly(KnownError):  # noqa: N818
    """The project, or the folder it lies in, cannot be written."""


class StorageFull(KnownError):  # noqa: N818
    """The disk has no space left."""


class ImageUnreadable(KnownError):  # noqa: N818
    """An image file is missing, damaged or of a kind that is not supported."""


class FormatError(KnownError):
    """A file to import is not what its format says."""


class EditError(ProjectError):
    """An edit used wrongly: outside `store.edit`, nested, or on an unknown id."""


class Cancelled(Exception):  # noqa: N818 - no error
    """The user no longer wants the work under way."""
