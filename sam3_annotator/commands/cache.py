"""The commands about embeddings on disk: what there is, and deleting it."""

from __future__ import annotations

import json

from sam3_annotator.commands.failures import DONE
from sam3_annotator.commands.models import gigabytes
from sam3_annotator.model import DiskLevel, DiskUsage, default_folder


def show_cache(*, as_json: bool) -> int:
    """Print where embeddings are kept, how many, and how much room they take."""
    folder = default_folder()
    usage = DiskLevel(folder).usage()
    if as_json:
        print(json.dumps({"folder": str(folder), "embeddings": usage.count, "size_bytes": usage.nbytes}, indent=2))
    else:
        print(f"{folder}: {_words(usage)}")
    return DONE


def clear_cache() -> int:
    """Delete every embedding on disk; the model makes them again when they are wanted."""
    cleared = DiskLevel(default_folder()).clear()
    print(f"Deleted {_words(cleared)}.")
    return DONE


def _words(usage: DiskUsage) -> str:
    return f"embeddings of {usage.count:,} {'image' if usage.count == 1 else 'images'}, {gigabytes(usage.nbytes)}"
