"""Work that writes beside the window's store says so as long as it lasts."""

from __future__ import annotations

import pytest

from sam3_annotator.project import KnownError, no_progress
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.beside import announce, beside, is_written_beside


def test_a_store_is_known_to_be_written_beside_while_it_is(store):
    told = []

    def work(other, _progress):
        told.append(is_written_beside(store))
        return operations.add_category(other, "cat")

    written = beside(store, work)(no_progress)

    assert told == [True]
    assert not is_written_beside(store)
    assert announce(store, written) == store.categories()[0].id


def test_work_that_fails_leaves_nothing_said(store):
    def fail(*_):
        raise KnownError("There is no room.")

    with pytest.raises(KnownError):
        beside(store, fail)(no_progress)

    assert not is_written_beside(store)
