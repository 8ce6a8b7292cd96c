"""The verbs of an edit in progress: every write to a project goes through one of them and is recorded."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from enum import StrEnum
from math import isfinite
from pathlib import Path

from sam3_annotator.project.attributes import NO_ATTRIBUTES, Attributes, encode_attributes
from sam3_annotator.project.entities import (
    CategoryId,
    DismissalId,
    ImageFacts,
    ImageId,
    ImageState,
    InstanceId,
    Origin,
    Provenance,
    Split,
)
from sam3_annotator.project.errors import KnownError
from sam3_annotator.project.image_paths import stored_path
from sam3_annotator.project.palette import next_color
from sam3_annotator.project.recorder import UNSET, ChangeRecorder, Unset
from sam3_annotator.project.regions import Region, encode_region
from sam3_annotator.project.rows import FACTS_COLUMNS, encode_provenance
from sam3_annotator.project.words import counted

_SETTLED = frozenset(state for state in ImageState if state.is_settled)
_COLOR = re.compile(r"#[0-9a-f]{6}")
_WRITE_FACTS = (
    f"INSERT OR REPLACE INTO image_files (image_id, {', '.join(FACTS_COLUMNS)}) VALUES (?{', ?' * len(FACTS_COLUMNS)})"
)


def write_facts(connection: sqlite3.Connection, facts: Mapping[ImageId, ImageFacts]) -> None:
    """Write what is known of image files, in place of what was known."""
    connection.executemany(
        _WRITE_FACTS, [(id_, *(getattr(known, name) for name in FACTS_COLUMNS)) for id_, known in facts.items()]
    )


class Edit:
    """One edit in progress, made by `store.edit`; unusable afterwards.

    Every method raises EditError once the edit has ended and on an id that does not exist. What an edit has
    written is visible to reads of the same store at once, and to nobody else before the commit. A write that
    fails spoils the whole edit: nothing of it is kept, even if the exception is caught inside.
    """

    def __init__(self, connection: sqlite3.Connection, recorder: ChangeRecorder, folder: Path) -> None:
        self._connection = connection
        self._recorder = recorder
        self._folder = folder

    # Images

    def add_image(
        self,
        path: str | Path,
        facts: ImageFacts = ImageFacts(),  # noqa: B008 - frozen
        *,
        state: ImageState = ImageState.UNANNOTATED,
        split: Split | None = None,
    ) -> ImageId:
        """Add an image; a relative path is relative to the folder of the project file.

        Raises KnownError if the project has the image already, its path cannot be kept as text, or there is no such
        state or split.
        """
        row = {
            "path": self._new_path(path),
            "state": _checked_word(ImageState, state, "state of an image"),
            "split": None if split is None else _checked_word(Split, split, "split"),
            "note": "",
        }
        image_id = ImageId(self._recorder.insert("images", row))
        if facts != ImageFacts():
            self._recorder.run(lambda: write_facts(self._connection, {image_id: facts}))
        return image_id

    def find_image(self, path: str | Path) -> ImageId | None:
        """Return the image of a path, None if the project has none."""
        found = self._recorder.select("SELECT id FROM images WHERE path = ?", self._checked_path(path))
        return ImageId(found[0][0]) if found else None

    def update_image(
        self,
        image_id: ImageId,
        *,
        state: ImageState | Unset = UNSET,
        split: Split | Unset | None = UNSET,
        path: str | Path | Unset = UNSET,
        note: str | Unset = UNSET,
    ) -> None:
        """Change what is given; an image that is reviewed or confirmed as empty by that loses its note.

        Raises KnownError as `add_image` does, and on a note that is no Unicode text; line breaks in it become spaces.
        """
        before = self._recorder.row("images", image_id)
        if isinstance(note, Unset) and not isinstance(state, Unset) and state in _SETTLED:
            note = ""
        wanted = {
            "state": state if isinstance(state, Unset) else _checked_word(ImageState, state, "state of an image"),
            "split": split if split is None or isinstance(split, Unset) else _checked_word(Split, split, "split"),
            "path": UNSET if isinstance(path, Unset) else self._new_path(path, besides=image_id),
            "note": note if isinstance(note, Unset) else _checked_note(note),
        }
        self._recorder.update("images", image_id, before, wanted)

    def delete_image(self, image_id: ImageId) -> None:
        """Take an image and its instances out of the project; the image file stays where it is."""
        for (instance_id,) in self._recorder.select("SELECT id FROM instances WHERE image_id = ?", image_id):
            self._recorder.delete("instances", instance_id)
        self._recorder.delete("images", image_id)

    # Categories

    def add_category(self, name: str, *, color: str | None = None, supercategory: str = "") -> CategoryId:
        """Add a category at the end, in the next palette colour unless `color` (`#rrggbb`) is given.

        Raises KnownError on an empty name, a name used already, or a colour that is none.
        """
        known = self._recorder.select("SELECT color, position FROM categories")
        row = {
            "name": self._new_name(name),
            "color": next_color(used for used, _ in known) if color is None else _checked_color(color),
            "position": max((position for _, position in known), default=-1) + 1,
            "supercategory": supercategory,
        }
        return CategoryId(self._recorder.insert("categories", row))

    def update_category(
        self,
        category_id: CategoryId,
        *,
        name: str | None = None,
        color: str | None = None,
        position: int | None = None,
        supercategory: str | None = None,
    ) -> None:
        """Change what is given; other categories keep their positions. Raises KnownError as `add_category` does."""
        before = self._recorder.row("categories", category_id)
        wanted: dict[str, object] = {
            "name": None if name is None else self._new_name(name, besides=category_id),
            "color": None if color is None else _checked_color(color),
            "position": position,
            "supercategory": supercategory,
        }
        wanted = {column: UNSET if value is None else value for column, value in wanted.items()}
        self._recorder.update("categories", category_id, before, wanted)

    def delete_category(self, category_id: CategoryId) -> None:
        """Delete a category and move later ones up; raises KnownError while instances use it."""
        before = self._recorder.row("categories", category_id)
        ((count,),) = self._recorder.select("SELECT count(*) FROM instances WHERE category_id = ?", category_id)
        if count:
            raise KnownError(
                f"The category {before['name']} is used by {counted(count, 'instance')}. "
                "Merge it into another category, or delete them first."
            )
        self._recorder.delete("categories", category_id)
        rest = self._recorder.select("SELECT id, position FROM categories ORDER BY position, id")
        for index, (later_id, position) in enumerate(rest):
            if position != index:
                self.update_category(CategoryId(later_id), position=index)

    # Instances

    def add_instance(
        self,
        image_id: ImageId,
        category_id: CategoryId,
        region: Region,
        *,
        score: float | None = None,
        is_crowd: bool = False,
        provenance: Provenance = Provenance(),  # noqa: B008 - frozen
        attributes: Attributes = NO_ATTRIBUTES,
    ) -> InstanceId:
        """Add an instance; an image not yet annotated, or confirmed as empty, is in progress from then on.

        One that is left out stays so.

        Raises KnownError on an empty region, a score that is not finite, an origin that there is not, and
        attributes that `encode_attributes` refuses.
        """
        state = self._recorder.row("images", image_id)["state"]
        self._recorder.row("categories", category_id)
        row = {
            "image_id": image_id,
            "category_id": category_id,
            "score": None if score is None else _checked_score(score),
            "is_crowd": int(is_crowd),
            "provenance": _checked_provenance(provenance),
            "region": _checked_region(region),
            "attributes": encode_attributes(attributes),
        }
        instance_id = InstanceId(self._recorder.insert("instances", row))
        if state in (ImageState.UNANNOTATED, ImageState.CONFIRMED_EMPTY):
            self.update_image(image_id, state=ImageState.IN_PROGRESS)
        return instance_id

    def update_instance(
        self,
        instance_id: InstanceId,
        *,
        category_id: CategoryId | None = None,
        region: Region | None = None,
        score: float | Unset | None = UNSET,
        is_crowd: bool | None = None,
        provenance: Provenance | None = None,
        attributes: Attributes | None = None,
    ) -> None:
        """Change what is given; raises KnownError as `add_instance` does."""
        before = self._recorder.row("instances", instance_id)
        if category_id is not None:
            self._recorder.row("categories", category_id)
        wanted = {
            "category_id": UNSET if category_id is None else category_id,
            "region": UNSET if region is None else _checked_region(region),
            "score": score if score is None or isinstance(score, Unset) else _checked_score(score),
            "is_crowd": UNSET if is_crowd is None else int(is_crowd),
            "provenance": UNSET if provenance is None else _checked_provenance(provenance),
            "attributes": UNSET if attributes is None else encode_attributes(attributes),
        }
        self._recorder.update("instances", instance_id, before, wanted)

    def delete_instance(self, instance_id: InstanceId) -> None:
        """Delete an instance; an image in progress that has lost its last one is not yet annotated again."""
        image_id = ImageId(self._recorder.row("instances", instance_id)["image_id"])
        self._recorder.delete("instances", instance_id)
        is_last = not self._recorder.select("SELECT 1 FROM instances WHERE image_id = ? LIMIT 1", image_id)
        if is_last and self._recorder.row("images", image_id)["state"] == ImageState.IN_PROGRESS:
            self.update_image(image_id, state=ImageState.UNANNOTATED)

    # Dismissals

    def add_dismissal(
        self, kind: str, image_id: ImageId | None, subject: str, content: str, region: Region | None = None
    ) -> DismissalId:
        """Keep that a finding is fine; what the values mean is for `checks.dismissals` to say."""
        row = {
            "kind": kind,
            "image_id": image_id,
            "subject": subject,
            "content": content,
            "region": None if region is None else _checked_region(region),
        }
        return DismissalId(self._recorder.insert("dismissals", row))

    def delete_dismissal(self, dismissal_id: DismissalId) -> None:
        """Take back that a finding is fine."""
        self._recorder.delete("dismissals", dismissal_id)

    def _checked_path(self, path: str | Path) -> str:
        stored = stored_path(path, self._folder)
        try:
            stored.encode()
        except UnicodeEncodeError as error:
            shown = stored.encode(errors="backslashreplace").decode()
            raise KnownError(f"The name of the image {shown} is not Unicode text. Rename the file.") from error
        return stored

    def _new_path(self, path: str | Path, besides: int | None = None) -> str:
        stored = self._checked_path(path)
        taken = self._recorder.select("SELECT id FROM images WHERE path = ?", stored)
        if any(row_id != besides for (row_id,) in taken):
            raise KnownError(f"The image {stored} is in the project already.")
        return stored

    def _new_name(self, name: str, besides: int | None = None) -> str:
        cleaned = name.strip()
        if not cleaned:
            raise KnownError("A category needs a name. Type one and press Enter.")
        if cleaned != cleaned.encode(errors="replace").decode():
            raise KnownError(f"The category name {cleaned!a} is no Unicode text. Write it in other characters.")
        taken = self._recorder.select("SELECT id FROM categories WHERE name = ?", cleaned)
        if any(row_id != besides for (row_id,) in taken):
            raise KnownError(f"There is a category named {cleaned} already. Choose another name.")
        return cleaned


def _checked_word(words: type[StrEnum], said: str, noun: str) -> str:
    """Return a word as it is stored: others would make the file one that cannot be read."""
    try:
        return words(said).value
    except ValueError:
        raise KnownError(f"{said!r} is no {noun}; there are {', '.join(words)}.") from None


def _checked_note(note: str) -> str:
    line = " ".join(note.split())
    if line != line.encode(errors="replace").decode():
        raise KnownError(f"The note {line!a} is no Unicode text. Write it in other characters.")
    return line


def _checked_provenance(provenance: Provenance) -> str:
    _checked_word(Origin, provenance.origin, "origin of an instance")
    return encode_provenance(provenance)


def _checked_score(score: float) -> float:
    if not isfinite(score):  # SQLite would drop NaN, and no JSON file holds infinity
        raise KnownError(f"{score} is no score; give a number from 0 to 1, or None.")
    return float(score)


def _checked_color(color: str) -> str:
    if not _COLOR.fullmatch(color.lower()):
        raise KnownError(f"{color} is no colour. Write it as #rrggbb, for example #e69f00.")
    return color.lower()


def _checked_region(region: Region) -> bytes:
    if region.is_empty:
        raise KnownError("An instance needs an area; this region is empty.")
    return encode_region(region)
