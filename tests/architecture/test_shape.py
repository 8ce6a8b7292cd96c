"""The source keeps its shape: small files, small functions, modules whose names say what they are for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
SILENCED = re.compile(
    r"# (?:noqa: |type: ignore\[)(?P<code>[A-Za-z0-9, -]+?)(?:\]|(?= - )|$)"  # which check
    r"(?: *(?:- |# )(?P<reason>.+))?"
)
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "misc", "common", "manager", "managers"}

PACKAGE = sorted((ROOT / "sam3_annotator").rglob("*.py"))
SOURCES = [
    *PACKAGE,
    *(
        path
        for folder in ("tests", "benchmarks", "training", "bundle")
        for path in sorted((ROOT / folder).rglob("*.py"))
    ),
]


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_file_is_longer_than_can_be_read_at_once() -> None:
    lengths = {_name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}

    assert {name: length for name, length in lengths.items() if length > MAX_FILE_LINES} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{_name(path)}:{function.lineno} {function.name}"
        for path in SOURCES
        for function in _functions(path)
        if function.end_lineno is not None and function.end_lineno - function.lineno + 1 > MAX_FUNCTION_LINES
    ]

    assert long == []


def test_module_names_say_what_the_module_is_for() -> None:
    vague = [_name(path) for path in PACKAGE if VAGUE_NAMES & set(path.stem.split("_"))]

    assert vague == []


def test_each_module_says_in_a_sentence_what_it_is_for() -> None:
    first_lines = {
        _name(path): (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]
        for path in PACKAGE
    }

    assert [name for name, line in first_lines.items() if not line.endswith((".", ":"))] == []


def test_silenced_checks_give_their_reason_where_a_file_first_silences_them() -> None:
    unexplained = [f"{_name(path)}: {code}" for path in SOURCES for code in sorted(_unexplained_codes(path))]

    assert unexplained == []


def _unexplained_codes(path: Path) -> set[str]:
    silenced, explained = set(), set()
    for line in path.read_text(encoding="utf-8").splitlines():
        found = SILENCED.search(line)
        if found:
            silenced.add(found["code"])
            if found["reason"]:
                explained.add(found["code"])
    return silenced - explained


@pytest.mark.parametrize("folder", ["model", "project", "ui", "commands"])
def test_each_subpackage_has_a_public_face(folder: str) -> None:
    assert (ROOT / "sam3_annotator" / folder / "__init__.py").is_file()
