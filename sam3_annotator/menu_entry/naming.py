"""What every desktop calls the program."""

from __future__ import annotations

from typing import Final

NAME: Final = "SAM 3 Annotator"
DESCRIPTION: Final = "Turn photographs into segmentation datasets"
