"""The unfinished downloads beside the file they will be."""

from __future__ import annotations

from pathlib import Path
from typing import Final

TAG_LENGTH: Final = 12


def part_of(target: Path, tag: str) -> Path:
    """Give the place of an unfinished download of the version with this tag."""
    return target.with_name(f"{target.name}.{tag[:TAG_LENGTH]}.part")


def parts_of(target: Path) -> list[Path]:
    """List what unfinished downloads to `target`, of whichever version, have left."""
    return sorted(target.parent.glob(f"{target.name}.*.part"))


def partial_size(target: Path) -> int:
    """Give how many bytes an unfinished download to `target` has left there."""
    return max((part.stat().st_size for part in parts_of(target)), default=0)


def discard_parts(target: Path) -> None:
    """Delete what unfinished downloads to `target` have left."""
    for part in parts_of(target):
        part.unlink(missing_ok=True)
