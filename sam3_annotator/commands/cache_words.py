"""The words of the commands about embeddings on disk."""

from __future__ import annotations

import typer

from sam3_annotator.commands.option_types import Json

cache_app = typer.Typer(
    help="What models keep on disk of images they have read; look at it, delete it.", rich_markup_mode=None
)


@cache_app.command("info", short_help="Tell where embeddings are kept, and how many.")
def info_command(as_json: Json = False) -> None:
    """Tell where embeddings are kept, how many, and how much room they take."""
    from sam3_annotator.commands.cache import show_cache

    raise typer.Exit(show_cache(as_json=as_json))


@cache_app.command("clear", short_help="Delete all embeddings on disk.")
def clear_command() -> None:
    """Delete all embeddings on disk; models can make them again."""
    from sam3_annotator.commands.cache import clear_cache

    raise typer.Exit(clear_cache())
