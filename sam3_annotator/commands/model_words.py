"""The words of the commands about models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sam3_annotator.commands.option_types import Json, path_word

models_app = typer.Typer(help="Which models there are; add, fetch and remove them.", rich_markup_mode=None)

ModelName = Annotated[str, typer.Argument(metavar="NAME", help="A model of the list.", show_default=False)]


@models_app.command("list", short_help="List the models.")
def list_models_command(as_json: Json = False) -> None:
    """List the models: what ships, what can be downloaded, what you added."""
    from sam3_annotator.commands.models import list_models

    raise typer.Exit(list_models(as_json=as_json))


@models_app.command("info", short_help="Tell what a model is.")
def info_command(name: ModelName, as_json: Json = False) -> None:
    """Tell what a model is: format, parameters, size, place, hash, licence."""
    from sam3_annotator.commands.models import show_model

    raise typer.Exit(show_model(name, as_json=as_json))


@models_app.command("add", short_help="Put a checkpoint of yours on the list.")
def add_command(
    path: Annotated[Path, typer.Argument(parser=path_word, metavar="PATH", help="A checkpoint, or a folder with one.")],
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="What to call it; made of the file's name if left out.")
    ] = "",
) -> None:
    """Put a checkpoint of yours on the list; the file stays where it is, as it is."""
    from sam3_annotator.commands.models import add_model

    raise typer.Exit(add_model(path, name))


@models_app.command("download", short_help="Fetch a published model.")
def download_command(
    name: ModelName,
    ask_token: Annotated[
        bool,
        typer.Option(
            "--ask-token",
            help="Ask for an access token of Hugging Face, or read it from standard input; used once, never stored. "
            "Else HF_TOKEN or your log-in to the hub counts.",
        ),
    ] = False,
) -> None:
    """Fetch a published model; what an earlier attempt has brought is kept."""
    from sam3_annotator.commands.models import download_model

    raise typer.Exit(download_model(name, asks_token=ask_token))


@models_app.command("remove", short_help="Take a model off the list.")
def remove_command(
    name: ModelName,
    yes: Annotated[bool, typer.Option("--yes", help="Delete what was downloaded without asking.")] = False,
) -> None:
    """Take a model off the list; only what was downloaded is deleted, your own files stay."""
    from sam3_annotator.commands.models import remove_model

    raise typer.Exit(remove_model(name, is_sure=yes))
