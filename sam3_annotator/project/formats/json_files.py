"""JSON files of other programs, and the values in them, taken with care."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeGuard

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


def size_of(value: object) -> int:
    """Return the width or height of an image, given as a number or its text; 0 if it is none."""
    if isinstance(value, str):
        try:
            value = float(value)  # not int, which refuses thousands of digits
        except ValueError:
            return 0
    return int(value) if is_number(value) and 0 < value < 1e7 else 0


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a value is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)
