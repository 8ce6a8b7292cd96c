"""What the gallery writes to the project, and when it does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam3_annotator.project import ProjectStore, no_progress
from sam3_annotator.ui.gallery.gallery_verbs import GalleryVerbs
from sam3_annotator.ui.verbs.beside import beside

Verb = Callable[[GalleryVerbs, Any], None]


@pytest.mark.parametrize(
    "verb",
    [
        lambda verbs, labelled: verbs.set_category(labelled.ids, labelled.store.categories()[0]),
        lambda verbs, labelled: verbs.delete(labelled.ids),
        lambda verbs, _: verbs.undo(),
        lambda verbs, _: verbs.redo(),
    ],
)
def test_nothing_waits_for_an_import(labelled: Any, verb: Verb) -> None:
    verbs, told, before = GalleryVerbs(labelled.store), [], labelled.store.undo_label
    verbs.problem.connect(told.append)
    verbs.notice.connect(told.append)

    def import_labels(other: ProjectStore, _progress: object) -> None:
        with other.edit("Import", undoable=False):
            verb(verbs, labelled)  # as it comes from the window meanwhile; it would wait for ever

    beside(labelled.store, import_labels)(no_progress)

    assert told == ["Labels are being imported, or images searched for. Try again when that has ended."]
    assert labelled.store.undo_label == before
    verbs.delete(labelled.ids[:1])
    assert told[1:] == ["1 instance deleted."]
