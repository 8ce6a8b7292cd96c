"""A session that nobody has any more is gone at once: its thread cannot rely on garbage being collected."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import numpy as np
import pytest

from sam3_annotator.model import ConceptPrompt, PointPrompt, Session, open_session
from sam3_annotator.model.network.builder import build_sam3_image_model
from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.sam3.session import Sam3Session


@pytest.fixture(autouse=True)
def _nothing_is_collected() -> Iterator[None]:
    was_enabled = gc.isenabled()
    gc.disable()
    yield
    if was_enabled:
        gc.enable()


def use(session: Session) -> None:
    """Ask it for what it can do, so that it makes what it keeps for later."""
    embedding = session.embed(np.zeros((120, 200, 3), np.uint8))
    for count in (1, 2):
        session.segment(embedding, [PointPrompt(100, 60)] * count)
    if "text" in session.capabilities:
        session.detect(embedding, ConceptPrompt("cat"))


@pytest.mark.parametrize("name", ["builtin", "grabcut"])
def test_a_session_is_freed_without_collecting(name: str) -> None:
    session = open_session(name)
    use(session)
    gone = weakref.ref(session)

    del session

    assert gone() is None


def test_a_sam_3_is_freed_with_its_session() -> None:
    network = build_sam3_image_model(Sam3Config.tiny())
    session = Sam3Session(network)
    use(session)
    gone = [weakref.ref(each) for each in (session, network, network.vision_backbone)]

    del session, network

    assert [each() for each in gone] == [None] * 3
