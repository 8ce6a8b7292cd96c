"""Phrases are looked for on one image, look by look; what is labelled, rejected or found already is no news."""

from __future__ import annotations

import numpy as np
import pytest

from sam3_annotator.model import Cancelled, EmbeddingCache, UnsupportedPrompt, Workbench, never_cancelled
from sam3_annotator.project import ImageId, rectangle
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.verbs.phrase_search import Manner, PhraseSearch, store_found

BOXES = ((2, 2, 12, 12), (20, 4, 34, 18), (40, 20, 60, 40))


@pytest.fixture
def image() -> ShownImage:
    return ShownImage(ImageId(1), "content", np.zeros((60, 80, 3), dtype=np.uint8))


@pytest.fixture
def bench(finding_session) -> Workbench:
    finding_session.instances = list(zip(BOXES, (0.6, 0.9, 0.3), strict=True))
    return Workbench(finding_session, EmbeddingCache(), never_cancelled, "Fake")


def boxes(proposals) -> list[tuple[float, ...]]:
    return [each.region.box_xyxy for each in proposals]


def test_what_is_found_is_news_once_with_the_first_phrase_that_finds_it(image, bench):
    search = PhraseSearch(image, ["cat", "animal"], Manner(0.5, 1, 1.4))

    search.look(bench)

    news = search.news([])
    assert search.looks_left == 0
    assert boxes(news["cat"]) == [BOXES[1], BOXES[0]]
    assert news["animal"] == ()


def test_what_is_labelled_is_no_news_and_what_was_rejected_is_none_of_that_phrase(image, bench):
    search = PhraseSearch(image, ["cat", "animal"], Manner(0.2, 1, 1.4))
    search.look(bench)

    news = search.news([rectangle(*BOXES[0])], {"cat": [rectangle(*BOXES[1])]})

    assert boxes(news["cat"]) == [BOXES[2]]
    assert boxes(news["animal"]) == [BOXES[1]]


def test_a_look_that_had_to_step_back_goes_on_with_the_next_phrase(image, bench, finding_session, monkeypatch):
    search = PhraseSearch(image, ["cat", "dog", "car"], Manner(0.5, 1, 1.4))
    detect = finding_session.detect

    def step_back_at_the_dog(embedding, concept, **more):
        if concept.phrase == "dog":
            raise Cancelled
        return detect(embedding, concept, **more)

    monkeypatch.setattr(finding_session, "detect", step_back_at_the_dog)
    with pytest.raises(Cancelled):
        search.look(bench)
    monkeypatch.setattr(finding_session, "detect", detect)

    search.look(bench)

    assert [concept.phrase for concept in finding_session.detected] == ["cat", "dog", "car"]
    assert len(finding_session.embedded) == 1


def test_each_part_is_a_look_of_its_own_and_takes_no_room_for_long(image, bench, finding_session):
    search = PhraseSearch(image, ["cat"], Manner(0.5, 2, 1.4))
    keys = []
    while search.looks_left:
        keys.append(search.embedding_key)
        search.look(bench)

    assert len(keys) == len(set(keys)) == search.looks == len(finding_session.embedded) > 2
    assert keys[0] == "content"


def test_a_model_without_phrases_is_told_so(image, bench, fake_session):
    fake_session.capabilities = frozenset({"points"})

    with pytest.raises(UnsupportedPrompt, match="“Fake” takes no phrases"):
        PhraseSearch(image, ["cat"], Manner(0.5, 1, 1.4)).look(bench)


def test_what_is_found_goes_to_the_category_of_that_name_in_one_step(image, bench, store):
    search = PhraseSearch(image, ["CAT"], Manner(0.5, 1, 1.4))
    search.look(bench)
    with store.edit("Add") as edit:
        cat = edit.add_category("cat")
    image_id = store.images()[0].id

    assert store_found(store, image_id, "Cat", "CAT", search.news([])["CAT"], 0.5) == cat

    assert store.undo_label == "Add 2 instances"
    told = store.instances(image_id)[0].provenance
    assert (told.phrase, told.threshold, told.model) == ("CAT", 0.5, "Fake")
    assert store_found(store, image_id, "dog", "dog", (), 0.5) is None
    assert len(store.categories()) == 1
