"""The words of the commands that put the program into the menu of the desktop."""

from __future__ import annotations

import sys

import typer

menu_entry_app = typer.Typer(
    help="The program in the menu of the desktop, where projects open by a double click, too.", rich_markup_mode=None
)


@menu_entry_app.command("add", short_help="Put the program into your menu.")
def add_command() -> None:
    """Put the program into your menu; on Linux and Windows a double click on a project opens it then."""
    from sam3_annotator import menu_entry, program
    from sam3_annotator.commands.failures import CommandFailed

    if sys.platform == "darwin" and program.is_bundled():
        raise CommandFailed("SAM 3 Annotator.app is an application by itself: move it to the folder Applications.")
    typer.echo(f"SAM 3 Annotator is in your menu: {menu_entry.add()}")


@menu_entry_app.command("remove", short_help="Take it out again.")
def remove_command() -> None:
    """Take the program out of your menu."""
    from sam3_annotator import menu_entry

    path = menu_entry.remove()
    typer.echo(f"Removed: {path}" if path is not None else "SAM 3 Annotator is not in your menu.")
