"""Errors of the model package.

ModelError
  UnsupportedPrompt     the session does not take this kind of prompt
  ModelUnavailable      no session of that name or path, or it cannot be loaded, or compute in its dtype
  OutOfMemory           the device has too little memory, also after dropping caches
  CatalogError          a model cannot be added to the catalogue or taken off it
  DownloadFailed        a model could not be fetched; what has arrived is kept and the next attempt goes on from there
    AccessDenied        its publisher does not give it to this account, or to nobody without one
Cancelled               not an error: the answer is no longer wanted
"""

from __future__ import annotations


class ModelError(Exception):
    """Anything this package raises on purpose; `str()` is a sentence for the user."""


class UnsupportedPrompt(ModelError):  # noqa: N818 - reads as the claim it makes
    """The session does not take this kind of prompt."""


class ModelUnavailable(ModelError):  # noqa: N818
    """There is no model of that name or path, or it cannot be loaded."""


class OutOfMemory(ModelError):  # noqa: N818
    """The device has too little memory for the model or the image."""


class CatalogError(ModelError):
    """A model cannot be added to the catalogue or taken off it."""


class DownloadFailed(ModelError):  # noqa: N818
    """A model could not be fetched."""


class AccessDenied(DownloadFailed):
    """The publisher does not give the model to this account, or to nobody without one; `page` is where to ask."""

    def __init__(self, sentence: str, page: str) -> None:
        super().__init__(sentence)
        self.page = page


class Cancelled(Exception):  # noqa: N818 - no error
    """The answer is no longer wanted."""
