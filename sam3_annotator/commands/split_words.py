"""The words of the command that divides a project into splits, and the options that an export has, too."""

from __future__ import annotations

from typing import Annotated

import typer

from sam3_annotator.commands.option_types import Project, word
from sam3_annotator.commands.words import parse_split

Seed = Annotated[int, typer.Option(metavar="N", help="Another seed splits in another way.")]
AlikeTogether = Annotated[
    bool, typer.Option("--alike-together", help="Keep images that look alike, as frames of a film, in one split.")
]


def split_command(
    project: Project,
    shares: Annotated[
        dict[str, float],
        typer.Argument(
            parser=word(parse_split), metavar="SHARES", help="As train=0.8,val=0.2, of 1 in all.", show_default=False
        ),
    ],
    seed: Seed = 0,
    alike_together: AlikeTogether = False,
    anew: Annotated[bool, typer.Option("--anew", help="Draw images that are in a split already, too.")] = False,
) -> None:
    """Draw which images train, validate and test, and keep that in the project, for checks and exports."""
    from sam3_annotator.commands.datasets import divide_project

    raise typer.Exit(divide_project(project, shares, seed, alike_together=alike_together, is_anew=anew))
