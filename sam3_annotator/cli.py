"""The words of the command line: which commands there are and what may be said to each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sam3_annotator import __version__
from sam3_annotator.commands.batch_words import Parts, autolabel_command, embed_command, propagate_command
from sam3_annotator.commands.cache_words import cache_app
from sam3_annotator.commands.check_words import check_command
from sam3_annotator.commands.dataset_words import export_command, import_command, split_command
from sam3_annotator.commands.failures import STOPPED, exit_status
from sam3_annotator.commands.menu_entry_words import menu_entry_app
from sam3_annotator.commands.model_words import models_app
from sam3_annotator.commands.option_types import (
    CacheGb,
    Device,
    Dtype,
    Json,
    Model,
    ModelDtype,
    Project,
    Threshold,
    path_word,
    word,
)
from sam3_annotator.commands.words import (
    Box,
    Point,
    parse_box,
    parse_phrase,
    parse_point,
)

# Each command imports its own work: `--help` and a typing mistake are answered without waiting for the model.

PROGRAM = "sam3-annotator"
BOX = "X0,Y0,X1,Y1"

app = typer.Typer(
    name=PROGRAM,
    help="Turn photographs into segmentation datasets. Without a command, the window opens.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


app.add_typer(models_app, name="models", no_args_is_help=True)
app.add_typer(cache_app, name="cache", no_args_is_help=True, short_help="What models keep on disk of images.")
app.add_typer(menu_entry_app, name="menu-entry", no_args_is_help=True, short_help="The program in your desktop's menu.")


def run(words: list[str], *, debug: bool = False) -> int:
    """Do what the words say; returns the exit status: 0 done, 2 the words are off, 1 anything else."""

    def work() -> int:
        try:
            app(args=words, prog_name=PROGRAM)
        except SystemExit as end:  # how typer ends, whether well or not
            if end.code == STOPPED:
                raise KeyboardInterrupt from None  # which it was, and which is told in one place
            return end.code if isinstance(end.code, int) else 1
        return 0

    return exit_status(work, debug=debug)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"{PROGRAM} {__version__}")
        raise typer.Exit


WindowCacheGb = Annotated[
    float | None,
    typer.Option(
        "--cache-gb",
        min=0,
        max=1e6,
        metavar="GB",
        help="Disk for what slow models read of images, in this run; 0 keeps none.",
    ),
]
Boxes = list[Box] | None


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks and the log on standard error.")] = False,
    cache_gb: WindowCacheGb = None,
) -> None:
    """Turn photographs into segmentation datasets. Without a command, the window opens."""
    del version, debug  # the one acts by its callback, the other is read before typer is imported
    if context.invoked_subcommand is None:
        from sam3_annotator.commands.windows import open_window

        raise typer.Exit(open_window(None, cache_gb))
    if cache_gb is not None:
        raise typer.BadParameter("Say it after the command.", param_hint="--cache-gb")


@app.command("open")
def open_command(
    path: Annotated[
        Path, typer.Argument(parser=path_word, metavar="PATH", help="An image folder, an image file or a project file.")
    ],
    cache_gb: WindowCacheGb = None,
) -> None:
    """Open the window with images or a project.

    A folder, or the folder of an image file, gets the project annotations.sam3proj.
    """
    from sam3_annotator.commands.windows import open_window

    raise typer.Exit(open_window(path, cache_gb))


@app.command()
def demo(
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            parser=path_word,
            metavar="DIR",
            help="Where project, exports and screenshots go; demo-output if left out.",
        ),
    ] = None,
    headless: Annotated[bool, typer.Option("--headless", help="Drive the window offscreen and report.")] = False,
) -> None:
    """Do the main job on the sample photographs."""
    from sam3_annotator.commands.windows import run_demo

    raise typer.Exit(run_demo(out, headless=headless))


@app.command()
def new(
    project: Project,
    images: Annotated[
        list[Path],
        typer.Option("--images", parser=path_word, metavar="DIR", help="A folder with images; may be repeated."),
    ],
    category: Annotated[
        list[str] | None, typer.Option("--category", metavar="NAME", help="A category; may be repeated.")
    ] = None,
) -> None:
    """Make a project of the images in a folder."""
    names = [name.strip() for name in category or []]
    if not all(names):
        raise typer.BadParameter("A category needs a name, for example cat.", param_hint="--category")
    if len(set(names)) < len(names):
        raise typer.BadParameter("The same category is named twice.", param_hint="--category")
    from sam3_annotator.commands.datasets import new_project

    raise typer.Exit(new_project(project, images, names))


@app.command()
def segment(
    image: Annotated[
        Path, typer.Argument(parser=path_word, metavar="IMAGE", help="An image file.", show_default=False)
    ],
    out: Annotated[
        Path, typer.Option("--out", parser=path_word, metavar="MASK.png", help="The mask to write, a PNG file.")
    ],
    model: Model = "builtin",
    device: Device = "auto",
    dtype: ModelDtype = Dtype.AUTO,
    cache_gb: CacheGb = None,
    point: Annotated[
        list[Point] | None,
        typer.Option("--point", parser=word(parse_point), metavar="X,Y", help="A point on the object."),
    ] = None,
    negative: Annotated[
        list[Point] | None,
        typer.Option("--negative", parser=word(parse_point), metavar="X,Y", help="A point off the object."),
    ] = None,
    box: Annotated[
        Box | None,
        typer.Option("--box", parser=word(parse_box), metavar=BOX, help="A box around the object."),
    ] = None,
) -> None:
    """Find one object on an image and write its mask."""
    if not point and box is None:
        raise typer.BadParameter("Say where the object is, with --point or --box.")
    if out.suffix.lower() != ".png":
        raise typer.BadParameter(f"{out} does not end in .png, and the mask is written as PNG.", param_hint="--out")
    from sam3_annotator.commands.model_options import ModelOptions
    from sam3_annotator.commands.segment import segment_image

    choice = ModelOptions(model, device, dtype.value, cache_gb)
    raise typer.Exit(segment_image(image, out, model=choice, points=point or [], negatives=negative or [], box=box))


@app.command(short_help="Find all instances of a concept on an image.")
def detect(
    image: Annotated[
        Path, typer.Argument(parser=path_word, metavar="IMAGE", help="An image file.", show_default=False)
    ],
    out: Annotated[
        Path, typer.Option("--out", parser=path_word, metavar="DIR", help="The folder for masks and detections.json.")
    ],
    phrase: Annotated[
        str | None,
        typer.Option("--phrase", parser=word(parse_phrase), metavar="TEXT", help="What to look for, with SAM 3."),
    ] = None,
    model: Model = "builtin",
    device: Device = "auto",
    dtype: ModelDtype = Dtype.AUTO,
    cache_gb: CacheGb = None,
    threshold: Threshold = 0.5,
    parts: Parts = 1,
    exemplar: Annotated[
        Boxes, typer.Option("--exemplar", parser=word(parse_box), metavar=BOX, help="A box around an example.")
    ] = None,
    negative_exemplar: Annotated[
        Boxes,
        typer.Option("--negative-exemplar", parser=word(parse_box), metavar=BOX, help="A box around none of them."),
    ] = None,
) -> None:
    """Find all instances of a concept on an image and write their masks."""
    if not phrase and not exemplar:
        raise typer.BadParameter("Say what to look for, with --phrase or --exemplar.")
    if parts > 1 and (exemplar or negative_exemplar):
        sentence = (
            "Parts are looked through for a --phrase alone: an example is seen in one of them, not in the others."
        )
        raise typer.BadParameter(sentence, param_hint="--parts")
    from sam3_annotator.commands.detect import detect_concept
    from sam3_annotator.commands.model_options import ModelOptions

    status = detect_concept(
        image,
        out,
        model=ModelOptions(model, device, dtype.value, cache_gb),
        phrase=phrase or "",
        threshold=threshold,
        parts=parts,
        exemplars=exemplar or [],
        negatives=negative_exemplar or [],
    )
    raise typer.Exit(status)


app.command("import", short_help="Add labels that another program wrote to a project.")(import_command)
app.command("split", short_help="Draw which images train, validate and test.")(split_command)
app.command("export", short_help="Write a project's labels for training.")(export_command)


@app.command()
def stats(
    project: Project,
    as_json: Json = False,
    instances: Annotated[
        bool,
        typer.Option("--instances", help="Print a row for each instance (CSV): area, centroid and box in pixels."),
    ] = False,
) -> None:
    """Count a project's images, instances and categories."""
    from sam3_annotator.commands.datasets import print_instances, print_statistics

    if instances and as_json:
        raise typer.BadParameter("goes without --json: it prints CSV.", param_hint="--instances")
    raise typer.Exit(print_instances(project) if instances else print_statistics(project, as_json=as_json))


app.command("check", short_help="Find what would spoil a training or looks like a slip.")(check_command)
app.command("autolabel", short_help="Label what phrases find on all images of a project.")(autolabel_command)
app.command("propagate", short_help="Label the images of a sequence as the first is.")(propagate_command)
app.command("embed", short_help="Have a slow model read all images of a project ahead.")(embed_command)


@app.command()
def doctor(as_json: Json = False) -> None:
    """Tell what is installed and whether it works."""
    from sam3_annotator.doctor import examine, to_text

    findings = examine()
    if as_json:
        import json

        typer.echo(json.dumps(findings, indent=2))
    else:
        typer.echo(to_text(findings))


@app.command("qt-facts", hidden=True)
def qt_facts_command() -> None:
    """Tell what Qt finds on this machine, for `doctor`."""
    import json

    from sam3_annotator.qt_facts import ask_qt

    typer.echo(json.dumps(ask_qt()))
