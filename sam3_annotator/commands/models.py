"""The commands about models: which there are, what they are, adding, fetching and removing them."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from sam3_annotator.commands.failures import DONE, STOPPED, CommandFailed
from sam3_annotator.commands.progress import progress_bar
from sam3_annotator.model import AccessDenied, Catalog, Contents, FileHash, ModelEntry, ModelOrigin, ModelState
from sam3_annotator.project.errors import Cancelled

if TYPE_CHECKING:
    from pathlib import Path


def list_models(*, as_json: bool) -> int:
    """Print every model of the catalogue."""
    entries = Catalog().entries()
    if as_json:
        print(json.dumps({"models": [_document(entry) for entry in entries]}, indent=2))
        return DONE
    rows = [(entry.name, entry.state.value, _size(entry), _remark(entry)) for entry in entries]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for name, state, size, remark in rows:
        print(f"{name:<{widths[0]}}  {state:<{widths[1]}}  {size:>{widths[2]}}  {remark}".rstrip())
    return DONE


def show_model(name: str, *, as_json: bool) -> int:
    """Print what a model is; its file, if it is there, is looked into and hashed once."""
    catalog = Catalog()
    entry = catalog.entry(name)
    contents = file_hash = None
    if entry.state is ModelState.READY:
        contents = catalog.contents(name)
        with progress_bar("Hashing", unit="B") as progress:
            file_hash = catalog.hash_file(name, progress)
    if as_json:
        print(json.dumps(_document(entry, contents, file_hash), indent=2))
    else:
        print("\n".join(_lines(entry, contents, file_hash)))
    return DONE


def add_model(path: Path, name: str) -> int:
    """Put a file or folder into the catalogue, where it is."""
    catalog = Catalog()
    entry = catalog.add(path, name)
    found = catalog.contents(entry.name)
    print(f"{entry.name}: {found.kind}, {_counted(found.parameters)} parameters in {found.dtype}, {found.file}")
    return DONE


def download_model(name: str, *, asks_token: bool) -> int:
    """Fetch a published model into the user's data folder, or go on with that."""
    catalog = Catalog()
    entry = catalog.entry(name)
    if entry.known is not None and entry.state is not ModelState.READY:
        licence = entry.known.licence
        _tell(f"{entry.title} is under the {licence.name} of {licence.owner}. {licence.demands} {entry.known.page}")
    token = _ask_token() if asks_token else None
    try:
        with progress_bar(f"Downloading {entry.title}", unit="B") as progress:
            path = catalog.download(name, token=token, progress=progress)
    except AccessDenied as error:
        raise CommandFailed(str(error) if token else f"{error} The option --ask-token asks for it.") from error
    except Cancelled:
        _tell("What has arrived is kept; the same command goes on from there.")
        return STOPPED
    print(path)
    return DONE


def remove_model(name: str, *, is_sure: bool) -> int:
    """Forget a model; what was downloaded is deleted after the user said yes."""
    catalog = Catalog()
    entry = catalog.entry(name)
    deletes = entry.origin is ModelOrigin.PUBLISHED and entry.state in (ModelState.READY, ModelState.PARTIAL)
    if deletes and not is_sure:
        what = f"This deletes {entry.path}, {gigabytes(entry.fetched)} that were downloaded."
        if not _is_asked_at_a_terminal():
            raise CommandFailed(f"{what} Say --yes to do it.")
        if input(f"{what} Delete it? [y/N] ").strip().lower() not in ("y", "yes"):
            print("Nothing was removed.")
            return DONE
    catalog.remove(name)
    print(f"{entry.path} was deleted." if deletes else f"{name} was taken off the list; {entry.path} stays as it is.")
    return DONE


def gigabytes(count: int) -> str:
    """Word a number of bytes."""
    return f"{count / 1e9:.2f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"


def _ask_token() -> str | None:
    """Read the token from the terminal, unseen, or from standard input; it goes nowhere else."""
    if _is_asked_at_a_terminal():
        from getpass import getpass

        return getpass("Access token of Hugging Face: ", sys.stderr).strip() or None
    return (sys.stdin.readline().strip() or None) if sys.stdin is not None else None


def _is_asked_at_a_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()  # a program started without one has no standard input


def _document(
    entry: ModelEntry, contents: Contents | None = None, file_hash: FileHash | None = None
) -> dict[str, object]:
    known = entry.known
    file_hash = file_hash or entry.file_hash
    document: dict[str, object] = {
        "name": entry.name,
        "title": entry.title,
        "origin": entry.origin.value,
        "state": entry.state.value,
        "path": str(entry.path),
        "size_bytes": entry.size,
        "fetched_bytes": entry.fetched,
        "sha256": file_hash.sha256 if file_hash else None,
        "hashed_at": file_hash.at if file_hash else None,
    }
    if known is not None:
        licence = known.licence
        document["page"] = known.page
        document["licence"] = {"name": licence.name, "owner": licence.owner, "demands": licence.demands}
    if contents is not None:
        document["contents"] = {
            "kind": contents.kind,
            "container": contents.container,
            "parts": contents.parts,
            "tensors": contents.tensors,
            "parameters": contents.parameters,
            "dtype": contents.dtype,
        }
    return document


def _lines(entry: ModelEntry, contents: Contents | None, file_hash: FileHash | None) -> list[str]:
    lines = [f"{entry.name}: {entry.title}, {entry.origin}, {entry.state}"]
    if contents is not None:
        lines += [
            f"what      {contents.kind}, {contents.container} {_files(contents.parts)}",
            f"size      {gigabytes(entry.size)}, {_counted(contents.parameters)} parameters in {contents.dtype}",
        ]
    else:
        lines.append(f"size      {_size(entry)}")
    lines.append(f"where     {contents.file if contents else entry.path}")
    if file_hash is not None:
        lines.append(f"sha-256   {file_hash.sha256}, computed {file_hash.at}")
    if entry.known is not None:
        licence = entry.known.licence
        lines += [f"page      {entry.known.page}", f"licence   {licence.name} of {licence.owner}. {licence.demands}"]
    return lines


def _size(entry: ModelEntry) -> str:
    if entry.state is ModelState.MISSING:
        return ""
    if entry.state is ModelState.PARTIAL:
        return f"{gigabytes(entry.fetched)} of {gigabytes(entry.size)}"
    return gigabytes(entry.size)


def _remark(entry: ModelEntry) -> str:
    if entry.known is not None:
        return entry.known.about
    return (
        str(entry.path)
        if entry.origin is ModelOrigin.ADDED
        else "Ships with the program; clicks, boxes and examples, offline"
    )


def _files(count: int) -> str:
    return "file" if count == 1 else f"in {count} parts"


def _counted(number: int) -> str:
    return f"{number / 1e6:.1f} million" if number >= 1e6 else f"{number:,}"


def _tell(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")
