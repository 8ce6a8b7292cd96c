"""The words that programs of training have in common; slips in them are told in a sentence, before anything is made."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path

from sam3_annotator.model import ModelUnavailable
from sam3_annotator.model.builtin.network import BuiltinNetwork
from sam3_annotator.model.builtin.weights import fill_network
from sam3_annotator.project import KnownError
from training.builtin.pictures import PictureFile
from training.builtin.projects import list_data
from training.builtin.settings import TrainingSettings, read_settings


def add_data_words(parser: ArgumentParser) -> None:
    """Add what to learn from, and how: `--data`, `--settings` and `--threads`."""
    parser.add_argument(
        "--data",
        type=Path,
        required=True,
        action="append",
        help="folder of SOURCE/NAME.jpg with label maps NAME.png, or a .sam3proj file; may be repeated",
    )
    parser.add_argument(
        "--settings",
        type=Path,
        default=Path(__file__).with_name("settings.toml"),
        help="settings.toml, for a graphics card, if left out; on a processor go on with finish.toml",
    )
    parser.add_argument("--threads", type=int, default=1, help="of the processor; 1 if left out")


def require_files(parser: ArgumentParser, *files: Path | None) -> None:
    """End with a sentence if a file that is named is not there."""
    for file in files:
        if file is not None and not file.is_file():
            parser.error(f"There is no file {file}.")


def require_writable(parser: ArgumentParser, file: Path) -> None:
    """End with a sentence if a file cannot be written where it is named: work of an hour would be lost."""
    if file.is_dir():
        parser.error(f"{file} is a folder; name the file to write.")
    if not file.parent.is_dir():
        parser.error(f"There is no folder {file.parent} to write {file.name} into.")


def read_named_settings(parser: ArgumentParser, path: Path) -> TrainingSettings:
    """Read a settings file, or end with a sentence if it cannot be read as such."""
    require_files(parser, path)
    try:
        return read_settings(path)
    except (OSError, TypeError, ValueError) as error:
        parser.error(f"{path} holds no settings of a run: {error}")


def list_named(parser: ArgumentParser, data: Iterable[Path]) -> list[PictureFile]:
    """List the pictures of all `--data`: a slip in one of several must not go unnoticed until the run is over."""
    return [file for each in data for file in _list_some(parser, each)]


def _list_some(parser: ArgumentParser, data: Path) -> list[PictureFile]:
    try:
        files = list_data(data)
    except KnownError as error:
        parser.error(str(error))
    if not files:
        parser.error(f"There is nothing to learn from in {data}.")
    return files


def fill_from_named(parser: ArgumentParser, network: BuiltinNetwork, weights: Path) -> None:
    """Read weights into a network, or end with a sentence if they are none, or others."""
    require_files(parser, weights)
    try:
        fill_network(network, weights)
    except ModelUnavailable as error:
        parser.error(str(error))
