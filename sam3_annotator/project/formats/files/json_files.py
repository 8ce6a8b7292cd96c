"""JSON files of other programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sam3_annotator.project.errors import FormatError
from sam3_annotator.project.formats.files.text_files import read_text

Json = dict[str, Any]


def parse_json(file: Path, name: str, title: str) -> object:
    """Return what a JSON file holds; raises FormatError, with `name` for the file and `title` for the format."""
    text = read_text(file, name)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise FormatError(f"{name} is damaged or no JSON (see {where}); export it again.") from error
    except ValueError as error:
        raise FormatError(f"{name} is no {title} file: it has a number of thousands of digits.") from error
    except RecursionError as error:
        raise FormatError(f"{name} is no {title} file: it is nested too deeply.") from error
