"""The sample photographs, copied to where the user may work on them."""

from __future__ import annotations

import shutil
from pathlib import Path

from sam3_annotator.paths import samples_dir, user_data_dir


def copy_samples(folder: Path | None = None) -> Path:
    """Copy the sample photographs into `folder` (by default the user's) and return the project to be opened."""
    target = folder or user_data_dir() / "samples"
    target.mkdir(parents=True, exist_ok=True)
    for sample in samples_dir().glob("*.jpg"):
        if not (target / sample.name).exists():
            shutil.copyfile(sample, target / sample.name)
    return target
