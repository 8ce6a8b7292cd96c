"""The arguments and options that several commands have, as typer reads them."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from sam3_annotator.commands.words import parse_device, parse_path
from sam3_annotator.paths import PROJECT_SUFFIX

Value = TypeVar("Value")


class Dtype(StrEnum):
    """How precisely a model computes."""

    AUTO = "auto"
    FLOAT32 = "float32"
    FLOAT16 = "float16"
    BFLOAT16 = "bfloat16"


def word(parse: Callable[[str], Value]) -> Callable[[str], Value]:
    """Let a parser's sentence reach the user as a mistake in the words."""

    def parsed(text: str) -> Value:
        try:
            return parse(text)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None

    parsed.__name__ = parse.__name__.removeprefix("parse_")
    return parsed


path_word = word(parse_path)


def with_suffix(project: Path) -> Path:
    """Take NAME for the project file NAME.sam3proj where there is no other of that name: `new` makes it so, too."""
    from sam3_annotator.project import is_there  # what `--help` need not wait for

    file = project.parent / f"{project.name}{PROJECT_SUFFIX}"
    return file if project.name and not is_there(project) and is_there(file) else project


Project = Annotated[
    Path,
    typer.Argument(
        parser=path_word,
        metavar="PROJECT",
        help="A project file, NAME.sam3proj.",
        show_default=False,
        callback=with_suffix,
    ),
]
Model = Annotated[
    str,
    typer.Option(
        "--model",
        metavar="MODEL",
        help="builtin, grabcut, a name from “models list”, or the path of a SAM 3 checkpoint.",
    ),
]
Device = Annotated[
    str, typer.Option("--device", parser=word(parse_device), metavar="DEVICE", help="auto, cpu, cuda, cuda:1 or mps.")
]
ModelDtype = Annotated[Dtype, typer.Option("--dtype", help="How precisely to compute.")]
CacheGb = Annotated[
    float | None,
    typer.Option(
        "--cache-gb",
        min=0,
        max=1e6,
        metavar="GB",
        help="Disk for what slow models read of images; 0 keeps none. If left out 10, or as much as is there already.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Threshold = Annotated[float, typer.Option(min=0, max=1, metavar="T", help="The score that instances must be above.")]
