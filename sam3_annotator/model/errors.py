"""Errors of the model package.

ModelError
  UnsupportedPrompt     the session does not take this kind of prompt
  ModelUnavailable      no session of that name or path, or it cannot be loaded
  OutOfMemory           the device has too little memory, also after dropping caches
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


class Cancelled(Exception):  # noqa: N818 - no error
    """The answer is no longer wanted."""
