"""The words of the commands that send all images of a project through the model."""

from __future__ import annotations

from typing import Annotated

import typer

from sam3_annotator.commands.option_types import CacheGb, Device, Dtype, Model, ModelDtype, Project, Threshold, word
from sam3_annotator.commands.words import parse_phrase

MOST_PARTS = 16
"""Along the longer side: some hundred parts to be read of each image."""

PhraseModel = Annotated[
    str,
    typer.Option(
        "--model",
        metavar="MODEL",
        show_default=False,
        help="A model that takes phrases: sam3, another name from “models list”, or the path of a checkpoint.",
    ),
]
Parts = Annotated[
    int,
    typer.Option(
        "--parts",
        min=1,
        max=MOST_PARTS,
        metavar="N",
        help="Look at so many overlapping parts along the longer side by themselves, too: for small things in "
        "large images. Each part takes as long as an image.",
    ),
]


def autolabel_command(
    project: Project,
    phrase: Annotated[
        list[str] | None,
        typer.Option(
            "--phrase",
            parser=word(parse_phrase),
            metavar="TEXT",
            help="What to look for; may be repeated. If left out the categories of the project, each by what its "
            "instances were found by, else by its name.",
        ),
    ] = None,
    category: Annotated[
        str,
        typer.Option(
            "--category",
            metavar="NAME",
            help="The category of what is found; else that of the phrase. Without --phrase: which one to look for.",
        ),
    ] = "",
    model: PhraseModel = "builtin",
    device: Device = "auto",
    dtype: ModelDtype = Dtype.AUTO,
    cache_gb: CacheGb = None,
    threshold: Threshold = 0.5,
    parts: Parts = 1,
    all_images: Annotated[
        bool,
        typer.Option(
            "--all-images", help="Look at images that are done, reviewed or empty, too; never at those left out."
        ),
    ] = False,
) -> None:
    """Label all that phrases, or its categories, find on the images of a project and nobody has labelled yet."""
    from sam3_annotator.commands.batch import autolabel
    from sam3_annotator.commands.model_options import ModelOptions

    status = autolabel(
        project,
        model=ModelOptions(model, device, dtype.value, cache_gb),
        phrases=tuple(dict.fromkeys(phrase or ())),
        category=" ".join(category.split()),
        threshold=threshold,
        parts=parts,
        takes_finished=all_images,
    )
    raise typer.Exit(status)


def propagate_command(
    project: Project,
    start: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="IMAGE",
            show_default=False,
            help="The image that has the instances: its path in the project or on the disk, or its name.",
        ),
    ],
    count: Annotated[
        int | None,
        typer.Option("--count", min=1, metavar="N", help="Through so many images; if left out all that follow."),
    ] = None,
    threshold: Threshold = 0.5,
    model: Model = "builtin",
    device: Device = "auto",
    dtype: ModelDtype = Dtype.AUTO,
    cache_gb: CacheGb = None,
) -> None:
    """Find the instances of an image again on those that follow it, one after the other, and label them there.

    Images that are done, reviewed or empty stay as they are and hand on what is on them.
    """
    from sam3_annotator.commands.batch import propagate_project
    from sam3_annotator.commands.model_options import ModelOptions

    options = ModelOptions(model, device, dtype.value, cache_gb)
    raise typer.Exit(propagate_project(project, model=options, start=start, count=count, threshold=threshold))


def embed_command(
    project: Project,
    model: Model = "builtin",
    device: Device = "auto",
    dtype: ModelDtype = Dtype.AUTO,
    cache_gb: CacheGb = None,
) -> None:
    """Have a slow model read the images of a project ahead, so that each answers at once when it is shown."""
    from sam3_annotator.commands.batch import embed_project
    from sam3_annotator.commands.model_options import ModelOptions

    raise typer.Exit(embed_project(project, model=ModelOptions(model, device, dtype.value, cache_gb)))
