"""The models there are and where they come from: the catalogue, its downloads and what it remembers."""

from __future__ import annotations

from sam3_annotator.model.catalog.catalog import BUILTIN, BUILTIN_TITLE, Catalog, ModelEntry, ModelOrigin, ModelState
from sam3_annotator.model.catalog.contents import Contents
from sam3_annotator.model.catalog.known import KnownModel, Licence
from sam3_annotator.model.catalog.memory import FileHash

__all__ = [
    "BUILTIN",
    "BUILTIN_TITLE",
    "Catalog",
    "Contents",
    "FileHash",
    "KnownModel",
    "Licence",
    "ModelEntry",
    "ModelOrigin",
    "ModelState",
]
