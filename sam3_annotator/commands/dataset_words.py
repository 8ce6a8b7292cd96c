"""The words of the commands that bring labels into a project, divide it into splits and write it for training."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sam3_annotator.commands.option_types import Project, path_word, word
from sam3_annotator.commands.words import parse_split


class ImportFormat(StrEnum):
    """Formats that labels can come from."""

    COCO = "coco"
    YOLO = "yolo"
    LABELME = "labelme"
    ISAT = "isat"
    CVAT = "cvat"
    VOC = "voc"
    MASKS = "masks"


class ExportFormat(StrEnum):
    """Formats that labels can be written to."""

    COCO = "coco"
    YOLO_SEGMENT = "yolo-segment"
    YOLO_DETECT = "yolo-detect"
    YOLO_OBB = "yolo-obb"
    LABELME = "labelme"
    CVAT = "cvat"
    VOC = "voc"
    MASKS = "masks"


class Segmentation(StrEnum):
    """How COCO holds the area of an instance."""

    POLYGON = "polygon"
    RLE = "rle"


Seed = Annotated[int, typer.Option(metavar="N", help="Another seed splits in another way.")]
AlikeTogether = Annotated[
    bool, typer.Option("--alike-together", help="Keep images that look alike, as frames of a film, in one split.")
]


def import_command(
    project: Project,
    source: Annotated[
        Path, typer.Argument(parser=path_word, metavar="SOURCE", help="The labels to import.", show_default=False)
    ],
    format_name: Annotated[ImportFormat, typer.Option("--format", help="Their format.")],
    images: Annotated[
        Path | None, typer.Option("--images", parser=path_word, metavar="DIR", help="The folder their images lie in.")
    ] = None,
) -> None:
    """Add labels that another program wrote to a project; if it is not there yet, --images makes it."""
    from sam3_annotator.commands.datasets import import_labels

    raise typer.Exit(import_labels(project, source, format_name.value, images))


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


def export_command(
    project: Project,
    out: Annotated[
        Path, typer.Argument(parser=path_word, metavar="OUT", help="The folder to write to.", show_default=False)
    ],
    format_name: Annotated[ExportFormat, typer.Option("--format", help="The format to write.")],
    segmentation: Annotated[Segmentation, typer.Option(help="How COCO holds areas.")] = Segmentation.POLYGON,
    split: Annotated[
        dict[str, float] | None,
        typer.Option("--split", parser=word(parse_split), metavar="train=0.8,val=0.2", help="Shares of the images."),
    ] = None,
    seed: Seed = 0,
    alike_together: AlikeTogether = False,
    copy_images: Annotated[
        bool, typer.Option("--copy-images", help="Copy the images beside the labels, as is usual.")
    ] = False,
    link_images: Annotated[bool, typer.Option("--link-images", help="Link to the images instead.")] = False,
    no_images: Annotated[bool, typer.Option("--no-images", help="Write the labels only.")] = False,
    include_unannotated: Annotated[
        bool,
        typer.Option(
            "--include-unannotated", help="Write images nobody has looked at as empty ones; those left out stay out."
        ),
    ] = False,
    verify: Annotated[
        bool, typer.Option("--verify/--no-verify", help="Read the export back and compare it with the project.")
    ] = True,
) -> None:
    """Write a project's labels for training; the status is 1 if what was written is not what the project holds."""
    if copy_images + link_images + no_images > 1:
        raise typer.BadParameter("--copy-images, --link-images and --no-images exclude each other.")
    from sam3_annotator.commands.datasets import export_labels
    from sam3_annotator.project.formats.options import ExportOptions

    options = ExportOptions(
        segmentation=segmentation.value,
        split=split,
        seed=seed,
        alike_together=alike_together,
        images="link" if link_images else "none" if no_images else "copy",
        include_unannotated=include_unannotated,
    )
    raise typer.Exit(export_labels(project, out, format_name.value, options, verifies=verify))
