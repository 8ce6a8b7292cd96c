"""JSON files of other programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sam3_annotator.project.errors import FormatError

Json = dict[str, Any]


def parse_json(file: Path, name: str, title: str) -> object:
    """Return what a JSON file holds; raises FormatError, with `name` for the file and `title` for the format."""
    try:
        return json.loads(file.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise FormatError(f"{name} is not UTF-8 text, so it is no {title} file; choose another.") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise FormatError(f"{name} is damaged or no JSON ({error.msg} in {where}); export it again.") from error
    except ValueError as error:
        raise FormatError(f"{name} is no {title} file: it has a number of thousands of digits.") from error
    except RecursionError as error:
        raise FormatError(f"{name} is no {title} file: it is nested too deeply.") from error
    except OSError as error:
        raise FormatError(f"{file} cannot be read ({error.strerror}); check its permissions.") from error
