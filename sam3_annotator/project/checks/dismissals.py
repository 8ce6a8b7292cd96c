"""What somebody has judged to be fine: findings that are left out as long as what they are about stays as it was."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from hashlib import blake2b
from itertools import chain
from typing import Any, Final, NamedTuple

from sam3_annotator.project.checks.findings import Finding, FindingKind
from sam3_annotator.project.edit import Edit
from sam3_annotator.project.entities import DismissalId, ImageId
from sam3_annotator.project.errors import KnownError
from sam3_annotator.project.overlap import LABELLED_IOU, Placed
from sam3_annotator.project.reading import ProjectReader
from sam3_annotator.project.regions import decode_region

_QUERY: Final = "SELECT id, kind, image_id, subject, content, region FROM dismissals"
_FEW: Final = 20  # images of which dismissals are looked up one by one, and not all at once
_OF_ALL_LABELS: Final = frozenset({FindingKind.EMPTY_WITH_INSTANCES, FindingKind.SAME_IMAGE_LABELLED_DIFFERENTLY})


class _Key(NamedTuple):
    """What kind of finding it is, and what it is about."""

    kind: str
    image_id: ImageId | None
    subject: str


class _Dismissal(NamedTuple):
    """What was dismissed: as it was then, or a place on the image where nothing is missed."""

    id: DismissalId
    content: str
    place: Placed | None


class Dismissals:
    """What is dismissed in a project at the moment, or, if findings are given, on their images.

    A finding is known by its kind and what it is about: its instances, whatever other category a model sees in them;
    else its images and categories. The dismissal of one about instances holds as long as their outlines and categories
    are the same; of one about all labels of its images, those; of copies in two splits, these; of categories, their
    names. Two images that look alike are dismissed as a pair, in whatever splits they come to be.
    What is missed is known by its place, image and category, since no model sees it twice to the pixel. Others, as
    those about the whole project, are dismissed for good. What a dismissal was about may be gone: ids are never given
    twice, so it stands for nothing then, and for the same again after undo.
    """

    def __init__(self, store: ProjectReader, findings: Iterable[Finding] | None = None) -> None:
        self._store = store
        self._by_key: dict[_Key, list[_Dismissal]] = {}
        for dismissal_id, kind, image_id, subject, content, code in _rows(store, findings):
            place = None if code is None else Placed.of(decode_region(code))
            dismissal = _Dismissal(DismissalId(dismissal_id), content, place)
            self._by_key.setdefault(_Key(kind, image_id, subject), []).append(dismissal)
        self._places = {key[:2] for key in self._by_key}

    def of(self, finding: Finding) -> list[DismissalId]:
        """Return the dismissals that hold for a finding; none as a rule, which is told without a look at the labels."""
        there = self._there(finding)
        if not there:
            return []
        if finding.region is not None:
            seen = Placed.of(finding.region)
            return [each.id for each in there if each.place is not None and seen.overlaps(each.place, LABELLED_IOU)]
        content = _content_of(self._store, finding)
        return [each.id for each in there if each.content == content]

    def outdated(self, finding: Finding) -> list[DismissalId]:
        """Return the dismissals of a finding that hold no more, since what it is about has been changed."""
        there = self._there(finding) if finding.region is None else ()
        content = _content_of(self._store, finding) if there else ""
        return [each.id for each in there if each.content != content]

    def _there(self, finding: Finding) -> Sequence[_Dismissal]:
        if (finding.kind, _place_of(finding)) not in self._places:  # true of nearly all, of which there may be many
            return ()
        return self._by_key.get(_key_of(finding), ())


def _rows(store: ProjectReader, findings: Iterable[Finding] | None) -> list[tuple[Any, ...]]:
    images = None if findings is None else {_place_of(finding) for finding in findings}
    if images is None or len(images) > _FEW:
        return store.select(_QUERY)
    rows = (store.select(f"{_QUERY} WHERE image_id IS ?", image_id) for image_id in images)
    return list(chain.from_iterable(rows))


def dismissed_among(store: ProjectReader, findings: Collection[Finding]) -> tuple[Finding, ...]:
    """Give those of some findings that are dismissed."""
    dismissals = Dismissals(store, findings)
    return tuple(finding for finding in findings if dismissals.of(finding))


def dismiss_findings(store: ProjectReader, edit: Edit, findings: Collection[Finding]) -> None:
    """Keep that findings are fine, as part of an edit; those that are dismissed already are left alone.

    Raises KnownError if one is of a kind that nobody can call fine.
    """
    dismissals = Dismissals(store, findings)
    for finding in findings:
        if not finding.kind.is_dismissible:
            raise KnownError(f"{finding.sentence} No one can call that fine; leave the image out instead.")
        if dismissals.of(finding):
            continue
        for dismissal_id in dismissals.outdated(finding):
            edit.delete_dismissal(dismissal_id)
        content = _content_of(store, finding) if finding.region is None else ""
        edit.add_dismissal(*_key_of(finding), content, finding.region)


def restore_findings(store: ProjectReader, edit: Edit, findings: Collection[Finding]) -> None:
    """Have dismissed findings told again, as part of an edit."""
    dismissals = Dismissals(store, findings)
    held = {dismissal_id for finding in findings for dismissal_id in dismissals.of(finding)}
    for dismissal_id in sorted(held):
        edit.delete_dismissal(dismissal_id)


def _place_of(finding: Finding) -> ImageId | None:
    """Return the image that a finding is kept under; of two the older, since either may be the one to look at first."""
    return finding.image_id if finding.other_image_id is None else min(finding.image_ids)


def _key_of(finding: Finding) -> _Key:
    categories = () if finding.instance_ids else finding.category_ids
    other_image_id = None if finding.other_image_id is None else max(finding.image_ids)
    subject = json.dumps([sorted(finding.instance_ids), other_image_id, categories], separators=(",", ":"))
    return _Key(finding.kind.value, _place_of(finding), subject)


def _content_of(store: ProjectReader, finding: Finding) -> str:
    """Return what stays the same as long as what a finding is about does: a digest, names or splits."""
    images = sorted(finding.image_ids)
    if finding.instance_ids:
        wanted = sorted(finding.instance_ids)
        places = ", ".join("?" * len(wanted))
        query = f"SELECT category_id, region FROM instances WHERE id IN ({places}) ORDER BY id"
        return _digest(store.select(query, *wanted))
    if finding.kind in _OF_ALL_LABELS:
        query = "SELECT category_id, region FROM instances WHERE image_id = ? ORDER BY 1, 2"
        return " ".join(_digest(store.select(query, image_id)) for image_id in images)
    if finding.kind is FindingKind.SAME_IMAGE_IN_TWO_SPLITS:
        return json.dumps(store.select("SELECT split FROM images WHERE id IN (?, ?) ORDER BY id", *images))
    names = {category.id: category.name for category in store.categories()}
    return json.dumps([names.get(category_id) for category_id in finding.category_ids], ensure_ascii=False)


def _digest(rows: Iterable[tuple[int, bytes]]) -> str:
    digest = blake2b(digest_size=16)
    for category_id, region in rows:
        digest.update(f"{category_id} {len(region)} ".encode())
        digest.update(region)
    return digest.hexdigest()
